"""846 Inventory Inquiry/Advice: what a keeper says is there.

Several QTY of one item are different figures of the same stock and are never added. ``17`` is on hand;
``33`` and the conditions are a breakdown of it. A partner that writes on hand and available in
different units speaks of two things: then what is available is the line's quantity.
"""

from __future__ import annotations

from collections.abc import Sequence

from transforms.canonical.document import StockStatus
from transforms.canonical.inventory import InventorySnapshot
from transforms.errors import SegmentInvalid
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, tag
from transforms.formats.x12.sets import TransactionSet, element
from transforms.segments import Segment

_ON_HAND = "17"
_STATUS = {
    "33": StockStatus.AVAILABLE, "V2": StockStatus.AVAILABLE, "QH": StockStatus.QUALITY_HOLD,
    "15": StockStatus.BLOCKED, "74": StockStatus.DAMAGED, "76": StockStatus.RETURN_PENDING,
    "20": StockStatus.EXPIRED,
}  # fmt: skip
_COMMITTED = {"27", "XU", "H8"}


def _header(one: TransactionSet, header: Sequence[Segment]) -> Fields:
    bia = header[0]
    return {
        "number": sets.needed(one, bia, 3),
        "occurred_at": sets.date(one, bia, 4, 5),
        "site": sets.site(one, header),
    }


def _line(one: TransactionSet, group: Sequence[Segment], ordinal: int, _header: Fields) -> Fields:
    lin = group[0][0]
    figures: dict[str, Segment] = {}
    lot = sets.of_kind(lin, "LT", range(2, len(lin), 2))
    for segment in group:
        elements = segment[0]
        if elements[0] == "QTY":
            figures[element(elements, 1)] = segment
        elif elements[0] == "REF" and element(elements, 1) == "LT":
            lot = element(elements, 2) or lot
    main = _main(one, group, figures)
    unit, source_unit = sets.unit(one, main, 3)
    same_unit = {q: s for q, s in figures.items() if element(s[0], 3) == source_unit and s is not main}
    by_status = {
        _STATUS[qualifier]: sets.quantity(one, segment, 2)
        for qualifier, segment in same_unit.items()
        if qualifier in _STATUS
    }
    committed = next((s for q, s in same_unit.items() if q in _COMMITTED), None)
    return {
        "line": element(lin, 1) or str(ordinal),
        "item": sets.pairs(lin, *range(2, len(lin), 2)),
        "quantity": sets.quantity(one, main, 2),
        "unit": unit,
        "source_unit": source_unit,
        "lot": lot,
        "stock_status": _STATUS.get(element(main[0], 1)),
        "by_status": by_status or None,
        "committed": None if committed is None else sets.quantity(one, committed, 2),
    }


def _main(one: TransactionSet, group: Sequence[Segment], figures: dict[str, Segment]) -> Segment:
    """On hand; what is available where that is all, or stands in a unit of its own."""
    on_hand, available = figures.get(_ON_HAND), figures.get("33") or figures.get("V2")
    if on_hand and available and element(on_hand[0], 3) != element(available[0], 3):
        return available
    found = on_hand or available or next(iter(figures.values()), None)
    if found is None:
        raise SegmentInvalid("the item has no QTY", location=one.place(group[0]))
    return found


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    return [Made(InventorySnapshot, header, lines, f"{header['number']}")]


def _totals(one: TransactionSet, summary: Sequence[Segment], _lines: list[Fields], count: int) -> str | None:
    ctt = sets.first(summary, "CTT")
    if ctt is None or sets.quantity(one, ctt, 1) == count:
        return None
    return f"CTT01 says {element(ctt[0], 1)} lines, there are {count}"


MAP = Map(tag("LIN"), frozenset({"CTT"}), _header, _line, _documents, _totals)
