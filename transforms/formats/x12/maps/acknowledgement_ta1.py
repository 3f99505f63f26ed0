"""TA1 Interchange Acknowledgment: one segment about the envelope of an interchange of ours.

It stands before all groups and has no trailer of its own, so it counts once that of the interchange is there.
"""

from __future__ import annotations

from datetime import UTC, datetime

from transforms.canonical.acknowledgements import AcknowledgementReceived
from transforms.edi.message import Elements, element
from transforms.reading import Context, Drafted
from transforms.segments import Dialect

_VERDICTS = {"A": "accepted", "E": "accepted_with_errors", "R": "rejected"}
"""Data element I17."""
_NO_ERROR = "000"


def drafts(segments: list[str], dialect: Dialect, context: Context, path: str) -> list[Drafted]:
    """One document for each TA1."""
    made = []
    for ordinal, segment in enumerate(segments, start=1):
        part = f"{path}/TA1[{ordinal}]"
        document = _document([one.strip() for one in dialect.elements(segment)], context)
        made.append(Drafted(document, key=f"{context.message_key}/{part}", position=part, part=part))
    return made


def _document(ta1: Elements, context: Context) -> AcknowledgementReceived:
    """What it says. A verdict that the standard does not know counts as a rejection: somebody must look."""
    verdict, code = element(ta1, 4), element(ta1, 5)
    try:
        at = datetime.strptime(element(ta1, 2) + element(ta1, 3), "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        at = context.received_at
    return AcknowledgementReceived(
        number=element(ta1, 1),
        occurred_at=at,
        partner=context.partner,
        format="x12",
        kind="TA1",
        level="interchange",
        verdict=_VERDICTS.get(verdict, "rejected"),
        source_verdict=verdict,
        codes=() if code in ("", _NO_ERROR) else (code,),
    )
