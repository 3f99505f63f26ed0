"""ORDRSP: a supplier answers an order of ours."""

from __future__ import annotations

from transforms.canonical.orders import OrderAnswered
from transforms.edi.maps import Fields, Made, Map, never
from transforms.edi.message import Group
from transforms.errors import Unsupported
from transforms.formats.edifact import figures
from transforms.formats.edifact import message as of
from transforms.formats.edifact.maps.beginning import bgm, number
from transforms.formats.edifact.maps.orders import ORDERED, end_of_lines
from transforms.formats.edifact.maps.totals import cnt
from transforms.formats.edifact.message import Message, part

KIND = "231"
ANSWERS = {"29": "accepted", "4": "changed", "27": "rejected"}
"""1225; 9 says nothing but that it is the first."""
LINE_ANSWERS = {"5": "accepted", "3": "changed", "6": "changed", "7": "rejected"}
"""1229."""
PROMISED, CONFIRMED, BACKORDERED = "69", "113", "83"


def _header(one: Message, group: Group) -> Fields:
    segment, function = bgm(one, group, (KIND,), (*ANSWERS, "9"))
    response = number(one, segment)
    return {
        "number": of.reference(one, group, "ON") or response,
        "occurred_at": of.needed_date(one, group, "137"),
        "references": {"response": response},
        "supplier": one.partner,
        "answer": ANSWERS.get(function, "accepted"),
        "promised": of.day(one, group, PROMISED, "17", "2"),
        "function": function,
    }


def _line(one: Message, group: Group, ordinal: int, header: Fields) -> Fields:
    action = part(one, group[0], 2)
    if action and action not in LINE_ANSWERS:
        text = f"LIN02 {action} is not taken; there are {', '.join(LINE_ANSWERS)}"
        raise Unsupported(text, location=one.place(group[0], 2), value=action)
    told = figures.amounts(one, figures.of_line(one, group))
    main = figures.one_of(one, group, told, ORDERED, CONFIRMED, "12")
    confirmed = told.get(CONFIRMED) or told.get("12")
    difference = of.first(one, group, "QVR")
    sure = confirmed.value if confirmed else None
    if confirmed is None and difference is not None:  # QVR is what is delivered less what was ordered
        sure = main.value + of.quantity(one, difference, 1, 1)
    return {
        "line": part(one, group[0], 1) or str(ordinal),
        "item": of.item(one, group),
        "quantity": main.value,
        "unit": main.unit,
        "source_unit": main.source_unit,
        "answer": LINE_ANSWERS.get(action, header["answer"]),
        "confirmed": sure,
        "backordered": told[BACKORDERED].value if BACKORDERED in told else None,
        "promised": of.day(one, group, PROMISED, "17", "2"),
    }


def _documents(_one: Message, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "function"}
    return [Made(OrderAnswered, fields, lines, f"{header['references']['response']}/{header['function']}")]


MAP = Map(
    "LIN", _header, _line, _documents, summary_tag="CNT", totals=cnt, loop_tags=("UNS",), loop=end_of_lines,
    is_summed=True, needs_line=never,
)  # fmt: skip
