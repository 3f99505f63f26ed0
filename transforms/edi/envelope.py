"""One interchange: its groups and messages, each checked by its own trailer.

Neighbours do not suffer: a wrong message is a problem with its place and a copy that can be repaired,
the messages around it pass, and the acknowledgement names both. A missing trailer is told by the header
or trailer that stands where it should be; where the file just ends, all that are missing are told as
one. Counts and control numbers are compared as numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Generic

from transforms.canonical.acknowledgements import AcknowledgedPart, DocumentAcknowledged
from transforms.edi import acknowledge, fragments, structural
from transforms.edi.acknowledge import Group
from transforms.edi.faults import Fault
from transforms.edi.maps import M
from transforms.edi.message import LARGEST, Elements, element
from transforms.edi.options import Options
from transforms.edi.part import Grammar, Part, is_same, number
from transforms.edi.structure import Structure
from transforms.edi.walker import Walker
from transforms.errors import ControlMismatch, OrderInvalid, Problem, TransformError, Unreadable
from transforms.location import Location
from transforms.reading import Context, Drafted, PartClosed, ReadEvent
from transforms.segments import Batch, Dialect, Source

MAX_WARNINGS = 50
"""Structural faults of one message that are noted where they stop nothing."""
_AGAIN = "have it sent again whole, what was complete still counts once"
"""What helps against a cut; that messages were taken before is told by their control numbers."""


@dataclass(slots=True)
class Interchange(ABC, Generic[M]):
    """Everything between an interchange's header (``head``) and its trailer."""

    grammar: ClassVar[Grammar]

    source: Source
    dialect: Dialect
    head: Elements
    context: Context
    refusal: TransformError | None = None
    """Why nothing of it may count, if so."""
    inspects: bool = False
    """Look at envelope and structure of whatever message comes: nothing is drafted, no fault hides another."""
    closed: AcknowledgedPart | None = None
    """What is said of the message that was closed last."""
    segments: int = 0
    """How many were read, the header not counted."""
    groups: list[Group] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    """The standard's own, of the interchange."""
    units: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, Decimal] = field(default_factory=dict)
    _group: Group | None = None
    _part: Part[M] | None = None
    _count: int = 0
    _controls: set[str] = field(default_factory=set)
    _group_controls: set[str] = field(default_factory=set)
    _waiting: list[str] = field(default_factory=list)
    """Good parts that wait for the interchange's trailer (``gate: interchange``)."""
    _loose: list[Drafted] = field(default_factory=list)
    """Documents of what stands in no message; they count when the interchange is whole."""
    _is_sound: bool = True

    @property
    @abstractmethod
    def settings(self) -> Options:
        """The profile's options that hold for every standard."""

    @property
    @abstractmethod
    def control(self) -> str:
        """Its number."""

    @property
    @abstractmethod
    def path(self) -> str: ...

    @property
    @abstractmethod
    def wants_answer(self) -> bool:
        """Whether the profile asks for acknowledgements at all."""

    @abstractmethod
    def _opened(self, elements: Elements, group: Group) -> M:
        """The message that a head opens."""

    @abstractmethod
    def _structure(self, one: M, group: Group) -> Structure | None:
        """What the standard says of a message, where we know it."""

    @abstractmethod
    def _admit(self, current: Part[M], group: Group) -> None:
        """What can be told from the headers alone; gives ``current`` its translation. Raises what is wrong."""

    @abstractmethod
    def _group_of(self, elements: Elements, offset: int) -> Group:
        """The group that a head opens, with its refusal and the codes of that."""

    @abstractmethod
    def _implied(self) -> tuple[Group, TransformError | None]:
        """The group for a message that stands outside any, and what is wrong with that."""

    @abstractmethod
    def _trailing(self) -> tuple[int, str]:
        """What the interchange's trailer counts: how many there are, and of what."""

    @abstractmethod
    def _answers(self) -> Iterator[DocumentAcknowledged]:
        """What goes back for what was read."""

    @abstractmethod
    def _whole(self, segments: list[str]) -> list[str]:
        """The interchange's segments with its headers before them, for repair."""

    def read(self) -> Iterator[ReadEvent]:
        if self.refusal is not None:
            yield self._refused(self.refusal)
            yield from self._acknowledgements()
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
        yield from self._loose
        yield from (PartClosed(one.part, accepted=is_closed) for one in self._loose)
        yield from (PartClosed(part, accepted=self._is_sound) for part in self._waiting)
        yield from self._acknowledgements()

    def _batch(self, batch: Batch) -> Iterator[ReadEvent | None]:
        """Events of a batch; ``None`` once the interchange is closed."""
        segments, start, words = batch.segments, 0, self.grammar
        self.segments += len(segments)
        handlers: dict[str, Callable[[Elements, Batch, int], Iterator[ReadEvent]]] = {
            words.opens: self._part_begins, words.closes: self._part_ends,
            words.group_opens: self._group_begins, words.group_closes: self._group_ends,
            words.ends: self._ends,
        }  # fmt: skip
        for at in batch.tagged(words.marks):
            elements = [part.strip() for part in self.dialect.elements(segments[at])]
            handler = handlers.get(elements[0])
            if handler is None:  # a tag with something odd behind it is no trailer
                continue
            if start < at:
                yield from self._body(batch, start, at)
            yield from handler(elements, batch, at)
            start = at + 1
            if elements[0] == words.ends:
                yield None
        if start < len(segments):
            yield from self._body(batch, start, len(segments))

    def _body(self, batch: Batch, start: int, end: int) -> Iterator[ReadEvent]:
        """Segments between those of the envelope."""
        current = self._part
        if current is None:
            if not self._takes(batch, start, end):
                tag = batch.segments[start].split(self.dialect.element, 1)[0]
                text = f"{tag[:20]} stands outside any {self.grammar.called}"
                yield self._problem(OrderInvalid(text), tag, batch, start)
            return
        at = current.one.held.count + 1
        current.one.held.add(batch, start, end)
        segments = batch.segments[start:end]
        if "\0" in batch.text:
            self._refuse_nul(current, segments, at)
        try:
            segments = self._plain(current, batch, segments, at)
            if current.walker is not None:
                current.walker.feed(segments)
            if current.translation is not None:
                for draft in current.translation.feed(segments):
                    yield from current.hold(draft)
        except TransformError as error:
            current.fail(error, self.grammar.faulty)

    def _takes(self, _batch: Batch, _start: int, _end: int) -> bool:
        """Whether segments that stand in no message are right there."""
        return False

    def _plain(self, _current: Part[M], batch: Batch, segments: list[str], _at: int) -> list[str]:
        """Segments as maps read them."""
        if not batch.is_padded:
            return segments
        mark = self.dialect.element
        return [mark.join([part.strip() for part in one.split(mark)]) for one in segments]

    def _refuse_nul(self, current: Part[M], segments: list[str], at: int) -> None:
        for ordinal, segment in enumerate(segments, start=at):
            if "\0" in segment:
                where = current.one.spot(ordinal, segment[:3].split("\0")[0] or None)
                text = f"there is a NUL character in the {self.grammar.called}"
                current.fail(Unreadable(text, location=where), self.grammar.faulty)

    def _part_begins(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        yield from self._part_without_end()
        if self._group is None:
            self._group, wrong = self._implied()
            self.groups.append(self._group)
            if wrong is not None:
                yield self._problem(wrong, self.grammar.opens, batch, at)
        self._count += 1
        one = self._opened(elements, self._group)
        one.held.add(batch, at, at + 1)
        one.group, one.group_at = [elements], 1
        self._part = current = Part(one, part=f"{one.path}@{self._count}")
        try:
            if self._group.refusal is not None:
                raise self._group.refusal
            self._check_control(one, self._group)
            if self.inspects:
                self._walk(current, self._group)
            else:
                self._admit(current, self._group)
        except ControlMismatch as error:
            current.fail(error, self.grammar.duplicate)
        except TransformError as error:
            current.fail(error, self.grammar.unsupported)

    def _check_control(self, one: M, group: Group) -> None:
        control, name = one.control, self.grammar.number_at
        if control and control not in self._controls:
            self._controls.add(control)
            return
        inside = f"group {group.control}" if group.control else "this interchange"
        text = f"{name} {control} stands twice in {inside}" if control else f"{name} is missing"
        raise ControlMismatch(text, location=one.place(one.head, int(name[-2:])), value=control)

    def _part_ends(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        current, words = self._part, self.grammar
        if current is None:
            text = f"{words.closes} stands outside any {words.called}"
            yield self._problem(OrderInvalid(text), words.closes, batch, at)
            return
        one = current.one
        one.held.add(batch, at, at + 1)
        one.group, one.group_at, one.line = [elements], one.held.count, None
        count, control = element(elements, 1), element(elements, 2)
        if number(count) != one.held.count:
            text = f"{words.closes}01 says {count} segments, there are {one.held.count}"
            current.fail(ControlMismatch(text, location=one.place(elements, 1), value=count), words.count)
        if not is_same(control, one.control):
            text = f"{words.closes}02 is {control}, {words.number_at} is {one.control}"
            current.fail(ControlMismatch(text, location=one.place(elements, 2), value=control), words.control)
        yield from self._settle(current)

    def _settle(self, current: Part[M]) -> Iterator[ReadEvent]:
        """A message is over: its part is closed, and the acknowledgement has its entry."""
        one, translation = current.one, current.translation
        if current.walker is not None and current.code != self.grammar.not_found:
            current.walker.close()  # what a cut took away is not missing besides
        if translation is not None:
            try:
                for draft in translation.close():
                    yield from current.hold(draft)
            except TransformError as error:
                current.fail(error, self.grammar.faulty)
        told = self._found(current) if self.inspects else []
        self._part = None
        self.closed = self._entry(current)
        if self._group is not None:
            self._group.add(self.closed, keep=self.wants_answer)
        if self.inspects:
            yield from told
            yield PartClosed(current.part, accepted=current.failure is None)
        elif current.failure is not None:
            yield Problem.of(current.failure, fragments.of_message(one))
            yield PartClosed(current.part, accepted=False)
        elif translation is not None:
            yield from current.held_back
            yield from translation.problems
            yield from self._noted(current)
            if self.settings.gate == "interchange":
                self._waiting.append(current.part)
            else:
                yield PartClosed(current.part, accepted=True)

    def _walk(self, current: Part[M], group: Group) -> list[Fault]:
        """Have a message's structure looked at; returns where the faults that stop it will stand."""
        structure = self._structure(current.one, group)
        if structure is None or self.settings.structure == "off":
            return []
        current.walker = Walker(structure, self.dialect)
        return current.walker.faults if self.settings.structure == "reject" else []

    def _found(self, current: Part[M]) -> list[Problem]:
        """Everything that is wrong with a message; the first that stops it becomes its failure."""
        one, faults = current.one, current.walker.faults if current.walker is not None else []
        found = [] if current.failure is None else [Problem.of(current.failure)]
        for fault in faults:
            if structural.stops(fault):
                error = structural.error(one, fault)
                found.append(Problem.of(error))
                current.fail(error, self.grammar.faulty)
            else:
                found.append(structural.warning(one, fault))
        return found

    def _noted(self, current: Part[M]) -> Iterator[Problem]:
        """Structural faults of a good message that stop nothing."""
        faults = current.walker.faults if current.walker is not None else []
        if self.settings.structure == "reject":
            faults = [fault for fault in faults if not structural.stops(fault)]
        for fault in faults[:MAX_WARNINGS]:
            yield structural.warning(current.one, fault)

    def _entry(self, current: Part[M]) -> AcknowledgedPart:
        failure = current.failure
        structure = self._structure(current.one, self._group) if self._group is not None else None
        faults = acknowledge.faults(current, structure, faulty=self.grammar.faulty)
        return AcknowledgedPart(
            document_type=current.one.kind,
            control=current.one.control,
            accepted=failure is None,
            codes=(current.code,) if failure else (),
            segments=structural.located(faults[:MAX_WARNINGS], self.grammar.name),
        )

    def _part_without_end(self, text: str | None = None) -> Iterator[ReadEvent]:
        """Something stands where a message's trailer should be, or nothing does."""
        current, words = self._part, self.grammar
        if current is not None:
            one = current.one
            last = one.held.count
            where = Location(path=one.path, segment=last, offset=one.held.offset(last))
            cut = text or f"the {words.called} ends without {words.closes}: the file was cut short"
            current.failure = None  # that it was cut explains whatever else was wrong
            current.fail(Unreadable(cut, location=where), words.not_found)
            yield from self._settle(current)

    def _group_begins(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        yield from self._group_without_end()
        group = self._group_of(elements, batch.offset(at))
        if group.refusal is None and group.control in self._group_controls:
            where = Location(
                path=f"{self.path}/{self.grammar.group_opens}{group.control}", offset=group.offset
            )
            text = f"{self.grammar.group_number_at} {group.control} stands twice in this interchange"
            group.refusal = ControlMismatch(text, location=where, value=group.control)
            group.codes.append(self.grammar.duplicate_group)
        self._group_controls.add(group.control)
        self._controls = set()
        self.groups.append(group)
        self._group = group

    def _group_ends(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        yield from self._part_without_end()
        group, words = self._group, self.grammar
        tag = words.group_closes
        if group is None or not group.head:
            yield self._problem(OrderInvalid(f"{tag} stands outside any group"), tag, batch, at)
            return
        self._group = None
        count, control = element(elements, 1), element(elements, 2)
        group.included = number(count)
        if group.included != group.received:
            group.codes.append(words.group_count)
            text = f"{tag}01 says {count} {words.called}s, there are {group.received}"
            yield self._problem(ControlMismatch(text, value=count), tag, batch, at)
        if not is_same(control, group.control):
            group.codes.append(words.group_control)
            text = f"{tag}02 is {control}, {words.group_number_at} is {group.control}"
            yield self._problem(ControlMismatch(text, value=control), tag, batch, at)

    def _group_without_end(self) -> Iterator[ReadEvent]:
        """Something stands where a group's trailer should be."""
        yield from self._part_without_end()
        group, self._group = self._group, None
        if group is not None and group.head:
            group.codes.append(self.grammar.group_not_found)
            self._is_sound = False
            text = f"group {group.control} ends without {self.grammar.group_closes}"
            where = Location(path=self.path, tag=self.grammar.group_opens, offset=group.offset)
            yield Problem.of(Unreadable(text, location=where))

    def _ends(self, elements: Elements, batch: Batch, at: int) -> Iterator[ReadEvent]:
        yield from self._group_without_end()
        tag = self.grammar.ends
        told, control = element(elements, 1), element(elements, 2)
        count, what = self._trailing()
        if not is_same(control, self.control):
            self.codes.append(self.grammar.head_control)
            text = f"{tag}02 is {control}, {self.grammar.head_number_at} is {self.control}"
            yield self._problem(ControlMismatch(text, value=control), tag, batch, at)
        if number(told) != count:
            self.codes.append(self.grammar.head_count)
            text = f"{tag}01 says {told} {what}, there are {count}"
            yield self._problem(ControlMismatch(text, value=told), tag, batch, at)

    def _cut_short(self) -> Iterator[ReadEvent]:
        """Nothing stands where the trailer should be. One cut is one problem: of the innermost part left open."""
        self._is_sound = False
        self.codes.append(self.grammar.cut_short)
        group, current, words = self._group, self._part, self.grammar
        named = group is not None and bool(group.head)
        inside = f" of group {group.control}" if group and named else ""
        missing = f"{words.group_closes} and {words.ends}" if named else words.ends
        if group is not None and named:
            group.codes.append(words.group_not_found)
        if current is not None:
            part = f"{words.called} {current.one.control}{inside}"
            separator = ", " if named else " and "
            yield from self._part_without_end(
                f"the interchange ends in the middle of {part}: {words.closes}{separator}{missing} are missing; "
                f"{_AGAIN}"
            )
        elif group is not None and named:
            text = f"the interchange ends in the middle of group {group.control}: {missing} are missing; {_AGAIN}"
            where = Location(path=self.path, tag=words.group_opens, offset=group.offset)
            yield Problem.of(Unreadable(text, location=where))
        else:
            text = f"the interchange ends without {words.ends}: the file was cut short; {_AGAIN}"
            yield Problem.of(Unreadable(text, location=Location(path=self.path, offset=self.source.offset)))

    def _refused(self, refusal: TransformError) -> Problem:
        """Pass over an interchange of which nothing counts. It is kept for replay unless it is large."""
        kept: list[str] = []
        size, close = 0, self.grammar.ends + self.dialect.element
        for batch in self.source.batches(self.dialect):
            size += len(batch.text)
            kept = kept + batch.segments if size <= LARGEST else []
            if batch.segments and batch.segments[-1].startswith(close):
                break
        whole = fragments.joined(self._whole(kept), self.dialect) if size <= LARGEST else None
        return Problem.of(refusal, whole)

    def key_of(self, key: str) -> str:
        """A message's key; a repaired part is a new operation and must not meet what its first reading left."""
        return f"{self.context.message_key}/{key}" if self._is_repair else key

    @property
    def _is_repair(self) -> bool:
        return self.context.message_key.startswith("edit/")

    @property
    def is_taken(self) -> bool:
        """Whether the interchange as such counts; messages of one that does not may count all the same."""
        is_held = self.settings.gate == "interchange" and not self._is_sound
        return self.refusal is None and not is_held and self.grammar.cut_short not in self.codes

    @property
    def is_faulty(self) -> bool:
        """Whether anything is wrong that an acknowledgement would name."""
        return bool(self.codes) or any(group.is_faulty for group in self.groups)

    def _acknowledgements(self) -> Iterator[ReadEvent]:
        if self._is_repair:
            return
        if self.settings.gate == "interchange" and not self._is_sound:
            for group in self.groups:
                group.reject_all(self.grammar.faulty)
        for before, answer in enumerate(self._answers()):
            part = f"ack:{self.control}" + (f"#{before + 1}" if before else "")
            yield Drafted(answer, key=f"{self.context.message_key}/{part}", position=self.path, part=part)
            yield PartClosed(part, accepted=True)

    def _problem(self, error: TransformError, tag: str, batch: Batch, at: int) -> Problem:
        """Something wrong with the envelope itself."""
        self._is_sound = False
        error.location = Location(path=self.path, tag=tag, offset=batch.offset(at))
        return Problem.of(error)
