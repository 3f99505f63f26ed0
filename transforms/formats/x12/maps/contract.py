"""What a message map says about its set; the reader does the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from transforms.canonical.document import Document
from transforms.formats.x12.sets import TransactionSet
from transforms.segments import Segment

Fields = dict[str, Any]


@dataclass(slots=True)
class Made:
    """A document about to be built: its type, its fields without lines, and its lines' fields.

    All lines of one document have the same fields, and their values are of the kinds that the
    canonical model declares.
    """

    document: type[Document]
    header: Fields
    lines: list[Fields] = field(default_factory=list)
    business_key: str | None = None


@dataclass(frozen=True, slots=True)
class Map:
    """``starts`` tells the first segment of a line, ``ends`` the tags of the summary behind the lines."""

    starts: Callable[[Segment], bool]
    ends: frozenset[str]
    header: Callable[[TransactionSet, Sequence[Segment]], Fields]
    """Header fields. Raises :class:`transforms.errors.TransformError` for the whole set."""
    line: Callable[[TransactionSet, Sequence[Segment], int, Fields], Fields]
    """Fields of one line: its segments, its ordinal, the header's fields."""
    documents: Callable[[TransactionSet, Fields, list[Fields]], list[Made]]
    totals: Callable[[TransactionSet, Sequence[Segment], list[Fields], int], str | None]
    """What is wrong with the control totals, if anything: summary segments, good lines, lines in all."""
    line_alone: bool = True
    """A bad line stops only itself; orders are atomic."""


def tag(name: str) -> Callable[[Segment], bool]:
    return lambda segment: segment[0][0] == name


def total_of(lines: list[Fields]) -> Decimal:
    return sum((line["quantity"] for line in lines), Decimal(0))


def no_totals(
    _one: TransactionSet, _summary: Sequence[Segment], _lines: list[Fields], _count: int
) -> str | None:
    return None
