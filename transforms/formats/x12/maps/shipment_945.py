"""945 Warehouse Shipping Advice: a warehouse shipped, or takes a shipment back (W12-20).

Loops of LX hold the lines of one pallet or carton, whose SSCC they carry. What is short is what was
ordered less what was shipped. Whether more is to come of it says option ``945.partial``: all that is short,
or only what the line's status (W12-01) calls backordered.
"""

from __future__ import annotations

from decimal import Decimal

from transforms import units
from transforms.canonical.shipments import ShipmentConfirmed, ShipmentVoided
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Elements, Group, element
from transforms.errors import OutOfRange, TotalMismatch
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.totals import summed_in
from transforms.formats.x12.sets import TransactionSet
from transforms.identifiers import is_valid_sscc

_REVERSAL = "2"
_PAIRS = (7, 17, 21)
_PLAIN = ("number", "occurred_at", "site", "references")
_TO_COME = ("BP", "BO")
_KILOGRAM, _POUND = "K", "L"


def _header(one: TransactionSet, group: Group) -> Fields:
    w06 = group[0]
    order = sets.needed(one, w06, 2)
    references = sets.named(
        {"so": order},
        customer_po=element(w06, 6),
        master=element(w06, 7),
        bol=sets.reference(group, "BM"),
    )
    carrier = sets.first(group, "W27")
    ship_to, address = sets.party(group, "ST")
    return {
        "number": element(w06, 4) or order,
        "occurred_at": sets.date(one, w06, 3),
        "site": sets.site(one, [segment for segment in group if element(segment, 1) != "ST"]),
        "references": references,
        "ship_to": ship_to,
        "ship_to_address": address,
        "carrier": element(carrier, 2) or None if carrier else None,
        "carrier_method": element(carrier, 1) or None if carrier else None,
        "bill_of_lading": references.get("bol"),
        **_marks(group),
        # without a shipment number (W06-04) a shipment is told by its order and its day
        "key": element(w06, 4) or f"{order}/{element(w06, 3)}",
    }


def _loop(_one: TransactionSet, group: Group, fields: Fields) -> None:
    fields.update(_marks(group))


def _marks(group: Group) -> Fields:
    """What stands on the pallet or carton: GM is its SSCC, CP the carrier's number or the SSCC again."""
    marks = {one[1]: one[2] for one in reversed(group) if one[0] == "MAN" and len(one) > 2}
    carriers = sets.without_prefix(marks.get("CP", ""))
    sscc = sets.without_prefix(marks.get("GM", "")) or (carriers if is_valid_sscc(carriers) else "")
    return {"sscc": sscc or None, "tracking": carriers if carriers and carriers != sscc else None}


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields:
    w12 = group[0]
    unit, source_unit = sets.unit(one, w12, 5)
    shipped, ordered = sets.quantity(one, w12, 3), sets.optional_quantity(one, w12, 2)
    if shipped < 0:
        raise OutOfRange("W12-03 is negative", location=one.place(w12, 3), value=str(shipped))
    short = ordered - shipped if ordered is not None and ordered > shipped else None
    _check_difference(one, w12, ordered, shipped)
    weight, weight_unit = _weight(one, w12)
    item = sets.pairs(w12, *_PAIRS)
    if case := element(w12, 6):
        item.setdefault("UP", case)
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": shipped,
        "unit": unit,
        "source_unit": source_unit,
        "lot": element(w12, 9) or sets.lot_of(w12, _PAIRS) or sets.reference(group, "LT"),
        "serials": sets.serials_of(w12, _PAIRS),
        "quantity_ordered": ordered,
        "quantity_short": short,
        "quantity_backordered": short if _is_to_come(one, w12) else None,
        "status": element(w12, 1) or None,
        "source_reason": element(w12, 19) or None,
        "weight": weight,
        "weight_unit": weight_unit,
        "sscc": header["sscc"],
        "tracking": header["tracking"],
        "reversed": _is_reversal(w12),
    }


def _is_to_come(one: TransactionSet, w12: Elements) -> bool:
    return one.options.partial == "derive" or element(w12, 1) in _TO_COME


def _check_difference(one: TransactionSet, w12: Elements, ordered: Decimal | None, shipped: Decimal) -> None:
    """W12-04 is what is missing; some send it with a sign."""
    told = sets.optional_quantity(one, w12, 4)
    if told is not None and ordered is not None and abs(told) != abs(ordered - shipped):
        text = f"W12-04 says {told}, ordered less shipped is {ordered - shipped}"
        one.warnings.append(TotalMismatch(text, location=one.place(w12, 4), value=str(told)))


def _weight(one: TransactionSet, w12: Elements) -> tuple[Decimal | None, str | None]:
    """What was really weighed: W12-10 in the unit of W12-12 (``L`` pounds, ``K`` kilograms)."""
    weight = sets.optional_quantity(one, w12, 10)
    if weight is None:
        return None, None
    unit = {_POUND: "LB", _KILOGRAM: "KG"}.get(element(w12, 12), "LB")
    return weight, units.rec20(unit, system="x12", alias={})


def _is_reversal(w12: Elements) -> bool:
    return element(w12, 20) == _REVERSAL


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name not in ("sscc", "tracking", "key")}
    taken, back = sets.parted(lines, "reversed")
    made = []
    if taken:
        made.append(Made(ShipmentConfirmed, fields, taken, f"{header['key']}/1"))
    if back:
        plain = {name: value for name, value in fields.items() if name in _PLAIN}
        made.append(Made(ShipmentVoided, plain, back, f"{header['key']}/{_REVERSAL}"))
    return made


MAP = Map(
    "W12", _header, _line, _documents, summary_tag="W03", totals=summed_in("W03"), is_summed=True,
    loop_tags=("LX",), loop=_loop,
)  # fmt: skip
