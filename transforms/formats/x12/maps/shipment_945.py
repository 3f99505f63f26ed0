"""945 Warehouse Shipping Advice: a warehouse shipped, or takes a shipment back (W12-20)."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.canonical.shipments import ShipmentConfirmed, ShipmentVoided
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, tag, total_of
from transforms.formats.x12.sets import TransactionSet, element
from transforms.segments import Segment

_REVERSAL = "2"


def _header(one: TransactionSet, header: Sequence[Segment]) -> Fields:
    w06 = header[0]
    order = sets.needed(one, w06, 2)
    references = {"so": order}
    if customer_po := element(w06[0], 6):
        references["customer_po"] = customer_po
    ship_to, carrier = sets.first(header, "N1", "ST"), sets.first(header, "W27")
    pallet = next((s for s in header if s[0][0] == "MAN" and element(s[0], 1) in ("GM", "CP")), None)
    return {
        "number": element(w06[0], 4) or order,
        "occurred_at": sets.date(one, w06, 3),
        "site": sets.site(one, [s for s in header if element(s[0], 1) != "ST"]),
        "references": references,
        "ship_to": {element(ship_to[0], 3): element(ship_to[0], 4)} if ship_to else {},
        "carrier": element(carrier[0], 2) or None if carrier else None,
        "sscc": _bare(element(pallet[0], 2)) if pallet else None,
    }


def _bare(sscc: str) -> str:
    return sscc[2:] if len(sscc) == 20 and sscc.startswith("00") else sscc


def _line(one: TransactionSet, group: Sequence[Segment], ordinal: int, header: Fields) -> Fields:
    w12 = group[0]
    elements = w12[0]
    unit, source_unit = sets.unit(one, w12, 5)
    shipped = sets.quantity(one, w12, 3)
    ordered = sets.optional_quantity(one, w12, 2)
    item = sets.pairs(elements, 7, 17, 21)
    if case := element(elements, 6):
        item.setdefault("UP", case)
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": shipped,
        "unit": unit,
        "source_unit": source_unit,
        "lot": element(elements, 9) or None,
        "quantity_ordered": ordered,
        "quantity_short": ordered - shipped if ordered is not None and ordered > shipped else None,
        "status": element(elements, 1) or None,
        "sscc": header["sscc"],
        "reversed": element(elements, 20) == _REVERSAL,
    }


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "sscc"}
    number = f"{header['references']['so']}/{header['number']}"
    kept = {flag: [_plain(line) for line in lines if line["reversed"] is flag] for flag in (False, True)}
    made = []
    if kept[False] or not kept[True]:
        made.append(Made(ShipmentConfirmed, fields, kept[False], f"{number}/1"))
    if kept[True]:
        back = {name: value for name, value in fields.items() if name not in ("ship_to", "carrier")}
        made.append(Made(ShipmentVoided, back, kept[True], f"{number}/{_REVERSAL}"))
    return made


def _plain(line: Fields) -> Fields:
    return {name: value for name, value in line.items() if name != "reversed"}


def _totals(one: TransactionSet, summary: Sequence[Segment], lines: list[Fields], count: int) -> str | None:
    w03 = sets.first(summary, "W03")
    if w03 is None or len(lines) != count:
        return None
    told, sum_of_lines = sets.quantity(one, w03, 1), total_of(lines)
    return (
        None if told == sum_of_lines else f"W03-01 says {told}, the shipped quantities sum to {sum_of_lines}"
    )


MAP = Map(tag("W12"), frozenset({"W03"}), _header, _line, _documents, _totals)
