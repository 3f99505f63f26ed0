"""Reader of XML files: records → rows, by a partner's layout."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr  # nosec B406  # it writes; nothing is parsed

import orjson

from transforms import errors
from transforms.formats.xml.layout import Options
from transforms.formats.xml.records import Record, Records
from transforms.reading import Context, ReadEvent
from transforms.rows.contract import MAX_VALUE, BadRow, Rows
from transforms.rows.gathering import Gathering
from transforms.rows.layout import check, compiled


def check_options(options: dict[str, Any]) -> None:
    """Raise ``ValueError`` with the remedy when a layout makes no sense."""
    check(Options, options)


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Read a file of records. See :class:`transforms.reading.Reader`.

    What ends a file too early, or is no XML, is a bad row at its place: the records before it count.
    Raises :class:`transforms.errors.SnapshotEmpty` when a full snapshot has no records.
    """
    options, layout = compiled(Options, context.options, context.unit_alias)
    names = list(options.columns)
    gathering = Gathering(context, layout, names, functools.partial(_fragment, options))
    yield from gathering.read(_rows(source, options, names))


def _rows(source: BinaryIO, options: Options, names: Sequence[str]) -> Iterator[Rows]:
    reading = Records(options)
    try:
        for found in reading.read(source):
            if found:
                yield _as_rows(found, names)
    except errors.Unreadable as error:
        yield Rows((), (), (), [BadRow(error.location.line or 1, None, error)])


def _as_rows(found: Sequence[Record], names: Sequence[str]) -> Rows:
    numbers, texts, values, bad = [], [], [], []
    for record in found:
        row = [record.values.get(name, "") for name in names]
        text = orjson.dumps(dict(zip(names, row, strict=True))).decode()
        if max(map(len, row)) > MAX_VALUE:
            error = errors.RowInvalid(f"a value has more than {MAX_VALUE} characters")
            bad.append(BadRow(record.line, None, error))
            continue
        numbers.append(record.line)
        texts.append(text)
        values.append(row)
    return Rows(numbers, texts, list(zip(*values, strict=True)) if values else (), bad)


def _fragment(options: Options, text: str) -> bytes:
    """A file with one record that holds the same values in the same places."""
    values: dict[str, str] = orjson.loads(text)
    root: dict[str, Any] = {}
    record = _at(root, options.record.split("/"))
    for name, place in options.columns.items():
        path, _, attribute = place.partition("@")
        steps = [step for step in path.strip("/").split("/") if step and step != "."]
        node = _at(root if place.startswith("/") else record, steps)
        node["@" + attribute if attribute else ""] = values[name]
    return "".join(_written(root)).encode()


def _at(node: dict[str, Any], steps: Sequence[str]) -> dict[str, Any]:
    for step in steps:
        node = node.setdefault(step, {})
    return node


def _written(node: dict[str, Any], depth: int = 0) -> Iterator[str]:
    inner = [(name, child) for name, child in node.items() if isinstance(child, dict)]
    for name, child in sorted(inner, key=lambda one: _holds_more(one[1])):
        attributes = "".join(f" {key[1:]}={quoteattr(text)}" for key, text in child.items() if key[:1] == "@")
        yield f"{' ' * depth}<{name}{attributes}>{escape(child.get('', ''))}"
        if any(isinstance(one, dict) for one in child.values()):
            yield "\n"
            yield from _written(child, depth + 1)
            yield " " * depth
        yield f"</{name}>\n"


def _holds_more(node: dict[str, Any]) -> int:
    """Heads stand before the records that they hold for, which are the deeper ones."""
    return max((1 + _holds_more(child) for child in node.values() if isinstance(child, dict)), default=0)
