"""Reading X12: interchanges, groups and sets, each checked by its own trailer.

Neighbours do not suffer: a wrong set is a problem with its place and a copy that can be repaired, the
sets around it pass, and the acknowledgement names both. Counts are compared as numbers. One set is held
at a time; a set of more than ``MAX_SEGMENTS`` is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from transforms.errors import (
    ControlMismatch,
    OrderInvalid,
    OutOfRange,
    Problem,
    TestFlag,
    TransformError,
    UnknownSender,
    Unreadable,
    Unsupported,
)
from transforms.formats.x12 import acknowledge, fragments, options
from transforms.formats.x12.acknowledge import Group
from transforms.formats.x12.maps import GROUP_IDS, MAPS
from transforms.formats.x12.maps.contract import Map
from transforms.formats.x12.options import Options
from transforms.formats.x12.sets import TransactionSet, element
from transforms.formats.x12.translate import translate
from transforms.location import Location
from transforms.reading import Context, Drafted, PartClosed, ReadEvent
from transforms.segments import Dialect, Segment, Source

MAX_SEGMENTS = 200_000
_ISA = 106
_NOT_FOUND, _CONTROL, _COUNT, _BAD_SEGMENT, _UNSUPPORTED = "2", "3", "4", "5", "1"
"""Data element 718: set trailer missing, control numbers differ, count wrong, errors, not supported."""


def check_options(given: dict[str, Any]) -> None:
    """Raise :class:`transforms.formats.x12.options.OptionsInvalid` with the option's name."""
    options.parse(given)


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Every interchange of a file, one after the other."""
    reading = Source(source)
    profile = options.parse(context.options)
    if not reading.head(1):
        raise Unreadable("the file is empty", location=Location(offset=0))
    seen: set[str] = set()
    while head := reading.head(_ISA):
        try:
            dialect, isa = _open(head, reading.offset)
        except Unreadable as error:
            if not seen and error.location.offset in (0, 3):
                raise
            yield Problem.of(error)
            if not (reading.head(4)[1:] and _go_on(reading)):
                return
            continue
        interchange = _Interchange(reading, dialect, isa, context, profile)
        if isa[13] in seen:
            yield Problem.of(ControlMismatch(
                f"ISA13 {isa[13]} stands twice in this file", location=Location(path=f"ISA{isa[13]}"),
                value=isa[13],
            ))  # fmt: skip
            interchange.is_refused = True
        seen.add(isa[13])
        yield from interchange.read()


def _go_on(reading: Source) -> bool:
    """Behind something that is no interchange: the next ISA."""
    reading.take(1)
    return reading.skip_to("ISA")


def _open(head: str, offset: int) -> tuple[Dialect, list[str]]:
    """Delimiters and elements of an ISA, which has a fixed length (X12.5)."""
    where = Location(offset=offset, tag="ISA")
    if not head.startswith("ISA"):
        raise Unreadable(f"an interchange begins with ISA, here stands {head[:12]!r}", location=where)
    if len(head) < _ISA:
        raise Unreadable("the ISA segment is cut short", location=where)
    mark = head[3]
    isa = head[: _ISA - 1].split(mark)
    if len(isa) != 17 or [len(part) for part in isa[1:]] != [
        2,
        10,
        2,
        10,
        2,
        15,
        2,
        15,
        6,
        4,
        1,
        5,
        9,
        1,
        1,
        1,
    ]:
        raise Unreadable("the ISA segment does not have its 106 characters", location=where)
    dialect = Dialect(element=mark, terminator=head[_ISA - 1], component=isa[16])
    marks = (dialect.element, dialect.terminator, dialect.component)
    if len(set(marks)) != 3 or any(re.match(r"[A-Za-z0-9 ]", one) for one in marks):
        raise Unreadable(f"the separators {marks} cannot be told apart", location=where)
    return dialect, isa


@dataclass(slots=True)
class _Interchange:
    reading: Source
    dialect: Dialect
    isa: list[str]
    context: Context
    profile: Options
    is_refused: bool = False
    groups: list[Group] = field(default_factory=list)
    ordinal: int = 0
    closed: bool = False

    @property
    def path(self) -> str:
        return f"ISA{self.isa[13]}"

    def read(self) -> Iterator[ReadEvent]:
        try:
            self._check_parties()
        except TransformError as error:
            yield Problem.of(error)
            self.is_refused = True
        segments = self.reading.segments(self.dialect)
        next(segments)  # the ISA itself
        for segment in segments:
            tag = segment[0][0]
            if tag == "GS":
                yield from self._group(Group(segment[0]), segment, segments)
            elif tag == "IEA":
                yield from self._end(segment)
                break
            else:
                yield self._problem(OrderInvalid(f"{tag} stands outside any group"), segment)
        if not self.closed:
            text = "the interchange ends without IEA: the file was cut short"
            yield Problem.of(Unreadable(text, location=Location(path=self.path, offset=self.reading.offset)))
        yield from self._acknowledgement()

    def _check_parties(self) -> None:
        sender = f"{self.isa[5].strip()}:{self.isa[6].strip()}"
        receiver = f"{self.isa[7].strip()}:{self.isa[8].strip()}"
        where = Location(path=self.path, tag="ISA", element=6)
        for name, told, agreed in (
            ("sender", sender, self.profile.sender), ("receiver", receiver, self.profile.receiver)
        ):  # fmt: skip
            if agreed is not None and told != agreed:
                raise UnknownSender(f"{name} is {told}, agreed is {agreed}", location=where, value=told)
        if self.isa[15] != self.profile.usage:
            raise TestFlag(f"ISA15 is {self.isa[15]}, this line takes {self.profile.usage}", location=where)

    def _end(self, segment: Segment) -> Iterator[Problem]:
        self.closed = True
        elements = segment[0]
        if element(elements, 2) != self.isa[13]:
            text = f"IEA02 is {element(elements, 2)}, ISA13 is {self.isa[13]}"
            yield self._problem(ControlMismatch(text, value=element(elements, 2)), segment)
        if _number(element(elements, 1)) != len(self.groups):
            text = f"IEA01 says {element(elements, 1)} groups, there are {len(self.groups)}"
            yield self._problem(ControlMismatch(text, value=element(elements, 1)), segment)

    def _group(self, group: Group, gs: Segment, segments: Iterator[Segment]) -> Iterator[ReadEvent]:
        self.groups.append(group)
        controls: set[str] = set()
        for segment in segments:
            tag = segment[0][0]
            if tag == "ST":
                yield from self._set(group, segment, segments, controls)
            elif tag == "GE":
                yield from self._group_end(group, segment)
                return
            else:
                yield self._problem(OrderInvalid(f"{tag} stands where a set or GE is expected"), segment)
                if tag == "IEA":
                    yield from self._end(segment)
                    return
        yield self._problem(Unreadable(f"group {group.control} ends without GE"), gs)

    def _group_end(self, group: Group, segment: Segment) -> Iterator[Problem]:
        count, control = element(segment[0], 1), element(segment[0], 2)
        group.included = _number(count)
        if group.included != len(group.parts):
            group.codes.append("5")
            text = f"GE01 says {count} sets, there are {len(group.parts)}"
            yield self._problem(ControlMismatch(text, value=count), segment)
        if control != group.control:
            group.codes.append("4")
            text = f"GE02 is {control}, GS06 is {group.control}"
            yield self._problem(ControlMismatch(text, value=control), segment)

    def _set(
        self, group: Group, st: Segment, segments: Iterator[Segment], controls: set[str]
    ) -> Iterator[ReadEvent]:
        self.ordinal += 1
        held = [st]
        for segment in segments:
            held.append(segment)
            if segment[0][0] == "SE" or len(held) > MAX_SEGMENTS:
                break
        one = TransactionSet(
            self.isa, group.gs, held, self.dialect, self.profile, self.context.unit_alias,
            self.context.partner, self.ordinal,
        )  # fmt: skip
        part = f"{one.path}@{self.ordinal}"
        try:
            if self.is_refused:
                group.add(one.kind, one.control, _BAD_SEGMENT)
                return
            self._check(one, group, controls)
            if group.gs[1] == "FA":
                group.add(one.kind, one.control)
                return
            yield from list(translate(one, _map(one), key=self._key(one), part=part))
        except _Rejected as rejected:
            group.add(one.kind, one.control, rejected.code)
            yield Problem.of(rejected.error, fragments.of_set(one))
        except TransformError as error:
            group.add(one.kind, one.control, _BAD_SEGMENT)
            yield Problem.of(error, fragments.of_set(one))
        else:
            group.add(one.kind, one.control)

    def _check(self, one: TransactionSet, group: Group, controls: set[str]) -> None:
        """The set's own envelope. Raises :class:`_Rejected`."""
        last = one.segments[-1]
        if last[0][0] != "SE":
            long = len(one.segments) > MAX_SEGMENTS
            error = OutOfRange(f"more than {MAX_SEGMENTS} segments in one set") if long else Unreadable(
                "the set ends without SE: the file was cut short"
            )  # fmt: skip
            error.location = Location(path=one.path, segment=len(one.segments), offset=last[1])
            raise _Rejected(error, _NOT_FOUND)
        count, control = element(last[0], 1), element(last[0], 2)
        if _number(count) != len(one.segments):
            text = f"SE01 says {count} segments, there are {len(one.segments)}"
            raise _Rejected(ControlMismatch(text, location=one.place(last, 1), value=count), _COUNT)
        if control != one.control:
            text = f"SE02 is {control}, ST02 is {one.control}"
            raise _Rejected(ControlMismatch(text, location=one.place(last, 2), value=control), _CONTROL)
        if one.control in controls:
            text = f"ST02 {one.control} stands twice in group {group.control}"
            raise _Rejected(ControlMismatch(text, location=one.place(one.segments[0], 2)), _CONTROL)
        controls.add(one.control)
        if GROUP_IDS.get(one.kind, group.gs[1]) != group.gs[1]:
            text = f"set {one.kind} does not belong into a group {group.gs[1]}"
            raise _Rejected(Unsupported(text, location=one.place(one.segments[0], 1)), _UNSUPPORTED)
        if any("\0" in part for elements, _ in one.segments for part in elements):
            text = "there is a NUL character in the set"
            raise _Rejected(Unreadable(text, location=Location(path=one.path)), _BAD_SEGMENT)

    def _key(self, one: TransactionSet) -> str:
        sender = f"{self.isa[5].strip()}:{self.isa[6].strip()}"
        receiver = f"{self.isa[7].strip()}:{self.isa[8].strip()}"
        key = f"x12/{sender}/{receiver}/{self.isa[13]}/{element(one.gs, 6)}/{one.control}/{one.kind}"
        # a repaired part is a new operation: it must not meet what its first reading left
        return f"{self.context.message_key}/{key}" if self.context.message_key.startswith("edit/") else key

    def _acknowledgement(self) -> Iterator[ReadEvent]:
        only_answers = all(element(group.gs, 1) == "FA" for group in self.groups)
        is_repair = self.context.message_key.startswith("edit/")
        if not self.profile.acknowledge or only_answers or is_repair:
            return
        part = f"ack:{self.isa[13]}"
        answer = acknowledge.document(self.isa, self.groups, self.context.received_at)
        yield Drafted(answer, key=f"{self.context.message_key}/{part}", position=self.path, part=part)
        yield PartClosed(part, accepted=True)

    def _problem(self, error: TransformError, segment: Segment) -> Problem:
        error.location = Location(path=self.path, tag=segment[0][0], offset=segment[1])
        return Problem.of(error)


def _map(one: TransactionSet) -> Map:
    layout = MAPS.get(one.kind)
    if layout is None:
        where = one.place(one.segments[0], 1)
        raise _Rejected(Unsupported(f"set {one.kind} is not taken", location=where), _UNSUPPORTED)
    return layout


class _Rejected(Exception):
    """A set is rejected, with the code that the 997 gives for it (data element 718)."""

    def __init__(self, error: TransformError, code: str) -> None:
        super().__init__(error.text)
        self.error, self.code = error, code


def _number(text: str) -> int | None:
    """A count; zero padding does not matter."""
    return int(text) if text.isascii() and text.isdigit() else None
