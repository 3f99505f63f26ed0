"""940 Warehouse Shipping Order: an owner of goods asks our warehouse to ship them."""

from __future__ import annotations

from transforms.canonical.orders import FulfilmentCancelRequested, FulfilmentRequested
from transforms.edi.maps import Fields, Made, Map, Settled
from transforms.edi.message import Group, element
from transforms.errors import Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.totals import summed_in
from transforms.formats.x12.sets import TransactionSet

_PURPOSES = {"N": "original", "R": "change"}
_CANCEL = "F"
_PAIRS = (4, 6)
_SHIP_BY, _NOT_AFTER = "10", "38"
"""Data element 432."""


def _header(one: TransactionSet, group: Group) -> Fields:
    w05 = group[0]
    status, number = sets.needed(one, w05, 1), sets.needed(one, w05, 2)
    site = sets.site(one, [segment for segment in group if element(segment, 1) not in ("ST", "DE")])
    fields: Fields = {
        "number": number,
        "occurred_at": sets.date(one, one.gs, 4, 5),
        "site": site,
        "references": sets.named({"so": number}, customer_po=element(w05, 3)),
    }
    if status == _CANCEL:
        raise Settled(Made(FulfilmentCancelRequested, fields, [], f"{number}/{status}"))
    if status not in _PURPOSES:
        text = f"W05-01 {status} is not taken; there are {', '.join((*_PURPOSES, _CANCEL))}"
        raise Unsupported(text, location=one.place(w05, 1), value=status)
    ship_to, address = sets.party(group, "ST")
    carrier = sets.first(group, "W66")
    notes = [segment[2] for segment in group if segment[0] == "NTE" and element(segment, 2)]
    return sets.named(
        fields,
        # a change takes the place of the order before it, and may be followed by another one
        key=f"{number}/{status}" if status == "N" else "",
        purpose=_PURPOSES[status],
        depositor=sets.party(group, "DE")[0],
        ship_to=ship_to,
        ship_to_address=address,
        carrier=(element(carrier, 10) or element(carrier, 5)) if carrier else None,
        ship_by=_date(one, group, _SHIP_BY),
        ship_not_after=_date(one, group, _NOT_AFTER),
        note=" ".join(notes),
    )


def _date(one: TransactionSet, group: Group, kind: str) -> str | None:
    told = sets.first(group, "G62", kind)
    return sets.iso_day(one, told, 2) if told else None


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields:
    w01 = group[0]
    unit, source_unit = sets.unit(one, w01, 2)
    item = sets.pairs(w01, *_PAIRS)
    if case := element(w01, 3):
        item.setdefault("UP", case)
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": sets.quantity(one, w01, 1),
        "unit": unit,
        "source_unit": source_unit,
        "lot": sets.lot_of(w01, _PAIRS) or sets.reference(group, "LT"),
        "order_line": header.get("order_line"),
    }


def _loop(_one: TransactionSet, group: Group, fields: Fields) -> None:
    fields["order_line"] = element(group[0], 1) or None


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name not in ("key", "order_line")}
    return [Made(FulfilmentRequested, fields, lines, header.get("key"))]


MAP = Map(
    "W01", _header, _line, _documents, summary_tag="W76", totals=summed_in("W76"), is_summed=True,
    loop_tags=("LX",), loop=_loop, line_alone=False,
)  # fmt: skip
