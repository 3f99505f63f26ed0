"""Reader of delimited files: lines with a header row → rows, by a partner's layout."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from transforms import errors
from transforms.formats.csv.layout import Options
from transforms.formats.csv.lines import Lines, Splitter, TooLong, read_lines
from transforms.location import Location
from transforms.reading import Context, ReadEvent
from transforms.rows.contract import BadRow, Rows
from transforms.rows.gathering import Gathering
from transforms.rows.layout import Layout, check, compiled

_UTF8_MARK = b"\xef\xbb\xbf"
_OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


def check_options(options: dict[str, Any]) -> None:
    """Raise ``ValueError`` with the remedy when a layout makes no sense."""
    check(Options, options)


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Read a delimited file. See :class:`transforms.reading.Reader`.

    Raises :class:`transforms.errors.Unreadable` when the header does not fit the layout and
    :class:`transforms.errors.SnapshotEmpty` when a full snapshot has no rows.
    """
    options, layout = compiled(Options, context.options, context.unit_alias)
    blocks = read_lines(source, max_line=options.max_line)
    header, first = _header(blocks, options)
    names = _names(header, options, layout)

    def fragment(row: str) -> bytes:
        return f"{header}\n{row}\n".encode(options.encoding)

    rows = _rows(Splitter(options, len(names)), first, blocks, options)
    return Gathering(context, layout, names, fragment).read(rows)


def _rows(
    splitter: Splitter, first: Lines, blocks: Iterator[Lines | TooLong], options: Options
) -> Iterator[Rows]:
    if first.body:
        yield splitter.split(first)
    for block in blocks:
        if isinstance(block, TooLong):
            text = f"the line is longer than {options.max_line} bytes (max_line)"
            error = errors.RowInvalid(text, location=Location(line=block.line, offset=block.offset))
            yield Rows((), (), (), [BadRow(block.line, None, error)])
        else:
            yield splitter.split(block)
    yield splitter.close()


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


def _names(header: str, options: Options, layout: Layout) -> Sequence[str]:
    """Column names, checked against the layout. Raises :class:`transforms.errors.Unreadable`."""
    place = Location(line=1)
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
