"""What is said back about an interchange: gathered while reading, one entry for each set."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from transforms.canonical.acknowledgements import AcknowledgedGroup, AcknowledgedPart, DocumentAcknowledged
from transforms.errors import TransformError
from transforms.formats.x12.sets import element


@dataclass(slots=True)
class Group:
    """A functional group being read. ``codes`` are of data elements 716 (group) and 718 (set)."""

    gs: list[str]
    offset: int | None = None
    refusal: TransformError | None = None
    """Why none of its sets may count, if so."""
    parts: list[AcknowledgedPart] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    included: int | None = None

    @property
    def control(self) -> str:
        return element(self.gs, 6)

    def add(self, kind: str, control: str, *codes: str) -> None:
        self.parts.append(
            AcknowledgedPart(document_type=kind, control=control, accepted=not codes, codes=codes)
        )

    def reject_all(self, code: str) -> None:
        """What had been accepted is not, for a reason outside the sets."""
        self.parts = [
            one.model_copy(update={"accepted": False, "codes": (code,)}) if one.accepted else one
            for one in self.parts
        ]


def document(isa: list[str], groups: list[Group], at: datetime) -> DocumentAcknowledged:
    """The canonical acknowledgement of one interchange."""
    return DocumentAcknowledged(
        number=isa[13],
        occurred_at=_when(isa, at),
        format="x12",
        sender={"qualifier": isa[5].strip(), "id": isa[6].strip()},
        receiver={"qualifier": isa[7].strip(), "id": isa[8].strip()},
        version=isa[12],
        test=isa[15] == "T",
        groups=tuple(
            AcknowledgedGroup(
                group_type=element(group.gs, 1),
                control=group.control,
                version=element(group.gs, 8) or None,
                sets_included=len(group.parts) if group.included is None else group.included,
                sets_received=len(group.parts),
                sets_accepted=sum(part.accepted for part in group.parts),
                codes=tuple(group.codes),
                parts=tuple(group.parts),
            )
            for group in groups
        ),
    )


def _when(isa: list[str], at: datetime) -> datetime:
    try:
        return datetime.strptime(isa[9] + isa[10], "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return at
