"""The one streaming lexer under X12 and EDIFACT: bytes in, segments with their byte offsets out.

It holds one block of the source and the segment that runs over its end, whatever the size of the file.
A segment that does not end within ``MAX_SEGMENT`` bytes is refused before it is in memory. Text is
decoded as Latin-1, which keeps one character for each byte and so keeps offsets true; both standards
have their codes in ASCII.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from transforms.errors import Unreadable
from transforms.location import Location

BLOCK = 1 << 18
MAX_SEGMENT = 1 << 20
BLANK = "\r\n\t \x1a\ufeff"
"""What may stand between segments: line ends of any kind, blanks, an old end-of-file mark."""
_BOM = "\xef\xbb\xbf"

Segment = tuple[list[str], int]
"""Elements (the first is the tag) and the offset of its first byte."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one interchange is written."""

    element: str
    terminator: str
    component: str
    repetition: str | None = None
    release: str | None = None


class Source:
    """A source that is read in blocks, segment by segment, under a dialect that may change."""

    def __init__(self, source: BinaryIO, *, block: int = BLOCK) -> None:
        self._source, self._block = source, block
        self._text = ""
        self._at = 0
        self._offset = 0
        self._ended = False

    @property
    def offset(self) -> int:
        """Offset of the next byte."""
        return self._offset + self._at

    def head(self, length: int) -> str:
        """The next characters after blanks, without taking them; fewer at the end of the source."""
        self._skip_blank()
        while len(self._text) - self._at < length and self._read():
            pass
        return self._text[self._at : self._at + length]

    def take(self, length: int) -> None:
        """Pass over characters that ``head`` has shown."""
        self._at += length

    def segments(self, dialect: Dialect) -> Iterator[Segment]:
        """Segments up to the end of the source. Leave the loop to change the dialect.

        Raises :class:`Unreadable` when a segment does not end.
        """
        terminator, element = dialect.terminator, dialect.element
        while True:
            end = self._text.find(terminator, self._at)
            while end >= 0:
                start = self._at
                self._at = end + 1
                text = self._text[start:end]
                plain = text.lstrip(BLANK)
                if plain:
                    yield plain.split(element), self._offset + end - len(plain)
                end = self._text.find(terminator, self._at)
            if len(self._text) - self._at > MAX_SEGMENT:
                raise Unreadable(
                    f"no segment terminator {terminator!r} within {MAX_SEGMENT} bytes",
                    location=Location(offset=self.offset),
                )
            if not self._read():
                break
        rest = self._text[self._at :].strip(BLANK)
        if rest:  # the last terminator is missing
            offset = self.offset
            self._at = len(self._text)
            yield rest.split(element), offset

    def skip_to(self, mark: str) -> bool:
        """Go on to the next ``mark``; says whether there is one."""
        while True:
            found = self._text.find(mark, self._at)
            if found >= 0:
                self._at = found
                return True
            self._at = max(self._at, len(self._text) - len(mark) + 1)
            if not self._read():
                return False

    def _skip_blank(self) -> None:
        while True:
            if self._offset + self._at == 0 and self._text.startswith(_BOM):
                self._at = len(_BOM)
            rest = self._text[self._at :]
            plain = rest.lstrip(BLANK)
            self._at += len(rest) - len(plain)
            if plain or not self._read():
                return

    def _read(self) -> bool:
        """Take in one more block, letting go of what has been taken."""
        if self._ended:
            return False
        data = self._source.read(self._block)
        self._ended = not data
        self._offset += self._at
        self._text = self._text[self._at :] + data.decode("latin-1")
        self._at = 0
        return not self._ended
