"""Walking through a message along its structure, segment by segment, and noting every fault.

A segment belongs to the innermost loop that has a place for it further on, else to a loop around that
one; so the standards are written, and so people read them. After a fault the walk goes on where it makes
the most of what follows. Runs of sound lines are not walked through: :mod:`transforms.edi.shortcut` jumps
over them, and where it does not see that all is well, it leaves the look to the walk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from transforms.edi import elements as checks
from transforms.edi.faults import Fault, Wrong
from transforms.edi.shortcut import Shortcut, worth_a_shortcut
from transforms.edi.structure import Node, Structure
from transforms.segments import Dialect

MAX_FAULTS = 1_000
"""With more, something is wrong with the message as a whole."""
FEW = 32
"""Segments that are walked through faster than a shortcut is looked up."""


@dataclass(slots=True)
class _Frame:
    """A loop being read: where in it the walk stands, and how often the segment there was seen."""

    nodes: tuple[Node, ...]
    start: int
    loop: Node | None = None
    index: int = 0
    count: int = 0

    def find(self, tag: str) -> int | None:
        """Where a segment may stand from here on."""
        for index in range(self.index, len(self.nodes)):
            node = self.nodes[index]
            if node.tag == tag and (index > self.index or self.count < node.most):
                return index
        return None

    def missing(self, before: int) -> Iterator[Node]:
        """Mandatory segments that were passed over on the way to ``before``."""
        for index in range(self.index, before):
            if self.nodes[index].is_mandatory and (index > self.index or self.count == 0):
                yield self.nodes[index]


class Walker:
    """Feed it the segments between a message's header and its trailer, in runs of any length; ``close`` it."""

    def __init__(self, structure: Structure, dialect: Dialect) -> None:
        self.faults: list[Fault] = []
        self._structure, self._dialect = structure, dialect
        self._frames = [_Frame(structure.nodes, 1)]
        self._ordinal = 1
        self._short = Shortcut(structure, dialect)

    @property
    def depth(self) -> int:
        """How many loops there are around the last segment; one that it opens is not around it."""
        return len(self._frames) - 1 - (self._frames[-1].start == self._ordinal)

    def feed(self, segments: list[str]) -> None:
        """Each as text without its terminator."""
        mark, at, end = self._dialect.element, 0, len(segments)
        self._short.load(segments)
        untried = 0
        while at < end and len(self.faults) < MAX_FAULTS:
            segment = segments[at]
            self._ordinal += 1
            node = self._place(segment.split(mark, 1)[0])
            if node is not None and at >= untried and end - at > FEW and worth_a_shortcut(node):
                sound, rounds = self._short.sound(node, at)
                if sound:
                    self._jump(rounds)
                    self._ordinal += sound - 1
                    at += sound
                    untried = at + 1  # the last round may go on behind this run
                    continue
                untried = at + 1
            if node is not None:
                self._look_into(segment)
            at += 1

    def close(self) -> None:
        """What is still missing at the end."""
        self._ordinal += 1
        while self._frames:
            self._leave()

    def _jump(self, rounds: int) -> None:
        """The loop that was just opened goes round that many times, soundly; none of them stays open."""
        self._frames.pop()
        frame = self._frames[-1]
        before, frame.count = frame.count, frame.count + rounds - 1
        node = frame.nodes[frame.index]
        if before <= node.most < frame.count:
            self._note(Wrong.LOOP_TOO_OFTEN, self._often(node), node.tag, frame)

    def _place(self, tag: str) -> Node | None:
        """Move to where a segment belongs; ``None`` where it belongs nowhere."""
        for depth in range(len(self._frames) - 1, -1, -1):
            index = self._frames[depth].find(tag)
            if index is not None:
                while len(self._frames) > depth + 1:
                    self._leave()
                return self._enter(self._frames[depth], index)
        return self._misplaced(tag)

    def _enter(self, frame: _Frame, index: int) -> Node:
        for node in frame.missing(index):
            self._note(Wrong.SEGMENT_MISSING, f"{node.tag} is missing", node.tag, frame)
        frame.count = frame.count + 1 if index == frame.index else 1
        frame.index = index
        node = frame.nodes[index]
        if node.children:
            self._frames.append(_Frame(node.children, self._ordinal, node))
        return node

    def _leave(self) -> None:
        frame = self._frames.pop()
        for node in frame.missing(len(frame.nodes)):
            self._note(Wrong.SEGMENT_MISSING, f"{node.tag} is missing", node.tag, frame)

    def _misplaced(self, tag: str) -> Node | None:
        """Say what is wrong with a segment that has no place here; go on inside the loop that it opens."""
        frame = self._frames[-1]
        if tag not in self._structure.tags:
            known = tag in self._structure.segments
            text = f"{tag[:20]} does not belong into {self._structure.kind}"
            self._note(Wrong.SEGMENT_UNEXPECTED if known else Wrong.SEGMENT_UNKNOWN, text, tag[:20], frame)
            return None
        for depth in range(len(self._frames) - 1, -1, -1):
            frame = self._frames[depth]
            for index in range(frame.index, -1, -1):
                node = frame.nodes[index]
                if node.tag != tag:
                    continue
                while len(self._frames) > depth + 1:
                    self._leave()
                if index < frame.index:
                    self._note(Wrong.SEGMENT_MISPLACED, f"{tag} stands too late", tag, frame)
                    frame.count = 1 if node.children else frame.count
                else:
                    if frame.count == node.most:  # said once
                        wrong = Wrong.LOOP_TOO_OFTEN if node.children else Wrong.SEGMENT_TOO_OFTEN
                        self._note(wrong, self._often(node), tag, frame)
                    frame.count += 1
                if node.children:
                    frame.index = index
                    self._frames.append(_Frame(node.children, self._ordinal, node))
                return node
        self._note(Wrong.SEGMENT_UNEXPECTED, f"{tag} may not stand here", tag, self._frames[-1])
        return None

    @staticmethod
    def _often(node: Node) -> str:
        return f"{node.tag} stands more than {node.most} times"

    def _look_into(self, segment: str) -> None:
        elements = self._dialect.elements(segment)
        declared = self._structure.segments.get(elements[0])
        if declared is None:
            return
        frame = self._frames[-1]
        for one in checks.check(declared, elements, self._dialect):
            expected = declared.at(one.element, one.component)
            self._note(
                one.wrong, one.text, elements[0], frame,
                element=one.element, component=one.component, value=one.value,
                number=expected.number if expected else None,
            )  # fmt: skip

    def _note(
        self, wrong: Wrong, text: str, tag: str, frame: _Frame, *,
        element: int | None = None, component: int | None = None, value: str | None = None,
        number: str | None = None,
    ) -> None:  # fmt: skip
        loop = frame.loop.tag if frame.loop else None
        self.faults.append(
            Fault(wrong, text, tag, self._ordinal, frame.start, loop, element, component, value, number)
        )
