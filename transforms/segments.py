"""The one streaming lexer under X12 and EDIFACT: bytes in, batches of segments with their byte offsets out.

It holds one block of the source and the segment that runs over its end, whatever the size of the file.
A segment that does not end within ``MAX_SEGMENT`` bytes is refused before it is in memory. Text is
decoded as Latin-1, which keeps one character for each byte and so keeps offsets true; both standards
have their codes in ASCII. Segments come as text in batches, because splitting and looking at many at
once is several times as fast as one by one; who needs the elements of one splits it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO

from transforms.errors import Unreadable
from transforms.location import Location

BLOCK = 1 << 18
MAX_SEGMENT = 1 << 20
LOOK = 128
"""Characters in which an interchange's head can be told; so many stay unread until more is there."""
BLANK = "\r\n\t \x00\x1a"
"""What may stand between interchanges: line ends of any kind, blanks, padding, an old end-of-file mark."""
_BOM = "\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one interchange is written, and how its end and the head of a next one are told."""

    element: str
    terminator: str
    component: str
    repetition: str | None = None
    release: str | None = None
    """Takes its meaning from the delimiter behind it (EDIFACT's ``?``)."""
    closes: str = "IEA"
    head: re.Pattern[str] = re.compile(r"ISA([^A-Za-z0-9 ])..\1.{10}\1..\1.{10}\1", re.DOTALL)

    def elements(self, segment: str) -> list[str]:
        """The elements of a segment, the first being its tag; release characters stay for ``components``."""
        return self._split(segment, self.element)

    def components(self, element: str) -> list[str]:
        """The components of an element, as plain values."""
        parts = self._split(element, self.component)
        if self.release is None or self.release not in element:
            return parts
        return [re.sub(re.escape(self.release) + "(.)", r"\1", part, flags=re.DOTALL) for part in parts]

    def segments(self, text: str) -> list[str]:
        """Pieces of ``text`` between terminators; the last piece has none behind it."""
        return self._split(text, self.terminator)

    def last_end(self, text: str, limit: int) -> int:
        """Where the last whole segment before ``limit`` ends, its terminator included; 0 without one."""
        end = text.rfind(self.terminator, 0, limit)
        while end >= 0 and self._is_released(text, end):
            end = text.rfind(self.terminator, 0, end)
        return end + 1

    def _split(self, text: str, delimiter: str) -> list[str]:
        pieces = text.split(delimiter)
        if self.release is None or self.release + delimiter not in text:
            return pieces
        joined = pieces[:1]
        for piece in pieces[1:]:
            if self._is_released(joined[-1], len(joined[-1])):
                joined[-1] += delimiter + piece
            else:
                joined.append(piece)
        return joined

    def _is_released(self, text: str, end: int) -> bool:
        """Whether an odd number of release characters stands before ``end``."""
        if self.release is None:
            return False
        start = end
        while start and text[start - 1] == self.release:
            start -= 1
        return (end - start) % 2 == 1


@dataclass(slots=True)
class Batch:
    """Whole segments as they follow each other in the source, free of blanks before them."""

    segments: list[str]
    text: str
    """The same as it stands in the source."""
    start: int
    """Offset of the first byte of ``text``."""
    dialect: Dialect
    is_padded: bool
    """Whether blanks stand beside delimiters."""
    is_plain: bool
    """Whether every terminator ends a segment: none is released, none stands alone."""
    _offsets: list[int] = field(default_factory=list)

    def offset(self, index: int) -> int:
        """Offset of the first byte of a segment. Worked out when asked for: few ever ask."""
        if self.is_plain:
            behind = self.text.split(self.dialect.terminator, index)[-1]
            return self.start + len(self.text) - len(behind.lstrip())
        if not self._offsets:
            at = self.start
            for piece in self.dialect.segments(self.text):
                plain = piece.lstrip()
                if plain:
                    self._offsets.append(at + len(piece) - len(plain))
                at += len(piece) + 1
        return self._offsets[index]

    def tagged(self, tags: str) -> list[int]:
        """Indices of the segments whose tag matches ``tags``, a regular expression.

        Looking through the text at once is several times as fast as looking at each segment.
        """
        if not self.is_plain:
            alone = _alone(tags)
            return [index for index, segment in enumerate(self.segments) if alone.match(segment)]
        found, index, at = [], 0, 0
        terminator = self.dialect.terminator
        if self.segments and _alone(tags).match(self.segments[0]):
            found.append(0)
        for match in _behind(terminator, tags).finditer(self.text):
            end = match.start() + 1
            index += self.text.count(terminator, at, end)
            at = end
            found.append(index)
        return found


