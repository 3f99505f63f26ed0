"""944 Warehouse Stock Transfer Receipt Advice: a warehouse received, or takes a receipt back.

One set may both receive and reverse (W07-09); it then becomes two documents. A reversal carries the
number of the receipt that it takes back, so the adjustment identifier is part of the business key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from transforms.canonical.document import StockStatus
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptReversed, ReceiptSplit
from transforms.canonical.shipments import TransferReceived
from transforms.errors import OutOfRange
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, tag, total_of
from transforms.formats.x12.sets import TransactionSet, element
from transforms.segments import Segment

_SPLITS = {
    "01": StockStatus.DAMAGED, "04": StockStatus.QUALITY_HOLD, "05": StockStatus.BLOCKED,
    "08": StockStatus.BLOCKED, "09": StockStatus.QUALITY_HOLD,
}  # fmt: skip
_SHORT, _OVER = "02", "03"
_REVERSAL = "2"


def _header(one: TransactionSet, header: Sequence[Segment]) -> Fields:
    w17 = header[0]
    order = element(w17[0], 4)
    references = {}
    if order:
        is_transfer = order.startswith(one.options.transfer_prefix)
        kind = "transfer" if is_transfer else "rma" if element(w17[0], 1) == "C" else "po"
        references[kind] = order
    if shipment := element(w17[0], 5):
        references["asn"] = shipment
    return {
        "number": sets.needed(one, w17, 3),
        "occurred_at": sets.date(one, w17, 2),
        "site": sets.site(one, header),
        "references": references,
    }


def _line(one: TransactionSet, group: Sequence[Segment], ordinal: int, _header: Fields) -> Fields:
    w07 = group[0]
    elements = w07[0]
    unit, source_unit = sets.unit(one, w07, 2)
    quantity = sets.quantity(one, w07, 1)
    item = sets.pairs(elements, 4, 6, 10)
    if case := element(elements, 3):
        item.setdefault("UP", case)
    splits, short, over = _exceptions(one, group)
    if one.options.w13_mode == "additional":
        quantity += sum((split.quantity for split in splits), Decimal(0))
    elif sum((split.quantity for split in splits), Decimal(0)) > quantity:
        raise OutOfRange("W13 quantities exceed W07-01", location=one.place(w07, 1), value=str(quantity))
    return {
        "line": str(ordinal),
        "item": item,
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "lot": sets.of_kind(elements, "LT", (4, 6, 10)),
        "serials": tuple(filter(None, (sets.of_kind(elements, "SN", (4, 6, 10)),))),
        "splits": splits,
        "short": short,
        "over": over,
        "reversed": element(elements, 9) == _REVERSAL,
    }


def _exceptions(
    one: TransactionSet, group: Sequence[Segment]
) -> tuple[tuple[ReceiptSplit, ...], Decimal | None, Decimal | None]:
    splits: list[ReceiptSplit] = []
    short = over = None
    for segment in group:
        if segment[0][0] != "W13":
            continue
        code = element(segment[0], 3)
        quantity = sets.quantity(one, segment, 1)
        if code in _SPLITS:
            condition = element(segment[0], 5) or None
            splits.append(ReceiptSplit(stock_status=_SPLITS[code], quantity=quantity, condition=condition))
        elif code == _SHORT:
            short = quantity
        elif code == _OVER:
            over = quantity
    return tuple(splits), short, over


def _documents(one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    taken = [_without(line, "reversed") for line in lines if not line["reversed"]]
    back = [_without(line, "reversed") for line in lines if line["reversed"]]
    made = []
    if taken or not back:
        if "transfer" in header["references"]:
            fields = {**header, "number": header["references"]["transfer"]}
            fields["references"] = {**header["references"], "receipt": header["number"]}
            kept = [_without(line, "splits", "over", "short", quantity_short=line["short"]) for line in taken]
            made.append(Made(TransferReceived, fields, kept, _key(one, header, taken, "1")))
        else:
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


def _totals(one: TransactionSet, summary: Sequence[Segment], lines: list[Fields], count: int) -> str | None:
    w14 = sets.first(summary, "W14")
    if w14 is None or len(lines) != count:
        return None
    told, sum_of_lines = sets.quantity(one, w14, 1), total_of(lines)
    return None if told == sum_of_lines else f"W14-01 says {told}, the receipts sum to {sum_of_lines}"


MAP = Map(tag("W07"), frozenset({"W14"}), _header, _line, _documents, _totals)
