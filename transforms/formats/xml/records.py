"""XML → records, as they end, in constant memory.

The parser is told to read no document type at all, so that no entity is ever declared, expanded or fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from transforms import errors
from transforms.formats.xml.layout import Options
from transforms.location import Location

_BLOCK = 1 << 16
_SEPARATOR = "\n"
"""Between namespace and local name, in what the parser calls an element."""


@dataclass(slots=True)
class Record:
    """The values of one record by column, those that stand before it included."""

    line: int
    values: dict[str, str]
    size: int = 0


class Records:
    """The records of one file."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._record_path = tuple(options.record.split("/"))
        self._inner: dict[tuple[str, ...], list[tuple[str, str | None]]] = {}
        self._outer: dict[tuple[str, ...], list[tuple[str, str | None]]] = {}
        for name, place in options.columns.items():
            path, _, attribute = place.partition("@")
            steps = tuple(step for step in path.strip("/").split("/") if step and step != ".")
            target = self._outer if place.startswith("/") else self._inner
            target.setdefault(steps, []).append((name, attribute or None))
        self._heads: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[list[str]] = []
        self._record: Record | None = None
        self._done: list[Record] = []
        self._parser = self._made()

    def read(self, source: BinaryIO) -> Iterator[list[Record]]:
        """Records that ended, block by block.

        Raises :class:`errors.Unreadable` with the place where the file is no XML, or no longer; what came
        before has been handed over.
        """
        is_over = False
        while not is_over:
            data = source.read(_BLOCK)
            is_over = not data
            try:
                self._parser.Parse(data, is_over)
            except expat.ExpatError as error:
                yield self._taken()
                text = f"this is no XML: {expat.ErrorString(error.code)}"
                where = Location(line=error.lineno, offset=self._parser.ErrorByteIndex)
                raise errors.Unreadable(text, location=where) from error
            yield self._taken()

    def _taken(self) -> list[Record]:
        done, self._done = self._done, []
        return done

    def _made(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.StartElementHandler = self._begins
        parser.EndElementHandler = self._ends
        parser.CharacterDataHandler = self._says
        parser.StartDoctypeDeclHandler = self._refuse
        return parser

    def _refuse(self, *_: object) -> None:
        raise errors.Unreadable("a document type (DTD) is not taken", location=self._place())

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(self._local(name))
        self._text.append([])
        if len(self._path) > self._options.max_depth:
            text = f"there are more than {self._options.max_depth} elements inside of each other (max_depth)"
            raise errors.Unreadable(text, location=self._place())
        path = tuple(self._path)
        if self._record is None and path == self._record_path:
            self._record = Record(self._parser.CurrentLineNumber, dict(self._heads))
        for column, attribute in self._wanted(path):
            if attribute is not None:
                for told, value in attributes.items():
                    if told.rpartition(_SEPARATOR)[2] == attribute:
                        self._put(column, value)

    def _ends(self, _name: str) -> None:
        path, text = tuple(self._path), "".join(self._text.pop()).strip()
        for column, attribute in self._wanted(path):
            if attribute is None:
                self._put(column, text)
        self._path.pop()
        if self._record is not None and path == self._record_path:
            self._done.append(self._record)
            self._record = None

    def _says(self, text: str) -> None:
        if self._record is not None:
            self._record.size += len(text)
            if self._record.size > self._options.max_record:
                what = f"a record has more than {self._options.max_record} characters (max_record)"
                raise errors.Unreadable(what, location=self._place())
        if self._text:
            self._text[-1].append(text)

    def _wanted(self, path: tuple[str, ...]) -> list[tuple[str, str | None]]:
        if self._record is None:
            return self._outer.get(path, [])
        return self._inner.get(path[len(self._record_path) :], [])

    def _put(self, column: str, value: str) -> None:
        """The first value of a record counts; outside of records the latest."""
        if self._record is None:
            self._heads[column] = value
            return
        if column in self._record.values:
            text = f"{column} stands twice in a record"
            raise errors.Unreadable(text, location=self._place())
        self._record.values[column] = value

    def _local(self, name: str) -> str:
        namespace, _, local = name.rpartition(_SEPARATOR)
        if self._options.namespaces and namespace not in self._options.namespaces:
            return f"{{{namespace}}}{local}"
        return local

    def _place(self) -> Location:
        return Location(line=self._parser.CurrentLineNumber, offset=self._parser.CurrentByteIndex)
