"""Cutting what is wrong out of an interchange, as a small interchange that can be read by itself."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.formats.x12.sets import TransactionSet
from transforms.segments import Segment

LARGEST = 1 << 18
"""Bytes of a fragment; a larger set is not cut out."""


def of_set(one: TransactionSet) -> bytes | None:
    """The set exactly as it came, between headers and trailers that are right."""
    return _wrapped(one, [elements for elements, _ in one.segments])


def of_line(one: TransactionSet, others: Sequence[Segment], totals: frozenset[str]) -> bytes | None:
    """The set without ``others`` (the segments of its other lines) and its totals."""
    left = {id(segment) for segment in others}
    kept = [segment[0] for segment in one.segments if id(segment) not in left and segment[0][0] not in totals]
    trailer = ["SE", str(len(kept)), one.control]
    return _wrapped(one, [*kept[:-1], trailer])


def _wrapped(one: TransactionSet, segments: list[list[str]]) -> bytes | None:
    trailers = [["GE", "1", one.gs[6]], ["IEA", "1", one.isa[13]]]
    element, terminator = one.dialect.element, one.dialect.terminator
    ends = terminator if terminator == "\n" else terminator + "\n"
    text = "".join(element.join(elements) + ends for elements in [one.isa, one.gs, *segments, *trailers])
    return text.encode("latin-1", "replace") if len(text) <= LARGEST else None
