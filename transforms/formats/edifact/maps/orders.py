"""ORDERS: a customer orders from us."""

from __future__ import annotations

from transforms.canonical.orders import OrderCancelled, OrderChanged, OrderSubmitted
from transforms.edi.maps import Fields, Made, Map, Settled
from transforms.edi.message import Group
from transforms.errors import SegmentInvalid, Unsupported
from transforms.formats.edifact import figures
from transforms.formats.edifact import message as of
from transforms.formats.edifact.maps.beginning import CANCEL, CHANGE, ORIGINAL, REPLACE, bgm, number
from transforms.formats.edifact.maps.totals import cnt
from transforms.formats.edifact.message import Message, part

_KINDS = {"220": "SA", "221": "BK", "224": "RO", "226": "RL", "227": "CN"}
"""1001: order, blanket, rush, call-off, consignment; told in the words of X12 data element 92."""
_REQUESTED = ("2", "10", "64", "63")
"""2005 in the order in which a date is what the customer asks for."""
ORDERED = "21"


def _header(one: Message, group: Group) -> Fields:
    segment, function = bgm(one, group, _KINDS, (ORIGINAL, CANCEL, CHANGE, REPLACE))
    fields = head(one, group, number(one, segment))
    if function == CANCEL:
        raise Settled(Made(OrderCancelled, plain(fields), [], f"{fields['number']}/{function}"))
    return fields | asked(one, group) | {"kind": _KINDS[part(one, segment, 1)], "function": function}


def head(one: Message, group: Group, order: str) -> Fields:
    """What an order and a change of it both say of themselves."""
    return {
        "number": order,
        "occurred_at": of.needed_date(one, group, "137", "4"),
        "customer": one.partner,
        "references": {"customer_po": order},
    }


def plain(fields: Fields) -> Fields:
    return {name: fields[name] for name in ("number", "occurred_at", "customer", "references")}


def asked(one: Message, group: Group) -> Fields:
    """Where and when the goods are wanted."""
    return {
        "ship_to": of.party(one, group, "DP", "ST", "CN", "UC", "BY"),
        "requested_date": of.day(one, group, *_REQUESTED),
    }


def _line(one: Message, group: Group, ordinal: int, header: Fields) -> Fields:
    fields = ordered(one, group, ordinal)
    return fields | {"action": "changed"} if header["function"] == CHANGE else fields


def ordered(one: Message, group: Group, ordinal: int) -> Fields:
    """A line's item and how much of it. Raises :class:`Unsupported` for a line that is split by place."""
    told = figures.of_line(one, group)
    for split in told:
        if any(elements[0] == "LOC" for elements in split.more) or split.qualifier == "11":
            text = "a line split by place (LOC with QTY) is not taken"
            raise Unsupported(text, location=one.place(split.qty))
    amount = figures.one_of(one, group, figures.amounts(one, told), ORDERED)
    if amount.value < 0:
        raise SegmentInvalid("QTY 21 is negative", location=one.place(amount.whole.qty, 1, 2))
    price = of.first(one, group, "PRI")
    return {
        "line": part(one, group[0], 1) or str(ordinal),
        "item": of.item(one, group),
        "quantity": amount.value,
        "unit": amount.unit,
        "source_unit": amount.source_unit,
        "price": of.quantity(one, price) if price and part(one, price, 1, 2) else None,
    }


def _documents(_one: Message, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "function"}
    key = f"{header['number']}/{header['function']}"
    if header["function"] == CHANGE:
        fields.pop("kind")
        return [Made(OrderChanged, fields, lines, key)]
    return [Made(OrderSubmitted, fields, lines, key)]


def end_of_lines(_one: Message, _group: Group, _fields: Fields) -> None:
    """UNS: what follows sums up."""


MAP = Map(
    "LIN", _header, _line, _documents, summary_tag="CNT", totals=cnt, loop_tags=("UNS",), loop=end_of_lines,
    is_summed=True, line_alone=False,
)  # fmt: skip
