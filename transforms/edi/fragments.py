"""Cutting what is wrong out of an interchange, as a small interchange that can be read by itself."""

from __future__ import annotations

from transforms.edi.message import LARGEST, Group, Message
from transforms.segments import Dialect


def of_message(one: Message) -> bytes | None:
    """The message exactly as it came, between headers and trailers that are right."""
    return joined(one.wrapped(one.held.segments()), one.dialect) if one.held.whole else None


def of_line(one: Message, above: Group, line: Group) -> bytes | None:
    """The message with one line, below what stands above the lines.

    Its totals are left out: they sum what a repair is about to change.
    """
    mark = one.dialect.element
    body = [mark.join(elements) for elements in (one.head, *above, *line)]
    segments = [*body, mark.join([one.closes, str(len(body) + 1), one.control])]
    return joined(one.wrapped(segments), one.dialect, one.codec)


def joined(segments: list[str], dialect: Dialect, codec: str = "latin-1") -> bytes | None:
    """Segments as bytes, a line for each; nothing when that is too large to keep."""
    end = dialect.terminator if dialect.terminator in "\r\n" else dialect.terminator + "\n"
    text = end.join([*segments, ""])
    return text.encode(codec) if len(text) <= LARGEST else None
