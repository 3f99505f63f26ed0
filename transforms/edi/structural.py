"""Structural faults of a message as problems with their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from transforms.canonical.acknowledgements import LocatedElement, LocatedSegment
from transforms.edi.faults import Fault, Wrong
from transforms.edi.message import Message
from transforms.edi.structure import Structure
from transforms.errors import (
    DateInvalid,
    ElementInvalid,
    NotNumeric,
    OrderInvalid,
    Problem,
    SegmentInvalid,
    TooLong,
    TransformError,
)
from transforms.location import Location

_ERRORS: dict[Wrong, type[TransformError]] = {
    Wrong.SEGMENT_MISPLACED: OrderInvalid,
    Wrong.CHARACTER: NotNumeric,
    Wrong.DATE: DateInvalid,
    Wrong.TIME: DateInvalid,
}

_WRONG = {NotNumeric.code: Wrong.CHARACTER, TooLong.code: Wrong.TOO_LONG, DateInvalid.code: Wrong.DATE}
"""How the standards call what a map finds wrong with a value; anything else is a value that is not valid."""

_COPIED = 99
"""Characters of a wrong value that are told (X12 data element 724)."""


def stands_at(fault: Fault) -> int:
    """Ordinal of the segment with which a fault is told: a missing one with the loop that lacks it."""
    return fault.owner if fault.wrong is Wrong.SEGMENT_MISSING and fault.owner > 1 else fault.segment


def stops(fault: Fault) -> bool:
    """More lines than the standard foresaw are noted: nothing in them is in doubt."""
    return fault.wrong is not Wrong.LOOP_TOO_OFTEN


def kind(fault: Fault) -> type[TransformError]:
    """The sort of error that a fault is."""
    return _ERRORS.get(fault.wrong, ElementInvalid if fault.wrong.is_of_element else SegmentInvalid)


def error(one: Message, fault: Fault) -> TransformError:
    """What stops a line or a set."""
    return kind(fault)(fault.text, location=_place(one, fault), value=fault.value)


def warning(one: Message, fault: Fault) -> Problem:
    """What is noted and stops nothing."""
    found = error(one, fault)
    return Problem(found.code, found.text, found.location, found.value, warning=True)


def of_problem(
    problem: Problem | TransformError, structure: Structure | None, *, loop: str | None = None
) -> Fault | None:
    """What a map found wrong with an element, as a fault; ``None`` where it names no element."""
    where = problem.location
    if where.tag is None or where.segment is None or where.element is None:
        return None
    declared = structure.segments.get(where.tag) if structure is not None else None
    expected = declared.at(where.element, where.component) if declared is not None else None
    wrong = _WRONG.get(problem.code, Wrong.CODE)
    if problem.code == ElementInvalid.code and not problem.value:
        wrong = Wrong.ELEMENT_MISSING
    elif wrong is Wrong.DATE and expected is not None and expected.type == "tm":
        wrong = Wrong.TIME
    return Fault(
        wrong, problem.text, where.tag, where.segment, 1, loop, where.element, where.component, problem.value,
        expected.number if expected is not None else None,
    )  # fmt: skip


def located(faults: Sequence[Fault], standard: Literal["x12", "edifact"]) -> tuple[LocatedSegment, ...]:
    """Faults as an acknowledgement tells them, in the standard's own codes: segment by segment."""
    found: list[LocatedSegment] = []
    for fault in faults:
        if not stops(fault):
            continue
        code = getattr(fault.wrong, standard)
        is_new = not found or (found[-1].tag, found[-1].position) != (fault.tag, fault.segment)
        if fault.element is None:
            found.append(LocatedSegment(tag=fault.tag, position=fault.segment, loop=fault.loop, code=code))
            continue
        if is_new or found[-1].code is not None:
            found.append(LocatedSegment(tag=fault.tag, position=fault.segment, loop=fault.loop))
        element = LocatedElement(
            position=fault.element,
            component=fault.component,
            reference=fault.number,
            code=code,
            value=(fault.value or "")[:_COPIED] or None,
        )
        found[-1] = found[-1].model_copy(update={"elements": (*found[-1].elements, element)})
    return tuple(found)


def _place(one: Message, fault: Fault) -> Location:
    where = one.spot(stands_at(fault), fault.tag, fault.element)
    return Location(
        path=where.path, segment=where.segment, tag=where.tag, element=where.element,
        component=fault.component, offset=where.offset,
    )  # fmt: skip
