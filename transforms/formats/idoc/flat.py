"""Flat IDocs: a control record of 524 characters, data records of 63 + 1,000, with line ends or without.

Offsets are characters of the declared encoding. Bytes that it does not have spoil only the IDoc in which
they stand. A control record is looked for in every record, so that an IDoc whose lines ran together does
not take its neighbour with it. There is no trailer: of a file that was cut between two records only a
total (E1EDS01) can tell.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator, Iterator
from itertools import pairwise
from typing import BinaryIO

from transforms.errors import ElementInvalid, OrderInvalid, OutOfRange, Problem, SegmentInvalid, Unreadable
from transforms.formats.idoc.options import Options
from transforms.formats.idoc.segments import CONTROL, SEGMENTS, Field, type_of
from transforms.formats.idoc.segments.control import DATA, HEADER, LENGTH, NAME, RECORD
from transforms.formats.idoc.tree import MAX_SEGMENTS, Idoc, Node
from transforms.location import Location

_BLOCK = 1 << 18
_LONGEST = 1 << 16
"""Characters of a line after which no line end is waited for."""
_HEAD = re.compile(rf"{NAME}  [0-9A-Z ]{{3}}[0-9 ]{{16}}")
_BLANKS = " \t\r\n\x00\x1a\x85"
_SURROGATE = re.compile("[\ud800-\udfff]")

Pieces = Generator[tuple[str, bool], None, str]
"""Records, each with whether something ended it; at last what is left of the text."""


def idocs(source: BinaryIO, options: Options, first: bytes) -> Iterator[Idoc | Problem]:
    """Every IDoc of a file of which ``first`` has been read; what belongs to none is a problem."""
    reader = _Flat(options)
    for text, is_ended in _records(source, options, first):
        yield from reader.take(text, is_ended=is_ended)
    yield from reader.close()


def _records(source: BinaryIO, options: Options, first: bytes) -> Iterator[tuple[str, bool]]:
    """Records with what ended them, and whether something did."""
    decoder = codecs.getincrementaldecoder(options.encoding)("surrogateescape")
    rest = decoder.decode(first).removeprefix("\ufeff")
    ends = re.compile("\r\n|\n|\r|\x85" if options.encoding == "cp037" else "\r\n|\n|\r")
    has_lines: bool | None = None
    while True:
        block = source.read(_BLOCK)
        rest += decoder.decode(block, final=not block)
        if has_lines is None and (len(rest) > 2 * RECORD or not block):
            head = rest.lstrip(_BLANKS)
            longest = LENGTH if head.startswith(NAME) else RECORD
            has_lines = ends.search(head, 0, longest + 2) is not None
        if has_lines:
            rest = yield from _lines(rest, ends, is_last=not block)
        elif has_lines is False:
            rest = yield from _slices(rest, is_last=not block)
        if not block:
            return


def _lines(text: str, ends: re.Pattern[str], *, is_last: bool) -> Pieces:
    at = 0
    for end in ends.finditer(text):
        if end.end() == len(text) and end[0] == "\r" and not is_last:  # half of a CR LF, perhaps
            break
        yield text[at : end.end()], True
        at = end.end()
    if at < len(text) and (is_last or len(text) - at > _LONGEST):
        yield text[at:], False
        at = len(text)
    return text[at:]


def _slices(text: str, *, is_last: bool) -> Pieces:
    at = 0
    while at < len(text):
        length = LENGTH if text.startswith(NAME, at) else RECORD
        if len(text) - at < length and not is_last:
            break
        found = _HEAD.search(text, at + 1, at + length + LENGTH)
        if found and found.start() < at + length:
            length = found.start() - at
        yield text[at : at + length], at + length <= len(text) and length in (LENGTH, RECORD)
        at += length
    return text[at:]


class _Flat:
    """Records into IDocs."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._offset = self._count = 0
        self._idoc: Idoc | None = None
        self._nodes: dict[int, Node] = {}
        self._levels: dict[int, int] = {}
        self._last: dict[str, Node] = {}
        self._is_lost = False
        self._places = {
            name: tuple(
                (f.name, HEADER + f.offset, HEADER + f.offset + f.length) for f in options.places(one)
            )
            for name, one in SEGMENTS.items()
        }
        self._names: dict[str, str] = {}

    def take(self, text: str, *, is_ended: bool) -> Iterator[Idoc | Problem]:
        """One record; control records that stand inside of it are taken out."""
        starts = [0]
        if NAME in text:
            starts += [found.start() for found in _HEAD.finditer(text, 1)]
        for start, end in pairwise([*starts, len(text)]):
            yield from self._record(text[start:end], is_ended=is_ended and end == len(text))

    def close(self) -> Iterator[Idoc | Problem]:
        if self._idoc is None:
            text = f"no control record {NAME} in the file" if self._is_lost else "the file is empty"
            raise Unreadable(text, location=Location(offset=0))
        yield self._idoc

    def _record(self, text: str, *, is_ended: bool) -> Iterator[Idoc | Problem]:
        offset = self._offset
        self._offset += len(text) if text.isascii() else self._length(text)
        line = text.rstrip("\r\n\x85")
        if not line.strip(_BLANKS):
            return
        if line.startswith(NAME):
            if self._idoc is not None:
                yield self._idoc
            self._open(line, text, offset)
        elif self._idoc is None:
            if not self._is_lost:
                self._is_lost = True
                error = OrderInvalid(
                    f"{line[:30].strip()!r} stands before any control record {NAME}",
                    location=Location(offset=offset, tag=NAME),
                )
                yield Problem.of(error)
        else:
            self._idoc.keep(text)
            if self._idoc.failure is None:
                self._data(self._idoc, line, offset)
        self._check(line, offset, is_ended=is_ended)

    def _length(self, text: str) -> int:
        return len(text.encode(self._options.encoding, "surrogateescape"))

    def _check(self, line: str, offset: int, *, is_ended: bool) -> None:
        """What can be wrong with any record."""
        idoc = self._idoc
        if idoc is None or idoc.failure is not None:
            return
        where = Location(path=idoc.path, segment=idoc.count or None, tag=line[:30].strip(), offset=offset)
        full = LENGTH if line.startswith(NAME) else RECORD
        policy = self._options.short_lines
        if len(line) > full and line[full:].strip():
            idoc.fail(SegmentInvalid(f"the record has {len(line)} characters, not {full}", location=where))
        elif len(line) < full and (policy == "reject" or (policy == "ended" and not is_ended)):
            text = (
                f"the record has {len(line)} characters, not {full}, and may be cut; see option short_lines"
            )
            idoc.fail(Unreadable(text, location=where))
        elif not line.isascii() and _SURROGATE.search(line):
            text = f"there are bytes that are no {self._options.encoding}"
            idoc.fail(Unreadable(text, location=where))
        elif "\0" in line:
            idoc.fail(Unreadable("there is a NUL character in the record", location=where))

    def _open(self, line: str, text: str, offset: int) -> None:
        self._count += 1
        self._idoc = idoc = Idoc(self._count, offset, "flat", self._options.encoding)
        self._nodes, self._levels, self._last = {}, {}, {}
        idoc.control = _filled(line, CONTROL)
        idoc.keep(text)

    def _data(self, idoc: Idoc, line: str, offset: int) -> None:
        idoc.count += 1
        if idoc.count > MAX_SEGMENTS:
            idoc.fail(
                OutOfRange(f"more than {MAX_SEGMENTS} segments; send it in parts", location=idoc.place())
            )
            idoc.top.clear()
            return
        definition = line[:30].rstrip()
        name = self._names.get(definition)
        if name is None:
            name = self._names[definition] = type_of(definition)
        fields = {}
        for key, start, end in self._places.get(name, ()):
            value = line[start:end].strip()
            if value:
                fields[key] = value
        node = Node(name, fields, idoc.count, offset)
        number = line[33:49].strip()
        if number and number != idoc.number:
            text = f"the segment belongs to IDoc {number}, the control record is that of {idoc.number}"
            idoc.fail(OrderInvalid(text, location=idoc.place(node, "DOCNUM")))
        elif (
            idoc.number
            and idoc.number in line[HEADER:]
            and re.search(rf"{idoc.number}\d{{14}}", line[HEADER:])
        ):
            idoc.fail(SegmentInvalid("two records stand in one line", location=idoc.place(node)))
        else:
            self._hang(idoc, node, line)

    def _hang(self, idoc: Idoc, node: Node, line: str) -> None:
        """Put a segment below its parent."""
        segment = SEGMENTS.get(node.name)
        expected = segment.parent if segment else None
        parent = self._numbered(idoc, node, line) if self._options.numbering == "checked" else None
        if idoc.failure is not None:
            return
        if parent is None and expected is not None:
            parent = self._last.get(expected)
        if segment and (parent.name if parent else None) != expected:
            stands = f"below {parent.name}" if parent else "at the top"
            text = (
                f"{node.name} stands {stands}, it belongs {'below ' + expected if expected else 'at the top'}"
            )
            idoc.fail(OrderInvalid(text, location=idoc.place(node)))
            return
        (parent.children if parent else idoc.top).append(node)
        self._last[node.name] = node

    def _numbered(self, idoc: Idoc, node: Node, line: str) -> Node | None:
        """The parent that the numbers name; they must count without a gap and agree with each other."""
        numbers = [line[field.offset : field.offset + field.length].strip() for field in DATA[3:]]
        if not all(number.isascii() and number.isdigit() for number in numbers):
            text = "SEGNUM, PSGNUM and HLEVEL are not filled; see option numbering"
            idoc.fail(ElementInvalid(text, location=idoc.place(node, "SEGNUM")))
            return None
        number, above, level = map(int, numbers)
        if number != idoc.count:
            text = f"SEGNUM is {number}, the segment is number {idoc.count} of its IDoc"
            idoc.fail(OrderInvalid(text, location=idoc.place(node, "SEGNUM"), value=numbers[0]))
        elif above and above not in self._nodes:
            text = f"PSGNUM names segment {above}, which is not before it"
            idoc.fail(OrderInvalid(text, location=idoc.place(node, "PSGNUM"), value=numbers[1]))
        elif above and level != self._levels[above] + 1:
            text = f"HLEVEL is {level}, that of its parent is {self._levels[above]}"
            idoc.fail(OrderInvalid(text, location=idoc.place(node, "HLEVEL"), value=numbers[2]))
        self._nodes[number], self._levels[number] = node, level
        return self._nodes.get(above)


def _filled(line: str, fields: tuple[Field, ...]) -> dict[str, str]:
    found = {field.name: line[field.offset : field.offset + field.length].strip() for field in fields}
    return {name: value for name, value in found.items() if value}
