"""860 Purchase Order Change: a customer changes an order, or takes it back.

Every changed line is told as it is to be: quantities are what is now ordered, never the difference.
"""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.orders import OrderCancelled, OrderChanged
from transforms.edi.maps import Fields, Made, Map, Settled
from transforms.edi.message import Elements, Group, element
from transforms.errors import Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps import order_line
from transforms.formats.x12.maps.totals import counted_in_ctt
from transforms.formats.x12.sets import TransactionSet

_CANCEL = "01"
_PURPOSES = ("00", "04", "05")
_ACTIONS = {
    "AI": "add", "DI": "delete", "CF": "delete", "QD": "quantity", "QI": "quantity", "QC": "quantity",
    "RZ": "replace", "PC": "price", "RS": "reschedule", "CT": "reschedule", "NC": "none",
}  # fmt: skip
"""Data element 670."""
_COUNTING = {"add", "quantity", "replace"}
"""Actions that make no sense without a quantity."""


def _header(one: TransactionSet, group: Group) -> Fields:
    bch = group[0]
    purpose, number = sets.needed(one, bch, 1), sets.needed(one, bch, 3)
    changed = next((at for at in (10, 11, 6) if element(bch, at)), 10)
    fields: Fields = {
        "number": number,
        "occurred_at": sets.date(one, bch, changed),
        "customer": one.partner,
        "references": order_line.references(group, po=number, release=element(bch, 4)),
    }
    key = f"{number}/{element(bch, 4)}/{element(bch, 5)}/{purpose}"
    # without a change sequence (BCH05) two changes of one order cannot be told apart by their numbers
    known = key if element(bch, 5) or purpose == _CANCEL else None
    if purpose == _CANCEL:
        raise Settled(Made(OrderCancelled, fields, [], known))
    if purpose not in _PURPOSES:
        text = f"BCH01 {purpose} is not taken; there are {', '.join((*_PURPOSES, _CANCEL))}"
        raise Unsupported(text, location=one.place(bch, 1), value=purpose)
    more = {"revision": element(bch, 5) or None, "kind": element(bch, 2) or "SA", "key": known}
    return fields | order_line.terms(one, group) | more


def _line(one: TransactionSet, group: Group, ordinal: int, _header: Fields) -> Fields | list[Fields]:
    poc = group[0]
    code = sets.needed(one, poc, 2)
    if code not in _ACTIONS:
        text = f"POC02 {code} is not taken; there are {', '.join(_ACTIONS)}"
        raise Unsupported(text, location=one.place(poc, 2), value=code)
    action = _ACTIONS[code]
    told, left = sets.optional_quantity(one, poc, 3) or Decimal(0), sets.optional_quantity(one, poc, 4)
    line: Fields = {
        "line": element(poc, 1) or str(ordinal),
        "item": sets.pairs_from(poc, 8),
        "quantity": _quantity(one, poc, action, told or left or Decimal(0)),
        "price": order_line.price(one, group, sets.optional_quantity(one, poc, 6)),
        "line_no_source": "sender" if element(poc, 1) else "ordinal",
        **order_line.UNSPLIT,
        **order_line.pack(one, group),
        "action": action,
        "quantity_left": left,
    }
    line["unit"], line["source_unit"] = sets.unit(one, poc, 5)
    return {**line, "counted": told} if action == "delete" else order_line.split(one, group, line)


def _quantity(one: TransactionSet, poc: Elements, action: str, otherwise: Decimal) -> Decimal:
    """What is ordered after the change."""
    if action == "delete":
        return Decimal(0)
    return sets.quantity(one, poc, 3) if action in _COUNTING else otherwise


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "key"}
    return [Made(OrderChanged, fields, lines, header["key"])]


MAP = Map(
    "POC", _header, _line, _documents, summary_tag="CTT", totals=counted_in_ctt, is_summed=True,
    line_alone=False,
)  # fmt: skip
