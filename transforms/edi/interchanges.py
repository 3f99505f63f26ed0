"""The interchanges of a file, one after the other, each under its own delimiters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from transforms.edi.envelope import Interchange
from transforms.errors import Problem, Unreadable
from transforms.location import Location
from transforms.reading import ReadEvent
from transforms.segments import Dialect, Source


def read_all(
    source: Source, length: int, seeking: Dialect, opened: Callable[[str], Interchange[Any]]
) -> Iterator[ReadEvent]:
    """What stands between interchanges and is not one of them is a problem with its place.

    ``opened`` is given the next ``length`` characters and takes the header from ``source``; ``seeking``
    knows the head of a next one. Raises :class:`Unreadable` when there is none at all, or when a segment
    does not end.
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
            yield from interchange.read()
            source.pass_over(interchange.dialect.terminator)
        is_first = False
