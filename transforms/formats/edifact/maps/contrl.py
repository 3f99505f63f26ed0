"""CONTRL: a partner answers an interchange of ours. It names our numbers, so the answer finds what was sent."""

from __future__ import annotations

from transforms.canonical.acknowledgements import AcknowledgementReceived
from transforms.edi.maps import Fields, Made, Map, never
from transforms.edi.message import Elements, Group
from transforms.errors import OrderInvalid, SegmentInvalid, Unsupported
from transforms.formats.edifact.message import Message, needed, part

RECEIVED, REJECTED = "8", "4"
_VERDICTS = {"1": "accepted", "7": "accepted", RECEIVED: "received", REJECTED: "rejected"}
"""0083: acknowledged with all below, acknowledged, only received, rejected with all below."""


def _header(one: Message, group: Group) -> Fields:
    uci = group[0]
    if uci[0] != "UCI":
        where = one.place(uci)
        raise SegmentInvalid(f"a CONTRL begins with UCI, here stands {uci[0]}", location=where)
    whole = _answer(one, uci, verdict_at=4) | {"level": "interchange"}
    return {"answers": [whole]}


def _answer(one: Message, segment: Elements, *, verdict_at: int) -> Fields:
    """What UCI says of the interchange, or UCF of a group."""
    return {
        "number": needed(one, segment, 1),
        "occurred_at": one.sent_at,
        "partner": one.partner,
        "format": "edifact",
        "kind": "CONTRL",
        **_verdict(one, segment, verdict_at),
        "codes": _codes(one, segment, verdict_at + 1),
        "parts": [],
    }


def _verdict(one: Message, segment: Elements, position: int) -> Fields:
    action = needed(one, segment, position)
    if action not in _VERDICTS:
        text = f"0083 {action} is not taken; there are {', '.join(_VERDICTS)}"
        raise Unsupported(text, location=one.place(segment, position), value=action)
    return {"verdict": _VERDICTS[action], "source_verdict": action}


def _codes(one: Message, segment: Elements, position: int) -> tuple[str, ...]:
    return tuple(filter(None, (part(one, segment, position),)))


def _loop(one: Message, group: Group, fields: Fields) -> None:
    """UCF: a group, with the messages behind it. UCM: a message, with its faults (UCS, UCD)."""
    segment, answers = group[0], fields["answers"]
    if segment[0] == "UCF":
        answers.append(_answer(one, segment, verdict_at=4) | {"level": "group"})
        return
    if segment[0] != "UCM":
        raise OrderInvalid(f"{segment[0]} stands outside any UCM", location=one.place(segment))
    answers[-1]["parts"].append(
        {
            "document_type": part(one, segment, 2),
            "control": needed(one, segment, 1),
            **_verdict(one, segment, 3),
            "codes": _codes(one, segment, 4),
            "segments": _faults(one, group[1:]),
        }
    )


def _faults(one: Message, group: Group) -> list[Fields]:
    found: list[Fields] = []
    for segment in group:
        if segment[0] == "UCS":
            code = part(one, segment, 2) or None
            found.append({"tag": "", "position": _ordinal(one, segment, 1), "code": code, "elements": []})
        elif segment[0] == "UCD" and found:
            component = part(one, segment, 2, 2)
            found[-1]["elements"].append(
                {
                    "position": _ordinal(one, segment, 2),
                    "component": int(component) if component.isdecimal() else None,
                    "code": needed(one, segment, 1),
                }
            )
    return found


def _ordinal(one: Message, segment: Elements, position: int) -> int:
    text = part(one, segment, position)
    return int(text) if text.isascii() and text.isdigit() else 0


def _line(one: Message, group: Group, _ordinal: int, _header: Fields) -> Fields:
    raise OrderInvalid("a CONTRL has no lines", location=one.place(group[0]))


def _documents(_one: Message, header: Fields, _lines: list[Fields]) -> list[Made]:
    whole, *groups = header["answers"]
    parts = [part for answer in header["answers"] for part in answer["parts"]]
    if whole["verdict"] != "rejected" and any(part["verdict"] == "rejected" for part in parts):
        whole["verdict"] = "partly_accepted"
    return [Made(AcknowledgementReceived, answer) for answer in (whole, *groups)]


MAP = Map("LIN", _header, _line, _documents, loop_tags=("UCF", "UCM"), loop=_loop, needs_line=never)
