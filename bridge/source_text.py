"""Raw sources as people read and repair them: the lines around a fault, and text back into bytes.

A source may be gigabytes of one line, cut short, or not text at all. Only a window of it is ever read,
control characters are shown as pictures, and bytes that are no UTF-8 are read as Latin-1, so that
nothing a sender does can keep an operator from seeing it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, BinaryIO

WINDOW = 4_096
"""Bytes read on either side of a fault."""
AROUND = 8
"""Lines or segments shown on either side of a fault."""
LONGEST = 600
"""Characters of one line that are shown."""
SEARCHED = 1 << 24
"""Bytes looked through for a line or a value whose place is not known."""
_BLOCK = 1 << 20
_PICTURES = {code: chr(0x2400 + code) for code in range(32) if code != 9} | {0x7F: "\u2421"}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a flat file, or a segment."""

    text: str
    number: int | None = None
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Part of a source."""

    lines: tuple[SourceLine, ...] = ()
    more_before: bool = False
    more_after: bool = False
    note: str | None = None


def readable(raw: bytes) -> tuple[str, str] | None:
    """Text and the codec that reads it; ``None`` when it is not text."""
    if b"\0" in raw:
        return None
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"


def encode_like(text: str, original: bytes) -> bytes:
    """Edited text in the codec and with the line ends of what it was made from.

    Raises ``ValueError`` when a character does not exist in that codec.
    """
    known = readable(original)
    codec = known[1] if known else "utf-8"
    plain = text.replace("\r\n", "\n")
    if b"\r\n" in original:
        plain = plain.replace("\n", "\r\n")
    try:
        return plain.encode(codec)
    except UnicodeEncodeError as error:
        raise ValueError(f"{error.object[error.start]!r} does not exist in the source's {codec}") from error


def excerpt(
    file: BinaryIO, *, format_name: str, location: dict[str, Any] | None, value: str | None
) -> Excerpt:
    """The lines or segments around a fault, the faulty one marked where its place is known."""
    head = file.read(256)
    if b"\0" in head:
        return Excerpt(note="The source is not text.")
    terminator = _terminator(format_name, head)
    place = location or {}
    note = None
    offset = place.get("offset")
    line = place.get("line") if terminator == b"\n" else None
    if offset is None and line is not None:
        offset = _offset_of_line(file, line)
    if offset is None and value:
        offset = _offset_of(file, value.encode())
        if offset is not None:
            note = f"Marked where {value} first stands."
    start = max(0, (offset or 0) - WINDOW)
    file.seek(start)
    window = file.read(2 * WINDOW if offset is not None else WINDOW)
    at_end = not file.read(1)
    cut = _cut(window, start, terminator, offset, line)
    return replace(cut, more_after=cut.more_after or not at_end, note=note)


def _terminator(format_name: str, head: bytes) -> bytes:
    if format_name == "x12" and head.startswith(b"ISA") and len(head) > 105:
        return head[105:106]
    if format_name == "edifact":
        return head[8:9] if head.startswith(b"UNA") else b"'"
    return b"\n"


def _offset_of_line(file: BinaryIO, line: int) -> int | None:
    file.seek(0)
    passed, seen = 0, 1
    while seen < line and passed < SEARCHED:
        piece = file.readline(_BLOCK)
        if not piece:
            return None
        passed += len(piece)
        seen += piece.endswith(b"\n")
    return passed if seen == line else None


def _offset_of(file: BinaryIO, wanted: bytes) -> int | None:
    file.seek(0)
    found = file.read(SEARCHED).find(wanted)
    return found if found >= 0 else None


def _cut(window: bytes, start: int, terminator: bytes, offset: int | None, line: int | None) -> Excerpt:
    """Lines of a window that begins at ``start``; ``line`` is the number of the faulty one."""
    lines: list[SourceLine] = []
    fault = None
    position = start
    for piece in window.split(terminator):
        end = position + len(piece) + len(terminator)
        if offset is not None and position <= offset < end:
            fault = len(lines)
        text = _shown(piece, None if offset is None else offset - position)
        if text or terminator == b"\n":
            ending = "" if terminator == b"\n" or not text else _shown(terminator, None)
            lines.append(SourceLine(text + ending))
        position = end
    while lines and not lines[-1].text:
        lines.pop()
    if fault is not None:
        fault = min(fault, len(lines) - 1)
    first = 0 if fault is None else max(0, fault - AROUND)
    last = len(lines) if fault is None else min(len(lines), fault + AROUND + 1)
    base = _first_number(start, line, fault)
    shown = tuple(
        SourceLine(one.text, None if base is None else base + index, index == fault)
        for index, one in enumerate(lines)
        if first <= index < last
    )
    return Excerpt(shown, more_before=start > 0 or first > 0, more_after=last < len(lines))


def _first_number(start: int, line: int | None, fault: int | None) -> int | None:
    if line is not None and fault is not None:
        return line - fault
    return 1 if start == 0 else None


def _shown(piece: bytes, fault_at: int | None) -> str:
    piece = piece.strip(b"\r\n")
    known = readable(piece)
    text = known[0] if known else piece.decode("latin-1")
    if len(text) > LONGEST:
        middle = min(max(fault_at or 0, LONGEST // 2), len(text))
        begin, end = middle - LONGEST // 2, middle + LONGEST // 2
        text = ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "")
    return text.translate(_PICTURES)
