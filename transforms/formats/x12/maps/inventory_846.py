"""846 Inventory Inquiry/Advice: what a keeper says is there.

Several QTY of one item are different figures of the same stock and are never added. ``17`` is on hand;
``33`` and the conditions are a breakdown of it. A partner that writes on hand and available in
different units speaks of two things: then what is available is the line's quantity, and the line says
so by its ``stock_status``; the other figure is let go. Option ``846.figure: available`` chooses that
also where the units are the same.
"""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.document import StockStatus
from transforms.canonical.inventory import InventorySnapshot
from transforms.errors import SegmentInvalid
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, counted_in_ctt
from transforms.formats.x12.sets import Elements, Group, TransactionSet, element

_ON_HAND = "17"
_STATUS = {
    "33": StockStatus.AVAILABLE, "V2": StockStatus.AVAILABLE, "QH": StockStatus.QUALITY_HOLD,
    "15": StockStatus.BLOCKED, "74": StockStatus.DAMAGED, "76": StockStatus.RETURN_PENDING,
    "20": StockStatus.EXPIRED,
}  # fmt: skip
_COMMITTED = ("27", "XU", "H8")


def _header(one: TransactionSet, group: Group) -> Fields:
    bia = group[0]
    return {
        "number": sets.needed(one, bia, 3),
        "occurred_at": sets.date(one, bia, 4, 5),
        "site": sets.site(one, group),
    }


def _line(one: TransactionSet, group: Group, ordinal: int, _header: Fields) -> Fields:
    lin = group[0]
    figures: dict[str, Elements] = {}
    lot = sets.lot_of(lin, range(2, len(lin), 2)) if "LT" in lin else None
    for segment in group:
        tag = segment[0]
        if tag == "QTY":
            if len(segment) > 3:  # QTY03 is mandatory here
                figures[segment[1]] = segment
        elif tag == "REF" and len(segment) > 2 and segment[1] == "LT":
            lot = segment[2] or lot
    main = _main(one, group, figures)
    unit, source_unit = sets.unit(one, main, 3)
    by_status, committed = _others(one, figures, main) if len(figures) > 1 else (None, None)
    return {
        "line": element(lin, 1) or str(ordinal),
        "item": sets.pairs_from(lin, 2),
        "quantity": sets.quantity(one, main, 2),
        "unit": unit,
        "source_unit": source_unit,
        "lot": lot,
        "stock_status": _STATUS.get(main[1]),
        "by_status": by_status,
        "committed": committed,
    }


def _main(one: TransactionSet, group: Group, figures: dict[str, Elements]) -> Elements:
    """On hand; what is available where that is all, is asked for, or stands in a unit of its own."""
    on_hand, available = figures.get(_ON_HAND), figures.get("33") or figures.get("V2")
    if on_hand and available:
        return available if on_hand[3] != available[3] or one.options.stock_figure == "available" else on_hand
    found = on_hand or available or next(iter(figures.values()), None)
    if found is None:
        raise SegmentInvalid("the item has no QTY with a unit", location=one.place(group[0]))
    return found


def _others(
    one: TransactionSet, figures: dict[str, Elements], main: Elements
) -> tuple[dict[StockStatus, Decimal] | None, Decimal | None]:
    """The other figures in the same unit: by condition, and what is promised."""
    by_status: dict[StockStatus, Decimal] | None = None
    committed, unit = None, main[3]
    for qualifier, segment in figures.items():
        if segment[3] != unit or segment is main:
            continue
        if qualifier in _STATUS:
            by_status = by_status or {}
            by_status[_STATUS[qualifier]] = sets.quantity(one, segment, 2)
        elif qualifier in _COMMITTED:
            committed = sets.quantity(one, segment, 2)
    return by_status, committed


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    return [Made(InventorySnapshot, header, lines, header["number"])]


MAP = Map("LIN", _header, _line, _documents, summary_tag="CTT", totals=counted_in_ctt)
