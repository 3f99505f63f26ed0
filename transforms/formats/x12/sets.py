"""One transaction set, and what maps ask of its elements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from transforms import units
from transforms.canonical.document import Address, Codes
from transforms.edi.message import REMEMBERED, Elements, Group, Message, element
from transforms.errors import DateInvalid, ElementInvalid, NotNumeric, UnitUnknown
from transforms.formats.x12.options import Options

_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,6})?|\.\d{1,6})", re.ASCII)
_DATE = re.compile(r"\d{8}", re.ASCII)
_CLOCK = re.compile(r"\d{4}(\d{2}(\d{2})?)?", re.ASCII)
_LOT, _SERIAL = "LT", "SN"


@dataclass(slots=True)
class TransactionSet(Message):
    """A set with the headers around it."""

    family = "x12"
    closes = "SE"

    isa: Elements = field(kw_only=True)
    gs: Elements = field(kw_only=True)
    options: Options = field(kw_only=True)

    @property
    def settings(self) -> Options:
        return self.options

    @property
    def kind(self) -> str:
        return element(self.head, 1)

    @property
    def control(self) -> str:
        return element(self.head, 2)

    @property
    def path(self) -> str:
        return f"ISA{self.isa[13]}/GS{element(self.gs, 6)}/ST{self.control}"

    def wrapped(self, segments: list[str]) -> list[str]:
        mark = self.dialect.element
        head = [mark.join(self.isa), mark.join(self.gs)]
        return [*head, *segments, f"GE{mark}1{mark}{self.gs[6]}", f"IEA{mark}1{mark}{self.isa[13]}"]


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
        if len(known) >= REMEMBERED:
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
