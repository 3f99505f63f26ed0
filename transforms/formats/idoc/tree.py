"""One IDoc in memory, whichever way it was spelled: its control record and the tree of its segments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from transforms.errors import TransformError
from transforms.location import Location

LARGEST = 1 << 18
"""Characters of an IDoc that is kept for repair; of a larger one only its places are known."""
MAX_SEGMENTS = 50_000
"""Segments of one IDoc; with more, it has to be sent in parts."""


@dataclass(slots=True)
class Node:
    """A segment. ``fields`` has only what is filled, without the blanks around it."""

    name: str
    fields: dict[str, str]
    ordinal: int
    offset: int | None = None
    """Byte in the source; XML only knows that of its IDoc."""
    children: list[Node] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.fields.get(name, "")

    def all(self, name: str) -> list[Node]:
        """Segments of a type right below this one."""
        return [child for child in self.children if child.name == name]

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class Idoc:
    """``text`` is the IDoc as it came, for repair; none of a large one."""

    ordinal: int
    offset: int
    spelling: Literal["flat", "xml"]
    encoding: str
    control: dict[str, str] = field(default_factory=dict)
    top: list[Node] = field(default_factory=list)
    failure: TransformError | None = None
    text: list[str] | None = field(default_factory=list)
    size: int = 0
    count: int = 0

    def keep(self, text: str) -> None:
        self.size += len(text)
        if self.text is not None:
            self.text.append(text)
            if self.size > LARGEST:
                self.text = None

    def fail(self, error: TransformError) -> None:
        """The first failure stands."""
        if self.failure is None:
            self.failure = error

    @property
    def number(self) -> str:
        return self.control.get("DOCNUM", "")

    @property
    def path(self) -> str:
        return f"IDOC{self.number or '#' + str(self.ordinal)}"

    def place(self, node: Node | None = None, name: str | None = None) -> Location:
        if node is None:
            return Location(path=self.path, tag="EDI_DC40", field=name, offset=self.offset)
        return Location(
            path=self.path,
            segment=node.ordinal,
            tag=node.name,
            field=name,
            offset=self.offset if node.offset is None else node.offset,
        )

    def all(self, name: str) -> list[Node]:
        """Segments of a type, in the order of the source, wherever they stand."""
        return [node for top in self.top for node in top.walk() if node.name == name]

    def first(self, name: str) -> Node | None:
        return next((node for top in self.top for node in top.walk() if node.name == name), None)
