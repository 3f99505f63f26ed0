"""One interchange: its groups and sets, each checked by its own trailer.

Neighbours do not suffer: a wrong set is a problem with its place and a copy that can be repaired, the
sets around it pass, and the acknowledgement names both. A missing trailer is told by the header or
trailer that stands where it should be; where the file just ends, all that are missing are told as one.
Counts and control numbers are compared as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from transforms.edi.walker import Walker
from transforms.errors import (
    ControlMismatch,
    OrderInvalid,
    Problem,
    TransformError,
    Unreadable,
    Unsupported,
)
from transforms.formats.x12 import acknowledge, fragments, standard, structural
from transforms.formats.x12.acknowledge import Group
from transforms.formats.x12.maps import GROUP_IDS, MAPS, acknowledgement_ta1
from transforms.formats.x12.options import Options
from transforms.formats.x12.sets import LARGEST, Elements, TransactionSet, element
from transforms.formats.x12.translate import Translation
from transforms.location import Location
from transforms.reading import Context, Drafted, PartClosed, ReadEvent
from transforms.segments import Batch, Dialect, Source

HELD_BACK = 8
"""Documents of a set that are kept until its trailer was read; those of a longer one are drafted before."""

MAX_WARNINGS = 50
"""Structural faults of one set that are noted where they stop nothing."""

_NOT_FOUND, _CONTROL, _COUNT, _BAD_SEGMENT, _UNSUPPORTED = "2", "3", "4", "5", "1"
"""Data element 718: set trailer missing, control numbers differ, count wrong, errors, not supported."""
_GROUP_NOT_FOUND, _GROUP_CONTROL, _GROUP_COUNT, _GROUP_VERSION = "3", "4", "5", "2"
"""Data element 716: group trailer missing, control numbers differ, count wrong, version not supported."""
_MARKS = "S[TE]|G[SE]|IEA"
"""Tags of the envelope."""
_AGAIN = "have it sent again whole, what was complete still counts once"
"""What helps against a cut; that sets were taken before is told by their control numbers."""


@dataclass(slots=True)
class _Set:
    """A set between its ST and its SE."""

    one: TransactionSet
    part: str
    translation: Translation | None = None
    walker: Walker | None = None
    failure: TransformError | None = None
    held_back: list[Drafted] = field(default_factory=list)
    is_long: bool = False
    code: str = ""
    """What the 997 gives for the failure (data element 718)."""

    def fail(self, error: TransformError, code: str) -> None:
        """The first failure stands."""
        if self.failure is None:
            self.failure, self.code, self.translation = error, code, None


@dataclass(slots=True)
class Interchange:
    """Everything between one ISA and its IEA; ``seen`` are the ISA13 before it in the file."""

    source: Source
    dialect: Dialect
    isa: Elements
    context: Context
    options: Options
    refusal: TransformError | None = None
    groups: list[Group] = field(default_factory=list)
    _group: Group | None = None
    _set: _Set | None = None
    _sets: int = 0
    _controls: set[str] = field(default_factory=set)
    _group_controls: set[str] = field(default_factory=set)
    _waiting: list[str] = field(default_factory=list)
    """Good parts that wait for the interchange's trailer (``gate: interchange``)."""
    _answers: list[Drafted] = field(default_factory=list)
    _is_sound: bool = True
    _units: dict[str, str] = field(default_factory=dict)
    _numbers: dict[str, Decimal] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"ISA{self.isa[13]}"

    def read(self) -> Iterator[ReadEvent]:
        if self.refusal is not None:
            yield self._refused(self.refusal)
            return
        is_closed = False
        for batch in self.source.batches(self.dialect):
            for event in self._batch(batch):
                if event is None:
                    is_closed = True
                else:
                    yield event
            if is_closed:
                break
        if not is_closed:
            yield from self._cut_short()
        yield from self._answers
        yield from (PartClosed(answer.part, accepted=is_closed) for answer in self._answers)
        yield from (PartClosed(part, accepted=self._is_sound) for part in self._waiting)
        yield from self._acknowledgement()

    def _batch(self, batch: Batch) -> Iterator[ReadEvent | None]:
        """Events of a batch; ``None`` once the interchange is closed."""
        segments, start = batch.segments, 0
        handlers: dict[str, Callable[[Elements, Batch, int], Iterator[ReadEvent]]] = {
            "ST": self._set_begins, "SE": self._set_ends,
            "GS": self._group_begins, "GE": self._group_ends, "IEA": self._ends,
        }  # fmt: skip
        for at in batch.tagged(_MARKS):
            elements = [part.strip() for part in self.dialect.elements(segments[at])]
            handler = handlers.get(elements[0])
            if handler is None:  # a tag with something odd behind it is no trailer
                continue
            if start < at:
                yield from self._body(batch, start, at)
            yield from handler(elements, batch, at)
            start = at + 1
            if elements[0] == "IEA":
                yield None
        if start < len(segments):
            yield from self._body(batch, start, len(segments))

    def _body(self, batch: Batch, start: int, end: int) -> Iterator[ReadEvent]:
        """Segments between those of the envelope."""
        current = self._set
        if current is None:
            tag = batch.segments[start].split(self.dialect.element, 1)[0]
            if tag == "TA1" and self._group is None:
                self._answers += acknowledgement_ta1.drafts(
                    batch.segments[start:end], self.dialect, self.context, self.path
                )
                return
            yield self._problem(OrderInvalid(f"{tag[:20]} stands outside any set"), tag, batch, start)
            return
        at = current.one.held.count + 1
        current.one.held.add(batch, start, end)
        segments = batch.segments[start:end]
        if "\0" in batch.text:
            self._refuse_nul(current, segments, at)
        if batch.is_padded:
            mark = self.dialect.element
            segments = [mark.join([part.strip() for part in one.split(mark)]) for one in segments]
        if current.walker is not None:
            current.walker.feed(segments)
        if current.translation is not None:
            try:
                for draft in current.translation.feed(segments):
                    yield from self._hold(current, draft)
            except TransformError as error:
                current.fail(error, _BAD_SEGMENT)

    @staticmethod
    def _refuse_nul(current: _Set, segments: list[str], at: int) -> None:
        for ordinal, segment in enumerate(segments, start=at):
            if "\0" in segment:
                where = current.one.spot(ordinal, segment[:3].split("\0")[0] or None)
                current.fail(Unreadable("there is a NUL character in the set", location=where), _BAD_SEGMENT)

    def _set_begins(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        yield from self._set_without_end()
        if self._group is None:
            yield self._problem(OrderInvalid("ST stands outside any group"), "ST", batch, at)
            self._group = Group(["GS", "", "", "", "", "", "0", "X", ""])
            self.groups.append(self._group)
        self._sets += 1
        one = TransactionSet(
            self.isa, self._group.gs, elements, self.dialect, self.options, self.context.unit_alias,
            self.context.partner, self._sets, known_units=self._units,
            known_numbers=self._numbers,
        )  # fmt: skip
        one.held.add(batch, at, at + 1)
        one.group, one.group_at = [elements], 1
        self._set = current = _Set(one, part=f"{one.path}@{self._sets}")
        try:
            self._admit(current, self._group)
        except Unsupported as error:
            current.fail(error, _UNSUPPORTED)
        except TransformError as error:
            current.fail(error, _CONTROL)

    def _admit(self, current: _Set, group: Group) -> None:
        """What can be told from the headers alone."""
        one, gs = current.one, group.gs
        if group.refusal is not None:
            raise group.refusal
        if not one.control or one.control in self._controls:
            text = (
                f"ST02 {one.control} stands twice in group {group.control}"
                if one.control
                else "ST02 is missing"
            )
            raise ControlMismatch(text, location=one.place(one.st, 2), value=one.control)
        self._controls.add(one.control)
        if GROUP_IDS.get(one.kind, gs[1]) != gs[1]:
            text = f"set {one.kind} does not belong into a group {gs[1]}"
            raise Unsupported(text, location=one.place(one.st, 1), value=one.kind)
        if one.kind not in MAPS:
            text = f"set {one.kind} is not taken; there are {', '.join(MAPS)}"
            raise Unsupported(text, location=one.place(one.st, 1), value=one.kind)
        structure = standard.structure(element(gs, 8), one.kind)
        if structure is not None and self.options.structure != "off":
            current.walker = Walker(structure, self.dialect)
        stopping = current.walker.faults if current.walker and self.options.structure == "reject" else []
        current.translation = Translation(
            one, MAPS[one.kind], key=self._key(one), part=current.part, faults=stopping
        )

    def _set_ends(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        current = self._set
        if current is None:
            yield self._problem(OrderInvalid("SE stands outside any set"), "SE", batch, at)
            return
        one = current.one
        one.held.add(batch, at, at + 1)
        one.group, one.group_at, one.line = [elements], one.held.count, None
        count, control = element(elements, 1), element(elements, 2)
        if _number(count) != one.held.count:
            text = f"SE01 says {count} segments, there are {one.held.count}"
            current.fail(ControlMismatch(text, location=one.place(elements, 1), value=count), _COUNT)
        if not _same(control, one.control):
            text = f"SE02 is {control}, ST02 is {one.control}"
            current.fail(ControlMismatch(text, location=one.place(elements, 2), value=control), _CONTROL)
        yield from self._settle(current)

    def _settle(self, current: _Set) -> Iterator[ReadEvent]:
        """A set is over: its part is closed, and the acknowledgement has its entry."""
        one, translation, group = current.one, current.translation, self._group
        if current.walker is not None:
            current.walker.close()
        if translation is not None:
            try:
                for draft in translation.close():
                    yield from self._hold(current, draft)
            except TransformError as error:
                current.fail(error, _BAD_SEGMENT)
        self._set = None
        if group is not None:
            group.add(one.kind, one.control, *([current.code] if current.failure else []))
        if current.failure is not None:
            yield Problem.of(current.failure, fragments.of_set(one))
            yield PartClosed(current.part, accepted=False)
        elif translation is not None:
            yield from current.held_back
            yield from translation.problems
            yield from self._noted(current)
            if self.options.gate == "interchange":
                self._waiting.append(current.part)
            else:
                yield PartClosed(current.part, accepted=True)

    def _noted(self, current: _Set) -> Iterator[Problem]:
        """Structural faults of a good set that stop nothing."""
        faults = current.walker.faults if current.walker is not None else []
        if self.options.structure == "reject":
            faults = [fault for fault in faults if not structural.stops(fault)]
        for fault in faults[:MAX_WARNINGS]:
            yield structural.warning(current.one, fault)

    @staticmethod
    def _hold(current: _Set, draft: Drafted) -> Iterator[Drafted]:
        """Documents wait for the set's trailer while they are few: most wrong sets leave nothing behind."""
        current.held_back.append(draft)
        if current.is_long or len(current.held_back) > HELD_BACK:
            current.is_long = True
            yield from current.held_back
            current.held_back = []

    def _set_without_end(
        self, text: str = "the set ends without SE: the file was cut short"
    ) -> Iterator[ReadEvent]:
        """Something stands where SE should be, or nothing does."""
        current = self._set
        if current is not None:
            one = current.one
            last = one.held.count
            where = Location(path=one.path, segment=last, offset=one.held.offset(last))
            error = Unreadable(text, location=where)
            current.failure = None  # that it was cut explains whatever else was wrong
            current.fail(error, _NOT_FOUND)
            yield from self._settle(current)

    def _group_begins(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        yield from self._group_without_end()
        group = Group(elements + [""] * (9 - len(elements)), batch.offset(at))
        control, version = group.control, group.gs[8]
        where = Location(path=f"{self.path}/GS{control}", tag="GS", offset=group.offset)
        if control in self._group_controls:
            text = f"GS06 {control} stands twice in this interchange"
            group.refusal = ControlMismatch(text, location=where, value=control)
            group.codes.append(_GROUP_CONTROL)
        elif not version.startswith(self.options.versions):
            text = f"version {version!r} is not taken; GS08 begins with {', '.join(self.options.versions)}"
            group.refusal = Unsupported(text, location=where, value=version)
            group.codes.append(_GROUP_VERSION)
        self._group_controls.add(control)
        self._controls = set()
        self.groups.append(group)
        self._group = group

    def _group_ends(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        yield from self._set_without_end()
        group = self._group
        if group is None:
            yield self._problem(OrderInvalid("GE stands outside any group"), "GE", batch, at)
            return
        self._group = None
        count, control = element(elements, 1), element(elements, 2)
        group.included = _number(count)
        if group.included != len(group.parts):
            group.codes.append(_GROUP_COUNT)
            text = f"GE01 says {count} sets, there are {len(group.parts)}"
            yield self._problem(ControlMismatch(text, value=count), "GE", batch, at)
        if not _same(control, group.control):
            group.codes.append(_GROUP_CONTROL)
            text = f"GE02 is {control}, GS06 is {group.control}"
            yield self._problem(ControlMismatch(text, value=control), "GE", batch, at)

    def _group_without_end(self) -> Iterator[ReadEvent]:
        """Something stands where GE should be."""
        yield from self._set_without_end()
        group = self._group
        if group is not None:
            self._group = None
            group.codes.append(_GROUP_NOT_FOUND)
            self._is_sound = False
            where = Location(path=self.path, tag="GS", offset=group.offset)
            yield Problem.of(Unreadable(f"group {group.control} ends without GE", location=where))

    def _ends(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        yield from self._group_without_end()
        count, control = element(elements, 1), element(elements, 2)
        if not _same(control, self.isa[13]):
            text = f"IEA02 is {control}, ISA13 is {self.isa[13]}"
            yield self._problem(ControlMismatch(text, value=control), "IEA", batch, at)
        if _number(count) != len(self.groups):
            text = f"IEA01 says {count} groups, there are {len(self.groups)}"
            yield self._problem(ControlMismatch(text, value=count), "IEA", batch, at)

    def _cut_short(self) -> Iterator[ReadEvent]:
        """Nothing stands where IEA should be. One cut is one problem: of the innermost part it left open."""
        self._is_sound = False
        group, current = self._group, self._set
        if group is None:
            where = Location(path=self.path, offset=self.source.offset)
            text = f"the interchange ends without IEA: the file was cut short; {_AGAIN}"
            yield Problem.of(Unreadable(text, location=where))
            return
        group.codes.append(_GROUP_NOT_FOUND)
        middle = "the interchange ends in the middle of"
        if current is not None:
            inside = f"set {current.one.control} of group {group.control}"
            yield from self._set_without_end(f"{middle} {inside}: SE, GE and IEA are missing; {_AGAIN}")
            return
        text = f"{middle} group {group.control}: GE and IEA are missing; {_AGAIN}"
        yield Problem.of(Unreadable(text, location=Location(path=self.path, tag="GS", offset=group.offset)))

    def _refused(self, refusal: TransformError) -> Problem:
        """Pass over an interchange of which nothing counts. It is kept for replay unless it is large."""
        kept: list[str] = []
        size, close = 0, "IEA" + self.dialect.element
        for batch in self.source.batches(self.dialect):
            size += len(batch.text)
            kept = kept + batch.segments if size <= LARGEST else []
            if batch.segments and batch.segments[-1].startswith(close):
                break
        whole = size <= LARGEST
        return Problem.of(refusal, fragments.of_interchange(self.isa, kept, self.dialect) if whole else None)

    def _key(self, one: TransactionSet) -> str:
        sender = f"{self.isa[5].strip()}:{self.isa[6].strip()}"
        receiver = f"{self.isa[7].strip()}:{self.isa[8].strip()}"
        key = f"x12/{sender}/{receiver}/{self.isa[13]}/{element(one.gs, 6)}/{one.control}/{one.kind}"
        # a repaired part is a new operation: it must not meet what its first reading left
        return f"{self.context.message_key}/{key}" if self._is_repair else key

    @property
    def _is_repair(self) -> bool:
        return self.context.message_key.startswith("edit/")

    def _acknowledgement(self) -> Iterator[ReadEvent]:
        asked = [group for group in self.groups if element(group.gs, 1) != "FA"]  # answers are not answered
        if not self.options.acknowledge or not asked or self._is_repair:
            return
        if self.options.gate == "interchange" and not self._is_sound:
            for group in asked:
                group.reject_all(_BAD_SEGMENT)
        part = f"ack:{self.isa[13]}"
        answer = acknowledge.document(self.isa, asked, self.context.received_at)
        yield Drafted(answer, key=f"{self.context.message_key}/{part}", position=self.path, part=part)
        yield PartClosed(part, accepted=True)

    def _problem(self, error: TransformError, tag: str, batch: Batch, at: int) -> Problem:
        """Something wrong with the envelope itself."""
        self._is_sound = False
        error.location = Location(path=self.path, tag=tag, offset=batch.offset(at))
        return Problem.of(error)


def _number(text: str) -> int | None:
    """A count; zero padding does not matter."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _same(left: str, right: str) -> bool:
    """Whether two control numbers are one; zero padding does not matter."""
    return left == right or (_number(left) is not None and _number(left) == _number(right))
