"""Bytes → records with their number and place, in constant memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from transforms.formats.fixed_width.layout import Options

_BLOCK = 1 << 16
_ENDS = re.compile(r"\r\n|[\n\r\x85]")
_AT_THE_END = "\x1a\x0c\0 \r\n\x85"
"""What old systems put behind the last record: SUB, form feed, padding."""


@dataclass(frozen=True, slots=True)
class Record:
    """``text`` keeps undecodable bytes as lone surrogates; of one that is too long only the beginning is kept."""

    number: int
    offset: int
    text: str
    is_too_long: bool = False


def records(source: BinaryIO, options: Options) -> Iterator[Record]:
    """Every record that is not blank."""
    decoder = codecs.getincrementaldecoder(options.encoding)("surrogateescape")
    number, offset, held, is_over, is_skipping = 0, 0, "", False, False
    while not is_over:
        data = source.read(_BLOCK)
        is_over = not data
        held += decoder.decode(data, final=is_over)
        if number == 0 and not offset:
            held = held.removeprefix("\ufeff")
        if is_skipping:  # the rest of a record of which the beginning was told
            end = _ENDS.search(held)
            passed = end.end() if end else len(held)
            offset += _size(held[:passed], options.encoding)
            held, is_skipping = held[passed:], end is None
        pieces, held = _cut(held, options, is_over=is_over)
        is_skipping = is_skipping or (bool(pieces) and not is_over and len(pieces[-1]) > options.max_line)
        for piece in pieces:
            number += 1
            text = piece.rstrip("\r\n\x85")
            if text.strip(_AT_THE_END):
                yield Record(number, offset, text[: options.max_line], len(text) > options.max_line)
            offset += _size(piece, options.encoding)


def _cut(held: str, options: Options, *, is_over: bool) -> tuple[list[str], str]:
    """Whole records, each with what ends it, and the rest."""
    if options.record_length is not None:
        return _by_length(held, options.record_length, is_over=is_over)
    pieces, at = [], 0
    for match in _ENDS.finditer(held):
        if match.end() == len(held) and match[0] == "\r" and not is_over:
            break  # perhaps half of a CRLF
        pieces.append(held[at : match.end()])
        at = match.end()
    rest = held[at:]
    if rest and (is_over or len(rest) > options.max_line + _BLOCK):
        pieces.append(rest)
        rest = ""
    return pieces, rest


def _by_length(held: str, length: int, *, is_over: bool) -> tuple[list[str], str]:
    pieces, at = [], 0
    while len(held) - at >= length + 2 or (is_over and len(held) > at):
        end = at + length
        end += len(match[0]) if (match := _ENDS.match(held, end)) else 0
        pieces.append(held[at:end])
        at = end
    return pieces, held[at:]


def _size(text: str, encoding: str) -> int:
    return len(text) if text.isascii() else len(text.encode(encoding, "surrogateescape"))
