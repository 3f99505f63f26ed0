"""One transaction set whose envelope is right, through its map, into drafted documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from transforms.canonical import trusted
from transforms.errors import ElementInvalid, Problem, TotalMismatch, TransformError
from transforms.formats.x12 import fragments
from transforms.formats.x12.maps.contract import Fields, Made, Map
from transforms.formats.x12.sets import TransactionSet
from transforms.mapping import line_model
from transforms.reading import MAX_LINES, Drafted, PartClosed, ReadEvent
from transforms.segments import Segment

_LOOPS = frozenset({"HL", "LX"})
"""Loops above the lines: one of them ends the line before it."""


def translate(one: TransactionSet, layout: Map, *, key: str, part: str) -> Iterator[ReadEvent]:
    """Drafts and the close of a good set. Raises when the set must be rejected as a whole."""
    header, groups, summary = _cut(one, layout)
    fields = layout.header(one, header)
    lines: list[Fields] = []
    problems: list[Problem] = []
    for ordinal, group in enumerate(groups, start=1):
        try:
            lines.append(layout.line(one, group, ordinal, fields))
        except TransformError as error:
            if not layout.line_alone or one.options.line_faults == "reject" or len(groups) == 1:
                raise
            others = [segment for other in groups if other is not group for segment in other]
            problems.append(Problem.of(error, fragments.of_line(one, others, layout.ends)))
    problems += _totals(one, layout, summary, lines, len(groups))
    made = layout.documents(one, fields, lines)
    yield from problems
    yield from _drafts(one, made, key, part)
    yield PartClosed(part, accepted=True)


def _cut(one: TransactionSet, layout: Map) -> tuple[list[Segment], list[list[Segment]], list[Segment]]:
    """Header, one group of segments for each line, summary."""
    header: list[Segment] = []
    groups: list[list[Segment]] = []
    summary: list[Segment] = []
    in_line = False
    for segment in one.segments[1:-1]:
        if summary or segment[0][0] in layout.ends:
            summary.append(segment)
        elif layout.starts(segment):
            groups.append([segment])
            in_line = True
        elif in_line and segment[0][0] not in _LOOPS:
            groups[-1].append(segment)
        else:
            in_line = False
            header.append(segment)
    if not header:
        raise ElementInvalid("the set has no header segment", location=one.place(one.segments[0]))
    return header, groups, summary


def _totals(
    one: TransactionSet, layout: Map, summary: list[Segment], lines: list[Fields], count: int
) -> list[Problem]:
    wrong = layout.totals(one, summary, lines, count)
    if wrong is None:
        return []
    error = TotalMismatch(wrong, location=one.place(summary[0]))
    if one.options.totals == "reject":
        raise error
    return [Problem(error.code, error.text, error.location, warning=True)]


def _drafts(one: TransactionSet, made: list[Made], key: str, part: str) -> Iterator[Drafted]:
    is_repair = key.startswith("edit/")  # its good lines went through under the business key
    count = 0
    for document in made:
        for start in range(0, max(len(document.lines), 1), MAX_LINES):
            lines = document.lines[start : start + MAX_LINES]
            count += 1
            numbered = "" if count == 1 else f"#{count}"
            cut = f"/{start}" if start else ""
            yield Drafted(
                document=_build(one, document, lines),
                key=f"{key}{numbered}",
                position=one.path + numbered,
                part=part,
                business_key=None if is_repair else _business_key(one, document, cut),
                content_hash=_hash(document.header, lines),
            )


def _business_key(one: TransactionSet, made: Made, cut: str) -> str | None:
    return None if made.business_key is None else f"x12biz/{one.partner}/{one.kind}/{made.business_key}{cut}"


def _hash(header: Fields, lines: list[Fields]) -> str:
    return hashlib.sha256(repr((sorted(header.items()), lines)).encode()).hexdigest()


def _build(one: TransactionSet, made: Made, lines: list[Fields]) -> Any:
    """The document; its lines have values of the right kinds already."""
    values: dict[str, Any] = dict(made.header)
    if lines:
        columns = {name: [line[name] for line in lines] for name in lines[0]}
        values["lines"] = trusted.build(line_model(made.document), columns)
    elif "lines" in made.document.model_fields:
        values["lines"] = ()
    try:
        return made.document.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ElementInvalid(f"{where}: {first['msg']}", location=one.place(one.segments[0])) from error
