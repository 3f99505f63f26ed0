"""EDI files as people ask about them: what is in one, what is wrong with it, and what to answer.

No partner's agreement is needed for it: every sender, version and kind of message is looked at. Where the
standard's structure is known it is checked, and where a message is one that Crossdock reads, its control
totals are.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from transforms.edi.envelope import Interchange
from transforms.edi.inspection import Inspection, inspect, is_at
from transforms.errors import Problem, TotalMismatch, TransformError, Unreadable
from transforms.formats import edifact, x12
from transforms.formats.edifact import reader as edifact_reader
from transforms.formats.edifact.writers import assembly
from transforms.formats.edifact.writers import write as write_edifact
from transforms.formats.idoc import reader as idoc_reader
from transforms.formats.x12 import reader as x12_reader
from transforms.formats.x12 import writers as x12_writers
from transforms.location import Location
from transforms.reading import Context, PartClosed

_LOOKED_AT = 1 << 16
"""Bytes at the beginning in which a format has to show."""
_BLANK = b" \t\r\n\xef\xbb\xbf"
_IDOC = (b"EDI_DC40", "EDI_DC40".encode("cp037"), b"<")
_ANY_VERSION: dict[str, dict[str, Any]] = {
    "x12": {"versions": ("",)},
    "edifact": {},
    "idoc": {"test": "take"},
}
_READERS = {"x12": x12, "edifact": edifact}
_QUOTED = 160
"""Characters of a segment that are quoted."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What a reading of a whole file took."""

    segments: int
    sets: int
    problems: int
    seconds: float
    """CPU time of the reading alone."""
    mb_per_s: float
    peak_rss_mb: float
    """Of the whole process."""


def interchanges(source: BinaryIO) -> Iterator[Interchange[Any] | Problem]:
    """The interchanges of a file, each to be read before the next is asked for.

    Raises :class:`TransformError` for what cannot be read at all.
    """
    return _opened(kind_of(source), source, structure="off", acknowledge="never")


def kind_of(source: BinaryIO) -> str:
    """``x12``, ``edifact`` or ``idoc``; the source is at its beginning again afterwards.

    Raises :class:`Unreadable` for what is none of them.
    """
    head = source.read(_LOOKED_AT)
    source.seek(0)
    if not head:
        raise Unreadable("the file is empty", location=Location(offset=0))
    if head.lstrip(_BLANK).startswith(_IDOC):
        return "idoc"
    text = head.decode("latin-1")
    found = {
        name: match.start()
        for name, dialect in (("x12", x12_reader.SEEKING), ("edifact", edifact_reader.SEEKING))
        if (match := dialect.head.search(text)) is not None
    }
    if found:
        return min(found, key=found.__getitem__)
    text = text.lstrip(_BLANK.decode("latin-1"))
    begun = text[:3]
    if begun in ("ISA", "UNA", "UNB"):
        return "x12" if begun == "ISA" else "edifact"
    raise Unreadable(
        f"this is no EDI: it begins with {text[:12]!r}, not with ISA, UNA, UNB or EDI_DC40",
        location=Location(offset=0),
    )


def check(source: BinaryIO) -> Inspection:
    """Everything that is in a source and wrong with it. What cannot be read at all is a problem as well."""
    try:
        name = kind_of(source)
        if name == "idoc":
            return _idocs(source)
        found = inspect(_opened(name, source, structure="reject"))
    except TransformError as error:
        return Inspection(problems=[Problem.of(error)])
    source.seek(0)
    return _with_totals(found, name, source)


def measure(path: Path, *, structure: bool = False) -> Stats:
    """Stream a file through the reader with all checks of the envelope, and of the structure if asked for.

    Raises :class:`TransformError` for what cannot be read at all.
    """
    with path.open("rb") as source:
        name = kind_of(source)
        begun = time.process_time()
        segments = sets = problems = 0
        for one in _opened(name, source, structure="reject" if structure else "off", acknowledge="never"):
            if isinstance(one, Problem):
                problems += 1
                continue
            for event in one.read():
                problems += isinstance(event, Problem)
                sets += isinstance(event, PartClosed) and "@" in event.part
            segments += one.segments + 1
        seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    speed = path.stat().st_size / 1e6 / seconds if seconds else 0.0
    return Stats(segments, sets, problems, round(seconds, 3), round(speed, 1), round(peak, 1))


def answer(path: Path, *, kind: str | None = None, at: datetime | None = None) -> list[bytes]:
    """What is to be sent back for each interchange of a file: 997 (or ``999``, ``ta1``), CONTRL.

    Raises :class:`TransformError` for what cannot be read at all.
    """
    at = at or datetime.now(UTC)
    with path.open("rb") as source:
        name = kind_of(source)
        found = inspect(_opened(name, source, structure="reject"))
    if name == "edifact":
        return [
            write_edifact(one, assembly.Profile(), control=number, at=at)
            for number, one in enumerate(found.answers, start=1)
        ]
    return [
        x12_writers.write(
            kind or "997", one, profile=x12_writers.Profile(),
            control=x12_writers.Control(number, number, 1), at=at,
        )
        for number, one in enumerate(found.answers, start=1)
    ]  # fmt: skip


def quote(source: BinaryIO, found: Inspection, problem: Problem) -> str | None:
    """The segment at which a problem stands, as it was sent."""
    offset = problem.location.offset
    if offset is None:
        return None
    end = next((mark for start, mark in reversed(found.terminators) if start <= offset + 1), "\n")
    source.seek(offset)
    text = source.read(4 * _QUOTED).decode("latin-1").lstrip("\r\n")
    segment = text.split(end, 1)[0] if end not in "\r\n" else text.splitlines()[0] if text else ""
    return segment[:_QUOTED] + "…" * (len(segment) > _QUOTED)


def _opened(name: str, source: BinaryIO, **options: Any) -> Iterator[Interchange[Any] | Problem]:
    if name == "idoc":
        raise Unreadable("an IDoc is no interchange; use: crossdock edi check", location=Location(offset=0))
    reader: Any = x12_reader if name == "x12" else edifact_reader
    return iter(reader.interchanges(source, _context(name, **options), inspects=True))


def _context(name: str, **options: Any) -> Context:
    return Context(
        "", "", "", "edi", datetime.now(UTC), options={**_ANY_VERSION[name], **options}
    )  # fmt: skip


def _with_totals(found: Inspection, name: str, source: BinaryIO) -> Inspection:
    """Read the values as well, for the totals that they have to sum to. What else is odd is the partner's way."""
    totals = [
        event
        for event in _READERS[name].read(source, _context(name, structure="off", acknowledge="never"))
        if isinstance(event, Problem) and event.code == TotalMismatch.code
    ]
    for problem in totals:
        found.seen = [
            replace(
                one,
                accepted=one.accepted and problem.warning,
                problems=(*one.problems, replace(problem, fragment=None)),
            )
            if is_at(problem, one.path)
            else one
            for one in found.seen
        ]
    return found


def _idocs(source: BinaryIO) -> Inspection:
    found = Inspection()
    for one in idoc_reader.inspect(source):
        if isinstance(one, Problem):
            found.problems.append(one)
        else:
            found.interchanges += 1
            found.seen.append(one)
    return found
