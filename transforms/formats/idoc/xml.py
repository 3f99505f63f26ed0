"""XML IDocs, one after the other, each parsed by itself so that a broken one leaves its neighbours whole.

The text is cut at ``<IDOC`` and ``</IDOC>``; a piece that is no IDoc then is a problem with its place. A
document type is refused wherever it stands: without it there are no entities to expand and nothing to
fetch. What stands around the IDocs must be the one element that holds them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

from transforms.errors import (
    ElementInvalid,
    OrderInvalid,
    OutOfRange,
    Problem,
    SegmentInvalid,
    TransformError,
    Unreadable,
)
from transforms.formats.idoc.options import Options
from transforms.formats.idoc.segments import SEGMENTS
from transforms.formats.idoc.segments.control import NAME
from transforms.formats.idoc.tree import MAX_SEGMENTS, Idoc, Node
from transforms.location import Location

_BLOCK = 1 << 18
_LONGEST = 1 << 26
"""Characters of one IDoc; of what is larger no end is waited for."""
_OPEN = re.compile(r"<IDOC(?=[\s>/])")
_EDGE = re.compile(r"</IDOC\s*>|<IDOC(?=[\s>/])")
_LOOK = 64
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def idocs(source: BinaryIO, options: Options, first: bytes) -> Iterator[Idoc | Problem]:
    """Every IDoc of a file of which ``first`` has been read.

    Raises :class:`Unreadable` when nothing in it is an IDoc, or when there is a document type.
    """
    text = _Text(source, *_encoding(options, first), first)
    root = yield from _before(text)
    ordinal = 0
    while text.begins_with_idoc():
        ordinal += 1
        at = text.offset
        idoc = Idoc(ordinal, at, "xml", text.encoding)
        _parse(idoc, *text.idoc())
        yield idoc
        yield from _between(text, root)
    if not ordinal:
        raise Unreadable("there is no IDOC in the file", location=Location(offset=0))


def _encoding(options: Options, first: bytes) -> tuple[str, int]:
    for mark, name in _MARKS:
        if first.startswith(mark):
            return name, len(mark)
    declared = _DECLARED.match(first.lstrip()[:200])
    name = declared[1].decode("ascii") if declared else options.encoding
    try:
        return codecs.lookup(name).name, 0
    except LookupError:
        raise Unreadable(f"encoding {name!r} is not known", location=Location(offset=0)) from None


class _Text:
    """The source as text, of which a window is held."""

    def __init__(self, source: BinaryIO, encoding: str, mark: int, first: bytes) -> None:
        self._source, self.encoding = source, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
        self._held = self._decoder.decode(first[mark:])
        self._ended = False
        self.offset = mark

    def take(self, length: int) -> str:
        taken, self._held = self._held[:length], self._held[length:]
        self.offset += len(taken) if taken.isascii() else len(taken.encode(self.encoding, "surrogateescape"))
        return taken

    def begins_with_idoc(self) -> bool:
        return _OPEN.match(self._held) is not None

    def up_to_idoc(self) -> str:
        """Everything before the next IDoc; the rest of the source without one. Long rests are cut."""
        at = 0
        while True:
            found = _OPEN.search(self._held, at)
            if found:
                return self.take(found.start())
            at = max(len(self._held) - _LOOK, 0)
            if len(self._held) > _BLOCK * 8:
                return self.take(at)
            if not self._read():
                return self.take(len(self._held))

    def idoc(self) -> tuple[str, bool]:
        """The IDoc that begins here, and whether it ends."""
        at = len("<IDOC")
        while True:
            found = _EDGE.search(self._held, at)
            if found:
                is_end = found[0].startswith("</")
                return self.take(found.end() if is_end else found.start()), is_end
            at = max(len(self._held) - _LOOK, at)
            if len(self._held) > _LONGEST or not self._read():
                return self.take(len(self._held)), False

    def is_over(self) -> bool:
        return not self._held and not self._read()

    def _read(self) -> bool:
        if self._ended:
            return False
        data = self._source.read(_BLOCK)
        self._ended = not data
        self._held += self._decoder.decode(data, final=not data)
        return True


def _before(text: _Text) -> Generator[Problem, None, str]:
    """What stands before the first IDoc: a declaration and the beginning of the one element around them."""
    at = text.offset
    prolog = text.up_to_idoc()
    seen: list[str] = []
    parser = _parser()
    parser.StartElementHandler = lambda name, _attributes: seen.append(name)
    try:
        parser.Parse(_clean(prolog), False)
        if len(seen) == 1:
            return seen[0]
        what: TransformError = OrderInvalid("the IDocs do not stand in one element")
    except (expat.ExpatError, ValueError) as error:
        what = Unreadable(f"what stands before the first IDOC is no XML: {error}")
    if text.begins_with_idoc():
        what.location = Location(offset=at)
        yield Problem.of(what)
    return ""


def _between(text: _Text, root: str) -> Iterator[Problem]:
    """What stands behind an IDoc: blanks, and at last the end of the element around them."""
    at = text.offset
    found = text.up_to_idoc()
    if text.begins_with_idoc():
        if found.strip():
            what = f"between two IDocs stands {found.strip()[:40]!r}"
            yield Problem.of(SegmentInvalid(what, location=Location(offset=at)))
        return
    end = re.escape(root) if root else "[^<>]+"
    if not re.fullmatch(rf"\s*</{end}\s*>\s*(<!--[^<>]*-->\s*)*", found) or not text.is_over():
        what = f"the file does not end with </{root}>: it was cut short, or something else stands there"
        yield Problem.of(Unreadable(what, location=Location(offset=at)))


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise Unreadable("a document type (DTD) is not allowed in an IDoc", location=Location(offset=0))

    parser.StartDoctypeDeclHandler = refuse
    return parser


def _clean(text: str) -> str:
    """Text for expat, which reads the characters, whatever encoding the declaration names."""
    if "\0" in text:
        raise ValueError("there is a NUL character")
    text.encode("utf-8")  # bytes that are not of the encoding have become surrogates, which it refuses
    return text


def _parse(idoc: Idoc, text: str, is_whole: bool) -> None:
    """Fill an IDoc from its text."""
    idoc.keep(text)
    where = Location(path=idoc.path, tag="IDOC", offset=idoc.offset)
    if not is_whole:
        idoc.fail(Unreadable("the IDoc does not end with </IDOC>: it was cut short", location=where))
        return
    try:
        _Builder(idoc).parse(_clean(text))
    except UnicodeEncodeError:
        idoc.fail(Unreadable(f"there are bytes that are no {idoc.encoding}", location=where))
    except (expat.ExpatError, ValueError) as error:
        idoc.fail(Unreadable(f"this is no XML: {error}", location=where))


class _Builder:
    """Events of the parser into the segments of an IDoc."""

    def __init__(self, idoc: Idoc) -> None:
        self._idoc = idoc
        self._stack: list[Node] = []
        self._field = ""
        self._value = ""
        self._depth = 0

    def parse(self, text: str) -> None:
        parser = _parser()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.Parse(text, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        idoc, name = self._idoc, name.rpartition(":")[2]
        if self._depth == 1:
            return
        if self._field:
            text = f"{self._field} has the element {name} in it"
            idoc.fail(SegmentInvalid(text, location=idoc.place(self._stack[-1] if self._stack else None)))
        if self._depth > 2 and "SEGMENT" not in attributes and name not in SEGMENTS:
            self._field, self._value = name, ""
            return
        idoc.count += name != NAME
        node = Node(name, {}, idoc.count)
        if name == NAME:
            node.fields = idoc.control
        elif idoc.count <= MAX_SEGMENTS:
            (self._stack[-1].children if self._stack else idoc.top).append(node)
        else:
            idoc.fail(
                OutOfRange(f"more than {MAX_SEGMENTS} segments; send it in parts", location=idoc.place())
            )
        self._check_parent(node)
        self._stack.append(node)

    def _check_parent(self, node: Node) -> None:
        segment = SEGMENTS.get(node.name)
        parent = self._stack[-1].name if self._stack else None
        if segment and segment.parent != parent:
            stands, belongs = (f"below {name}" if name else "at the top" for name in (parent, segment.parent))
            text = f"{node.name} stands {stands}, it belongs {belongs}"
            self._idoc.fail(OrderInvalid(text, location=self._idoc.place(node)))

    def _data(self, text: str) -> None:
        if self._field:
            self._value += text
        elif text.strip():
            place = self._idoc.place(self._stack[-1] if self._stack else None)
            self._idoc.fail(SegmentInvalid(f"{text.strip()[:40]!r} stands in no field", location=place))

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if self._field:
            node, value = self._stack[-1], self._value.strip()
            if self._field in node.fields:
                place = self._idoc.place(node, self._field)
                self._idoc.fail(ElementInvalid(f"{node.name} has {self._field} twice", location=place))
            if value:
                node.fields[self._field] = value
            self._field = ""
        elif self._stack:
            self._stack.pop()
