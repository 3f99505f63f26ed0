"""BGM: what a message is, its number, and what is to be done with it."""

from __future__ import annotations

from collections.abc import Container

from transforms.edi.maps import Settled
from transforms.edi.message import Elements, Group
from transforms.errors import SegmentInvalid, Unsupported
from transforms.formats.edifact.message import Message, needed, part

CANCEL, CHANGE, REPLACE, ORIGINAL = "1", "4", "5", "9"
_WITHOUT_EFFECT = {"7": "a duplicate", "31": "a copy"}


def bgm(one: Message, group: Group, kinds: Container[str], functions: Container[str]) -> tuple[Elements, str]:
    """The segment, and its function (1225; original where it says nothing).

    Raises :class:`Settled` with a warning for a duplicate or a copy, which have no effect, and
    :class:`Unsupported` for a kind of document (1001) or a function that is not taken.
    """
    segment = group[0]
    if segment[0] != "BGM":
        where = one.place(segment)
        raise SegmentInvalid(f"a message begins with BGM, here stands {segment[0]}", location=where)
    kind, function = part(one, segment, 1), part(one, segment, 3) or ORIGINAL
    if kind not in kinds:
        text = f"BGM01 {kind or 'without a code'} is not taken in {one.kind}"
        raise Unsupported(text, location=one.place(segment, 1), value=kind)
    if what := _WITHOUT_EFFECT.get(function):
        text = f"BGM03 {function} is {what}: it has no effect"
        raise Settled(warning=Unsupported(text, location=one.place(segment, 3), value=function))
    if function not in functions:
        text = f"BGM03 {function} is not taken in {one.kind}"
        raise Unsupported(text, location=one.place(segment, 3), value=function)
    return segment, function


def number(one: Message, segment: Elements) -> str:
    """The document's own number (1004)."""
    return needed(one, segment, 2)
