"""850 Purchase Order: a customer orders from us."""

from __future__ import annotations

from transforms.canonical.orders import OrderCancelled, OrderSubmitted
from transforms.errors import Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, Settled, counted_in_ctt
from transforms.formats.x12.sets import Group, TransactionSet, element

_TAKEN = {"00": "original", "05": "replace", "06": "confirm", "15": "resubmit"}
_CANCEL, _DUPLICATE = "01", "07"
_REQUESTED = ("002", "010", "037", "038", "063", "064", "001")
"""Data element 374 in the order in which a date is what the customer asks for."""


def _header(one: TransactionSet, group: Group) -> Fields:
    beg = group[0]
    purpose = sets.needed(one, beg, 1)
    references = {"customer_po": sets.needed(one, beg, 3)}
    if release := element(beg, 4):
        references["release"] = release
    fields: Fields = {
        "number": references["customer_po"],
        "occurred_at": sets.date(one, beg, 5),
        "customer": one.partner,
        "references": references,
    }
    if purpose == _CANCEL:
        raise Settled(Made(OrderCancelled, fields, [], _key(fields, purpose)))
    if purpose not in _TAKEN:
        known = ", ".join((*_TAKEN, _CANCEL))
        error = Unsupported(
            f"BEG01 {purpose} is not taken; there are {known}",
            location=one.place(beg, 1), value=purpose,
        )  # fmt: skip
        raise Settled(warning=error) if purpose == _DUPLICATE else error
    requested = next((dtm for kind in _REQUESTED if (dtm := sets.first(group, "DTM", kind))), None)
    ship_to = sets.first(group, "N1", "ST")
    return fields | {
        "purpose": purpose,
        "ship_to": {element(ship_to, 3): element(ship_to, 4)} if ship_to and element(ship_to, 4) else {},
        "requested_date": sets.iso_day(one, requested, 2) if requested else None,
        "kind": element(beg, 2) or "SA",
    }


def _key(fields: Fields, purpose: str) -> str:
    return f"{fields['number']}/{fields['references'].get('release', '')}/{purpose}"


def _line(one: TransactionSet, group: Group, ordinal: int, _header: Fields) -> Fields:
    po1 = group[0]
    if split := sets.first(group, "SDQ"):
        raise Unsupported("a line split by place (SDQ) is not taken", location=one.place(split))
    unit, source_unit = sets.unit(one, po1, 3)
    return {
        "line": element(po1, 1) or str(ordinal),
        "item": sets.pairs_from(po1, 6),
        "quantity": sets.quantity(one, po1, 2),
        "unit": unit,
        "source_unit": source_unit,
        "price": sets.optional_quantity(one, po1, 4),
    }


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "purpose"}
    return [Made(OrderSubmitted, fields, lines, _key(header, header["purpose"]))]


MAP = Map(
    "PO1", _header, _line, _documents, summary_tag="CTT", totals=counted_in_ctt, is_summed=True,
    line_alone=False,
)  # fmt: skip
