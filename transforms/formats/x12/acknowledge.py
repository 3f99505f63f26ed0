"""The canonical acknowledgement of one X12 interchange."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.edi.acknowledge import Group, acknowledged


def document(
    isa: list[str], groups: list[Group], at: datetime, *, accepted: bool, codes: Sequence[str]
) -> DocumentAcknowledged:
    """``codes`` are those of the interchange (I18)."""
    return DocumentAcknowledged(
        number=isa[13],
        occurred_at=_when(isa, at),
        format="x12",
        sender={"qualifier": isa[5].strip(), "id": isa[6].strip()},
        receiver={"qualifier": isa[7].strip(), "id": isa[8].strip()},
        version=isa[12],
        test=isa[15] == "T",
        accepted=accepted,
        codes=tuple(codes),
        groups=acknowledged(groups),
    )


def _when(isa: list[str], at: datetime) -> datetime:
    try:
        return datetime.strptime(isa[9] + isa[10], "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return at
