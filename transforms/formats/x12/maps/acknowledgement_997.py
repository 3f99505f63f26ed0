"""997 Functional Acknowledgment: a partner says what it could read of a group of ours."""

from __future__ import annotations

from transforms.formats.x12.maps import acknowledgements
from transforms.formats.x12.maps.acknowledgements import Words

MAP = acknowledgements.layout(Words("997", set_begins="AK2", segment="AK3", element="AK4", set_ends="AK5"))
