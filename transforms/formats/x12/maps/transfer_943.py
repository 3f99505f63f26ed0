"""943 Warehouse Stock Transfer Shipment Advice: goods have left for a warehouse, and are on the road."""

from __future__ import annotations

from transforms.canonical.document import StockStatus
from transforms.canonical.shipments import TransferShipped
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Group, element
from transforms.errors import OutOfRange
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.totals import summed_in
from transforms.formats.x12.sets import TransactionSet

_PAIRS = (4, 6)
_HELD = {"01": StockStatus.QUALITY_HOLD}
"""Data element 889; the others are for information."""


def _header(one: TransactionSet, group: Group) -> Fields:
    w06 = group[0]
    number = sets.needed(one, w06, 2)
    carrier = sets.first(group, "W27")
    return {
        "number": number,
        "occurred_at": sets.date(one, w06, 3),
        "site": sets.party(group, "SF", "DE")[0],
        "to_site": sets.party(group, "WH", "RC", "ST")[0],
        "references": sets.named(
            {"transfer": number}, asn=element(w06, 4), po=element(w06, 6), bol=sets.reference(group, "BM")
        ),
        "carrier": element(carrier, 2) or None if carrier else None,
    }


def _line(one: TransactionSet, group: Group, ordinal: int, _header: Fields) -> Fields:
    w04 = group[0]
    unit, source_unit = sets.unit(one, w04, 2)
    quantity = sets.quantity(one, w04, 1)
    if quantity < 0:
        raise OutOfRange("W04-01 is negative", location=one.place(w04, 1), value=str(quantity))
    item = sets.pairs(w04, *_PAIRS)
    if case := element(w04, 3):
        item.setdefault("UP", case)
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "lot": sets.lot_of(w04, _PAIRS) or sets.reference(group, "LT"),
        "serials": sets.serials_of(w04, _PAIRS),
        "to_status": _HELD.get(element(w04, 13)),
    }


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    key = header["references"].get("asn") or f"{header['number']}/{header['occurred_at']:%Y%m%d}"
    return [Made(TransferShipped, header, lines, key)]


MAP = Map(
    "W04", _header, _line, _documents, summary_tag="W03", totals=summed_in("W03"), is_summed=True,
)  # fmt: skip
