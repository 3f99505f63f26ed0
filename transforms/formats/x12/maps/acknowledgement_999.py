"""999 Implementation Acknowledgment (005010): as 997, held against an implementation guide."""

from __future__ import annotations

from transforms.formats.x12.maps import acknowledgements
from transforms.formats.x12.maps.acknowledgements import Words

MAP = acknowledgements.layout(Words("999", set_begins="AK2", segment="IK3", element="IK4", set_ends="IK5"))
