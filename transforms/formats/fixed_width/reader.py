"""Reader of fixed-width files: records → rows, by a partner's layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from transforms import errors
from transforms.formats.fixed_width.layout import Column, Options
from transforms.formats.fixed_width.records import Record, records
from transforms.location import Location
from transforms.reading import Context, ReadEvent
from transforms.rows.contract import BadRow, Rows
from transforms.rows.gathering import Gathering
from transforms.rows.layout import check, compiled

_TOGETHER = 500
"""Rows that are handed over at once."""


def check_options(options: dict[str, Any]) -> None:
    """Raise ``ValueError`` with the remedy when a layout makes no sense."""
    check(Options, options)


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Read a file of records. See :class:`transforms.reading.Reader`.

    Raises :class:`transforms.errors.Unreadable` for an empty file and
    :class:`transforms.errors.SnapshotEmpty` when a full snapshot has no lines.
    """
    options, layout = compiled(Options, context.options, context.unit_alias)
    reading = _Reading(options)
    gathering = Gathering(context, layout, reading.names, reading.fragment)
    yield from gathering.read(reading.rows(records(source, options)))


@dataclass(slots=True)
class _Gathered:
    """Rows until they are handed over."""

    numbers: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    values: list[list[str]] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)

    def as_rows(self) -> Rows:
        columns = list(zip(*self.values, strict=True)) if self.values else []
        return Rows(self.numbers, self.texts, columns, self.bad)


class _Reading:
    """One file being read: the heads that hold, and how many lines there were."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._columns = list(options.columns.items())
        self._end = max(column.end for column in options.columns.values())
        self._heads: dict[str, list[str]] = {
            tag: [""] * len(columns) for tag, columns in options.heads.items()
        }
        self._head_records: dict[str, str] = {}
        self._lines = 0
        self._is_closed = False

    @property
    def names(self) -> Sequence[str]:
        heads = [name for columns in self._options.heads.values() for name in columns]
        return [*(name for name, _ in self._columns), *heads]

    def fragment(self, text: str) -> bytes:
        """A bad line below the heads that hold for it; its trailer counts what is in it."""
        parts = [*self._head_records.values(), text]
        if (trailer := self._options.trailer) is not None and self._options.tag is not None:
            record = [" "] * max(self._options.tag.end, trailer.count.end)
            record[self._options.tag.span] = trailer.tag.ljust(self._options.tag.length)
            record[trailer.count.span] = "1".rjust(trailer.count.length, "0")
            parts.append("".join(record))
        if (length := self._options.record_length) is not None:
            return "".join(part.ljust(length) for part in parts).encode(self._options.encoding)
        return "".join(f"{part}\n" for part in parts).encode(self._options.encoding)

    def rows(self, found: Iterator[Record]) -> Iterator[Rows]:
        gathered, is_empty = _Gathered(), True
        for record in found:
            is_empty = False
            try:
                self._take(record, gathered)
            except errors.TransformError as error:
                error.location = Location(
                    line=record.number, field=error.location.field, offset=record.offset
                )
                is_whole = not record.is_too_long and record.text.isprintable()
                gathered.bad.append(BadRow(record.number, record.text if is_whole else None, error))
            if len(gathered.values) + len(gathered.bad) >= _TOGETHER:
                yield gathered.as_rows()
                gathered = _Gathered()
        if is_empty:
            raise errors.Unreadable("the file is empty", location=Location(line=1, offset=0))
        if self._options.trailer is not None and not self._is_closed:
            text = f"the file ends without a record {self._options.trailer.tag}: it was cut short"
            gathered.bad.append(BadRow(self._lines + 1, None, errors.Unreadable(text)))
        yield gathered.as_rows()

    def _take(self, record: Record, gathered: _Gathered) -> None:
        options = self._options
        if record.is_too_long:
            raise errors.RowInvalid(f"the record is longer than {options.max_line} characters (max_line)")
        if self._is_closed:
            raise errors.OrderInvalid("a record stands behind the trailer", value=record.text[:80])
        tag = "" if options.tag is None else record.text[options.tag.span].strip()
        if options.tag is None or tag in options.line_tags:
            self._lines += 1
            values = self._values(record.text, self._columns, self._end)
            gathered.values.append([*values, *(value for head in self._heads.values() for value in head)])
            gathered.numbers.append(record.number)
            gathered.texts.append(record.text)
        elif tag in options.heads:
            columns = list(options.heads[tag].items())
            end = max((column.end for _, column in columns), default=0)
            self._heads[tag] = self._values(record.text, columns, end)
            self._head_records[tag] = record.text
        elif options.trailer is not None and tag == options.trailer.tag:
            self._close(record.text)
        elif tag not in options.skip:
            text = f"a record {tag!r} is not known; name it under `heads` or `skip`"
            raise errors.SegmentInvalid(text, value=tag)

    def _values(self, text: str, columns: Sequence[tuple[str, Column]], end: int) -> list[str]:
        self._check(text, columns, end)
        return [_plain(text[column.span], column) for _, column in columns]

    def _check(self, text: str, columns: Sequence[tuple[str, Column]], end: int) -> None:
        if not text.isascii() and any("\ud800" <= one <= "\udfff" for one in text):
            raise errors.RowInvalid(f"there are bytes that are no {self._options.encoding}")
        if "\0" in text:
            raise errors.RowInvalid("the record contains a NUL character", value=text[:80])
        if len(text) < end and self._options.short == "refuse":
            name = next(name for name, column in columns if column.end > len(text))
            what = f"the record has {len(text)} characters, {name} ends at {end}; see option `short`"
            raise errors.RowInvalid(what, location=Location(field=name), value=text[:80])
        declared = self._options.record_length
        if declared is None and len(text) > end and text[end:].strip() and self._options.tag is None:
            what = f"behind the last column, at {end + 1}, stands {text[end:].strip()[:40]!r}"
            raise errors.RowInvalid(what, value=text[:80])

    def _close(self, text: str) -> None:
        self._is_closed = True
        trailer = self._options.trailer
        assert trailer is not None, "only a trailer closes"
        told = text[trailer.count.span].strip()
        if not (told.isascii() and told.isdigit() and int(told) == self._lines):
            what = f"the trailer says {told or 'nothing'}, there are {self._lines} lines"
            raise errors.TotalMismatch(what, value=told)


def _plain(value: str, column: Column) -> str:
    """A value as the layout's converters know it."""
    value = value.strip()
    if column.sign == "trailing" and value[-1:] in ("-", "+"):
        value = ("-" if value[-1] == "-" else "") + value[:-1].strip()
    if column.decimals and value:
        sign, digits = (value[0], value[1:]) if value[0] in "+-" else ("", value)
        if digits.isascii() and digits.isdigit():
            digits = digits.rjust(column.decimals + 1, "0")
            value = f"{sign}{digits[: -column.decimals]}.{digits[-column.decimals :]}"
    return value
