"""Bytes of a delimited file → rows, in blocks, in constant memory.

The ordinary block is decoded, cut into lines and split in a few calls. Only a block in which something
is unusual (an undecodable byte, a quote, a row of another width) is gone through line by line, so that
one bad row costs its own place and nothing else. A quoted value ends where its line ends unless the
layout says otherwise: an unclosed quote never swallows the rows behind it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import BinaryIO

from transforms import errors
from transforms.formats.csv.layout import Options
from transforms.location import Location
from transforms.rows.contract import MAX_VALUE, BadRow, Rows

BLOCK = 1 << 14
"""Small enough that a block's rows stay in the processor's cache until they are lines."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Consecutive physical lines. ``offset`` is that of the first byte."""

    first: int
    offset: int
    body: bytes


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line longer than the layout allows; it was skipped without being kept."""

    line: int
    offset: int


def read_lines(source: BinaryIO, *, max_line: int, offset: int = 0) -> Iterator[Lines | TooLong]:
    """Whole lines, however they end (LF, CRLF or a lone CR), some 16 KiB at once."""
    carry, number, skipping = b"", 1, False
    while block := source.read(BLOCK):
        data = carry + block
        cut = _last_end(data)
        if cut == 0:
            carry = data
            if skipping or len(data) > max_line:
                if not skipping:
                    yield TooLong(number, offset)
                skipping, carry = True, b""
                offset += len(data)
            continue
        body, carry = data[:cut], data[cut:]
        start = _first_end(body) if skipping else 0
        number += skipping
        if start < cut:
            yield Lines(number, offset + start, body[start:])
        number += len(body[start:].splitlines())
        offset += cut
        skipping = False
    if carry and not skipping:
        yield Lines(number, offset, carry)


def _last_end(data: bytes) -> int:
    """Behind the last end of line; a CR in the last place may be half of a CRLF and is left."""
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1


def _first_end(data: bytes) -> int:
    return len(data.splitlines(keepends=True)[0])


class Splitter:
    """Lines → rows of ``width`` values."""

    def __init__(self, options: Options, width: int) -> None:
        self._options = options
        self._width = width
        self._open: tuple[int, str] | None = None

    def split(self, lines: Lines) -> Rows:
        try:
            text = lines.body.decode(self._options.encoding)
        except UnicodeDecodeError:
            return self._one_by_one(*_decode_each(lines, self._options.encoding))
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        texts = text.removesuffix("\n").split("\n")
        numbers = range(lines.first, lines.first + len(texts))
        if self._options.quote not in text and "\0" not in text and self._open is None:
            width, delimiter = self._width, self._options.delimiter
            is_even = set(map(str.count, texts, repeat(delimiter))) == {width - 1} and "" not in texts
            if is_even and max(map(len, texts)) <= MAX_VALUE:
                values = text.removesuffix("\n").replace("\n", delimiter).split(delimiter)
                return Rows(numbers, texts, [values[at::width] for at in range(width)])
        return self._one_by_one(numbers, texts, [])

    def close(self) -> Rows:
        """What is left when the file ends: a quoted value that never ended."""
        if self._open is None:
            return Rows((), (), ())
        (number, text), self._open = self._open, None
        error = errors.RowInvalid("a quoted value is not closed before the file ends")
        return Rows((), (), (), [BadRow(number, text, error)])

    def _one_by_one(self, numbers: Sequence[int], texts: Sequence[str], bad: list[BadRow]) -> Rows:
        good: list[tuple[int, str, list[str]]] = []
        for number, text in self._logical(numbers, texts):
            if not text.strip():
                continue
            try:
                good.append((number, text, self._row(text)))
            except errors.RowInvalid as error:
                bad.append(BadRow(number, text, error))
        if not good:
            return Rows((), (), (), bad)
        kept, whole, values = zip(*good, strict=True)
        return Rows(kept, whole, list(zip(*values, strict=True)), bad)

    def _logical(self, numbers: Sequence[int], texts: Sequence[str]) -> Iterator[tuple[int, str]]:
        """Physical lines, joined while a quoted value is open, where the layout allows that."""
        if not self._options.multiline:
            yield from zip(numbers, texts, strict=True)
            return
        for number, text in zip(numbers, texts, strict=True):
            start, whole = (self._open[0], f"{self._open[1]}\n{text}") if self._open else (number, text)
            if whole.count(self._options.quote) % 2 and len(whole) <= self._options.max_line:
                self._open = (start, whole)
                continue
            self._open = None
            yield start, whole

    def _row(self, text: str) -> list[str]:
        if "\0" in text:
            raise errors.RowInvalid("the row contains a NUL character", value=text[:80])
        try:
            [row] = csv.reader(
                [text], delimiter=self._options.delimiter, quotechar=self._options.quote, strict=True
            )
        except csv.Error as error:
            raise errors.RowInvalid(f"the row cannot be split: {error}", value=text[:80]) from error
        if max(map(len, row), default=0) > MAX_VALUE:
            raise errors.RowInvalid(f"a value has more than {MAX_VALUE} characters", value=text[:80])
        if len(row) != self._width:
            raise errors.RowInvalid(
                f"the row has {len(row)} values, the header {self._width}", value=text[:80]
            )
        return row


def _decode_each(lines: Lines, encoding: str) -> tuple[list[int], list[str], list[BadRow]]:
    numbers, texts, bad, offset = [], [], [], lines.offset
    for number, line in enumerate(lines.body.splitlines(keepends=True), lines.first):
        try:
            texts.append(line.decode(encoding).rstrip("\r\n"))
            numbers.append(number)
        except UnicodeDecodeError as error:
            place = Location(line=number, offset=offset + error.start)
            text = f"byte 0x{line[error.start]:02x} is not {encoding}; declare the file's encoding"
            bad.append(BadRow(number, None, errors.RowInvalid(text, location=place)))
        offset += len(line)
    return numbers, texts, bad
