"""Reader of delimited files (a Message Translator): rows → canonical documents, by a partner's layout.

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

import csv
import functools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

import orjson

from transforms import errors
from transforms.errors import Problem
from transforms.formats.csv.columns import Block, Table
from transforms.formats.csv.layout import Layout, Options, compile_layout
from transforms.formats.csv.lines import BadRow, Lines, Rows, Splitter, TooLong, read_lines
from transforms.location import Location
from transforms.reading import MAX_LINES, Context, Drafted, PartClosed, ReadEvent

OPEN_LINES = 8 * MAX_LINES

_UTF8_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def check_options(options: dict[str, Any]) -> None:
    """Raise ``ValueError`` with the remedy when a layout makes no sense."""
    compile_layout(options, {})


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Read a delimited file. See :class:`transforms.reading.Reader`.

    Raises :class:`transforms.errors.Unreadable` when the header does not fit the layout and
    :class:`transforms.errors.SnapshotEmpty` when a full snapshot has no rows.
    """
    layout = _layout(_as_key(context.options), _as_key(context.unit_alias))
    blocks = read_lines(source, max_line=layout.options.max_line)
    header, first = _header(blocks, layout.options)
    names = _names(header, layout)
    return _Reading(context, layout, header, names).read(first, blocks)


@dataclass(slots=True)
class _Group:
    """Rows on their way into one document."""

    header: dict[str, Any]
    first: int
    last: int = 0
    lines: list[Any] = field(default_factory=list)
    occurred_at: datetime | None = None


class _Reading:
    """One file being read."""

    def __init__(self, context: Context, layout: Layout, header: str, names: Sequence[str]) -> None:
        self._context = context
        self._layout = layout
        self._header = header
        self._splitter = Splitter(layout.options, len(names))
        self._table = Table(layout, names, context.source)
        self._groups: dict[Any, _Group] = {}
        self._open_lines = 0
        self._documents = 0
        self._cut: set[Any] = set()
        self._rows = 0
        self._bad = 0

    def read(self, first: Lines, blocks: Iterator[Lines | TooLong]) -> Iterator[ReadEvent]:
        if first.body:
            yield from self._rows_of(self._splitter.split(first))
        for block in blocks:
            if isinstance(block, TooLong):
                yield self._too_long(block)
            else:
                yield from self._rows_of(self._splitter.split(block))
        yield from self._rows_of(self._splitter.close())
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
        row.error.location = Location(line=row.line, field=place.field, offset=place.offset)
        fragment = None
        if row.text is not None:
            fragment = f"{self._header}\n{row.text}\n".encode(self._layout.options.encoding)
        return Problem.of(row.error, fragment)

    def _too_long(self, line: TooLong) -> Problem:
        self._bad += 1
        text = f"the line is longer than {self._layout.options.max_line} bytes (max_line)"
        return Problem.of(errors.RowInvalid(text, location=Location(line=line.line, offset=line.offset)))


@functools.lru_cache(maxsize=256)
def _layout(options: bytes, alias: bytes) -> Layout:
    return compile_layout(orjson.loads(options), orjson.loads(alias))


def _as_key(data: dict[str, Any]) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)


def _header(blocks: Iterator[Lines | TooLong], options: Options) -> tuple[str, Lines]:
    """The header's text, and what of the first block lies behind it."""
    first = next(blocks, None)
    place = Location(line=1, offset=0)
    if first is None:
        raise errors.Unreadable("the file is empty: not even a header is there", location=place)
    if isinstance(first, TooLong):
        raise errors.Unreadable("the header is longer than max_line; is this a text file?", location=place)
    if first.body.startswith(_OTHER_MARKS):
        raise errors.Unreadable("the file is UTF-16; have it sent as utf-8 or cp1252", location=place)
    line = first.body.splitlines(keepends=True)[0]
    rest = Lines(first.first + 1, first.offset + len(line), first.body[len(line) :])
    try:
        text = line.removeprefix(_UTF8_MARK).decode(options.encoding)
    except UnicodeDecodeError as error:
        place = Location(line=1, offset=error.start)
        raise errors.Unreadable(f"the header is not {options.encoding}", location=place) from error
    return text.rstrip("\r\n"), rest


def _names(header: str, layout: Layout) -> Sequence[str]:
    """Column names, checked against the layout. Raises :class:`transforms.errors.Unreadable`."""
    options, place = layout.options, Location(line=1)
    try:
        [names] = csv.reader([header], delimiter=options.delimiter, quotechar=options.quote, strict=True)
    except (csv.Error, ValueError) as error:
        raise errors.Unreadable(
            "the first line is not a header", location=place, value=header[:80]
        ) from error
    names = [name.strip() for name in names]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise errors.Unreadable(f"columns stand twice in the header: {', '.join(twice)}", location=place)
    if missing := sorted(layout.columns - set(names)):
        text = f"columns are missing: {', '.join(missing)}; the header has {', '.join(names)}"
        raise errors.Unreadable(text, location=place)
    if unknown := sorted(set(names) - layout.columns - set(options.ignore)):
        text = f"columns are not known: {', '.join(unknown)}; map them or name them under `ignore`"
        raise errors.Unreadable(text, location=place)
    return names
