"""What is said back about an interchange: gathered while reading, one entry for each message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from transforms.canonical.acknowledgements import AcknowledgedGroup, AcknowledgedPart
from transforms.edi import structural
from transforms.edi.faults import Fault
from transforms.edi.message import Elements
from transforms.edi.part import Part
from transforms.edi.structure import Structure
from transforms.errors import Problem, TransformError


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

    @property
    def is_faulty(self) -> bool:
        """Whether an acknowledgement would name anything wrong."""
        return bool(self.codes) or any(not part.accepted or part.segments for part in self.parts)

    def reject_all(self, code: str) -> None:
        """What had been accepted is not, for a reason outside the messages."""
        self.accepted = 0
        self.parts = [
            one.model_copy(update={"accepted": False, "codes": (code,)}) if one.accepted else one
            for one in self.parts
        ]


def faults(current: Part[Any], structure: Structure | None, *, faulty: str) -> list[Fault]:
    """What is wrong with a message by its structure, and what its map found wrong besides, in its order.

    ``faulty`` is the code of a message whose failure stands inside it and not in its header or trailer.
    """
    found: list[tuple[Problem | TransformError, str | None]] = []
    if current.failure is not None and current.code == faulty:
        found.append((current.failure, None))
    if current.translation is not None:
        line = current.translation.layout.line_tag
        found += [(one, line) for one in current.translation.problems if not one.warning]
    known = current.walker.faults if current.walker is not None else []
    places = {(fault.segment, fault.element) for fault in known}
    told = [structural.of_problem(one, structure, loop=loop) for one, loop in found]
    more = [fault for fault in told if fault and (fault.segment, fault.element) not in places]
    return sorted([*known, *more], key=lambda fault: fault.segment)


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