@cache
def _alone(tags: str) -> re.Pattern[str]:
    return re.compile(f"(?:{tags})(?![A-Za-z0-9])")


@cache
def _behind(terminator: str, tags: str) -> re.Pattern[str]:
    return re.compile(f"{re.escape(terminator)}(?=\\s*(?:{tags})(?![A-Za-z0-9]))")


class Source:
    """A source that is read in blocks, batch by batch, under a dialect that may change."""

    def __init__(self, source: BinaryIO, *, block: int = BLOCK) -> None:
        self._source, self._block = source, block
        self._text = ""
        self._offset = 0
        self._ended = False

    @property
    def offset(self) -> int:
        """Offset of the next byte."""
        return self._offset

    def head(self, length: int) -> str:
        """The next characters after blanks, without taking them; fewer at the end of the source."""
        while True:
            plain = self._text.lstrip(BLANK)
            while plain.startswith(_BOM):
                plain = plain[len(_BOM) :].lstrip(BLANK)
            self.take(len(self._text) - len(plain))
            if len(plain) >= length or not self._read():
                return self._text[:length]

    def pass_over(self, mark: str) -> None:
        """Take empty segments and blanks."""
        while self.head(1) == mark:
            self.take(1)

    def take(self, length: int) -> None:
        """Pass over characters that ``head`` has shown."""
        if length:
            self._text = self._text[length:]
            self._offset += length

    def batches(self, dialect: Dialect) -> Iterator[Batch]:
        """Segments up to the head of the next interchange or the end of the source.

        A batch ends behind a segment that closes an interchange, so that whoever leaves the loop there
        finds the source right behind it. Raises :class:`Unreadable` when a segment does not end.
        """
        while True:
            limit, is_last = self._reach(dialect)
            end = dialect.last_end(self._text, limit)
            if is_last:  # the last segment may lack its terminator
                end = max(end, len(self._text[:limit].rstrip(BLANK)))
            if end:
                yield self._batch(dialect, end)
            elif is_last:
                return
            elif len(self._text) > MAX_SEGMENT:
                raise Unreadable(
                    f"no segment terminator {dialect.terminator!r} within {MAX_SEGMENT} bytes",
                    location=Location(offset=self._offset),
                )
            else:
                self._read()

    def skip_to(self, dialect: Dialect) -> bool:
        """Pass over everything up to the head of a next interchange; says whether there is one."""
        while True:
            found = _find_head(self._text, dialect)
            if found >= 0:
                self.take(found)
                return True
            self.take(max(len(self._text) - LOOK, 0))
            if not self._read():
                self.take(len(self._text))
                return False

    def _reach(self, dialect: Dialect) -> tuple[int, bool]:
        """How far a batch may go, and whether the interchange can have nothing behind that."""
        text = self._text
        limit = len(text) if self._ended else max(len(text) - LOOK, 0)
        head = _find_head(text, dialect)
        is_last = self._ended
        if 0 <= head < limit:
            limit, is_last = head, True
        close = text.find(dialect.closes + dialect.element, 0, limit)
        if close >= 0:
            end = text.find(dialect.terminator, close, limit) + 1
            if end and dialect.last_end(text, end) == end:
                return end, False
        return limit, is_last

    def _batch(self, dialect: Dialect, end: int) -> Batch:
        text, start = self._text[:end], self._offset
        self.take(end)
        bare = str.strip if dialect.terminator == "\n" else str.lstrip  # of CR LF one would be left
        segments = list(filter(None, map(bare, dialect.segments(text))))
        pairs = (f" {dialect.element}", f"{dialect.element} ", f" {dialect.terminator}")
        ends = text.count(dialect.terminator) + (not text.endswith(dialect.terminator))
        return Batch(
            segments,
            text,
            start,
            dialect,
            is_padded=" " in text and any(pair in text for pair in pairs),
            is_plain=len(segments) == ends,
        )

    def _read(self) -> bool:
        """Take in one more block; says whether there may be something new to see."""
        if self._ended:
            return False
        data = self._source.read(self._block)
        self._ended = not data
        self._text += data.decode("latin-1")
        return True


def _find_head(text: str, dialect: Dialect) -> int:
    found = dialect.head.search(text)
    return found.start() if found else -1
