"""The interchanges of a file, one after the other, each under its own delimiters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from transforms.edi.envelope import Interchange
from transforms.errors import Problem, Unreadable
from transforms.location import Location
from transforms.reading import ReadEvent
from transforms.segments import Dialect, Source

I = TypeVar("I", bound=Interchange)  # type: ignore[type-arg]  # noqa: E741  # of whatever messages


def find_all(
    source: Source, length: int, seeking: Dialect, opened: Callable[[str], I]
) -> Iterator[I | Problem]:
    """Interchanges, each of which has to be read before the next is asked for.

    What stands between them and is not one of them is a problem with its place. ``opened`` is given the
    next ``length`` characters and takes the header from ``source``; ``seeking`` knows the head of a next
    one. Raises :class:`Unreadable` when there is none at all, or when a segment does not end.
    """
    if not source.head(1):
        raise Unreadable("the file is empty", location=Location(offset=0))
    is_first = True
    while head := source.head(length):
        try:
            interchange = opened(head)
        except Unreadable as error:
            source.take(1)
            has_more = source.skip_to(seeking)
            if is_first and not has_more:
                raise
            yield Problem.of(error)
        else:
            yield interchange
            source.pass_over(interchange.dialect.terminator)
        is_first = False


def read_all(found: Iterable[I | Problem]) -> Iterator[ReadEvent]:
    """What all of them come to."""
    for one in found:
        if isinstance(one, Problem):
            yield one
        else:
            yield from one.read()
