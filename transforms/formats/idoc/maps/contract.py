"""What a message map says about its IDoc; the reader does the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from transforms.canonical.document import Document
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.values import Reading

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


@dataclass(frozen=True, slots=True)
class Map:
    """One message's map. Its functions raise :class:`transforms.errors.TransformError`."""

    messages: frozenset[str]
    """MESTYP that it takes."""
    line_segment: str
    header: Callable[[Reading], Fields]
    """What the IDoc says of the whole. What it raises is wrong with the whole IDoc."""
    line: Callable[[Reading, Node, int, Fields], Fields | None]
    """Fields of one line, from its segment, its ordinal and the header; none when it only groups others."""
    documents: Callable[[Reading, Fields, list[Fields]], list[Made]]
    """Documents from as many lines as one may have."""
    line_alone: bool = True
    """A bad line stops only itself; orders are atomic."""
