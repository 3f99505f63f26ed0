"""Jumping over lines that are sound: the declared loop as one regular expression.

A loop's pattern accepts only what the walk accepts without a fault, though not all of it (odd dates, long
decimals, rare notes are left to the walk). It is made from the structure when a long run of a loop comes by
for the first time, and it never backs off, so that a bad line costs no more than a good one.
"""

from __future__ import annotations

import re
from functools import cache

from transforms.edi.structure import ANY, Element, Node, Note, Segment, Structure
from transforms.segments import Dialect

OFTEN = 50
"""A loop that may go round so many times is worth a pattern."""


@cache
def worth_a_shortcut(node: Node) -> bool:
    """Whether a loop may go round often, and its first segment tells where each round begins."""
    inner = {tag for child in node.children for tag in child.tags()}
    return bool(node.children) and node.most >= OFTEN and node.tag not in inner


class Shortcut:
    """Looks ahead in one run of segments at a time."""

    def __init__(self, structure: Structure, dialect: Dialect) -> None:
        self._structure, self._dialect = structure, dialect
        self._segments: list[str] = []
        self._text: str | None = None
        self._at = self._offset = 0

    def load(self, segments: list[str]) -> None:
        self._segments, self._text = segments, None
        self._at = self._offset = 0

    def sound(self, node: Node, at: int) -> tuple[int, int]:
        """How many segments from ``at`` on are sound rounds of a loop, and how many rounds that is.

        The last round found is not among them, for it may go on.
        """
        end_mark = self._dialect.terminator
        if self._text is None:
            self._text = end_mark.join(self._segments) + end_mark
        text = self._text
        for segment in self._segments[self._at : at]:
            self._offset += len(segment) + 1
        self._at = at
        found = _rounds(node, self._structure, self._dialect).match(text, self._offset)
        if found is None:
            return 0, 0
        begins = end_mark + node.tag + self._dialect.element
        last = text.rfind(begins, self._offset, found.end()) + 1
        if last <= self._offset:
            return 0, 0
        rounds = text.count(begins, self._offset, last) + 1
        count = text.count(end_mark, self._offset, last)
        self._at, self._offset = at + count, last
        return count, rounds


@cache
def _rounds(node: Node, structure: Structure, dialect: Dialect) -> re.Pattern[str]:
    return re.compile(f"(?>{_loop(node, structure, dialect)})++", re.DOTALL)


def _loop(node: Node, structure: Structure, dialect: Dialect) -> str:
    inner = "".join(_times(child, _loop(child, structure, dialect)) for child in node.children)
    return _segment(structure.segments.get(node.tag), node.tag, dialect) + inner


def _times(node: Node, pattern: str) -> str:
    least = 1 if node.is_mandatory else 0
    most = "" if node.most == ANY else str(node.most)
    return f"(?>{pattern}){{{least},{most}}}+"


def _segment(segment: Segment | None, tag: str, dialect: Dialect) -> str:
    end = re.escape(dialect.terminator)
    if segment is None:  # nothing is declared about what it holds
        return f"{tag}{re.escape(dialect.element)}[^{_class(dialect.terminator)}]*+{end}"
    pairs = {
        note.positions[0]: note
        for note in segment.notes
        if note.kind == "P" and len(note.positions) == 2 and note.positions[1] == note.positions[0] + 1
        and not any(segment.elements[position - 1].is_mandatory for position in note.positions)
    }  # fmt: skip
    others = [note for note in segment.notes if pairs.get(note.positions[0]) is not note]
    ahead = "".join(_note_ahead(note, dialect) for note in others)
    return f"{tag}{ahead}{_elements(segment, pairs, dialect)}{end}"


def _elements(segment: Segment, pairs: dict[int, Note], dialect: Dialect) -> str:
    """Built from the last element to the first: what stands behind an element that ends the segment is optional."""
    mark, rest, is_optional = re.escape(dialect.element), "", True
    position = len(segment.elements)
    while position:
        element = segment.elements[position - 1]
        value = _value(element, dialect)
        if position - 1 in pairs:  # both or neither
            first = _value(segment.elements[position - 2], dialect)
            body = f"{mark}(?>{first}{mark}{value}|{mark}){rest}"
            position -= 1
        elif element.is_mandatory:
            body, is_optional = f"{mark}{value}{rest}", False
        else:
            body = f"{mark}(?:{value})?+{rest}"
        rest = f"(?:{body})?+" if is_optional else body
        position -= 1
    return rest


def _note_ahead(note: Note, dialect: Dialect) -> str:
    """A look ahead from behind the tag that holds a note; every position is told by the delimiters."""
    mark, free = re.escape(dialect.element), _class(dialect.element + dialect.terminator)

    def there(position: int) -> str:
        return f"(?:{mark}[^{free}]*+){{{position - 1}}}{mark}[^{free}]"

    all_there = "".join(f"(?={there(position)})" for position in note.positions)
    none_there = "".join(f"(?!{there(position)})" for position in note.positions)
    first = note.positions[0]
    match note.kind:
        case "P":
            return f"(?:{all_there}|{none_there})"
        case "R":
            return "(?:" + "|".join(f"(?={there(position)})" for position in note.positions) + ")"
        case "E":
            one = [
                "".join(f"(?!{there(other)})" for other in note.positions if other != position)
                for position in note.positions
            ]
            return f"(?:{'|'.join(one)})"
        case "C":
            return f"(?:{all_there}|(?!{there(first)}))"
        case _:
            any_there = "|".join(f"(?={there(position)})" for position in note.positions[1:])
            return f"(?:(?!{there(first)})|{any_there})"


def _value(element: Element, dialect: Dialect) -> str:
    """A value that is there. With a release character only values without it are taken for sound."""
    if not element.components:
        return _simple(element, dialect)
    mark, rest, is_optional = re.escape(dialect.component), "", True
    for index in range(len(element.components) - 1, -1, -1):
        component = element.components[index]
        before = mark if index else ""
        if component.is_mandatory:
            rest, is_optional = before + _simple(component, dialect) + rest, False
        else:
            rest = f"{before}(?:{_simple(component, dialect)})?+{rest}"
            rest = f"(?:{rest})?+" if is_optional and index else rest
    first = f"(?=[^{_class(dialect.element + dialect.terminator)}])"  # an empty composite is none
    return first + rest


def _simple(element: Element, dialect: Dialect) -> str:
    least, most = element.least, element.most
    if element.codes:
        return "(?>" + "|".join(map(re.escape, sorted(element.codes, key=len, reverse=True))) + ")"
    match element.type:
        case "n":
            return f"-?[0-9]{{{least},{most}}}+"
        case "r" | "d":
            has_room = most - 3 >= max(least, 1)
            whole, decimals = (most - 3, "(?:\\.[0-9]{1,3}+)?+") if has_room else (most, "")
            return f"-?[0-9]{{{least},{whole}}}+{decimals}"
        case "dt":
            day = "(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])"
            return f"(?:19|20)[0-9][0-9]{day}" if least > 6 else f"[0-9][0-9]{day}" if most < 8 else "(?!)"
        case "tm":
            seconds = "" if most < 6 else "[0-5][0-9]" if least > 4 else "(?:[0-5][0-9])?+"
            return f"(?:[01][0-9]|2[0-3])[0-5][0-9]{seconds}"
    delimiters = dialect.element + dialect.terminator + dialect.component
    free = _class(delimiters + (dialect.repetition or "") + (dialect.release or ""))
    return f"[^{free}]{{{least},{most}}}+"


def _class(characters: str) -> str:
    return "".join(re.escape(character) for character in dict.fromkeys(characters))
