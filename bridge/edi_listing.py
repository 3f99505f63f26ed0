"""An EDI file as people read it to each other on the phone: a line for each segment, indented and named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge import edi
from transforms.edi.envelope import Interchange
from transforms.edi.structure import Structure
from transforms.edi.walker import Walker
from transforms.errors import Problem
from transforms.formats.edifact import standard as edifact
from transforms.formats.edifact.standard import names as edifact_names
from transforms.formats.x12 import standard as x12
from transforms.formats.x12.standard import names as x12_names

_LONGEST = 100
"""Characters of one element that are shown."""
_STEP = "  "


@dataclass(frozen=True, slots=True)
class _Names:
    messages: Mapping[str, str]
    segments: Mapping[str, str]
    codes: Mapping[tuple[str, int], Mapping[str, str]]


_X12 = _Names(x12_names.SETS, x12_names.SEGMENTS, x12_names.CODES)
_EDIFACT = _Names(edifact_names.MESSAGES, edifact_names.SEGMENTS, edifact_names.CODES)


def listing(path: Path) -> Iterator[str]:
    """The lines of a file's listing, made as they are asked for.

    Raises :class:`transforms.errors.TransformError` for what cannot be read at all.
    """
    with path.open("rb") as source:
        for one in edi.interchanges(source):
            if isinstance(one, Problem):
                yield f"? {one.text} ({one.location})"
            else:
                yield from _Listing(one).lines()


class _Listing:
    """One interchange. It is read here, not by its own ``read``."""

    def __init__(self, one: Interchange[Any]) -> None:
        self._one, self._dialect, self._grammar = one, one.dialect, one.grammar
        self._names = _X12 if one.grammar.name == "x12" else _EDIFACT
        self._version = ""
        self._walker: Walker | None = None
        self._is_inside = False

    def lines(self) -> Iterator[str]:
        yield f"Interchange {self._one.control}"
        yield self._explained(self._one.head, 1)
        for batch in self._one.source.batches(self._dialect):
            for segment in batch.segments:
                elements = [part.strip() for part in self._dialect.elements(segment)]
                yield from self._line(segment, elements)
                if elements[0] == self._grammar.ends:
                    return

    def _line(self, segment: str, elements: list[str]) -> Iterator[str]:
        tag, words = elements[0], self._grammar
        if tag == words.group_opens:
            self._version = elements[8] if len(elements) > 8 and words.name == "x12" else self._version
            number = elements[6 if words.name == "x12" else 5 :][:1]
            yield f"{_STEP}Group {elements[1] if elements[1:] else ''} {''.join(number)}"
            yield self._explained(elements, 2)
        elif tag == words.opens:
            yield self._begun(elements)
            yield self._explained(elements, 3)
        elif tag == words.closes:
            self._walker, self._is_inside = None, False
            yield self._explained(elements, 3)
        elif tag in (words.group_closes, words.ends):
            yield self._explained(elements, 2 if tag == words.group_closes else 1)
        else:
            yield self._explained(elements, 3 + self._depth(segment))

    def _begun(self, elements: list[str]) -> str:
        kind, structure = self._kind(elements)
        self._walker = Walker(structure, self._dialect) if structure else None
        self._is_inside = True
        name = self._names.messages.get(kind, "a message of another kind")
        number = elements[2 if self._grammar.name == "x12" else 1 :][:1]
        return f"{_STEP * 2}{kind} {''.join(number)}: {name}"

    def _kind(self, elements: list[str]) -> tuple[str, Structure | None]:
        if self._grammar.name == "x12":
            kind = elements[1] if len(elements) > 1 else ""
            return kind, x12.structure(self._version, kind)
        kind, *version = self._dialect.components(elements[2]) if len(elements) > 2 else [""]
        return kind, edifact.structure(":".join(version[:2]), kind)

    def _depth(self, segment: str) -> int:
        if self._walker is None:
            return 0
        self._walker.feed([segment])
        return self._walker.depth

    def _explained(self, elements: list[str], depth: int) -> str:
        tag, *values = elements
        shown = "  ".join(
            f"{position:02d} {self._value(tag, position, value)}"
            for position, value in enumerate(values, start=1)
            if value
        )
        name = self._names.segments.get(tag, "")
        return f"{_STEP * depth}{tag:<3} {name:<28} {shown}".rstrip()

    def _value(self, tag: str, position: int, value: str) -> str:
        meaning = self._names.codes.get((tag, position), {}).get(self._dialect.components(value)[0])
        plain = "".join(one if one.isprintable() else "\u00b7" for one in value)
        cut = plain[:_LONGEST] + "…" * (len(plain) > _LONGEST)
        return f"{cut} ({meaning})" if meaning else cut
