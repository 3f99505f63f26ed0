"""944 Warehouse Stock Transfer Receipt Advice: a warehouse received, or takes a receipt back.

One set may both receive and reverse (W07-09); it then becomes two documents. A reversal carries the
number of the receipt that it takes back, so the adjustment identifier is part of the business key.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal

from transforms.canonical.document import StockStatus
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptReversed, ReceiptSplit
from transforms.canonical.shipments import TransferReceived
from transforms.errors import OutOfRange, Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, Settled, summed_in
from transforms.formats.x12.sets import Group, TransactionSet, element

_SPLITS = {
    "01": StockStatus.DAMAGED, "04": StockStatus.QUALITY_HOLD, "05": StockStatus.BLOCKED,
    "08": StockStatus.BLOCKED, "09": StockStatus.QUALITY_HOLD,
}  # fmt: skip
_SHORT, _OVER, _SCRAPPED = "02", "03", "10"
_PLAIN = {"07", "13", "14", "16"}
"""Conditions that leave the goods as they are: good, or without a matching ship notice."""
_REVERSAL = "2"
_RETURN, _SIMULATION = "C", "K"
_PAIRS = (4, 6, 10)


def _header(one: TransactionSet, group: Group) -> Fields:
    w17 = group[0]
    kind, order = element(w17, 1), element(w17, 4)
    if kind == _SIMULATION:
        text = "W17-01 K is a simulation: it has no effect"
        raise Settled(warning=Unsupported(text, location=one.place(w17, 1), value=kind))
    references = {}
    if order:
        is_transfer = order.startswith(one.options.transfer_prefix)
        references["transfer" if is_transfer else "rma" if kind == _RETURN else "po"] = order
    if shipment := element(w17, 5):
        references["asn"] = shipment
    return {
        "number": sets.needed(one, w17, 3),
        "occurred_at": sets.date(one, w17, 2, 7),
        "site": sets.site(one, group),
        "references": references,
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
    splits, short, over = _exceptions(one, group)
    apart = sum((split.quantity for split in splits), Decimal(0))
    if one.options.w13_mode == "additional":
        quantity += apart
    elif apart > quantity:
        raise OutOfRange("W13 quantities exceed W07-01", location=one.place(w07, 1), value=str(quantity))
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "lot": sets.lot_of(w07, _PAIRS),
        "serials": sets.serials_of(w07, _PAIRS),
        "splits": splits,
        "short": short,
        "over": over,
        "reversed": element(w07, 9) == _REVERSAL,
        "counted": counted,
    }


def _exceptions(
    one: TransactionSet, group: Group
) -> tuple[tuple[ReceiptSplit, ...], Decimal | None, Decimal | None]:
    """Parts of the line that are not plainly there, what is short, what is over."""
    splits: list[ReceiptSplit] = []
    short = over = None
    for segment in group:
        if segment[0] != "W13":
            continue
        code, quantity = element(segment, 3), sets.quantity(one, segment, 1)
        if code in _SPLITS:
            condition = element(segment, 5) or None
            splits.append(ReceiptSplit(stock_status=_SPLITS[code], quantity=quantity, condition=condition))
        elif code == _SHORT:
            short = quantity
        elif code == _OVER:
            over = quantity
        elif code not in _PLAIN:
            what = "scrapped on receipt" if code == _SCRAPPED else f"condition {code or 'without a code'}"
            raise Unsupported(f"W13-03: {what} is not taken", location=one.place(segment, 3), value=code)
    return tuple(splits), short, over


def _documents(one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    taken, back = sets.parted(lines, "reversed")
    made = []
    if taken and "transfer" in header["references"]:
        fields = {**header, "number": header["references"]["transfer"]}
        fields["references"] = {**header["references"], "receipt": header["number"]}
        plain = [_without(line, "splits", "over", "short", quantity_short=line["short"]) for line in taken]
        made.append(Made(TransferReceived, fields, plain, _key(one, header, taken, "1")))
    elif taken:
        made.append(Made(ReceiptConfirmed, header, taken, _key(one, header, taken, "1")))
    if back:
        made.append(Made(ReceiptReversed, header, back, _key(one, header, back, _REVERSAL)))
    return made


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
    loop_tag="LX",
)  # fmt: skip
