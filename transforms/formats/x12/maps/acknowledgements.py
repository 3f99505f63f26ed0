"""What 997 and 999 have in common: a partner's answer to a group, set by set, segment by segment.

The whole answer is one document that names our group (AK102) and sets (AK202). It says nothing about the
business in them, and moves nothing. Which delivery of ours it is about is found by who reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from transforms.canonical.acknowledgements import AcknowledgementReceived
from transforms.edi.maps import Fields, Made, Map, Settled
from transforms.edi.message import Elements, Group, element
from transforms.errors import ElementInvalid, SegmentInvalid
from transforms.formats.x12 import sets
from transforms.formats.x12.sets import TransactionSet

VERDICTS = {
    "A": "accepted", "E": "accepted_with_errors", "P": "partly_accepted", "R": "rejected", "M": "rejected",
    "W": "rejected", "X": "rejected",
}  # fmt: skip
"""Data elements 715 and 717; M, W and X are rejections for want of security."""


_CONTEXT = "CTX"


@dataclass(frozen=True, slots=True)
class Words:
    """The segments that the two sets call differently."""

    kind: str
    set_begins: str
    segment: str
    element: str
    set_ends: str


def layout(words: Words) -> Map[TransactionSet]:
    """The map: there are no lines, all of it is read at once."""
    return Map("", partial(_whole, words), _no_line, _no_documents)


def _whole(words: Words, one: TransactionSet, group: Group) -> Fields:
    ak1, ak9 = sets.first(group, "AK1"), sets.first(group, "AK9")
    if ak1 is None or ak9 is None:
        raise SegmentInvalid("the answer has no AK1 or no AK9", location=one.place(group[0]))
    control = sets.needed(one, ak1, 2)
    fields: Fields = {
        "number": control,
        "occurred_at": sets.date(one, one.gs, 4, 5),
        "partner": one.partner,
        "format": "x12",
        "kind": words.kind,
        "group_type": sets.needed(one, ak1, 1),
        **_verdict(one, ak9),
        "codes": _rest(ak9, 5),
        "sets_included": _count(one, ak9, 2),
        "sets_received": _count(one, ak9, 3),
        "sets_accepted": _count(one, ak9, 4),
        "parts": _parts(words, one, group),
    }
    raise Settled(Made(AcknowledgementReceived, fields))


def _verdict(one: TransactionSet, segment: Elements) -> Fields:
    code = sets.needed(one, segment, 1)
    if code not in VERDICTS:
        text = f"{segment[0]}01 {code} is no verdict; there are {', '.join(VERDICTS)}"
        raise ElementInvalid(text, location=one.place(segment, 1), value=code)
    return {"verdict": VERDICTS[code], "source_verdict": code}


def _count(one: TransactionSet, segment: Elements, position: int) -> int | None:
    told = sets.optional_quantity(one, segment, position)
    return None if told is None else int(told)


def _rest(segment: Elements, position: int) -> tuple[str, ...]:
    return tuple(code for code in segment[position:] if code)


def _parts(words: Words, one: TransactionSet, group: Group) -> list[Fields]:
    parts: list[Fields] = []
    for segment in group:
        tag = segment[0]
        if tag == words.set_begins:
            parts.append(
                {
                    "document_type": sets.needed(one, segment, 1),
                    "control": element(segment, 2),
                    "segments": [],
                }
            )
        elif tag in (words.segment, words.element, words.set_ends, _CONTEXT):
            if not parts:
                raise SegmentInvalid(f"{tag} stands before {words.set_begins}", location=one.place(segment))
            _put(words, one, parts[-1], segment)
    for part in parts:
        part.setdefault("verdict", "received")
        part.setdefault("source_verdict", "")
    return parts


def _put(words: Words, one: TransactionSet, part: Fields, segment: Elements) -> None:
    if segment[0] == words.set_ends:
        part |= {**_verdict(one, segment), "codes": _rest(segment, 2)}
    elif segment[0] == words.segment:
        part["segments"].append(
            {
                "tag": sets.needed(one, segment, 1),
                "position": _count(one, segment, 2) or 0,
                "loop": element(segment, 3) or None,
                "code": element(segment, 4) or None,
                "context": {},
                "elements": [],
            }
        )
    elif part["segments"] and segment[0] == _CONTEXT:
        name, _, value = element(segment, 1).partition(one.dialect.component)
        part["segments"][-1]["context"][name] = value
    elif part["segments"]:
        part["segments"][-1]["elements"].append(_element(one, segment))


def _element(one: TransactionSet, segment: Elements) -> Fields:
    """AK401 and IK401: position, component, repetition, as one composite."""
    where = [int(number) if number.isdigit() else None for number in one.dialect.components(segment[1])]
    position, component, repetition = (*where, None, None)[:3]
    return {
        "position": position or 0,
        "component": component,
        "repetition": repetition,
        "reference": element(segment, 2) or None,
        "code": sets.needed(one, segment, 3),
        "value": element(segment, 4) or None,
    }


def _no_line(*_told: Any) -> Fields:
    raise AssertionError("an answer has no lines")


def _no_documents(*_told: Any) -> list[Made]:
    raise AssertionError("an answer is settled by its header")
