"""One message through its map, as it streams by, into drafted documents.

Segments come in runs of any length. A run is cut into groups (header, lines, loops, summary); a group
that may go on in the next run waits for it. What is held is at most one document's lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Generic

from transforms.edi import fragments, structural
from transforms.edi.faults import Fault
from transforms.edi.maps import Fields, M, Made, Map, Settled, Tally
from transforms.edi.message import Group
from transforms.errors import (
    ElementInvalid,
    OrderInvalid,
    OutOfRange,
    Problem,
    SegmentInvalid,
    TotalMismatch,
    TransformError,
)
from transforms.mapping import build_document
from transforms.reading import MAX_LINES, Drafted

MAX_GROUP = 20_000
"""Segments of one line with all that belongs to it; the standard's own limits stay below."""
MAX_BAD = 1_000
"""Bad lines of one message; with more, something is wrong with the message and not with its lines."""
_MAX_ABOVE = 2_000
"""Segments above the lines that are kept for the repair of a bad one."""


class Translation(Generic[M]):
    """The body of one message. ``feed`` it, ``close`` it when its trailer is right; both draft documents.

    Whatever they raise as :class:`TransformError` rejects the message. Problems of single lines wait in
    ``problems`` until it is known that the message itself is good.
    """

    def __init__(self, one: M, layout: Map[M], *, key: str, part: str, faults: Sequence[Fault] = ()) -> None:
        """``faults`` against the standard are found beside the reading and stop what they stand in."""
        self.one, self.layout, self.key, self.part = one, layout, key, part
        self.problems: list[Problem] = []
        self._faults, self._told = faults, 0
        mark = one.dialect.element
        tags = (layout.line_tag, layout.summary_tag, *layout.loop_tags)
        self._breaks = tuple(tag + mark for tag in tags if tag)
        self._alone = frozenset(tag for tag in tags if tag)
        self._fields: Fields | None = None
        self._is_settled = self._is_summed_up = False
        self._waiting: list[str] = []
        self._waiting_at = 2
        self._above: Group = []
        self._lines: list[Fields] = []
        self._tally = Tally()
        self._header_digest = self._digest = hashlib.sha256()
        self._documents = self._flushed = 0

    def feed(self, segments: list[str]) -> Iterator[Drafted]:
        if self._is_settled:
            return
        segments = self._waiting + segments
        breaks, alone = self._breaks, self._alone
        cuts = [
            index for index, segment in enumerate(segments) if segment.startswith(breaks) or segment in alone
        ]
        if not cuts or cuts[0] > 0:
            cuts.insert(0, 0)
        if len(segments) - cuts[-1] > MAX_GROUP:
            raise OutOfRange(
                f"more than {MAX_GROUP} segments in one group", location=self.one.spot(self._waiting_at, None)
            )
        yield from self._take(segments, cuts)
        self._waiting = segments[cuts[-1] :]
        self._waiting_at += cuts[-1]

    def close(self) -> Iterator[Drafted]:
        if self._waiting and not self._is_settled:
            yield from self._take(self._waiting, [0, len(self._waiting)])
        if self._is_settled:
            return
        self._stop_for_fault()
        if self._fields is None:
            raise SegmentInvalid("there is no header segment", location=self.one.spot(1, self.one.head[0]))
        if self._tally.lines == 0 and self.layout.needs_line(self._fields):
            raise SegmentInvalid(
                f"there is no line ({self.layout.line_tag})", location=self.one.spot(1, self.one.head[0])
            )
        if self._tally.bad and self._tally.bad == self._tally.lines:
            first = self.problems[0]
            raise _Again(first)
        if self._lines or self._tally.lines == 0:
            yield from self._flush(self._lines)

    def _take(self, segments: list[str], cuts: list[int]) -> Iterator[Drafted]:
        """Read the groups between ``cuts``."""
        one, mark, hashed = self.one, self.one.dialect.element, cuts[0]
        release = one.dialect.release
        is_plain = release is None or not any(release in segment for segment in segments)
        for start, end in pairwise(cuts):
            one.group = group = (
                [segment.split(mark) for segment in segments[start:end]]
                if is_plain
                else [one.dialect.elements(segment) for segment in segments[start:end]]
            )
            one.group_at = self._waiting_at + start
            try:
                self._read(group)
                if one.warnings:
                    self._note_warnings()
            except Settled as settled:
                self._is_settled = True
                self._hash(segments[start:end])
                yield from self._settle(settled)
                return
            if self._fields is not None and self._header_digest is self._digest:
                self._hash(segments[start:end])
                self._digest, hashed = self._header_digest.copy(), end
            elif len(self._lines) >= MAX_LINES:
                self._hash(segments[hashed:end])
                hashed = end
                while len(self._lines) >= MAX_LINES:
                    yield from self._flush(self._lines[:MAX_LINES])
                self._digest = self._header_digest.copy()
        self._hash(segments[hashed : cuts[-1]])

    def _stop_for_fault(self, end: int | None = None) -> None:
        """Raise the first fault of those not told yet that stand before a segment, else of all."""
        found = None
        while self._told < len(self._faults):
            fault = self._faults[self._told]
            if end is not None and structural.stands_at(fault) >= end:
                break
            self._told += 1
            found = found or (fault if structural.stops(fault) else None)
        if found is not None:
            raise structural.error(self.one, found)

    def _read(self, group: Group) -> None:
        layout, tag = self.layout, group[0][0]
        is_line = self._fields is not None and tag == layout.line_tag and layout.is_line(group[0])
        if self._told < len(self._faults) and not is_line:
            self._stop_for_fault(self.one.group_at + len(group))
        if self._fields is None:
            self._fields = layout.header(self.one, group)
            self._keep_above(group)
        elif self._is_summed_up:
            raise OrderInvalid(f"{tag} stands behind the summary", location=self.one.place(group[0]))
        elif is_line:
            self._line(group)
        elif tag == layout.summary_tag:
            self._is_summed_up = True
            self._check_totals(group)
        else:
            self._tally.loops += 1
            layout.loop(self.one, group, self._fields)
            self._keep_above(group)

    def _line(self, group: Group) -> None:
        one, layout, tally = self.one, self.layout, self._tally
        tally.lines += 1
        one.line = layout.line_tag, tally.lines
        try:
            if self._told < len(self._faults):
                self._stop_for_fault(one.group_at + len(group))
            made = layout.line(one, group, tally.lines, self._fields or {})
            lines = made if isinstance(made, list) else [made]
            if any(not line["item"] for line in lines):
                raise ElementInvalid("the line names no item", location=one.place(group[0]))
        except TransformError as error:
            if not layout.line_alone or one.settings.line_faults == "reject":
                raise
            tally.bad += 1
            if tally.bad > MAX_BAD:
                raise OutOfRange(
                    f"more than {MAX_BAD} bad lines in one message", location=error.location
                ) from error
            above = self._above
            fragment = fragments.of_line(one, above, group) if len(above) < _MAX_ABOVE else None
            self.problems.append(Problem.of(error, fragment))
        else:
            for line in lines:
                if layout.is_summed:
                    counted = line.pop("counted", None)
                    tally.total += line["quantity"] if counted is None else counted
                if one.settings.item_id_order:
                    line["item"] = _in_order(line["item"], one.settings.item_id_order)
            self._lines += lines
        one.line = None

    def _check_totals(self, summary: Group) -> None:
        for wrong in self.layout.totals(self.one, summary, self._tally):
            error = TotalMismatch(
                wrong.text,
                location=self.one.place(wrong.elements, wrong.position),
                value=wrong.elements[wrong.position],
            )
            if self.one.settings.totals == "reject" and not wrong.is_hash:
                raise error
            self.problems.append(Problem(error.code, error.text, error.location, error.value, warning=True))

    def _keep_above(self, group: Group) -> None:
        if len(self._above) < _MAX_ABOVE:
            self._above += group

    def _hash(self, segments: Sequence[str]) -> None:
        """Content without control numbers: everything between head and trailer, whatever the delimiters."""
        text = "\n".join([*segments, ""]).replace(self.one.dialect.element, "\x1d")
        self._digest.update(text.encode(self.one.codec))

    def _settle(self, settled: Settled) -> Iterator[Drafted]:
        if settled.warning is not None:
            self.one.warnings.append(settled.warning)
            self._note_warnings()
        yield from self._drafts(settled.made)

    def _note_warnings(self) -> None:
        """What a map found odd is told with the problems; it stops nothing."""
        for error in self.one.warnings:
            self.problems.append(Problem(error.code, error.text, error.location, error.value, warning=True))
        self.one.warnings.clear()

    def _flush(self, lines: list[Fields]) -> Iterator[Drafted]:
        """The first of the lines read so far become documents."""
        yield from self._drafts(self.layout.documents(self.one, self._fields or {}, lines))
        self._flushed += len(lines)
        self._lines = self._lines[len(lines) :]

    def _drafts(self, made: Sequence[Made]) -> Iterator[Drafted]:
        one, is_repair = self.one, self.key.startswith("edit/")
        cut = f"/{self._flushed}" if self._flushed else ""
        content = self._digest.hexdigest()
        for each in made:
            self._documents += 1
            if len({line["line"] for line in each.lines}) < len(each.lines):
                _number_apart(each.lines)
            numbered = "" if self._documents == 1 else f"#{self._documents}"
            # the good lines of a repaired message went through under its business key
            is_known = each.business_key is not None and not is_repair
            yield Drafted(
                document=build_document(
                    each.document, each.header, each.lines, self.one.spot(1, self.one.head[0])
                ),
                key=self.key + numbered,
                position=one.path + numbered,
                part=self.part,
                business_key=f"{one.family}biz/{one.partner}/{one.kind}/{each.business_key}{cut}"
                if is_known
                else None,
                content_hash=content if is_known else None,
            )


class _Again(TransformError):
    """No line of a message is good: the first line's problem becomes that of the message."""

    def __init__(self, first: Problem) -> None:
        super().__init__(first.text, location=first.location, value=first.value)
        self.code = first.code  # type: ignore[misc]  # each stands for the leaf whose problem it repeats


def _in_order(codes: dict[str, str], order: Sequence[str]) -> dict[str, str]:
    """The same codes, those that are believed first in front."""
    return {name: codes[name] for name in (*[one for one in order if one in codes], *codes)}


def _number_apart(lines: list[Fields]) -> None:
    """Line numbers are part of effect keys; a partner that repeats them gets ours behind."""
    seen: set[str] = set()
    for ordinal, line in enumerate(lines, start=1):
        if line["line"] in seen:
            line["line"] += f"#{ordinal}"
        seen.add(line["line"])
