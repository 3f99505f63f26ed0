"""One transaction set while it is read: where its segments stand, and what maps ask of their elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from transforms import units
from transforms.canonical.document import Address, Codes
from transforms.errors import DateInvalid, ElementInvalid, NotNumeric, TransformError, UnitUnknown
from transforms.formats.x12.options import Options
from transforms.location import Location
from transforms.segments import Batch, Dialect

LARGEST = 1 << 18
"""Bytes of a set that is kept for repair; of a larger one only its places are known."""

_REMEMBERED = 8192
_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,6})?|\.\d{1,6})", re.ASCII)
_DATE = re.compile(r"\d{8}", re.ASCII)
_CLOCK = re.compile(r"\d{4}(\d{2}(\d{2})?)?", re.ASCII)
_LOT, _SERIAL = "LT", "SN"

Elements = list[str]
"""A segment's elements; the first is the tag."""
Group = list[Elements]
"""Segments that belong together: a header, or a line with all that stands behind it."""


@dataclass(slots=True)
class Held:
    """The pieces of batches in which a set stands: its text for repair, its places for whoever asks."""

    count: int = 0
    whole: bool = True
    _pieces: list[tuple[int, Batch, int, int]] = field(default_factory=list)
    _size: int = 0

    def add(self, batch: Batch, start: int, end: int) -> None:
        if not self._pieces or self._pieces[-1][1] is not batch:
            self._size += len(batch.text)
        self._pieces.append((self.count, batch, start, end))
        self.count += end - start
        if self._size > 4 * LARGEST:  # batches are shared with neighbours, so this much may be a small set
            self.whole = False
            del self._pieces[:-2]

    def segments(self) -> list[str]:
        """All segments, while ``whole``."""
        return [one for _, batch, start, end in self._pieces for one in batch.segments[start:end]]

    def offset(self, ordinal: int) -> int | None:
        """Byte offset of a segment of the set (the first is 1), unless it was let go."""
        for before, batch, start, end in reversed(self._pieces):
            index = ordinal - 1 - before
            if 0 <= index < end - start:
                return batch.offset(start + index)
        return None


@dataclass(slots=True)
class TransactionSet:
    """``isa``, ``gs`` and ``st`` are the headers around it; ``group`` is what a map just looks at."""

    isa: Elements
    gs: Elements
    st: Elements
    dialect: Dialect
    options: Options
    alias: Mapping[str, str]
    partner: str
    ordinal: int
    held: Held = field(default_factory=Held)
    group: Group = field(default_factory=list)
    group_at: int = 0
    """Ordinal of the group's first segment in the set."""
    line: tuple[str, int] | None = None
    """Tag and ordinal of the line being read."""
    warnings: list[TransformError] = field(default_factory=list)
    """What a map finds odd and takes all the same."""
    known_units: dict[str, str] = field(default_factory=dict)
    known_numbers: dict[str, Decimal] = field(default_factory=dict)
    """The same few thousand quantities come again and again."""

    @property
    def kind(self) -> str:
        return element(self.st, 1)

    @property
    def control(self) -> str:
        return element(self.st, 2)

    @property
    def path(self) -> str:
        return f"ISA{self.isa[13]}/GS{element(self.gs, 6)}/ST{self.control}"

    def place(self, elements: Elements, position: int | None = None) -> Location:
        """Where a segment of the group being read, or one of its elements, stands."""
        index = next((i for i, one in enumerate(self.group) if one is elements), 0)
        return self.spot(self.group_at + index, elements[0], position)

    def spot(self, ordinal: int, tag: str | None, position: int | None = None) -> Location:
        """The segment of an ordinal as a place."""
        path = self.path + ("/{}[{}]".format(*self.line) if self.line else "")
        offset = self.held.offset(ordinal)
        return Location(path=path, segment=ordinal, tag=tag, element=position, offset=offset)


def element(elements: Elements, position: int) -> str:
    """An element, or nothing."""
    return elements[position] if position < len(elements) else ""


def needed(one: TransactionSet, elements: Elements, position: int) -> str:
    """A mandatory element. Raises :class:`ElementInvalid`."""
    if position < len(elements) and elements[position]:
        return elements[position]
    raise ElementInvalid(f"{elements[0]}{position:02d} is missing", location=one.place(elements, position))


def quantity(one: TransactionSet, elements: Elements, position: int) -> Decimal:
    """A number (types N and R). Raises :class:`NotNumeric` or :class:`ElementInvalid`."""
    known = one.known_numbers
    if position < len(elements) and (found := known.get(elements[position])) is not None:
        return found
    value = needed(one, elements, position)
    if _NUMBER.fullmatch(value) and abs(number := Decimal(value)) < 10**12:
        if len(known) >= _REMEMBERED:
            known.clear()
        known[value] = number
        return number
    raise NotNumeric(
        f"{value!r} is not a number below 10^12", location=one.place(elements, position), value=value
    )


def optional_quantity(one: TransactionSet, elements: Elements, position: int) -> Decimal | None:
    return quantity(one, elements, position) if element(elements, position) else None


def unit(one: TransactionSet, elements: Elements, position: int) -> tuple[str, str]:
    """Rec 20 code and the code as sent. Raises :class:`transforms.errors.UnitUnknown`."""
    if position < len(elements) and (found := one.known_units.get(elements[position])) is not None:
        return found, elements[position]
    value = needed(one, elements, position)
    try:
        found = one.known_units[value] = units.rec20(value, system="x12", alias=one.alias)
    except UnitUnknown as error:
        error.location = one.place(elements, position)
        raise
    return found, value


