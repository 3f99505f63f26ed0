"""What a message map says about its set; the reader does the rest.

A set is read group by group: the header, then each line with the segments behind it, between them
loops that hold for the lines below them, at last the summary. A map never sees more than one group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from transforms.canonical.document import Document
from transforms.errors import TransformError
from transforms.formats.x12.sets import Elements, Group, TransactionSet, element, optional_quantity, quantity

Fields = dict[str, Any]


@dataclass(slots=True)
class Made:
    """A document about to be built: its type, its fields without lines, and its lines' fields.

    All lines of one document have the same fields in the same order, and their values are of the kinds
    that the canonical model declares.
    """

    document: type[Document]
    header: Fields
    lines: list[Fields] = field(default_factory=list)
    business_key: str | None = None


class Settled(Exception):
    """The header alone decides what becomes of a set: its lines are not read."""

    def __init__(self, *made: Made, warning: TransformError | None = None) -> None:
        super().__init__()
        self.made, self.warning = made, warning


@dataclass(slots=True)
class Tally:
    """What control totals are compared with."""

    lines: int = 0
    bad: int = 0
    loops: int = 0
    total: Decimal = Decimal(0)
    """Sum of the good lines' quantities."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A control total that disagrees. A hash total only warns."""

    text: str
    elements: Elements
    position: int
    is_hash: bool = False


def no_loop(_one: TransactionSet, _group: Group, _fields: Fields) -> None:
    """Loops between the lines say nothing about them."""


def no_totals(_one: TransactionSet, _summary: Group, _tally: Tally) -> list[Wrong]:
    return []


def counted_in_ctt(one: TransactionSet, summary: Group, tally: Tally) -> list[Wrong]:
    """CTT01 is the number of lines, CTT02 (where the tally has it) the sum of their quantities."""
    return ctt(one, summary, tally, tally.lines, "lines")


def ctt(one: TransactionSet, summary: Group, tally: Tally, count: int, what: str) -> list[Wrong]:
    segment = summary[0]
    wrong = []
    if quantity(one, segment, 1) != count:
        wrong.append(Wrong(f"CTT01 says {element(segment, 1)} {what}, there are {count}", segment, 1))
    told = optional_quantity(one, segment, 2)
    if told is not None and not tally.bad and tally.total and told != tally.total:
        text = f"CTT02 says {told}, the quantities sum to {tally.total}"
        wrong.append(Wrong(text, segment, 2, is_hash=True))
    return wrong


def summed_in(tag: str) -> Callable[[TransactionSet, Group, Tally], list[Wrong]]:
    """The first element of the summary is the sum of the lines' quantities (W03, W14)."""

    def totals(one: TransactionSet, summary: Group, tally: Tally) -> list[Wrong]:
        told = quantity(one, summary[0], 1)
        if tally.bad or told == tally.total:
            return []
        return [Wrong(f"{tag}01 says {told}, the quantities sum to {tally.total}", summary[0], 1)]

    return totals


def always(_told: object) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Map:
    """One message's map. Its functions raise :class:`transforms.errors.TransformError`."""

    line_tag: str
    header: Callable[[TransactionSet, Group], Fields]
    """Header fields. What it raises is wrong with the whole set. May raise :class:`Settled`."""
    line: Callable[[TransactionSet, Group, int, Fields], Fields | list[Fields]]
    """Fields of one line: its segments, its ordinal, the header's fields. It may be split, or come to
    nothing."""
    documents: Callable[[TransactionSet, Fields, list[Fields]], list[Made]]
    """Documents from as many lines as one may have."""
    summary_tag: str | None = None
    totals: Callable[[TransactionSet, Group, Tally], list[Wrong]] = no_totals
    loop_tag: str | None = None
    loop: Callable[[TransactionSet, Group, Fields], None] = no_loop
    """Takes what a loop says about the lines below it into the header's fields."""
    is_line: Callable[[Elements], bool] = always
    """Whether a segment with the line's tag really begins a line (HL of an item)."""
    is_summed: bool = False
    """Totals need the sum of the quantities: field ``counted`` of a line, else ``quantity``."""
    line_alone: bool = True
    """A bad line stops only itself; orders are atomic."""
    needs_line: Callable[[Fields], bool] = always
    """Whether a set with these header fields says nothing without a line."""
