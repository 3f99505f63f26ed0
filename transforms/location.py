"""Where in a source something stands, precise enough to put a finger on it.

A location travels with every problem and every drafted document, so that a person reading a dead
letter sees the segment, row or field and not just the file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a source. Counts start at 1, ``offset`` (bytes) at 0; what is unknown is ``None``."""

    path: str | None = None
    """Envelope path such as ``ISA000004711/GS4711/ST0001/PO1[2]`` or a JSON pointer."""
    line: int | None = None
    """Line (flat files: the physical line on which the row begins)."""
    segment: int | None = None
    """Ordinal of the segment inside its transaction set or message."""
    tag: str | None = None
    element: int | None = None
    component: int | None = None
    field: str | None = None
    """Column or property name."""
    offset: int | None = None

    def __str__(self) -> str:
        words = [self.path] if self.path else []
        if self.line is not None:
            words.append(f"line {self.line}")
        if self.segment is not None:
            words.append(f"segment {self.segment}")
        if self.tag:
            words.append(self.tag + (f"{self.element:02d}" if self.element is not None else ""))
        if self.component is not None:
            words.append(f"component {self.component}")
        if self.field:
            words.append(f"field {self.field}")
        if self.offset is not None:
            words.append(f"byte {self.offset}")
        return ", ".join(words)

    def as_dict(self) -> dict[str, Any]:
        """Only what is known, ready for JSON."""
        return {name: value for name, value in asdict(self).items() if value is not None}
