"""846 Inventory Inquiry/Advice: what a keeper says is there.

Several QTY of one item are different figures of the same stock and are never added. ``17`` is on hand;
``33`` and the conditions are a breakdown of it. A partner that writes on hand and available in
different units speaks of two things: then what is available is the line's quantity, and the line says
so by its ``stock_status``; the other figure is let go. Option ``846.figure: available`` chooses that
also where the units are the same. An item that is split by place (SDQ, or an N1 of its own) is told apart:
each place becomes a document, and the figure that was split is not told again.
"""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.document import StockStatus
from transforms.canonical.inventory import InventorySnapshot
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Elements, Group, element
from transforms.errors import SegmentInvalid
from transforms.formats.x12 import sets
from transforms.formats.x12.maps import order_line
from transforms.formats.x12.maps.totals import counted_in_ctt
from transforms.formats.x12.sets import TransactionSet

_ON_HAND = "17"
_STATUS = {
    "33": StockStatus.AVAILABLE, "V2": StockStatus.AVAILABLE, "QH": StockStatus.QUALITY_HOLD,
    "15": StockStatus.BLOCKED, "74": StockStatus.DAMAGED, "76": StockStatus.RETURN_PENDING,
    "20": StockStatus.EXPIRED,
}  # fmt: skip
_AS_OF = ("007", "090", "091")
_DAYS = {"DA": 1, "WK": 7}
"""Units of a lead time (data element 344) in days."""
_TELLING = {"DTM", "LDT", "SDQ", "N1"}
_COMMITTED = ("27", "XU", "H8")


def _header(one: TransactionSet, group: Group) -> Fields:
    bia = group[0]
    return {
        "number": sets.needed(one, bia, 3),
        "occurred_at": sets.date(one, bia, 4, 5),
        "site": sets.site(one, group),
        "advice": one.options.stock_kind == "advice",
    }


def _line(one: TransactionSet, group: Group, ordinal: int, _header: Fields) -> Fields | list[Fields]:
    lin = group[0]
    figures: dict[str, Elements] = {}
    rest: Group = []
    lot = sets.lot_of(lin, range(2, len(lin), 2)) if "LT" in lin else None
    for segment in group:
        tag = segment[0]
        if tag == "QTY":
            if len(segment) > 3:  # QTY03 is mandatory here
                figures[segment[1]] = segment
        elif tag == "REF" and len(segment) > 2 and segment[1] == "LT":
            lot = segment[2] or lot
        elif tag in _TELLING:
            rest.append(segment)
    main = _main(one, group, figures)
    unit, source_unit = sets.unit(one, main, 3)
    by_status, committed = _others(one, figures, main) if len(figures) > 1 else (None, None)
    quantity = sets.quantity(one, main, 2)
    line = {
        "line": element(lin, 1) or str(ordinal),
        "item": sets.pairs_from(lin, 2),
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "lot": lot,
        "stock_status": _STATUS.get(main[1]),
        "by_status": by_status,
        "committed": committed,
        "lead_time": None,
        "as_of": None,
        "place": None,
    }
    if rest:
        return [part for part in _parts(one, rest, line) if _counts(one, part)]
    return line if quantity or _counts(one, line) else []


def _counts(one: TransactionSet, line: Fields) -> bool:
    told = line["quantity"] or line["by_status"] or line["committed"]
    return bool(told) or one.options.qty_zero_line == "meaningful"


def _parts(one: TransactionSet, rest: Group, line: Fields) -> list[Fields]:
    """The item with what else is told of it, once for each place where it is."""
    if when := next((dtm for kind in _AS_OF if (dtm := sets.first(rest, "DTM", kind))), None):
        line["as_of"] = sets.date(one, when, 2, 3).isoformat().replace("+00:00", "Z")
    if lead := sets.first(rest, "LDT"):
        days = sets.quantity(one, lead, 2) * _DAYS.get(element(lead, 3), 1)
        line["lead_time"] = f"P{days:f}D"
    if split := [segment for segment in rest if segment[0] == "SDQ"]:
        return [
            {**line, "line": f"{line['line']}.{ordinal}", "place": {qualifier: code}, "quantity": quantity,
             "by_status": None, "committed": None}
            for ordinal, (qualifier, code, quantity) in enumerate(
                order_line.places(one, split, line["unit"]), start=1
            )
        ]  # fmt: skip
    line["place"] = sets.site(one, rest) or None
    return [line]


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
    by_place: dict[str, list[Fields]] = {}
    sites: dict[str, Fields] = {}
    for line in lines:
        place = line.pop("place") or header["site"]
        code = next(iter(place.values()), "")
        sites[code] = place
        by_place.setdefault(code, []).append(line)
    ours = next(iter(header["site"].values()), "")
    return [
        Made(
            InventorySnapshot,
            {**header, "site": sites[code]},
            part,
            header["number"] if code == ours else f"{header['number']}/{code}",
        )
        for code, part in by_place.items()
    ]


MAP = Map("LIN", _header, _line, _documents, summary_tag="CTT", totals=counted_in_ctt)
