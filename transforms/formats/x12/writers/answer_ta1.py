"""TA1 Interchange Acknowledgment: says back whether the envelope of an interchange was right."""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.formats.x12.writers import answers, envelope
from transforms.formats.x12.writers.envelope import Control, Profile

_NO_ERROR = "000"


def write(document: DocumentAcknowledged, *, profile: Profile, control: Control, at: datetime) -> bytes:
    """An interchange without any group. One note (I18) has room; the first stands for all."""
    note = document.codes[0] if document.codes else _NO_ERROR
    verdict = "R" if not document.accepted else "E" if document.codes else "A"
    sent = document.occurred_at
    segment = ["TA1", document.number, f"{sent:%y%m%d}", f"{sent:%H%M}", verdict, note]
    return envelope.enclosed(
        [segment], groups=0, parties=answers.parties(document), profile=profile, control=control, at=at
    )
