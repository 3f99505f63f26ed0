"""What is said back about an interchange: gathered while reading, one entry for each message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from transforms.canonical.acknowledgements import AcknowledgedGroup, AcknowledgedPart
from transforms.edi.message import Elements
from transforms.errors import TransformError


@dataclass(slots=True)
class Group:
    """A functional group being read. ``codes`` are the standard's own, of the group and of its parts."""

    head: Elements
    kind: str
    control: str
    version: str | None
    offset: int | None = None
    refusal: TransformError | None = None
    """Why none of its messages may count, if so."""
    parts: list[AcknowledgedPart] = field(default_factory=list)
    """None where no answer is wanted: an interchange may have a million."""
    received: int = 0
    accepted: int = 0
    codes: list[str] = field(default_factory=list)
    included: int | None = None

    def add(self, part: AcknowledgedPart, *, keep: bool) -> None:
        self.received += 1
        self.accepted += part.accepted
        if keep:
            self.parts.append(part)

    def reject_all(self, code: str) -> None:
        """What had been accepted is not, for a reason outside the messages."""
        self.accepted = 0
        self.parts = [
            one.model_copy(update={"accepted": False, "codes": (code,)}) if one.accepted else one
            for one in self.parts
        ]


def acknowledged(groups: Iterable[Group]) -> tuple[AcknowledgedGroup, ...]:
    """The groups as an acknowledgement tells them."""
    return tuple(
        AcknowledgedGroup(
            group_type=group.kind,
            control=group.control,
            version=group.version,
            sets_included=group.received if group.included is None else group.included,
            sets_received=group.received,
            sets_accepted=group.accepted,
            codes=tuple(group.codes),
            parts=tuple(group.parts),
        )
        for group in groups
    )
