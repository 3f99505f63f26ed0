"""999 Implementation Acknowledgment (005010): as 997, with the context in which something is wrong."""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.formats.x12.writers import answers
from transforms.formats.x12.writers.answers import Words
from transforms.formats.x12.writers.envelope import Control, Profile

_WORDS = Words("999", segment="IK3", element="IK4", set_ends="IK5", has_versions=True, has_context=True)


def write(document: DocumentAcknowledged, *, profile: Profile, control: Control, at: datetime) -> bytes:
    """Always in 005010, the first version that has it."""
    newer = profile.model_copy(update={"version": "005010"})
    return answers.write(_WORDS, document, profile=newer, control=control, at=at)
