"""Reading EDIFACT: UNA and UNB say how an interchange is written, then it is read by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from transforms.edi.interchanges import find_all, read_all
from transforms.edi.message import element
from transforms.errors import (
    ControlMismatch,
    Problem,
    TestFlag,
    TransformError,
    UnknownSender,
    Unreadable,
    Unsupported,
)
from transforms.formats.edifact import options
from transforms.formats.edifact.charsets import BY_SYNTAX
from transforms.formats.edifact.envelope import Interchange
from transforms.formats.edifact.options import Options
from transforms.location import Location
from transforms.reading import Context, ReadEvent
from transforms.segments import BLANK, Dialect, Source

_LONGEST = 1_024
"""Characters in which UNA and UNB end; the standard allows about half."""
_HEAD = re.compile(r"UN(?:A(.)(.)...(.)[\s]{0,9}UNB\2|B[^A-Za-z0-9 ]UNO[A-Z])", re.DOTALL)
_DEFAULT = (":", "+", "?", "'")
_LEVEL_B = ("\x1f", "\x1d", " ", "\x1c")
"""Control characters, which UNOB has for separators where there is no UNA."""
_SYNTAXES = ("1", "2", "3", "4")
_UNKNOWN = {"sender": "23", "receiver": "7"}
_SYNTAX, _MISSING, _TEST, _TWICE = "2", "13", "25", "26"
"""Data element 0085."""

Refused = tuple[TransformError, str]
"""Why nothing of an interchange counts, and how the standard calls that (0085)."""


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
    """The same before it is read; who ``inspects`` takes every sender, version and kind of message."""
    profile = options.parse(context.options)
    reading = Source(source)
    seen: set[tuple[str, str]] = set()

    def opened(head: str) -> Interchange:
        try:
            una, dialect, unb, length = _open(head, reading.offset)
        except Unreadable:
            if head.startswith("UNA"):  # the UNB behind it is not to be read under other separators
                reading.take(len(head) - len(head[9:].lstrip(BLANK)))
            raise
        reading.take(length)
        syntax = element(dialect.components(element(unb, 1)), 0)
        codec = profile.charset or BY_SYNTAX.get(syntax, "latin-1")
        interchange = Interchange(
            reading, dialect, unb, context, inspects=inspects, una=una, codec=codec, options=profile
        )
        refused = None if inspects else _refusal(unb, dialect, profile)
        refused = refused or _misnumbered(unb, seen)
        if refused is not None:
            interchange.refusal, code = refused
            interchange.codes.append(code)
        seen.add((element(unb, 2), element(unb, 5)))
        return interchange

    return find_all(reading, _LONGEST, SEEKING, opened)


def _dialect(component: str, mark: str, release: str, terminator: str) -> Dialect:
    return Dialect(
        element=mark, terminator=terminator, component=component, closes="UNZ", head=_HEAD,
        release=release if release != " " else None,
    )  # fmt: skip


SEEKING = _dialect(*_DEFAULT)
"""Knows the head of an interchange, whatever its separators are."""


def _open(head: str, offset: int) -> tuple[str, Dialect, list[str], int]:
    """UNA as it stands, what it says, the elements of UNB, and how many characters that took."""
    where = Location(offset=offset)
    una = head[:9] if head.startswith("UNA") else ""
    if una and len(una) < 9:
        raise Unreadable("UNA is cut short", location=where)
    if una and head[5] not in ".,":
        raise Unreadable(f"UNA declares {head[5]!r} as decimal mark, not a point or comma", location=where)
    default = _LEVEL_B if head[3:4] == _LEVEL_B[1] else _DEFAULT
    component, mark, release, terminator = (head[3], head[4], head[6], head[8]) if una else default
    marks = [one for one in (component, mark, release, terminator) if one != " "]
    if len(set(marks)) != len(marks) or any(re.match(r"[A-Za-z0-9]", one) for one in marks):
        raise Unreadable(f"the separators {marks} cannot be told apart", location=where)
    dialect = _dialect(component, mark, release, terminator)
    rest = head[len(una) :].lstrip(BLANK)
    if not rest.startswith("UNB" + mark):
        text = f"an interchange begins with UNA or UNB, here stands {rest[:12]!r}"
        raise Unreadable(text, location=where)
    segment, *more = dialect.segments(rest)
    if not more:
        text = f"the UNB segment has no end ({terminator!r}) within {_LONGEST} characters"
        raise Unreadable(text, location=Location(offset=offset, tag="UNB"))
    length = len(head) - len(rest) + len(segment) + 1
    return una, dialect, [one.strip() for one in dialect.elements(segment)], length


def _misnumbered(unb: list[str], seen: set[tuple[str, str]]) -> Refused | None:
    control = element(unb, 5)
    where = Location(path=f"UNB{control}", tag="UNB", element=5)
    if not control:
        return ControlMismatch("UNB05, the number of the interchange, is missing", location=where), _MISSING
    if (element(unb, 2), control) in seen:
        text = f"UNB05 {control} stands twice in this file"
        return ControlMismatch(text, location=where, value=control), _TWICE
    return None


def _refusal(unb: list[str], dialect: Dialect, profile: Options) -> Refused | None:
    """What of its header is not as agreed, if anything."""
    path = f"UNB{element(unb, 5)}"
    parties = (("sender", 2, profile.sender), ("receiver", 3, profile.receiver))
    for name, position, agreed in parties:
        told = dialect.component.join(one.strip() for one in dialect.components(element(unb, position)))
        if agreed is not None and told.replace(dialect.component, ":") != agreed:
            where = Location(path=path, tag="UNB", element=position)
            text = f"{name} is {told}, agreed is {agreed}"
            return UnknownSender(text, location=where, value=told), _UNKNOWN[name]
    syntax, version, *_ = [*dialect.components(element(unb, 1)), ""]
    where = Location(path=path, tag="UNB", element=1)
    if (syntax not in BY_SYNTAX and profile.charset is None) or version not in _SYNTAXES:
        text = f"syntax {syntax}:{version} is not taken; there are {', '.join(BY_SYNTAX)}, versions 1 to 4"
        return Unsupported(text, location=where, value=syntax), _SYNTAX
    is_test = element(unb, 11) == "1"
    if is_test is not profile.test:
        text = f"the test indicator (UNB11) is {element(unb, 11) or 'not set'}, this line has test: {profile.test}"
        return TestFlag(text, location=Location(path=path, tag="UNB", element=11)), _TEST
    return None
