"""947 Warehouse Inventory Adjustment Advice: quantities changed, or only their condition.

W19-01 (data element 181) says which. Quantity changes and changes of condition in one set become two
documents.
"""

from __future__ import annotations

from transforms.canonical.document import StockStatus
from transforms.canonical.inventory import InventoryAdjusted, InventoryStatusChanged
from transforms.errors import Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map
from transforms.formats.x12.sets import Group, TransactionSet, element

_A, _Q, _D = StockStatus.AVAILABLE, StockStatus.QUALITY_HOLD, StockStatus.DAMAGED
_MOVES = {
    "05": (_A, _Q), "55": (_Q, _A), "08": (_A, _Q), "88": (_Q, _A),
    "AU": (_A, _D), "AV": (_A, _D), "52": (_D, _A), "AS": (_D, _A),
    "AW": (_A, StockStatus.RECALLED),
}  # fmt: skip
_REASONS = {"07": "scrap", "51": "found", "AA": "cycle_count"}
_CHANGES = {
    "06", "56", "AA", "51", "AB", "AE", "BA", "AH", "AI", "CD", "CS", "BD", "UD", "AX", "07",
}  # fmt: skip
_PAIRS = (5, 7)
_LESS = {"06", "07"}
"""Codes that take away where a partner sends quantities without a sign."""


def _header(one: TransactionSet, group: Group) -> Fields:
    w15 = group[0]
    return {
        "number": sets.needed(one, w15, 2),
        "occurred_at": sets.date(one, w15, 1),
        "site": sets.site(one, group),
    }


def _line(one: TransactionSet, group: Group, ordinal: int, _header: Fields) -> Fields:
    w19 = group[0]
    code = sets.needed(one, w19, 1)
    if code not in _CHANGES and code not in _MOVES:
        raise Unsupported(
            f"W19-01 {code} needs a document of its own (transfer, return, correction)",
            location=one.place(w19, 1), value=code,
        )  # fmt: skip
    quantity = sets.quantity(one, w19, 2)
    if one.options.adjustment_sign == "by_reason_code":
        quantity = -abs(quantity) if code in _LESS else abs(quantity)
    unit, source_unit = sets.unit(one, w19, 3)
    item = sets.pairs(w19, *_PAIRS)
    if case := element(w19, 4):
        item.setdefault("UP", case)
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "lot": element(w19, 9) or sets.lot_of(w19, _PAIRS),
        "code": code,
    }


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    changes = [_change(line) for line in lines if line["code"] in _CHANGES]
    moves = [_move(line) for line in lines if line["code"] in _MOVES]
    made = []
    if changes:
        made.append(Made(InventoryAdjusted, header, changes, f"{header['number']}/quantity"))
    if moves:
        made.append(Made(InventoryStatusChanged, header, moves, f"{header['number']}/status"))
    return made


def _change(line: Fields) -> Fields:
    fields = {name: value for name, value in line.items() if name != "code"}
    return fields | {"reason": _REASONS.get(line["code"], "other"), "source_reason": line["code"]}


def _move(line: Fields) -> Fields:
    before, after = _MOVES[line["code"]]
    fields = {name: value for name, value in line.items() if name != "code"}
    return fields | {
        "quantity": abs(line["quantity"]), "from_status": before, "to_status": after,
        "source_reason": line["code"],
    }  # fmt: skip


MAP = Map("W19", _header, _line, _documents)
