"""What maps ask of a segment's fields, as values of the canonical kinds; what is wrong is raised with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from transforms import identifiers, units
from transforms.canonical.document import Codes
from transforms.errors import DateInvalid, ElementInvalid, NotNumeric, UnitUnknown
from transforms.formats.idoc.options import Options
from transforms.formats.idoc.tree import Idoc, Node

_NUMBER = re.compile(r"(-?)(\d{1,15}(?:\.\d{0,6})?|\.\d{1,6})(-?)", re.ASCII)
_DAY = re.compile(r"\d{8}", re.ASCII)
_CLOCK = re.compile(r"\d{6}", re.ASCII)
_EMPTY_DAYS = frozenset({"", "00000000"})


@dataclass(slots=True)
class Reading:
    """One IDoc, the profile under which it is read, and what is known about its sender."""

    idoc: Idoc
    options: Options
    alias: Mapping[str, str]
    partner: str
    known_units: dict[str, str] = field(default_factory=dict)

    def needed(self, node: Node, name: str) -> str:
        """A mandatory field. Raises :class:`ElementInvalid`."""
        value = node.fields.get(name)
        if value:
            return value
        raise ElementInvalid(f"{node.name} {name} is missing", location=self.idoc.place(node, name))

    def number(self, node: Node, name: str) -> Decimal:
        """A quantity with a dot, its minus before or behind it. Raises :class:`NotNumeric`."""
        value = self.needed(node, name)
        match = _NUMBER.fullmatch(value)
        if match and not (match[1] and match[3]) and abs(number := Decimal(match[2])) < 10**12:
            return -number if match[1] or match[3] else number
        raise NotNumeric(
            f"{value!r} is not a number with a dot, below 10^12",
            location=self.idoc.place(node, name),
            value=value,
        )

    def optional_number(self, node: Node, name: str) -> Decimal | None:
        return self.number(node, name) if node.get(name) else None

    def unit(self, node: Node, name: str) -> tuple[str, str]:
        """Rec 20 code and the code as sent. Raises :class:`UnitUnknown`."""
        value = self.needed(node, name)
        found = self.known_units.get(value)
        if found is None:
            try:
                found = self.known_units[value] = units.rec20(value, system="sap", alias=self.alias)
            except UnitUnknown as error:
                error.location = self.idoc.place(node, name)
                raise
        return found, value

    def moment(self, node: Node, day: str, clock: str | None = None) -> datetime | None:
        """A date CCYYMMDD with its time HHMMSS, in UTC; none where it is empty or all zeros."""
        value, time = node.get(day), node.get(clock) if clock else ""
        if value in _EMPTY_DAYS:
            return None
        if _DAY.fullmatch(value) and _CLOCK.fullmatch(time or "000000"):
            try:
                return datetime.strptime(value + (time or "000000"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            except ValueError:
                pass  # the same answer as for what has not even the shape of a date
        raise DateInvalid(
            f"{value!r} {time!r} is not a date CCYYMMDD and a time HHMMSS" if time
            else f"{value!r} is not a date CCYYMMDD",
            location=self.idoc.place(node, day), value=value,
        )  # fmt: skip

    def iso_day(self, node: Node, name: str) -> str | None:
        moment = self.moment(node, name)
        return moment.date().isoformat() if moment else None

    def created(self) -> datetime:
        """When the sender made the IDoc; the fallback for a document without a date of its own."""
        control = Node("EDI_DC40", self.idoc.control, 0)
        moment = self.moment(control, "CREDAT", "CRETIM")
        if moment is None:
            text = "neither the document nor the control record (CREDAT) has a date"
            raise ElementInvalid(text, location=self.idoc.place(None, "CREDAT"))
        return moment

    def material(self, value: str) -> str:
        """A material number of 18 or 40 characters as people write it: SAP pads numeric ones with zeros."""
        if self.options.strip_zeros and value.isascii() and value.isdigit():
            return value.lstrip("0") or "0"
        return value

    def site(self, plant: str, storage: str) -> tuple[Codes, str | None]:
        """Our site, and the location in it."""
        if not plant:
            return {}, storage or None
        if self.options.site == "plant_and_storage" and storage:
            return {"92": f"{plant}-{storage}"}, None
        return {"92": plant}, storage or None


def party(code: str) -> Codes:
    """A partner's number as a place: a GLN where it is one."""
    if not code:
        return {}
    return {"UL" if identifiers.is_valid_gln(code) else "92": code}


def plain(number: str) -> str:
    """A document or item number without the zeros with which SAP pads numeric ones."""
    return (number.lstrip("0") or number) if number.isascii() and number.isdigit() else number
