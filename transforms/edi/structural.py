"""Structural faults of a message as problems with their place."""

from __future__ import annotations

from transforms.edi.faults import Fault, Wrong
from transforms.edi.message import Message
from transforms.errors import (
    DateInvalid,
    ElementInvalid,
    NotNumeric,
    OrderInvalid,
    Problem,
    SegmentInvalid,
    TransformError,
)
from transforms.location import Location

_ERRORS: dict[Wrong, type[TransformError]] = {
    Wrong.SEGMENT_MISPLACED: OrderInvalid,
    Wrong.CHARACTER: NotNumeric,
    Wrong.DATE: DateInvalid,
    Wrong.TIME: DateInvalid,
}


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


def _place(one: Message, fault: Fault) -> Location:
    where = one.spot(stands_at(fault), fault.tag, fault.element)
    return Location(
        path=where.path, segment=where.segment, tag=where.tag, element=where.element,
        component=fault.component, offset=where.offset,
    )  # fmt: skip
