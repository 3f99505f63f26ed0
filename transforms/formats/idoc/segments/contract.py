"""How a segment is declared: once, for the flat and the XML spelling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Kind = Literal["text", "number", "date", "time"]


class Field(NamedTuple):
    """A field and where it stands in the 1,000 characters (SDATA) of a flat record."""

    name: str
    offset: int
    length: int
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment's type. Only fields that maps read or write are declared."""

    name: str
    """As in XML, such as ``E1EDL24``."""
    parent: str | None
    """The segment that it stands under; none at the top of the IDoc."""
    version: str
    """Behind the name of the definition in a flat record: ``E2EDL24006``."""
    fields: tuple[Field, ...]

    @property
    def flat_name(self) -> str:
        return f"E2{self.name[2:]}{self.version}"
