"""850 Purchase Order: a customer orders from us.

A line that is split by place (SDQ) or by date (SCH) becomes one line for each part; the parts must sum to
the line. An order stands or falls as a whole.
"""

from __future__ import annotations

from transforms.canonical.orders import OrderCancelled, OrderChanged, OrderSubmitted
from transforms.edi.maps import Fields, Made, Map, Settled
from transforms.edi.message import Group, element
from transforms.errors import Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps import order_line
from transforms.formats.x12.maps.totals import counted_in_ctt
from transforms.formats.x12.sets import TransactionSet

_TAKEN = {"00": "original", "04": "change", "05": "replace", "06": "confirm", "15": "resubmit"}
_CANCEL, _CHANGE, _COPY = "01", "04", "07"


def _header(one: TransactionSet, group: Group) -> Fields:
    beg = group[0]
    purpose = sets.needed(one, beg, 1)
    references = order_line.references(group, po=sets.needed(one, beg, 3), release=element(beg, 4))
    fields: Fields = {
        "number": references["customer_po"],
        "occurred_at": sets.date(one, beg, 5),
        "customer": one.partner,
        "references": references,
    }
    if purpose == _CANCEL:
        raise Settled(Made(OrderCancelled, fields, [], _key(fields, purpose)))
    if purpose == _COPY:
        text = "BEG01 07 is a copy of an order that was sent before: it has no effect"
        raise Settled(warning=Unsupported(text, location=one.place(beg, 1), value=purpose))
    if purpose not in _TAKEN:
        text = f"BEG01 {purpose} is not taken; there are {', '.join((*_TAKEN, _CANCEL, _COPY))}"
        raise Unsupported(text, location=one.place(beg, 1), value=purpose)
    return fields | order_line.terms(one, group) | {"purpose": purpose, "kind": element(beg, 2) or "SA"}


def _key(fields: Fields, purpose: str) -> str:
    return f"{fields['number']}/{fields['references'].get('release', '')}/{purpose}"


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields | list[Fields]:
    po1 = group[0]
    unit, source_unit = sets.unit(one, po1, 3)
    line: Fields = {
        "line": element(po1, 1) or str(ordinal),
        "item": sets.pairs_from(po1, 6),
        "quantity": sets.quantity(one, po1, 2),
        "unit": unit,
        "source_unit": source_unit,
        "price": order_line.price(one, group, sets.optional_quantity(one, po1, 4)),
        "line_no_source": "sender" if element(po1, 1) else "ordinal",
        **order_line.UNSPLIT,
        **order_line.pack(one, group),
    }
    if header["purpose"] == _CHANGE:
        line |= {"action": "replace", "quantity_left": None}
    return order_line.split(one, group, line)


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "purpose"}
    document = OrderChanged if header["purpose"] == _CHANGE else OrderSubmitted
    return [Made(document, fields, lines, _key(header, header["purpose"]))]


MAP = Map(
    "PO1", _header, _line, _documents, summary_tag="CTT", totals=counted_in_ctt, is_summed=True,
    line_alone=False,
)  # fmt: skip
