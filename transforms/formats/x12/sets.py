"""One transaction set as it stands between ST and SE, with what a map needs to read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from transforms import units
from transforms.canonical.document import Codes
from transforms.errors import DateInvalid, ElementInvalid, NotNumeric, UnitUnknown
from transforms.formats.x12.options import Options
from transforms.location import Location
from transforms.segments import Dialect, Segment

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?|-?\.\d{1,6}", re.ASCII)
_LOT, _SERIAL = "LT", "SN"


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """``isa`` and ``gs`` are the headers around it; ``segments`` include ST and SE."""

    isa: list[str]
    gs: list[str]
    segments: list[Segment]
    dialect: Dialect
    options: Options
    alias: Mapping[str, str]
    partner: str
    ordinal: int = 1

    @property
    def kind(self) -> str:
        return element(self.segments[0][0], 1)

    @property
    def control(self) -> str:
        return element(self.segments[0][0], 2)

    @property
    def path(self) -> str:
        return f"ISA{self.isa[13]}/GS{element(self.gs, 6)}/ST{self.control}"

    def place(self, segment: Segment, position: int | None = None) -> Location:
        """Where a segment, or one of its elements, stands."""
        index = next(i for i, one in enumerate(self.segments, start=1) if one is segment)
        return Location(path=self.path, segment=index, tag=segment[0][0], element=position, offset=segment[1])


def element(elements: list[str], position: int) -> str:
    """An element, or nothing."""
    return elements[position].strip() if position < len(elements) else ""


def needed(one: TransactionSet, segment: Segment, position: int) -> str:
    """A mandatory element. Raises :class:`ElementInvalid`."""
    value = element(segment[0], position)
    if not value:
        raise ElementInvalid(
            f"{segment[0][0]}{position:02d} is missing", location=one.place(segment, position)
        )
    return value


def quantity(one: TransactionSet, segment: Segment, position: int) -> Decimal:
    """A number (types N and R). Raises :class:`NotNumeric` or :class:`ElementInvalid`."""
    value = needed(one, segment, position)
    if not _NUMBER.fullmatch(value):
        raise NotNumeric(f"{value!r} is not a number", location=one.place(segment, position), value=value)
    return Decimal(value)


def optional_quantity(one: TransactionSet, segment: Segment, position: int) -> Decimal | None:
    return quantity(one, segment, position) if element(segment[0], position) else None


def unit(one: TransactionSet, segment: Segment, position: int) -> tuple[str, str]:
    """Rec 20 code and the code as sent. Raises :class:`transforms.errors.UnitUnknown`."""
    value = needed(one, segment, position)
    try:
        return units.rec20(value, system="x12", alias=one.alias), value
    except UnitUnknown as error:
        error.location = one.place(segment, position)
        raise


def date(one: TransactionSet, segment: Segment, position: int, time_position: int | None = None) -> datetime:
    """A date CCYYMMDD, with its time HHMM[SS] where that is given, in UTC."""
    value = needed(one, segment, position)
    clock = element(segment[0], time_position) if time_position else ""
    try:
        return datetime.strptime(value + (clock or "0000")[:4], "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        raise DateInvalid(
            f"{value!r} is not a date CCYYMMDD", location=one.place(segment, position), value=value
        ) from None


def iso_day(one: TransactionSet, segment: Segment, position: int) -> str:
    return date(one, segment, position).date().isoformat()


def pairs(elements: list[str], *starts: int) -> Codes:
    """Qualifier (235) and identifier (234) pairs; lots and serials are not identifiers of the item."""
    found: Codes = {}
    for start in starts:
        qualifier, code = element(elements, start), element(elements, start + 1)
        if qualifier and code and qualifier not in (_LOT, _SERIAL):
            found.setdefault(qualifier, code)
    return found


def of_kind(elements: list[str], qualifier: str, starts: Iterable[int]) -> str | None:
    """The identifier under one qualifier, such as ``LT`` for the lot."""
    for start in starts:
        if element(elements, start) == qualifier:
            return element(elements, start + 1) or None
    return None


def site(one: TransactionSet, header: Iterable[Segment]) -> Codes:
    """Our site: N103/N104 of the first N1 whose role the profile names."""
    by_role: dict[str, Codes] = {}
    for elements, _ in header:
        if elements[0] == "N1" and element(elements, 4):
            by_role.setdefault(element(elements, 1), {element(elements, 3): element(elements, 4)})
    return next((by_role[role] for role in one.options.site_roles if role in by_role), {})


def first(header: Iterable[Segment], tag: str, qualifier: str | None = None) -> Segment | None:
    """The first segment of a tag (and of a qualifier in its first element)."""
    for segment in header:
        if segment[0][0] == tag and (qualifier is None or element(segment[0], 1) == qualifier):
            return segment
    return None
