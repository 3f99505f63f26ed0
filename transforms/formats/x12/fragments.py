"""Cutting what is wrong out of an interchange, as a small interchange that can be read by itself."""

from __future__ import annotations

from transforms.formats.x12.sets import LARGEST, Group, TransactionSet
from transforms.segments import Dialect


def of_set(one: TransactionSet) -> bytes | None:
    """The set exactly as it came, between headers and trailers that are right."""
    return _wrapped(one, one.held.segments()) if one.held.whole else None


def of_line(one: TransactionSet, above: Group, line: Group) -> bytes | None:
    """The set with one line, below what stands above the lines.

    Its totals are left out: they sum what a repair is about to change.
    """
    mark = one.dialect.element
    body = [mark.join(elements) for elements in (one.st, *above, *line)]
    return _wrapped(one, [*body, mark.join(["SE", str(len(body) + 1), one.control])])


def of_interchange(isa: list[str], segments: list[str], dialect: Dialect) -> bytes | None:
    """A whole interchange as it came, its ISA included."""
    return _joined([dialect.element.join(isa), *segments], dialect)


def _wrapped(one: TransactionSet, segments: list[str]) -> bytes | None:
    mark = one.dialect.element
    head = [mark.join(one.isa), mark.join(one.gs)]
    return _joined(
        [*head, *segments, f"GE{mark}1{mark}{one.gs[6]}", f"IEA{mark}1{mark}{one.isa[13]}"], one.dialect
    )


def _joined(segments: list[str], dialect: Dialect) -> bytes | None:
    end = dialect.terminator if dialect.terminator in "\r\n" else dialect.terminator + "\n"
    text = end.join([*segments, ""])
    return text.encode("latin-1") if len(text) <= LARGEST else None