def date(one: TransactionSet, elements: Elements, position: int, clock_at: int | None = None) -> datetime:
    """A date CCYYMMDD, with its time HHMM[SS] where that is given, in UTC."""
    value = needed(one, elements, position)
    clock = element(elements, clock_at) if clock_at else ""
    if _DATE.fullmatch(value) and _CLOCK.fullmatch(clock or "0000"):
        try:
            return datetime.strptime(f"{value}{clock:0<6}"[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            pass  # the same answer as for what has not even the shape of a date
    raise DateInvalid(
        f"{value!r} {clock!r} is not a date CCYYMMDD and a time HHMM[SS]" if clock
        else f"{value!r} is not a date CCYYMMDD",
        location=one.place(elements, position), value=value,
    )  # fmt: skip


def iso_day(one: TransactionSet, elements: Elements, position: int) -> str:
    return date(one, elements, position).date().isoformat()


def pairs(elements: Elements, *starts: int) -> Codes:
    """Qualifier (235) and identifier (234) pairs; lots and serials are not identifiers of the item."""
    found: Codes = {}
    for start in starts:
        qualifier, code = element(elements, start), element(elements, start + 1)
        if qualifier and code and qualifier not in (_LOT, _SERIAL):
            found.setdefault(qualifier, code)
    return found


def pairs_from(elements: Elements, start: int) -> Codes:
    """All pairs up to the end of the segment. It runs for every line, so the usual case is one call."""
    qualifiers = elements[start::2]
    found = dict(zip(qualifiers, elements[start + 1 :: 2]))  # noqa: B905  # a keyword costs as much as the rest
    is_plain = len(found) == len(qualifiers) and "" not in found and "" not in found.values()
    if is_plain and _LOT not in found and _SERIAL not in found:
        return found
    return pairs(elements, *range(start, len(elements), 2))


def of_kind(elements: Elements, qualifier: str, starts: Iterable[int]) -> str | None:
    """The identifier under one qualifier, such as ``LT`` for the lot."""
    for start in starts:
        if element(elements, start) == qualifier:
            return element(elements, start + 1) or None
    return None


def lot_of(elements: Elements, starts: Iterable[int]) -> str | None:
    return of_kind(elements, _LOT, starts) if _LOT in elements else None


def serials_of(elements: Elements, starts: Iterable[int]) -> tuple[str, ...]:
    """Serial numbers among the pairs of a segment."""
    return tuple(
        element(elements, start + 1)
        for start in starts
        if element(elements, start) == _SERIAL and element(elements, start + 1)
    )


def without_prefix(sscc: str) -> str:
    """An SSCC as sent, without the application identifier 00 that MAN GM puts before it."""
    return sscc[2:] if len(sscc) == 20 and sscc.startswith("00") else sscc


def parted(lines: list[dict[str, Any]], flag: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines of which ``flag`` is false and those of which it is true, without it."""
    parts: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for line in lines:
        parts[line.pop(flag)].append(line)
    return parts


def named(header: dict[str, Any], **values: Any) -> dict[str, Any]:
    """``header`` with those values that are there."""
    return header | {name: value for name, value in values.items() if value}


def site(one: TransactionSet, group: Group) -> Codes:
    """Our site: N103/N104 of the first N1 whose role the profile names."""
    by_role: dict[str, Codes] = {}
    for elements in group:
        if elements[0] == "N1" and element(elements, 4):
            by_role.setdefault(element(elements, 1), {element(elements, 3): element(elements, 4)})
    return next((by_role[role] for role in one.options.site_roles if role in by_role), {})


def party(group: Group, *roles: str) -> tuple[Codes, Address]:
    """Codes and address of the first N1 that has one of the roles, best role first."""
    at = next((at for role in roles for at, one in enumerate(group) if one[:2] == ["N1", role]), None)
    if at is None:
        return {}, {}
    n1, found = group[at], Address()
    _put(found, n1, {2: "name"})
    streets = iter(("street", "street2"))
    for segment in group[at + 1 :]:
        if segment[0] == "N2":
            _put(found, segment, {1: "name2"})
        elif segment[0] == "N3":
            _put(found, segment, dict(zip((1, 2), streets, strict=False)))
        elif segment[0] == "N4":
            _put(found, segment, {1: "city", 2: "region", 3: "postal_code", 4: "country"})
        elif segment[0] == "N1":
            break
    return ({n1[3]: n1[4]} if element(n1, 4) else {}), found


def _put(address: Address, segment: Elements, names: Mapping[int, str]) -> None:
    for position, name in names.items():
        if value := element(segment, position):
            address[name] = value


def reference(group: Group, *qualifiers: str) -> str | None:
    """The number that REF or N9 gives under a qualifier (128)."""
    for qualifier in qualifiers:
        for segment in group:
            if segment[0] in ("REF", "N9") and element(segment, 1) == qualifier and element(segment, 2):
                return segment[2]
    return None


def first(group: Group, tag: str, qualifier: str | None = None) -> Elements | None:
    """The first segment of a tag (and of a qualifier in its first element)."""
    for elements in group:
        if elements[0] == tag and (qualifier is None or element(elements, 1) == qualifier):
            return elements
    return None
