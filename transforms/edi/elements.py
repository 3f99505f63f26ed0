"""Checking the elements of one segment against what its standard declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from transforms.edi.faults import Wrong
from transforms.edi.structure import Element, Segment
from transforms.segments import Dialect

_WHOLE = re.compile(r"-?(\d+)", re.ASCII)
_DECIMAL = re.compile(r"-?(\d+\.?\d*|\.\d+)", re.ASCII)
_EITHER_MARK = re.compile(r"-?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)
_NUMBERS = {"n": _WHOLE, "r": _DECIMAL, "d": _EITHER_MARK}


@dataclass(frozen=True, slots=True)
class ElementFault:
    """What is wrong with an element or component; positions count from 1."""

    wrong: Wrong
    text: str
    element: int
    component: int | None = None
    value: str | None = None


def check(segment: Segment, elements: list[str], dialect: Dialect) -> Iterator[ElementFault]:
    """Everything wrong with a segment; ``elements`` begin with the tag."""
    declared = segment.elements
    values = elements[1:]
    while len(values) > len(declared) and not values[-1]:  # a delimiter too many at the end says nothing
        values.pop()
    if len(values) > len(declared):
        text = f"{segment.tag} has {len(values)} elements, the standard knows {len(declared)}"
        yield ElementFault(Wrong.ELEMENTS_TOO_MANY, text, len(declared) + 1, None, values[len(declared)])
    for position, element in enumerate(declared, start=1):
        value = values[position - 1] if position <= len(values) else ""
        yield from _element(segment.tag, element, value, position, dialect)
    if segment.notes:
        present = frozenset(position for position, value in enumerate(values, start=1) if value)
        yield from _notes(segment, present)


def _element(
    tag: str, element: Element, value: str, position: int, dialect: Dialect
) -> Iterator[ElementFault]:
    name = f"{tag}{position:02d}"
    if not value:
        if element.is_mandatory:
            yield ElementFault(Wrong.ELEMENT_MISSING, f"{name} is missing", position)
        return
    repeats = value.split(dialect.repetition) if dialect.repetition else [value]
    for one in repeats:
        if element.components:
            yield from _composite(name, element, one, position, dialect)
            continue
        parts = dialect.components(one)
        if len(parts) > 1 and any(parts[1:]) and dialect.release is not None:
            text = f"{name} has {len(parts)} components and is no composite"
            yield ElementFault(Wrong.ELEMENTS_TOO_MANY, text, position, 2, one)
        elif (found := _value(name, element, parts[0] if dialect.release is not None else one)) is not None:
            yield ElementFault(*found, position, None, one)


def _composite(
    name: str, element: Element, value: str, position: int, dialect: Dialect
) -> Iterator[ElementFault]:
    parts = dialect.components(value)
    while len(parts) > len(element.components) and not parts[-1]:
        parts.pop()
    if len(parts) > len(element.components):
        text = f"{name} has {len(parts)} components, the standard knows {len(element.components)}"
        at = len(element.components)
        yield ElementFault(Wrong.ELEMENTS_TOO_MANY, text, position, at + 1, parts[at])
    for at, component in enumerate(element.components, start=1):
        part = parts[at - 1] if at <= len(parts) else ""
        if not part:
            if component.is_mandatory:
                text = f"component {at} of {name} is missing"
                yield ElementFault(Wrong.ELEMENT_MISSING, text, position, at)
        elif (found := _value(f"component {at} of {name}", component, part)) is not None:
            yield ElementFault(*found, position, at, part)


def _value(name: str, element: Element, value: str) -> tuple[Wrong, str] | None:
    """What is wrong with a value that is there, if anything."""
    if (wrong := _kind(name, element.type, value)) is not None:
        return wrong
    length = len(value)
    if element.type in _NUMBERS:  # sign and decimal mark do not count
        length = sum(character.isdigit() for character in value)
    if length < element.least:
        return (
            Wrong.TOO_SHORT,
            f"{name} needs at least {element.least} characters, it has {length}: {value!r}",
        )
    if length > element.most:
        return (
            Wrong.TOO_LONG,
            f"{name} may have {element.most} characters, it has {length}: {value[:80]!r}",
        )
    if element.codes and value not in element.codes:
        return Wrong.CODE, f"{name} has the code {value!r}, which the standard does not know there"
    return None


def _kind(name: str, kind: str, value: str) -> tuple[Wrong, str] | None:
    match kind:
        case "n" | "r" | "d" if _NUMBERS[kind].fullmatch(value) is None:
            return Wrong.CHARACTER, f"{name} must be a number, it is {value!r}"
        case "dt" if not _is_date(value):
            return Wrong.DATE, f"{name} must be a date, it is {value!r}"
        case "tm" if not _is_time(value):
            return Wrong.TIME, f"{name} must be a time, it is {value!r}"
    return None


def _is_date(value: str) -> bool:
    """CCYYMMDD or YYMMDD."""
    if not (value.isascii() and value.isdigit() and len(value) in (6, 8)):
        return False
    year = int(value[:-4]) + (0 if len(value) == 8 else 2000)
    try:
        date(year, int(value[-4:-2]), int(value[-2:]))
    except ValueError:
        return False
    return True


def _is_time(value: str) -> bool:
    """HHMM, HHMMSS, or with tenths or hundredths of a second."""
    if not (value.isascii() and value.isdigit() and len(value) in (4, 6, 7, 8)):
        return False
    return value[:2] < "24" and value[2:4] < "60" and value[4:6] < "60"


def _notes(segment: Segment, present: frozenset[int]) -> Iterator[ElementFault]:
    for note in segment.notes:
        if not note.is_broken(present):
            continue
        names = ", ".join(f"{segment.tag}{position:02d}" for position in note.positions)
        if note.kind == "E":
            at = next(position for position in reversed(note.positions) if position in present)
            yield ElementFault(Wrong.ELEMENT_EXCLUDED, f"of {names} only one may be there", at)
            continue
        at = next(position for position in note.positions if position not in present)
        text = {
            "P": f"{names} stand together or not at all",
            "R": f"of {names} at least one is needed",
        }.get(
            note.kind,
            f"with {segment.tag}{note.positions[0]:02d} also {names[names.find(',') + 2 :]} is needed",
        )
        yield ElementFault(Wrong.ELEMENT_NEEDED, text, at)
