"""947 Warehouse Inventory Adjustment Advice: quantities changed, or only their condition.

W19-01 (data element 181) says which. Quantity changes and changes of condition in one set become two
documents. What belongs to another flow (a transfer, a return) is refused, a correction must name what it
corrects, and what is only promised to a customer is no change of stock.
"""

from __future__ import annotations

from transforms.canonical.document import StockStatus
from transforms.canonical.inventory import InventoryAdjusted, InventoryStatusChanged
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Elements, Group, element
from transforms.errors import DocumentNeeded, ElementInvalid, ReferenceMissing, Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.sets import TransactionSet

_A, _Q, _D = StockStatus.AVAILABLE, StockStatus.QUALITY_HOLD, StockStatus.DAMAGED
_MOVES = {
    "05": (_A, _Q), "55": (_Q, _A), "08": (_A, _Q), "88": (_Q, _A),
    "AU": (_A, _D), "AV": (_A, _D), "52": (_D, _A), "AS": (_D, _A),
    "AW": (_A, StockStatus.RECALLED),
}  # fmt: skip
_CONDITION = {"AC", "BR", "BS"}
"""Codes of a change of condition that only W19-16 (data element 529) tells."""
_KINDS = {"SA": _A, "QU": StockStatus.BLOCKED, "QI": _Q, "DM": _D, "RE": StockStatus.RETURN_PENDING}
_CORRECTIONS = {"03", "04", "53", "54", "AR", "AY"}
_ELSEWHERE = {
    "AK": "a transfer", "CR": "a customer's return", "CO": "a consignment", "AG": "a change of owner",
}  # fmt: skip
_PROMISED = "PC"
_REASONS = {"07": "scrap", "51": "found", "AA": "cycle_count"} | dict.fromkeys(_CORRECTIONS, "correction")
_CHANGES = {
    "06", "56", "AA", "51", "AB", "AE", "BA", "AH", "AI", "CD", "CS", "BD", "UD", "AX", "07", *_CORRECTIONS,
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
        "references": sets.named({}, depositor=element(w15, 3), **_corrected(group)),
    }


def _corrected(group: Group) -> dict[str, str | None]:
    """The shipment or receipt that a correction is about."""
    return {
        "receipt": sets.reference(group, "RE", "RV", "TN"),
        "asn": sets.reference(group, "SI"),
        "bol": sets.reference(group, "BM"),
        "po": sets.reference(group, "PO"),
        "so": sets.reference(group, "DO", "SO"),
    }


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields | list[Fields]:
    w19 = group[0]
    code = sets.needed(one, w19, 1)
    _check_code(one, group, code, header)
    quantity = sets.quantity(one, w19, 2)
    is_less = code in _MOVES | dict.fromkeys(_CONDITION) and quantity < 0
    if code == _PROMISED or (is_less and one.options.status_moves == "paired_lines"):
        return []
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
        "lot": element(w19, 9) or sets.lot_of(w19, _PAIRS) or sets.reference(group, "LT"),
        "code": code,
        "moved": _moved(one, w19, code),
    }


def _check_code(one: TransactionSet, group: Group, code: str, header: Fields) -> None:
    w19 = group[0]
    place = one.place(w19, 1)
    if code in _ELSEWHERE:
        text = f"W19-01 {code} is {_ELSEWHERE[code]}, which needs a document of its own"
        raise DocumentNeeded(text, location=place, value=code)
    if code in _CORRECTIONS and not any((*_corrected(group).values(), *_told(header))):
        text = f"W19-01 {code} corrects a shipment or receipt: an N9 must name it"
        raise ReferenceMissing(text, location=place, value=code)
    if code == _PROMISED:
        text = "W19-01 PC is promised to a customer: it changes no stock and is let go"
        one.warnings.append(Unsupported(text, location=place, value=code))
    elif code not in _CHANGES and code not in _MOVES and code not in _CONDITION:
        raise Unsupported(f"W19-01 {code} is not taken", location=place, value=code)


def _told(header: Fields) -> list[str]:
    return [value for name, value in header["references"].items() if name != "depositor"]


def _moved(one: TransactionSet, w19: Elements, code: str) -> tuple[StockStatus, StockStatus] | None:
    """From which condition to which. W19-16 names the latter where the code leaves it open."""
    if code in _MOVES:
        return _MOVES[code]
    if code not in _CONDITION:
        return None
    kind = element(w19, 16)
    if kind not in _KINDS:
        text = f"W19-16 must say the new condition; there are {', '.join(_KINDS)}"
        raise ElementInvalid(text, location=one.place(w19, 16), value=kind)
    # what becomes sellable was held; what stops being sellable was available
    return (_Q if _KINDS[kind] is _A else _A), _KINDS[kind]


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    changes = [_change(line) for line in lines if line["moved"] is None]
    moves = [_move(line) for line in lines if line["moved"] is not None]
    made = []
    if changes:
        made.append(Made(InventoryAdjusted, header, changes, f"{header['number']}/quantity"))
    if moves:
        made.append(Made(InventoryStatusChanged, header, moves, f"{header['number']}/status"))
    return made


def _change(line: Fields) -> Fields:
    fields = {name: value for name, value in line.items() if name not in ("code", "moved")}
    return fields | {"reason": _REASONS.get(line["code"], "other"), "source_reason": line["code"]}


def _move(line: Fields) -> Fields:
    before, after = line["moved"]
    fields = {name: value for name, value in line.items() if name not in ("code", "moved")}
    return fields | {
        "quantity": abs(line["quantity"]), "from_status": before, "to_status": after,
        "source_reason": line["code"],
    }  # fmt: skip


MAP = Map("W19", _header, _line, _documents)
