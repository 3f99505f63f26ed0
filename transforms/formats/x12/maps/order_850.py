"""850 Purchase Order: a customer orders from us."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.canonical.orders import OrderCancelled, OrderSubmitted
from transforms.errors import Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, tag
from transforms.formats.x12.sets import TransactionSet, element
from transforms.segments import Segment

_TAKEN = {"00": "original", "01": "cancel", "05": "replace", "06": "confirm", "15": "resubmit"}


def _header(one: TransactionSet, header: Sequence[Segment]) -> Fields:
    beg = header[0]
    purpose = sets.needed(one, beg, 1)
    if purpose not in _TAKEN:
        raise Unsupported(
            f"BEG01 {purpose} is not taken; there are {', '.join(_TAKEN)}",
            location=one.place(beg, 1), value=purpose,
        )  # fmt: skip
    references = {"customer_po": sets.needed(one, beg, 3)}
    if release := element(beg[0], 4):
        references["release"] = release
    requested = sets.first(header, "DTM", "002")
    ship_to = sets.first(header, "N1", "ST")
    return {
        "purpose": purpose,
        "number": references["customer_po"],
        "occurred_at": sets.date(one, beg, 5),
        "customer": one.partner,
        "ship_to": {element(ship_to[0], 3): element(ship_to[0], 4)} if ship_to else {},
        "requested_date": sets.iso_day(one, requested, 2) if requested else None,
        "kind": element(beg[0], 2) or "SA",
        "references": references,
    }


def _line(one: TransactionSet, group: Sequence[Segment], ordinal: int, _header: Fields) -> Fields:
    po1 = group[0]
    unit, source_unit = sets.unit(one, po1, 3)
    return {
        "line": element(po1[0], 1) or str(ordinal),
        "item": sets.pairs(po1[0], *range(6, 26, 2)),
        "quantity": sets.quantity(one, po1, 2),
        "unit": unit,
        "source_unit": source_unit,
        "price": sets.optional_quantity(one, po1, 4),
    }


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "purpose"}
    key = f"{header['number']}/{header['references'].get('release', '')}/{header['purpose']}"
    if header["purpose"] == "01":
        kept = ("number", "occurred_at", "customer", "references")
        return [Made(OrderCancelled, {name: fields[name] for name in kept}, [], key)]
    return [Made(OrderSubmitted, fields, lines, key)]


def _totals(one: TransactionSet, summary: Sequence[Segment], _lines: list[Fields], count: int) -> str | None:
    ctt = sets.first(summary, "CTT")
    if ctt is None or sets.quantity(one, ctt, 1) == count:
        return None
    return f"CTT01 says {element(ctt[0], 1)} lines, there are {count}"


MAP = Map(tag("PO1"), frozenset({"CTT"}), _header, _line, _documents, _totals, line_alone=False)
