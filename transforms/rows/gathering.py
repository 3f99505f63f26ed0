"""Rows into documents (a Message Translator's second half), whatever file they stood in.

There is no envelope, so every document is a part of its own and good rows never wait for bad ones. Rows
of one group (by default one site) are gathered into documents of at most ``MAX_LINES`` lines, in file
order; where groups are interleaved, at most ``OPEN_LINES`` rows are held, and then the group that was
opened first is let go. A document's ``occurred_at`` is the latest of its rows; any other header field is
that of its first row (put a column that varies into ``group``).

With a ``natural_key`` a line's effect key is ``<source>/<its values>`` and outlives a repair of the file.
Without one the line has no key of its own: the document's key and the line number are its effect key,
which is the same for the same bytes, and nothing need be remembered of the rows that went before.

A snapshot document is ``complete`` only when its whole site fitted into it and the file had no bad row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from transforms import errors
from transforms.errors import Problem
from transforms.location import Location
from transforms.reading import MAX_LINES, Context, Drafted, PartClosed, ReadEvent
from transforms.rows.columns import Block, Table
from transforms.rows.contract import BadRow, Rows
from transforms.rows.layout import Layout

OPEN_LINES = 8 * MAX_LINES


@dataclass(slots=True)
class _Group:
    """Rows on their way into one document."""

    header: dict[str, Any]
    first: int
    last: int = 0
    lines: list[Any] = field(default_factory=list)
    occurred_at: datetime | None = None


class Gathering:
    """One file being read. ``fragment`` makes a file of its own out of a bad row, for repair."""

    def __init__(
        self, context: Context, layout: Layout, names: Sequence[str], fragment: Callable[[str], bytes | None]
    ) -> None:
        self._context = context
        self._layout = layout
        self._fragment = fragment
        self._table = Table(layout, names, context.source)
        self._groups: dict[Any, _Group] = {}
        self._open_lines = 0
        self._documents = 0
        self._cut: set[Any] = set()
        self._rows = 0
        self._bad = 0

    def read(self, found: Iterable[Rows]) -> Iterator[ReadEvent]:
        """Raises :class:`transforms.errors.SnapshotEmpty` when a full snapshot has no rows."""
        for rows in found:
            yield from self._rows_of(rows)
        options = self._layout.options
        if not self._rows and not self._bad and options.mode == "snapshot_full" and not options.allow_empty:
            raise errors.SnapshotEmpty(location=Location(line=1))
        for key in list(self._groups):
            yield from self._close(key, last=True)

    def _rows_of(self, rows: Rows) -> Iterator[ReadEvent]:
        yield from map(self._problem, rows.bad)
        if rows.numbers:
            block = self._table.convert(rows)
            yield from map(self._problem, block.bad)
            yield from self._gather(block)

    def _gather(self, block: Block) -> Iterator[ReadEvent]:
        members: dict[Any, list[int]] = defaultdict(list)
        for index, key in enumerate(block.keys):
            members[key].append(index)
        self._rows += len(block.lines)
        for key, indexes in members.items():
            start = 0
            while start < len(indexes):
                group = self._groups.get(key) or self._open(key, block, indexes[start])
                end = start + MAX_LINES - len(group.lines)
                self._add(group, block, indexes[start:end])
                start = end
                if len(group.lines) == MAX_LINES:
                    yield from self._close(key)
            while self._open_lines > OPEN_LINES:
                yield from self._close(next(iter(self._groups)))

    def _open(self, key: Any, block: Block, index: int) -> _Group:
        header = {name: column[index] for name, column in block.header.items()}
        group = self._groups[key] = _Group(header, block.numbers[index])
        return group

    def _add(self, group: _Group, block: Block, indexes: list[int]) -> None:
        lines, moments = block.lines, block.header.get("occurred_at")
        group.lines += [lines[index] for index in indexes]
        group.last = block.numbers[indexes[-1]]
        self._open_lines += len(indexes)
        if moments is not None:
            latest = max([moments[index] for index in indexes])
            group.occurred_at = max(group.occurred_at or latest, latest)

    def _close(self, key: Any, *, last: bool = False) -> Iterator[ReadEvent]:
        group = self._groups.pop(key)
        self._open_lines -= len(group.lines)
        self._documents += 1
        part = f"{self._context.message_key}/{self._documents}"
        values = {
            "number": f"{self._context.name or self._context.message_key}/{self._documents}",
            **group.header,
        }
        values["occurred_at"] = group.occurred_at or self._context.received_at
        values["lines"] = tuple(group.lines)
        if self._layout.options.mode == "snapshot_full":
            values["complete"] = last and key not in self._cut and not self._bad
            self._cut.add(key)
        document = self._layout.document.model_validate(values)
        yield Drafted(document, key=part, position=f"lines {group.first}-{group.last}", part=part)
        yield PartClosed(part, accepted=True)

    def _problem(self, row: BadRow) -> Problem:
        self._bad += 1
        place = row.error.location
        row.error.location = Location(path=place.path, line=row.line, field=place.field, offset=place.offset)
        return Problem.of(row.error, None if row.text is None else self._fragment(row.text))
