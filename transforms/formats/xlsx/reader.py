"""Reader of spreadsheets: cells → rows, by a partner's layout.

A workbook cannot be edited as text, so a bad row is told with its place and its sheet has to be sent again;
what went through already is recognised by its natural key.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import orjson

from transforms import errors
from transforms.formats.xlsx.layout import Options
from transforms.formats.xlsx.sheets import as_text, rows
from transforms.location import Location
from transforms.reading import Context, ReadEvent
from transforms.rows.contract import MAX_VALUE, BadRow, Rows
from transforms.rows.gathering import Gathering
from transforms.rows.layout import Layout, check, compiled

_TOGETHER = 500
"""Rows that are handed over at once."""


def check_options(options: dict[str, Any]) -> None:
    """Raise ``ValueError`` with the remedy when a layout makes no sense."""
    check(Options, options)


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Read a sheet. See :class:`transforms.reading.Reader`.

    Raises :class:`transforms.errors.Unreadable` when there is no such sheet, or its header does not fit, and
    :class:`transforms.errors.SnapshotEmpty` when a full snapshot has no rows.
    """
    options, layout = compiled(Options, context.options, context.unit_alias)
    cells = rows(source if source.seekable() else io.BytesIO(source.read()), options)
    names = _names(next(cells, ()), options, layout)
    gathering = Gathering(context, layout, [name for name, _ in names], lambda _row: None)
    yield from gathering.read(_rows(cells, names, options))


def _names(cells: Sequence[Any], options: Options, layout: Layout) -> list[tuple[str, int]]:
    """Columns with their position. Raises :class:`transforms.errors.Unreadable`."""
    place = Location(line=options.header_row)
    names = [(name, at) for at, cell in enumerate(cells) if (name := as_text(cell.value))]
    found = [name for name, _ in names]
    if not found:
        raise errors.Unreadable("the header row is empty; say which row it is (header_row)", location=place)
    if twice := sorted({name for name in found if found.count(name) > 1}):
        raise errors.Unreadable(f"columns stand twice in the header: {', '.join(twice)}", location=place)
    if missing := sorted(layout.columns - set(found)):
        text = f"columns are missing: {', '.join(missing)}; the header has {', '.join(found)}"
        raise errors.Unreadable(text, location=place)
    if unknown := sorted(set(found) - layout.columns - set(options.ignore)):
        text = f"columns are not known: {', '.join(unknown)}; map them or name them under `ignore`"
        raise errors.Unreadable(text, location=place)
    return names


def _rows(
    cells: Iterator[Sequence[Any]], names: Sequence[tuple[str, int]], options: Options
) -> Iterator[Rows]:
    numbers: list[int] = []
    values: list[list[str]] = []
    bad: list[BadRow] = []
    empty = 0
    for number, row in enumerate(cells, start=options.header_row + 1):
        try:
            found = [_value(row, name, at, options) for name, at in names]
        except errors.TransformError as error:
            bad.append(BadRow(number, None, error))
            continue
        if not any(found):
            empty += 1
            if empty > options.allow_empty_rows:
                break
            continue
        empty = 0
        numbers.append(number)
        values.append(found)
        if len(numbers) + len(bad) >= _TOGETHER:
            yield _together(numbers, values, bad)
            numbers, values, bad = [], [], []
    yield _together(numbers, values, bad)


def _together(numbers: list[int], values: list[list[str]], bad: list[BadRow]) -> Rows:
    texts = [orjson.dumps(row).decode() for row in values]
    return Rows(numbers, texts, list(zip(*values, strict=True)) if values else (), bad)


def _value(row: Sequence[Any], name: str, at: int, options: Options) -> str:
    if at >= len(row):
        return ""
    cell = row[at]
    if cell.data_type == "e":
        text = f"{name} has the error {cell.value}"
        raise errors.ElementInvalid(text, location=Location(field=name), value=str(cell.value))
    if name in options.texts and isinstance(cell.value, (int, float)):
        text = f"{name} is a number and has to be a text: format the column as text, zeros may be lost"
        raise errors.ElementInvalid(text, location=Location(field=name), value=as_text(cell.value))
    value = as_text(cell.value)
    if len(value) > MAX_VALUE:
        text = f"{name} has more than {MAX_VALUE} characters"
        raise errors.RowInvalid(text, location=Location(field=name))
    return value
