"""WMMBXY and MBGMCR03 from what came in, went out, was moved, changed or counted.

A receipt becomes one item for each stock type. Damaged, expired and recalled stock is blocked stock in SAP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from transforms.canonical.document import Document, StockStatus
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptReversed
from transforms.canonical.inventory import InventoryAdjusted, InventoryStatusChanged
from transforms.canonical.shipments import (
    ShipmentConfirmed,
    ShipmentVoided,
    TransferReceived,
    TransferShipped,
)
from transforms.errors import ElementInvalid, OrderInvalid, Unsupported
from transforms.formats.idoc.maps.movements import MBGMCR, WMMBXY, Names
from transforms.formats.idoc.maps.postings import CANCELS, POSTINGS
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.writing import fields
from transforms.formats.idoc.writing.agreement import Agreement
from transforms.formats.idoc.writing.fields import node

_A, _Q, _B, _R = (
    StockStatus.AVAILABLE, StockStatus.QUALITY_HOLD, StockStatus.BLOCKED, StockStatus.RETURN_PENDING,
)  # fmt: skip
_AS_BLOCKED = {StockStatus.DAMAGED: _B, StockStatus.EXPIRED: _B, StockStatus.RECALLED: _B}
_STOCK_TYPES = {_A: "", _Q: "X", _B: "S"}
_RETURNED = {_R: "651", _A: "653", _Q: "655", _B: "657"}
_COUNTED = {_A: ("701", "702"), _Q: ("703", "704"), _B: ("707", "708")}
_SCRAPPED = {_A: "551", _Q: "553", _B: "555"}
_CHANGED = {
    (_Q, _A): "321", (_A, _Q): "322", (_B, _A): "343", (_A, _B): "344", (_B, _Q): "349", (_Q, _B): "350",
    (_R, _A): "453",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Item:
    """One item to be posted; ``cancels`` is the material document that it takes back."""

    line: Any
    movement: str
    quantity: Decimal
    stock: str = ""
    cancels: str = ""


def wmmbxy(document: Document, agreement: Agreement, key: str) -> list[Node]:
    """The segments of a WMMBXY. Raises :class:`transforms.errors.TransformError`."""
    if any(line.serials for line in document.lines):
        raise Unsupported("a WMMBXY has no serial numbers: use MBGMCR03")
    items = [node("E1MBXYI", **_fields(document, item, agreement, WMMBXY)) for item in _items(document)]
    at = fields.day(document.occurred_at)
    return [node("E1MBXYH", *items, BLDAT=at, BUDAT=at, XBLNR=key, BKTXT=document.number[:25])]


def mbgmcr(document: Document, agreement: Agreement, key: str) -> list[Node]:
    """The segments of an MBGMCR03. Raises :class:`transforms.errors.TransformError`."""
    items = list(_items(document))
    codes = {_gm_code(document, item.movement) for item in items}
    if len(codes) != 1:
        raise OrderInvalid(
            f"{document.number} needs several GM_CODE ({', '.join(sorted(codes))}): use WMMBXY"
        )
    name, at = "E1BP2017_GM_ITEM_CREATE", fields.day(document.occurred_at)
    rows = [node(name, **_fields(document, item, agreement, MBGMCR)) for item in items]
    serials = [
        node("E1BP2017_GM_SERIALNUMBER", MATDOC_ITM=f"{ordinal:04d}", SERIALNO=serial)
        for ordinal, item in enumerate(items, start=1)
        for serial in item.line.serials
    ]
    text = document.number[:25]
    head = node("E1BP2017_GM_HEAD_01", PSTNG_DATE=at, DOC_DATE=at, REF_DOC_NO=key, HEADER_TXT=text)
    return [node("E1MBGMCR", head, node("E1BP2017_GM_CODE", GM_CODE=codes.pop()), *rows, *serials)]


def _gm_code(document: Document, movement: str) -> str:
    posting = POSTINGS[movement]
    if posting.cancels:
        return CANCELS
    if posting.what == "receipt":
        return "01" if "po" in document.references else "05"
    return "03" if posting.what in ("change", "shipment") else "04"


def _items(document: Document) -> Iterator[_Item]:
    rule = _RULES.get(type(document))
    if rule is None:
        raise Unsupported(f"{document.type} is no goods movement")
    for line in document.lines:
        items = [item for item in rule(document, line) if item.quantity]
        if line.serials and len(items) > 1:
            raise Unsupported(f"line {line.line}: nothing says which serial numbers are in which stock type")
        yield from items


def _fields(document: Document, item: _Item, agreement: Agreement, names: Names) -> dict[str, str | None]:
    line, told = item.line, document
    plant, storage = fields.site(document, line, agreement)
    _, unit = fields.amount(line, agreement)
    found: dict[str, str | None] = {
        names.material: fields.material(line, agreement),
        names.plant: plant,
        names.storage: storage,
        names.batch: line.lot,
        names.movement: item.movement,
        names.stock: item.stock,
        names.quantity: fields.quantity(item.quantity),
        names.unit: unit,
        names.order: told.references.get("po"),
        names.order_line: getattr(line, "reference_line", None),
        names.cost_center: told.references.get("cost_center"),
        names.production_order: told.references.get("production_order"),
        names.cancelled: item.cancels,
        names.expiry: fields.compact(line.expiry),
    }
    if isinstance(told, TransferShipped):
        to = fields.place(told.to_site_id, told.to_site, None, agreement)
        found[names.to_plant], found[names.to_storage] = to
    if isinstance(told, TransferShipped | TransferReceived):
        found[names.order] = told.number
    if names.delivery:
        found[names.delivery] = next(
            (told.references[kind] for kind in ("so", "rma", "asn") if kind in told.references), None
        )
    return found


def _receipt(document: Document, line: Any) -> Iterator[_Item]:
    parts = _parts(line)
    for status, quantity in parts:
        if "rma" in document.references:
            yield _Item(line, _RETURNED[status], quantity)
        else:
            yield _Item(line, "101" if "po" in document.references else "501", quantity, _stock_type(status))


def _receipt_back(document: Document, line: Any) -> Iterator[_Item]:
    for status, quantity in _parts(line):
        if "rma" in document.references:
            yield _Item(line, str(int(_RETURNED[status]) + 1), quantity, cancels=document.number)
        else:
            movement = "102" if "po" in document.references else "502"
            yield _Item(line, movement, quantity, _stock_type(status), cancels=document.number)


def _parts(line: Any) -> list[tuple[StockStatus, Decimal]]:
    """The quantity by stock status, in the unit in which the line is written."""
    is_base = line.base_quantity is not None and line.base_unit is not None
    whole = line.base_quantity if is_base else line.quantity
    parts: dict[StockStatus, Decimal] = {}
    for split in line.splits:
        part = split.base_quantity if is_base else split.quantity
        if part is None:
            raise ElementInvalid(f"line {line.line}: a split has no quantity in the item's base unit")
        status = _in_sap(split.stock_status)
        parts[status] = parts.get(status, Decimal(0)) + part
    rest = whole - sum(parts.values(), Decimal(0))
    return [(_A, rest), *parts.items()]


def _in_sap(status: StockStatus) -> StockStatus:
    return _AS_BLOCKED.get(status, status)


def _stock_type(status: StockStatus) -> str:
    if status not in _STOCK_TYPES:
        raise Unsupported(f"stock that is {status} cannot be received under this movement type")
    return _STOCK_TYPES[status]


def _amount(line: Any) -> Decimal:
    quantity: Decimal = line.quantity if line.base_quantity is None else line.base_quantity
    return quantity


def _adjusted(document: Document, line: Any) -> Iterator[_Item]:
    status, quantity = _in_sap(line.stock_status), _amount(line)
    if status not in _COUNTED:
        raise Unsupported(f"stock that is {status} cannot be adjusted in SAP", value=status)
    if line.reason in ("scrap", "consumption"):
        cancels = document.references.get("cancels", "")
        movement = _SCRAPPED[status] if line.reason == "scrap" else _consumption(document)
        if quantity > 0 and not cancels:
            raise ElementInvalid(
                f"line {line.line} takes {line.reason} back and does not say of which document"
            )
        movement = str(int(movement) + 1) if quantity > 0 else movement
        yield _Item(line, movement, abs(quantity), cancels=cancels if quantity > 0 else "")
    else:
        yield _Item(line, _COUNTED[status][quantity < 0], abs(quantity))


def _consumption(document: Document) -> str:
    return "261" if "production_order" in document.references else "201"


def _status_changed(_document: Document, line: Any) -> Iterator[_Item]:
    change = _in_sap(line.from_status), _in_sap(line.to_status)
    if change[0] == change[1]:  # damaged stock that expires was and stays blocked
        return
    if change not in _CHANGED:
        raise Unsupported(f"SAP has no movement from {change[0]} to {change[1]}")
    yield _Item(line, _CHANGED[change], _amount(line))


def _plainly(movement: str, *, cancels: bool = False) -> Callable[[Document, Any], Iterator[_Item]]:
    def rule(document: Document, line: Any) -> Iterator[_Item]:
        yield _Item(line, movement, _amount(line), cancels=document.number if cancels else "")

    return rule


_RULES: dict[type[Document], Callable[[Document, Any], Iterator[_Item]]] = {
    ReceiptConfirmed: _receipt,
    ReceiptReversed: _receipt_back,
    ShipmentConfirmed: _plainly("601"),
    ShipmentVoided: _plainly("602", cancels=True),
    TransferShipped: _plainly("303"),
    TransferReceived: _plainly("305"),
    InventoryAdjusted: _adjusted,
    InventoryStatusChanged: _status_changed,
}
