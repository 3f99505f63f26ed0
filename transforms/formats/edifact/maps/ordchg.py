"""ORDCHG: a customer changes an order, line by line (1229), or takes it back."""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.orders import OrderCancelled, OrderChanged
from transforms.edi.maps import Fields, Made, Map, Settled
from transforms.edi.message import Group
from transforms.errors import Unsupported
from transforms.formats.edifact import figures
from transforms.formats.edifact import message as of
from transforms.formats.edifact.maps import orders
from transforms.formats.edifact.maps.beginning import CANCEL, CHANGE, ORIGINAL, REPLACE, bgm, number
from transforms.formats.edifact.maps.totals import cnt
from transforms.formats.edifact.message import Message, part

_CHANGE_OF_ORDER = "230"
_ACTIONS = {
    "": "replace", "1": "add", "2": "delete", "3": "replace", "4": "none", "11": "none",
}  # fmt: skip
_DELETED = "2"


def _header(one: Message, group: Group) -> Fields:
    segment, function = bgm(one, group, (_CHANGE_OF_ORDER,), (ORIGINAL, CANCEL, CHANGE, REPLACE))
    change = number(one, segment)
    order = of.reference(one, group, "ON") or change
    fields = orders.head(one, group, order)
    fields["references"] = {"customer_po": order, "change": change}
    if function == CANCEL:
        raise Settled(Made(OrderCancelled, fields, [], f"{change}/{function}"))
    return fields | orders.asked(one, group) | {"function": function}


def _line(one: Message, group: Group, ordinal: int, _header: Fields) -> Fields:
    action = part(one, group[0], 2)
    if action not in _ACTIONS:
        text = f"LIN02 {action} is not taken; there are {', '.join(filter(None, _ACTIONS))}"
        raise Unsupported(text, location=one.place(group[0], 2), value=action)
    if action == _DELETED and not figures.of_line(one, group):  # what is struck out needs no quantity
        return {
            "line": part(one, group[0], 1) or str(ordinal),
            "item": of.item(one, group),
            "quantity": Decimal(0),
            "unit": of.unit(one, ["QTY"])[0],
            "source_unit": None,
            "price": None,
            "action": _ACTIONS[action],
        }
    return orders.ordered(one, group, ordinal) | {"action": _ACTIONS[action]}


def _documents(_one: Message, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "function"}
    return [Made(OrderChanged, fields, lines, f"{header['references']['change']}/{header['function']}")]


MAP = Map(
    "LIN", _header, _line, _documents, summary_tag="CNT", totals=cnt, loop_tags=("UNS",),
    loop=orders.end_of_lines, is_summed=True, line_alone=False,
)  # fmt: skip
