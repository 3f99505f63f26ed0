"""944 Warehouse Stock Transfer Receipt Advice: a warehouse received, or takes a receipt back.

One set may both receive and reverse (W07-09); it then becomes two documents. A reversal carries the
number of the receipt that it takes back, so the adjustment identifier is part of the business key. What
kind of receipt it is says W17-01 (a customer's return) or the order's number (a transfer of ours).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from transforms.canonical.document import StockStatus
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptReversed, ReceiptSplit
from transforms.canonical.returns import ReturnReceived, ReturnReversed
from transforms.canonical.shipments import TransferReceived
from transforms.edi.maps import Fields, Made, Map, Settled
from transforms.edi.message import Group, element
from transforms.errors import ElementInvalid, OutOfRange, Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.totals import summed_in
from transforms.formats.x12.sets import TransactionSet

_SPLITS = {
    "01": StockStatus.DAMAGED, "04": StockStatus.QUALITY_HOLD, "05": StockStatus.BLOCKED,
    "08": StockStatus.BLOCKED, "09": StockStatus.QUALITY_HOLD,
}  # fmt: skip
_SHORT, _OVER, _SCRAPPED = "02", "03", "10"
_PLAIN = {"07", "13", "14", "16"}
"""Conditions that leave the goods as they are: good, or without a matching ship notice."""
_REVERSAL = "2"
_RETURN, _SIMULATION = "C", "K"
_EXCEPTIONS_ONLY = ("X", "N")
_DAMAGED = "01"
_PAIRS = (4, 6, 10)


def _header(one: TransactionSet, group: Group) -> Fields:
    w17 = group[0]
    kind, order = element(w17, 1), element(w17, 4)
    if kind == _SIMULATION:
        text = "W17-01 K is a simulation: it has no effect"
        raise Settled(warning=Unsupported(text, location=one.place(w17, 1), value=kind))
    is_transfer = order.startswith(one.options.transfer_prefix)
    named = "transfer" if is_transfer else "rma" if kind == _RETURN else "po"
    references = sets.named(
        {},
        po=sets.reference(group, "PO"),
        asn=element(w17, 5) or sets.reference(group, "SI"),
        rma=sets.reference(group, "RZ"),
    )
    return {
        "number": sets.needed(one, w17, 3),
        "occurred_at": sets.date(one, w17, 2, 7),
        "site": sets.site(one, group),
        "references": sets.named(references, **{named: order}),
        "kind": kind,
        "is_told_whole": not (one.options.exceptions_only and kind in _EXCEPTIONS_ONLY),
    }


def _line(one: TransactionSet, group: Group, ordinal: int, _header: Fields) -> Fields:
    w07 = group[0]
    unit, source_unit = sets.unit(one, w07, 2)
    counted = quantity = sets.quantity(one, w07, 1)
    if quantity < 0:
        raise OutOfRange("W07-01 is negative", location=one.place(w07, 1), value=str(quantity))
    item = sets.pairs(w07, *_PAIRS)
    if case := element(w07, 3):
        item.setdefault("UP", case)
    told = _exceptions(one, group)
    apart = sum((split.quantity for split in told.splits), Decimal(0))
    if not one.options.short_codes_informative:
        quantity += (told.over or 0) - (told.short or 0)
    if one.options.w13_mode == "additional":
        quantity += apart
    else:
        quantity -= told.scrapped or 0
        if apart > quantity:
            raise OutOfRange("W13 quantities exceed W07-01", location=one.place(w07, 1), value=str(counted))
    warehouse_lot = element(w07, 8) or None
    lot = sets.lot_of(w07, _PAIRS) or sets.reference(group, "LT")
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "lot": lot or (warehouse_lot if one.options.warehouse_lot else None),
        "serials": sets.serials_of(w07, _PAIRS),
        "splits": told.splits,
        "short": told.short,
        "over": told.over,
        "scrapped": told.scrapped,
        "warehouse_lot": warehouse_lot,
        "reversed": element(w07, 9) == _REVERSAL,
        "counted": counted,
    }


@dataclass(slots=True)
class _Exceptions:
    """Parts of the line that are not plainly there, what is short, over and thrown away."""

    splits: tuple[ReceiptSplit, ...] = ()
    short: Decimal | None = None
    over: Decimal | None = None
    scrapped: Decimal | None = None


def _exceptions(one: TransactionSet, group: Group) -> _Exceptions:
    told = _Exceptions()
    for segment in group:
        if segment[0] != "W13":
            continue
        code, quantity = element(segment, 3), sets.quantity(one, segment, 1)
        if code in _SPLITS:
            condition = element(segment, 5) or None
            if code == _DAMAGED and condition is None:
                text = "W13-05 does not say what damaged it"
                one.warnings.append(ElementInvalid(text, location=one.place(segment, 5)))
            split = ReceiptSplit(stock_status=_SPLITS[code], quantity=quantity, condition=condition)
            told.splits = (*told.splits, split)
        elif code == _SHORT:
            told.short = quantity
        elif code == _OVER:
            told.over = quantity
        elif code == _SCRAPPED:
            told.scrapped = quantity
        elif code not in _PLAIN:
            text = f"W13-03: condition {code or 'without a code'} is not taken"
            raise Unsupported(text, location=one.place(segment, 3), value=code)
    return told


def _documents(one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    taken, back = sets.parted(lines, "reversed")
    fields = {name: value for name, value in header.items() if name not in ("kind", "is_told_whole")}
    made = []
    if taken or not lines:
        made.append(_taken(one, header, fields, taken))
    if back:
        document = ReturnReversed if header["kind"] == _RETURN else ReceiptReversed
        made.append(Made(document, fields, back, _key(one, header, back, _REVERSAL)))
    return made


def _taken(one: TransactionSet, header: Fields, fields: Fields, lines: list[Fields]) -> Made:
    key = _key(one, header, lines, "1")
    if "transfer" in header["references"]:
        fields = {**fields, "number": header["references"]["transfer"]}
        fields["references"] = {**header["references"], "receipt": header["number"]}
        plain = [_without(line, *_ONLY_OF_RECEIPTS, quantity_short=line["short"]) for line in lines]
        return Made(TransferReceived, fields, plain, key)
    if header["kind"] == _RETURN:
        return Made(ReturnReceived, fields, lines, key)
    if not header["is_told_whole"]:
        fields = {**fields, "rest_as_advised": True, **({} if lines else {"lines": ()})}
    return Made(ReceiptConfirmed, fields, lines, key)


_ONLY_OF_RECEIPTS = ("over", "short", "scrapped", "warehouse_lot")


def _without(line: Fields, *names: str, **more: object) -> Fields:
    return {**{name: value for name, value in line.items() if name not in names}, **more}


def _key(one: TransactionSet, header: Fields, lines: list[Fields], adjustment: str) -> str:
    key = f"{header['number']}/{adjustment}"
    if one.options.receipt_no_unique:
        return key
    content = repr([(line["item"], line["quantity"], line["unit"], line["lot"]) for line in lines])
    return f"{key}/{hashlib.sha256(content.encode()).hexdigest()[:16]}"


MAP = Map(
    "W07", _header, _line, _documents, summary_tag="W14", totals=summed_in("W14"), is_summed=True,
    loop_tags=("LX",), needs_line=lambda header: header["is_told_whole"],
)  # fmt: skip
