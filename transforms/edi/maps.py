"""What a message map says about its message; the reader does the rest.

A message is read group by group: the header, then each line with the segments behind it, between them
loops that hold for the lines below them, at last the summary. A map never sees more than one group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from transforms.canonical.document import Document
from transforms.edi.message import Elements, Group, Message
from transforms.errors import TransformError

Fields = dict[str, Any]
M = TypeVar("M", bound=Message)


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
    """The header alone decides what becomes of a message: its lines are not read."""

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


def no_loop(_one: Message, _group: Group, _fields: Fields) -> None:
    """Loops between the lines say nothing about them."""


def no_totals(_one: Message, _summary: Group, _tally: Tally) -> list[Wrong]:
    return []


def always(_told: object) -> bool:
    return True


def never(_told: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Map(Generic[M]):
    """One message's map. Its functions raise :class:`transforms.errors.TransformError`."""

    line_tag: str
    header: Callable[[M, Group], Fields]
    """Header fields. What it raises is wrong with the whole message. May raise :class:`Settled`."""
    line: Callable[[M, Group, int, Fields], Fields | list[Fields]]
    """Fields of one line: its segments, its ordinal, the header's fields. It may be split, or come to
    nothing."""
    documents: Callable[[M, Fields, list[Fields]], list[Made]]
    """Documents from as many lines as one may have."""
    summary_tag: str | None = None
    totals: Callable[[M, Group, Tally], list[Wrong]] = no_totals
    loop_tags: tuple[str, ...] = ()
    loop: Callable[[M, Group, Fields], None] = no_loop
    """Takes what a loop says about the lines below it into the header's fields."""
    is_line: Callable[[Elements], bool] = always
    """Whether a segment with the line's tag really begins a line (HL of an item)."""
    is_summed: bool = False
    """Totals need the sum of the quantities: field ``counted`` of a line, else ``quantity``."""
    line_alone: bool = True
    """A bad line stops only itself; orders are atomic."""
    needs_line: Callable[[Fields], bool] = always
    """Whether a message with these header fields says nothing without a line."""
