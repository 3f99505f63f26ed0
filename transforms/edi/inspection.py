"""What stands in a file and what is wrong with it, whoever sent it: each message with its problems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.edi.envelope import Interchange
from transforms.errors import Problem
from transforms.reading import Drafted, PartClosed, ReadEvent


@dataclass(frozen=True, slots=True)
class Seen:
    """One set, message or IDoc."""

    kind: str
    control: str
    accepted: bool
    path: str
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Inspection:
    """What was found in a file."""

    interchanges: int = 0
    segments: int = 0
    seen: list[Seen] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    """What is wrong outside of messages: with interchanges, with groups, and with what is between them."""
    answers: list[DocumentAcknowledged] = field(default_factory=list)
    terminators: list[tuple[int, str]] = field(default_factory=list)
    """From which byte on which character ends a segment."""

    @property
    def accepted(self) -> int:
        return sum(one.accepted for one in self.seen)

    @property
    def rejected(self) -> int:
        return len(self.seen) - self.accepted

    @property
    def is_sound(self) -> bool:
        """Whether nothing at all is wrong; what is only noted does not count."""
        everything = [*self.problems, *(problem for one in self.seen for problem in one.problems)]
        return not self.rejected and all(problem.warning for problem in everything)


def inspect(found: Iterable[Interchange[Any] | Problem]) -> Inspection:
    """Look at interchanges that were opened for inspection.

    Raises :class:`transforms.errors.Unreadable` when there is none at all, or when a segment does not end.
    """
    made = Inspection()
    for one in found:
        if isinstance(one, Problem):
            made.problems.append(one)
            continue
        made.interchanges += 1
        made.terminators.append((one.source.offset, one.dialect.terminator))
        for event in one.read():
            _take(made, one, event)
        made.segments += one.segments + 1
    return made


def _take(made: Inspection, one: Interchange[Any], event: ReadEvent) -> None:
    if isinstance(event, Problem):
        made.problems.append(event)
    elif isinstance(event, Drafted) and isinstance(event.document, DocumentAcknowledged):
        made.answers.append(event.document)
    elif isinstance(event, PartClosed) and one.closed is not None and "@" in event.part:
        path, part = event.part.rpartition("@")[0], one.closed
        inside = [is_at(problem, path) for problem in made.problems]
        own = tuple(problem for problem, is_own in zip(made.problems, inside, strict=True) if is_own)
        made.problems = [problem for problem, is_own in zip(made.problems, inside, strict=True) if not is_own]
        made.seen.append(Seen(part.document_type, part.control, event.accepted, path, own))


def is_at(problem: Problem, path: str) -> bool:
    """Whether a problem is about a message, or something in it."""
    return (problem.location.path or "").split("/", path.count("/") + 1)[: path.count("/") + 1] == path.split(
        "/"
    )


def plain(problem: Problem) -> dict[str, Any]:
    """A problem for programs."""
    where = problem.location
    return {
        "code": problem.code,
        "segment": where.tag,
        "position": where.segment,
        "element": where.element,
        "component": where.component,
        "offset": where.offset,
        "path": where.path,
        "value": problem.value,
        "warning": problem.warning,
        "message": problem.text,
    }
