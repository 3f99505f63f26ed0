"""One EDIFACT message, and what maps ask of its segments: components, quantities, dates, codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from transforms import units
from transforms.canonical.document import Codes
from transforms.edi import message as edi
from transforms.edi.message import REMEMBERED, Elements, Group, element
from transforms.errors import (
    CheckDigitWrong,
    DateInvalid,
    ElementInvalid,
    NotNumeric,
    SegmentInvalid,
    UnitUnknown,
    Unsupported,
)
from transforms.formats.edifact.options import Options
from transforms.identifiers import is_valid_sscc

_NUMBERS = {
    mark: re.compile(rf"[+-]?(\d{{1,15}}({mark}\d{{0,6}})?|{mark}\d{{1,6}})", re.ASCII)
    for mark in (r"\.", ",", "[.,]")
}
_FORMATS = {"102": (8, "%Y%m%d"), "203": (12, "%Y%m%d%H%M"), "204": (14, "%Y%m%d%H%M%S")}
_PERIODS = ("718", "719")
_BY_LENGTH = {length: name for name, (length, _) in _FORMATS.items()}
_AGENCIES = {"9": "UL", "91": "91", "92": "92"}
"""Code list agency (3055) → qualifier of a place: a GLN, the seller's or the buyer's own number."""
_MORE_EXACT = "5"
_IDENTIFYING = ("1", _MORE_EXACT)
"""PIA 4347: codes of the item itself; others name substitutes."""
_SERIAL = "SN"
PALLETS, LOTS, SERIALS = ("BJ", "AW"), ("BX",), ("BN",)
"""GIN 7405. D.01B would rather have AW than BJ for an SSCC; both are sent."""


@dataclass(slots=True)
class Message(edi.Message):
    """A message with the headers around it."""

    family = "edi"
    closes = "UNT"

    una: str = field(kw_only=True)
    unb: Elements = field(kw_only=True)
    ung: Elements = field(kw_only=True)
    """Empty where it stands in no group."""
    options: Options = field(kw_only=True)
    received_at: datetime = field(kw_only=True)

    @property
    def settings(self) -> Options:
        return self.options

    @property
    def control(self) -> str:
        return element(self.head, 1)

    @property
    def kind(self) -> str:
        return part(self, self.head, 2)

    @property
    def version(self) -> str:
        """Version and release, such as ``D:96A``."""
        return f"{part(self, self.head, 2, 2)}:{part(self, self.head, 2, 3)}"

    @property
    def path(self) -> str:
        group = f"/UNG{element(self.ung, 5)}" if self.ung else ""
        return f"UNB{element(self.unb, 5)}{group}/UNH{self.control}"

    @property
    def sent_at(self) -> datetime:
        """When the interchange was made, as far as it says."""
        return sent_at(self.unb, self.dialect.component, self.received_at)

    def wrapped(self, segments: list[str]) -> list[str]:
        mark = self.dialect.element
        if self.ung:
            segments = [mark.join(self.ung), *segments, mark.join(["UNE", "1", element(self.ung, 5)])]
        unb = self.una + mark.join(self.unb)
        return [unb, *segments, mark.join(["UNZ", "1", element(self.unb, 5)])]

    @property
    def number(self) -> re.Pattern[str]:
        """What a number looks like under the decimal mark that holds."""
        declared = self.una[5:6]
        is_either = self.options.decimal_mark == "either" or not declared
        return _NUMBERS["[.,]" if is_either else re.escape(declared)]


def components(one: Message, elements: Elements, position: int) -> list[str]:
    """The components of an element as plain text; none where it is not there."""
    if position >= len(elements):
        return []
    value, dialect = elements[position], one.dialect
    if dialect.release is not None and dialect.release in value:
        return [each.strip() for each in dialect.components(value)]
    if " " in value:
        return [each.strip() for each in value.split(dialect.component)]
    return value.split(dialect.component)


def part(one: Message, elements: Elements, position: int, number: int = 1) -> str:
    """A component of an element as plain text, or nothing."""
    parts = components(one, elements, position)
    return parts[number - 1] if number <= len(parts) else ""


def needed(one: Message, elements: Elements, position: int, number: int = 1) -> str:
    """A mandatory component. Raises :class:`ElementInvalid`."""
    value = part(one, elements, position, number)
    if not value:
        where = one.place(elements, position, number)
        raise ElementInvalid(f"{elements[0]}{position:02d}-{number} is missing", location=where)
    return value


def quantity(one: Message, elements: Elements, position: int = 1, number: int = 2) -> Decimal:
    """A number, usually QTY 6060. Raises :class:`NotNumeric` or :class:`ElementInvalid`."""
    return as_number(one, part(one, elements, position, number), elements, position, number)


def as_number(one: Message, value: str, elements: Elements, position: int = 1, number: int = 2) -> Decimal:
    """A component that was taken already. Raises as :func:`quantity` does."""
    known = one.known_numbers
    if (found := known.get(value)) is not None:
        return found
    needed(one, elements, position, number)
    if one.number.fullmatch(value) and abs(exact := Decimal(value.replace(",", "."))) < 10**12:
        if len(known) >= REMEMBERED:
            known.clear()
        known[value] = exact
        return exact
    where = one.place(elements, position, number)
    text = f"{value!r} is not a number below 10^12 with the decimal mark of UNA"
    raise NotNumeric(text, location=where, value=value)


def unit(one: Message, qty: Elements) -> tuple[str, str | None]:
    """Rec 20 code and the code as sent (QTY 6411). Raises :class:`UnitUnknown`."""
    return as_unit(one, part(one, qty, 1, 3), qty)


def as_unit(one: Message, sent: str, qty: Elements) -> tuple[str, str | None]:
    """A component that was taken already. Raises :class:`UnitUnknown`."""
    found = one.known_units.get(sent)
    if found is None:
        try:
            found = units.rec20(sent or one.options.default_unit, system="edifact", alias=one.alias)
        except UnitUnknown as error:
            error.location = one.place(qty, 1, 3)
            raise
        one.known_units[sent] = found
    return found, sent or None


def date(one: Message, dtm: Elements) -> datetime:
    """DTM C507 in UTC; of a period its first day. Raises :class:`DateInvalid`."""
    value, told = needed(one, dtm, 1, 2), part(one, dtm, 1, 3)
    name = told or _BY_LENGTH.get(len(value), "")
    plain = value
    if name in _PERIODS:
        plain, name = value[: len(value) // 2].removesuffix("-"), "102" if name == "718" else "203"
    length, layout = _FORMATS.get(name, (0, ""))
    if len(plain) == length and plain.isascii() and plain.isdigit():
        try:
            return datetime.strptime(plain, layout).replace(tzinfo=UTC)
        except ValueError:
            pass  # the same answer as for what has not even the shape of a date
    formats = ", ".join((*_FORMATS, *_PERIODS))
    text = f"{value!r} is no date in format {told or '(2379 is missing)'}; taken are {formats}"
    raise DateInvalid(text, location=one.place(dtm, 1, 2), value=value)


def dated(one: Message, group: Group, *qualifiers: str) -> datetime | None:
    """The date under the first of the qualifiers (2005) that is there."""
    for qualifier in qualifiers:
        if dtm := first(one, group, "DTM", qualifier):
            return date(one, dtm)
    return None


def day(one: Message, group: Group, *qualifiers: str) -> str | None:
    found = dated(one, group, *qualifiers)
    return found.date().isoformat() if found else None


def needed_date(one: Message, group: Group, *qualifiers: str) -> datetime:
    found = dated(one, group, *qualifiers)
    if found is None:
        raise SegmentInvalid(f"there is no DTM {' or '.join(qualifiers)}", location=one.place(group[0]))
    return found


def first(one: Message, group: Group, tag: str, qualifier: str | None = None) -> Elements | None:
    """The first segment of a tag (and of a qualifier in its first component)."""
    for elements in group:
        if elements[0] == tag and (qualifier is None or part(one, elements, 1) == qualifier):
            return elements
    return None


def reference(one: Message, group: Group, *qualifiers: str) -> str | None:
    """RFF 1154 under the first of the qualifiers (1153) that is there."""
    for qualifier in qualifiers:
        if rff := first(one, group, "RFF", qualifier):
            return part(one, rff, 1, 2) or None
    return None


def party(one: Message, group: Group, *roles: str) -> Codes:
    """NAD C082 of the first of the roles (3035) that has one."""
    for role in roles:
        for elements in group:
            if elements[0] == "NAD" and part(one, elements, 1) == role and (code := part(one, elements, 2)):
                return {_AGENCIES.get(part(one, elements, 2, 3), "ZZ"): code}
    return {}


def site(one: Message, group: Group) -> Codes:
    """Our site: the first NAD whose role the profile names."""
    return party(one, group, *one.options.site_roles)


def item(one: Message, group: Group) -> Codes:
    """Item codes by 7143: of LIN, then of PIA; PIA 5 identifies more exactly than LIN and goes first."""
    found: Codes = {}
    exact: Codes = {}
    code, kind, *_ = [*components(one, group[0], 3), "", ""]
    if code and kind:
        found[kind] = code
    for use, kind, code in _pia(one, group):
        if use in _IDENTIFYING and kind != _SERIAL and kind not in one.options.lot_codes:
            (exact if use == _MORE_EXACT else found).setdefault(kind, code)
    if exact:
        exact |= {kind: code for kind, code in found.items() if kind not in exact}
    return exact or found


def lot(one: Message, group: Group) -> str | None:
    """The lot in PIA or GIN."""
    for _, kind, code in _pia(one, group):
        if kind in one.options.lot_codes:
            return code
    return next(iter(numbers(one, group, LOTS)), None)


def serials(one: Message, group: Group) -> tuple[str, ...]:
    own = [code for _, kind, code in _pia(one, group) if kind == _SERIAL]
    return (*own, *numbers(one, group, SERIALS))


def _pia(one: Message, group: Group) -> Iterator[tuple[str, str, str]]:
    """How each code of the PIA segments is meant (4347), its kind (7143) and itself."""
    for pia in group:
        if pia[0] == "PIA" and len(pia) > 2:
            use = pia[1]
            for position in range(2, len(pia)):
                code, kind, *_ = [*components(one, pia, position), "", ""]
                if code and kind:
                    yield use, kind, code


def numbers(one: Message, group: Group, kinds: Iterable[str]) -> list[str]:
    """Identity numbers (GIN 7402) of some kinds (7405). Raises :class:`Unsupported` for a range."""
    found = []
    for gin in group:
        if gin[0] == "GIN" and part(one, gin, 1) in kinds:
            for position in range(2, len(gin)):
                if part(one, gin, position, 2):
                    where = one.place(gin, position, 2)
                    raise Unsupported("a range of identity numbers (GIN) is not taken", location=where)
                if code := part(one, gin, position):
                    found.append(code)
    return found


def pallets(one: Message, group: Group) -> list[str]:
    """Each SSCC, without the application identifier 00. Raises :class:`CheckDigitWrong`."""
    found = []
    for code in numbers(one, group, PALLETS):
        plain = code[2:] if len(code) == 20 and code.startswith("00") else code
        if not is_valid_sscc(plain):
            gin = first(one, group, "GIN")
            where = one.place(gin) if gin else None
            raise CheckDigitWrong(f"{code} is not an SSCC", location=where, value=code)
        found.append(plain)
    return found


def place(one: Message, group: Group) -> str | None:
    """LOC 3225: where in the site."""
    loc = first(one, group, "LOC")
    return part(one, loc, 2) or None if loc else None


def sent_at(unb: Elements, component: str, otherwise: datetime) -> datetime:
    """When an interchange was made (S004), where that is a time."""
    text = element(unb, 4).replace(component, "")
    layout = {10: "%y%m%d%H%M", 12: "%Y%m%d%H%M"}.get(len(text))
    try:
        return datetime.strptime(text, layout).replace(tzinfo=UTC) if layout else otherwise
    except ValueError:
        return otherwise
