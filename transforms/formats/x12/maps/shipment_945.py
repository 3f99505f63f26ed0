"""945 Warehouse Shipping Advice: a warehouse shipped, or takes a shipment back (W12-20).

Loops of LX hold the lines of one pallet or carton, whose SSCC they carry. What is short is what was
ordered less what was shipped, whatever the line's status says.
"""

from __future__ import annotations

from transforms.canonical.shipments import ShipmentConfirmed, ShipmentVoided
from transforms.errors import OutOfRange
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, summed_in
from transforms.formats.x12.sets import Elements, Group, TransactionSet, element

_REVERSAL = "2"
_PAIRS = (7, 17, 21)


def _header(one: TransactionSet, group: Group) -> Fields:
    w06 = group[0]
    order = sets.needed(one, w06, 2)
    references = {"so": order}
    if customer_po := element(w06, 6):
        references["customer_po"] = customer_po
    ship_to, carrier = sets.first(group, "N1", "ST"), sets.first(group, "W27")
    return {
        "number": element(w06, 4) or order,
        "occurred_at": sets.date(one, w06, 3),
        "site": sets.site(one, [segment for segment in group if element(segment, 1) != "ST"]),
        "references": references,
        "ship_to": {element(ship_to, 3): element(ship_to, 4)} if ship_to and element(ship_to, 4) else {},
        "carrier": element(carrier, 2) or None if carrier else None,
        "sscc": _pallet(group),
        # without a shipment number (W06-04) a shipment is told by its order and its day
        "key": element(w06, 4) or f"{order}/{element(w06, 3)}",
    }


def _loop(_one: TransactionSet, group: Group, fields: Fields) -> None:
    fields["sscc"] = _pallet(group)


def _pallet(group: Group) -> str | None:
    pallet = next((one for one in group if one[0] == "MAN" and element(one, 1) in ("GM", "CP")), None)
    return sets.without_prefix(element(pallet, 2)) or None if pallet else None


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields:
    w12 = group[0]
    unit, source_unit = sets.unit(one, w12, 5)
    shipped, ordered = sets.quantity(one, w12, 3), sets.optional_quantity(one, w12, 2)
    if shipped < 0:
        raise OutOfRange("W12-03 is negative", location=one.place(w12, 3), value=str(shipped))
    item = sets.pairs(w12, *_PAIRS)
    if case := element(w12, 6):
        item.setdefault("UP", case)
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": shipped,
        "unit": unit,
        "source_unit": source_unit,
        "lot": element(w12, 9) or sets.lot_of(w12, _PAIRS),
        "serials": sets.serials_of(w12, _PAIRS),
        "quantity_ordered": ordered,
        "quantity_short": ordered - shipped if ordered is not None and ordered > shipped else None,
        "status": element(w12, 1) or None,
        "sscc": header["sscc"],
        "reversed": _is_reversal(w12),
    }


def _is_reversal(w12: Elements) -> bool:
    return element(w12, 20) == _REVERSAL


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name not in ("sscc", "key")}
    taken, back = sets.parted(lines, "reversed")
    made = []
    if taken:
        made.append(Made(ShipmentConfirmed, fields, taken, f"{header['key']}/1"))
    if back:
        plain = {name: value for name, value in fields.items() if name not in ("ship_to", "carrier")}
        made.append(Made(ShipmentVoided, plain, back, f"{header['key']}/{_REVERSAL}"))
    return made


MAP = Map(
    "W12", _header, _line, _documents, summary_tag="W03", totals=summed_in("W03"), is_summed=True,
    loop_tag="LX", loop=_loop,
)  # fmt: skip
