"""What can be wrong with a message's structure, and how the standards call it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Wrong(Enum):
    """Each with the X12 code (720 for segments, 723 for elements) and the EDIFACT code (0085)."""

    SEGMENT_UNKNOWN = ("1", "15")
    SEGMENT_UNEXPECTED = ("2", "15")
    SEGMENT_MISSING = ("3", "13")
    LOOP_TOO_OFTEN = ("4", "36")
    SEGMENT_TOO_OFTEN = ("5", "35")
    SEGMENT_MISPLACED = ("7", "14")
    ELEMENT_MISSING = ("1", "13")
    ELEMENT_NEEDED = ("2", "13")
    """Another element that is there demands it."""
    ELEMENTS_TOO_MANY = ("3", "16")
    TOO_SHORT = ("4", "40")
    TOO_LONG = ("5", "39")
    CHARACTER = ("6", "37")
    CODE = ("7", "12")
    DATE = ("8", "12")
    TIME = ("9", "12")
    ELEMENT_EXCLUDED = ("10", "15")
    """Another element that is there forbids it."""

    @property
    def is_of_element(self) -> bool:
        """Whether it is about an element and not about where a segment stands."""
        return not self.name.startswith(("SEGMENT", "LOOP"))

    @property
    def x12(self) -> str:
        return self.value[0]

    @property
    def edifact(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong at one place of a message."""

    wrong: Wrong
    text: str
    """A plain sentence."""
    tag: str
    segment: int
    """Ordinal of the segment in its message, the header (ST, UNH) being 1; of a missing one the ordinal of
    the segment in front of which it was missed."""
    owner: int
    """Ordinal of the segment that opened the loop in which it happened; 1 outside of loops."""
    loop: str | None = None
    """Tag of the segment that opens that loop."""
    element: int | None = None
    component: int | None = None
    value: str | None = None
    number: str | None = None
    """The element's number in the standard's dictionary, where it is known."""
