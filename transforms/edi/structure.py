"""The structure of a message as data: which segments stand where, and what their elements hold.

A standard is two tables of text. One line says what a segment holds, one text which segments a set has:

    QTY  an2! r1-15 (an2! r1-15) an1-30 | R0204 E0204
    846  BIA! DTM:10 N1:5(N2:2 N3:2 N4) LIN!:10000(QTY:99(DTM:10)) CTT

``!`` is mandatory, ``:10`` the largest number (``:*`` any), brackets hold the segments of a loop that its
first segment opens, or the components of a composite. An element has a type (``an`` text, ``n`` whole
number, ``r`` decimal number, ``d`` the same with point or comma, ``dt`` date, ``tm`` time), a length or a
range of lengths, and where it matters a list of codes (``an2@353``). ``3*[an2 an1-48]`` repeats. Behind the
bar stand the syntax notes of X12.6 (P paired, R at least one, E at most one, C if the first then the others,
L if the first then at least one; ``P0405-1011`` are the pairs 04 and 05, 06 and 07 and so on).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

ANY = 1 << 30
"""As often as one likes."""

_ELEMENT = re.compile(r"(an|n|r|d|dt|tm)(\d+)(?:-(\d+))?(?:@(\w+))?(!?)")
_REPEATED = re.compile(r"(\d{1,3})\*\[([^\]]*)\]")
_NODE = re.compile(r"\s{0,80}([A-Z][A-Z0-9]{1,2})(!?)(?::(\d+|\*))?(\(?)")
_NOTE = re.compile(r"([PRECL])((?:\d\d)+)(?:-(\d\d)\d\d)?")


@dataclass(frozen=True, slots=True)
class Element:
    """A simple element, or a composite of ``components``."""

    type: str = "an"
    least: int = 1
    most: int = 1
    is_mandatory: bool = False
    codes: frozenset[str] = frozenset()
    components: tuple[Element, ...] = ()
    number: str | None = None
    """Its number in the standard's dictionary, where the table tells it."""


@dataclass(frozen=True, slots=True)
class Note:
    """A syntax note: its kind and the positions that it binds."""

    kind: str
    positions: tuple[int, ...]

    def is_broken(self, present: frozenset[int]) -> bool:
        """Whether these present positions break it (X12.6 section 3.8.3.3)."""
        there = [position in present for position in self.positions]
        match self.kind:
            case "P":
                return any(there) and not all(there)
            case "R":
                return not any(there)
            case "E":
                return sum(there) > 1
            case "C":
                return there[0] and not all(there)
            case _:
                return there[0] and not any(there[1:])


@dataclass(frozen=True, slots=True)
class Segment:
    """What a segment holds."""

    tag: str
    elements: tuple[Element, ...]
    notes: tuple[Note, ...] = ()

    def at(self, position: int, component: int | None = None) -> Element | None:
        """What is declared there; both count from 1."""
        declared = self.elements[position - 1 : position]
        if declared and component is not None:
            declared = declared[0].components[component - 1 : component]
        return declared[0] if declared else None


@dataclass(frozen=True, eq=False)
class Node:
    """A segment at its place in a message; with ``children`` it opens a loop."""

    tag: str
    is_mandatory: bool = False
    most: int = 1
    children: tuple[Node, ...] = ()

    def tags(self) -> Iterator[str]:
        yield self.tag
        for child in self.children:
            yield from child.tags()


@dataclass(frozen=True, eq=False)
class Structure:
    """One message of one version: its top level without header and trailer of the envelope."""

    kind: str
    nodes: tuple[Node, ...]
    segments: Mapping[str, Segment]
    """Every segment that its standard declares here, in the message or not."""
    tags: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tags", frozenset(tag for node in self.nodes for tag in node.tags()))


def segments_of(text: str, codes: Mapping[str, str] | None = None) -> dict[str, Segment]:
    """Segments from a table of text; a line that begins with a blank goes on with the one before.

    ``codes`` are the lists that ``@`` names, each with blanks between its codes. Raises :class:`ValueError`
    where the table cannot be read.
    """
    lists = {name: frozenset(one.split()) for name, one in (codes or {}).items()}
    found = {}
    for line in text.strip().replace("\n ", " ").splitlines():
        body, _, notes = line.partition("|")
        tag, _, rest = body.strip().partition(" ")
        found[tag] = Segment(tag, tuple(_elements(rest, lists)), tuple(_notes(notes)))
    return found


def nodes_of(text: str) -> tuple[Node, ...]:
    """The top level of a message from its text. Raises :class:`ValueError` where it cannot be read."""
    nodes, end = _nodes(text.strip(), 0)
    if text.strip()[end:]:
        raise ValueError(f"here the structure cannot be read: {text.strip()[end : end + 40]!r}")
    return nodes


def _elements(text: str, lists: Mapping[str, frozenset[str]]) -> Iterator[Element]:
    text = _REPEATED.sub(lambda match: " ".join([match[2]] * int(match[1])), text)
    for part in re.findall(r"\([^)]*\)!?|\S+", text):
        if part.startswith("("):
            inner, mark = part[1:].split(")")
            yield Element(is_mandatory=mark == "!", components=tuple(_elements(inner, lists)))
            continue
        match = _ELEMENT.fullmatch(part)
        if match is None:
            raise ValueError(f"here an element cannot be read: {part!r}")
        kind, least, most, codes, mark = match.groups()
        known = lists[codes] if codes else frozenset()
        yield Element(kind, int(least), int(most or least), mark == "!", known, number=codes)


def _notes(text: str) -> Iterator[Note]:
    for kind, listed, last in _NOTE.findall(text):
        positions = tuple(int(listed[at : at + 2]) for at in range(0, len(listed), 2))
        for first in range(positions[0], int(last or positions[0]) + 1, 2):
            yield Note(kind, (first, first + 1) if last else positions)


def _nodes(text: str, at: int) -> tuple[tuple[Node, ...], int]:
    found = []
    while match := _NODE.match(text, at):
        tag, mark, most, opens = match.groups()
        at = match.end()
        children: tuple[Node, ...] = ()
        if opens:
            children, at = _nodes(text, at)
            if text[at : at + 1] != ")":
                raise ValueError(f"the loop {tag} is not closed")
            at += 1
        count = ANY if most == "*" else int(most or 1)
        found.append(Node(tag, bool(mark), count, children))
    return tuple(found), at
