"""The quantities of a line: which segments belong to which, and what several under one qualifier mean.

Quantities of different qualifiers are different figures of the same goods and are never added. Several of
one qualifier are a total with its breakdown, or parts that add up; nothing in the message says which, so
the partner's profile does (``edifact.qty_total_and_splits``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from transforms.edi.message import Elements, Group
from transforms.errors import SegmentInvalid, TotalMismatch, Unsupported
from transforms.formats.edifact.message import Message, as_number, as_unit, components, part


@dataclass(slots=True)
class Figure:
    """One QTY, the INV that speaks of it, and the segments that tell more about it."""

    qty: Elements
    parts: list[str]
    """Components of C186: qualifier, quantity, unit."""
    inv: Elements | None = None
    more: Group = field(default_factory=list)

    @property
    def qualifier(self) -> str:
        return self.parts[0]

    def value(self, one: Message) -> Decimal:
        return as_number(one, self.parts[1] if len(self.parts) > 1 else "", self.qty)

    def unit(self, one: Message) -> tuple[str, str | None]:
        return as_unit(one, self.parts[2] if len(self.parts) > 2 else "", self.qty)


@dataclass(slots=True)
class Amount:
    """What a line says under one qualifier. ``parts`` break ``value`` down."""

    qualifier: str
    value: Decimal
    unit: str
    source_unit: str | None
    whole: Figure
    parts: list[tuple[Decimal, Figure]]


def of_line(one: Message, group: Group) -> list[Figure]:
    """Every QTY of a line, in order.

    In D.96A an INV stands behind the QTY that it speaks of, in D.01B before one or several. Which it is,
    is told by what comes first.
    """
    leads = next((elements[0] for elements in group if elements[0] in ("QTY", "INV")), None) == "INV"
    found: list[Figure] = []
    inv: Elements | None = None
    common: Group = []
    behind: Group | None = None
    for elements in group:
        tag = elements[0]
        if tag == "QTY":
            figure = Figure(elements, components(one, elements, 1) or [""], inv, list(common))
            found.append(figure)
            behind = figure.more
        elif tag == "INV" and leads:
            inv, common = elements, []
            behind = common
        elif tag == "INV" and found:
            found[-1].inv = elements
        elif behind is not None:
            behind.append(elements)
    return found


def before_quantities(group: Group) -> Group:
    """The segments of a line that speak of all of it."""
    end = next((at for at, elements in enumerate(group) if elements[0] in ("QTY", "INV")), len(group))
    return group[:end]


def amounts(one: Message, figures: list[Figure]) -> dict[str, Amount]:
    """What a line says, by qualifier.

    Raises :class:`TotalMismatch` where a total is not the sum of its parts, and :class:`Unsupported` where
    the parts are in other units.
    """
    by_qualifier: dict[str, list[Figure]] = {}
    for figure in figures:
        by_qualifier.setdefault(figure.qualifier, []).append(figure)
    return {qualifier: _amount(one, same) for qualifier, same in by_qualifier.items()}


def _amount(one: Message, figures: list[Figure]) -> Amount:
    first = figures[0]
    code, sent = first.unit(one)
    value = first.value(one)
    if len(figures) == 1:
        return Amount(first.qualifier, value, code, sent, first, [])
    values = [(figure.value(one), figure) for figure in figures]
    for _, figure in values:
        if figure.unit(one)[0] != code:
            where = one.place(figure.qty, 1, 3)
            text = f"quantities under one qualifier ({first.qualifier}) are in different units"
            raise Unsupported(text, location=where, value=part(one, figure.qty, 1, 3))
    if one.options.splits == "sum":
        total = sum((amount for amount, _ in values), Decimal(0))
        return Amount(first.qualifier, total, code, sent, first, values)
    parts = values[1:]
    told = sum((amount for amount, _ in parts), Decimal(0))
    if told != value:
        raise TotalMismatch(
            f"of {len(figures)} QTY {first.qualifier} the first, {value}, is not the sum of the others, {told}; "
            "if they are parts that add up, set `edifact.qty_total_and_splits: sum` in the profile",
            location=one.place(first.qty, 1, 2),
            value=str(value),
        )
    return Amount(first.qualifier, value, code, sent, first, parts)


def one_of(one: Message, group: Group, told: dict[str, Amount], *qualifiers: str) -> Amount:
    """The first of the qualifiers that is there. Raises :class:`SegmentInvalid`."""
    for qualifier in qualifiers:
        if qualifier in told:
            return told[qualifier]
    there = f", there is {', '.join(told)}" if told else ""
    text = f"the line has no QTY {' or '.join(qualifiers)}{there}"
    raise SegmentInvalid(text, location=one.place(group[0]))
