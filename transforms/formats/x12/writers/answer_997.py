"""997 Functional Acknowledgment: says back which sets were accepted and which were not, and where it hurts."""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.formats.x12.writers import answers
from transforms.formats.x12.writers.answers import Words
from transforms.formats.x12.writers.envelope import Control, Profile

_WORDS = Words("997", segment="AK3", element="AK4", set_ends="AK5")


def write(document: DocumentAcknowledged, *, profile: Profile, control: Control, at: datetime) -> bytes:
    return answers.write(_WORDS, document, profile=profile, control=control, at=at)
