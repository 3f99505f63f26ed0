"""One message (X12: transaction set) while it is read: its segments, their places, its copy for repair."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from transforms.edi.options import Options
from transforms.errors import TransformError
from transforms.location import Location
from transforms.segments import Batch, Dialect

LARGEST = 1 << 18
"""Bytes of a message that is kept for repair; of a larger one only its places are known."""
REMEMBERED = 8192
"""Numbers that are remembered, for the same few thousand quantities come again and again."""

Elements = list[str]
"""A segment's elements; the first is the tag."""
Group = list[Elements]
"""Segments that belong together: a header, or a line with all that stands behind it."""


@dataclass(slots=True)
class Held:
    """The pieces of batches in which a message stands: its text for repair, its places for whoever asks."""

    count: int = 0
    whole: bool = True
    _pieces: list[tuple[int, Batch, int, int]] = field(default_factory=list)
    _size: int = 0

    def add(self, batch: Batch, start: int, end: int) -> None:
        if not self._pieces or self._pieces[-1][1] is not batch:
            self._size += len(batch.text)
        self._pieces.append((self.count, batch, start, end))
        self.count += end - start
        if self._size > 4 * LARGEST:  # batches are shared with neighbours, so this much may be a small set
            self.whole = False
            del self._pieces[:-2]

    def segments(self) -> list[str]:
        """All segments, while ``whole``."""
        return [one for _, batch, start, end in self._pieces for one in batch.segments[start:end]]

    def offset(self, ordinal: int) -> int | None:
        """Byte offset of a segment of the message (the first is 1), unless it was let go."""
        for before, batch, start, end in reversed(self._pieces):
            index = ordinal - 1 - before
            if 0 <= index < end - start:
                return batch.offset(start + index)
        return None


@dataclass(slots=True)
class Message(ABC):
    """``head`` is the segment that opens it; ``group`` is what a map just looks at."""

    family: ClassVar[str]
    """The standard in keys: ``x12`` or ``edi``."""
    closes: ClassVar[str]
    """Tag of its trailer."""

    head: Elements
    dialect: Dialect
    alias: Mapping[str, str]
    partner: str
    known_units: dict[str, str]
    known_numbers: dict[str, Decimal]
    codec: str = "latin-1"
    """What its text is written in."""
    held: Held = field(default_factory=Held)
    group: Group = field(default_factory=list)
    group_at: int = 0
    """Ordinal of the group's first segment in the message."""
    line: tuple[str, int] | None = None
    """Tag and ordinal of the line being read."""
    warnings: list[TransformError] = field(default_factory=list)
    """What a map finds odd and takes all the same."""

    @property
    @abstractmethod
    def settings(self) -> Options:
        """The profile's options that hold for every standard."""

    @property
    @abstractmethod
    def kind(self) -> str:
        """What it is: ``850``, ``ORDERS``."""

    @property
    @abstractmethod
    def control(self) -> str:
        """Its number, which its trailer repeats."""

    @property
    @abstractmethod
    def path(self) -> str:
        """Where it stands in its interchange, such as ``ISA000004711/GS4711/ST0001``."""

    @abstractmethod
    def wrapped(self, segments: list[str]) -> list[str]:
        """Its segments between headers and trailers that are right: an interchange of its own."""

    def place(
        self, elements: Elements, position: int | None = None, component: int | None = None
    ) -> Location:
        """Where a segment of the group being read, or one of its elements, stands."""
        index = next((i for i, one in enumerate(self.group) if one is elements), 0)
        return self.spot(self.group_at + index, elements[0], position, component)

    def spot(
        self, ordinal: int, tag: str | None, position: int | None = None, component: int | None = None
    ) -> Location:
        """The segment of an ordinal as a place."""
        return Location(
            path=self.path + ("/{}[{}]".format(*self.line) if self.line else ""),
            segment=ordinal,
            tag=tag,
            element=position,
            component=component,
            offset=self.held.offset(ordinal),
        )


def element(elements: Elements, position: int) -> str:
    """An element, or nothing."""
    return elements[position] if position < len(elements) else ""
