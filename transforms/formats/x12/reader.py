"""Reading X12: the interchanges of a file, one after the other, each under its own delimiters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from transforms.edi.interchanges import find_all, read_all
from transforms.errors import ControlMismatch, Problem, TestFlag, TransformError, UnknownSender, Unreadable
from transforms.formats.x12 import options
from transforms.formats.x12.envelope import Interchange
from transforms.formats.x12.options import Options
from transforms.location import Location
from transforms.reading import Context, ReadEvent
from transforms.segments import Dialect, Source

_ISA = 106
_LENGTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1]
_REPEATS_SINCE = "00402"
"""Version (ISA12) since which ISA11 is the repetition separator."""
_UNKNOWN = {"sender": ("005", "006"), "receiver": ("007", "008")}
"""Data element I18 for a qualifier, and for a code behind the right qualifier."""
_TEST, _TWICE = "020", "025"
SEEKING = Dialect("*", "~", ">")
"""Knows the head of an interchange, whatever its delimiters are."""


def check_options(given: dict[str, Any]) -> None:
    """Raise :class:`transforms.edi.options.OptionsInvalid` with the option's name."""
    options.parse(given)


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Every interchange of a file. What is between them and not one of them is a problem with its place.

    Raises :class:`Unreadable` when there is none at all, or when a segment does not end.
    """
    yield from read_all(interchanges(source, context))


def interchanges(
    source: BinaryIO, context: Context, *, inspects: bool = False
) -> Iterator[Interchange | Problem]:
    """The same before it is read; who ``inspects`` takes every sender, version and kind of set."""
    profile = options.parse(context.options)
    reading = Source(source)
    seen: set[str] = set()

    def opened(head: str) -> Interchange:
        dialect, isa = _open(head, reading.offset)
        reading.take(_ISA)
        interchange = Interchange(reading, dialect, isa, context, inspects=inspects, options=profile)
        refused = None if inspects else _refusal(isa, profile)
        if refused is None and isa[13] in seen:
            where, text = _spot(isa), f"ISA13 {isa[13]} stands twice in this file"
            refused = ControlMismatch(text, location=where, value=isa[13]), _TWICE
        if refused is not None:
            interchange.refusal, code = refused
            interchange.codes.append(code)
        seen.add(isa[13])
        return interchange

    return find_all(reading, _ISA, SEEKING, opened)


def _open(head: str, offset: int) -> tuple[Dialect, list[str]]:
    """Delimiters and elements of an ISA, which has a fixed length (X12.5)."""
    where = Location(offset=offset, tag="ISA")
    if not head.startswith("ISA"):
        raise Unreadable(f"an interchange begins with ISA, here stands {head[:12]!r}", location=where)
    if len(head) < _ISA:
        raise Unreadable("the ISA segment is cut short", location=where)
    isa = head[: _ISA - 1].split(head[3])
    if [len(part) for part in isa[1:]] != _LENGTHS:
        raise Unreadable("the ISA segment does not have its 106 characters", location=where)
    repetition = isa[11] if isa[12] >= _REPEATS_SINCE and not isa[11].isalnum() else None
    dialect = Dialect(element=head[3], terminator=head[_ISA - 1], component=isa[16], repetition=repetition)
    marks = [dialect.element, dialect.terminator, dialect.component, *([repetition] if repetition else [])]
    if len(set(marks)) != len(marks) or any(re.match(r"[A-Za-z0-9 ]", mark) for mark in marks):
        raise Unreadable(f"the separators {marks} cannot be told apart", location=where)
    return dialect, isa


def _spot(isa: list[str]) -> Location:
    return Location(path=f"ISA{isa[13]}", tag="ISA", element=6)


def _refusal(isa: list[str], profile: Options) -> tuple[TransformError, str] | None:
    """What of its header is not as agreed, if anything, with its code (I18)."""
    where = _spot(isa)
    parties = (("sender", isa[5], isa[6], profile.sender), ("receiver", isa[7], isa[8], profile.receiver))
    for name, qualifier, code, agreed in parties:
        told = f"{qualifier.strip()}:{code.strip()}"
        if agreed is not None and told != agreed:
            is_code = told.partition(":")[0] == agreed.partition(":")[0]
            text = f"{name} is {told}, agreed is {agreed}"
            return UnknownSender(text, location=where, value=told), _UNKNOWN[name][is_code]
    if isa[15] != profile.usage:
        text = f"ISA15 is {isa[15]}, this line takes {profile.usage}"
        return TestFlag(text, location=where, value=isa[15]), _TEST
    return None
