"""WMMBXY (WMMBID02) and MBGMCR (MBGMCR03): goods movements, told in two sets of names.

Items of one message are sorted into documents: what came in, what went out, what was moved, changed or
counted. A movement within our sites in one step becomes the two halves of a transfer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from transforms.canonical.document import Document
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptReversed, ReceiptSplit
from transforms.canonical.inventory import InventoryAdjusted, InventoryStatusChanged
from transforms.canonical.shipments import (
    ShipmentConfirmed,
    ShipmentVoided,
    TransferReceived,
    TransferShipped,
)
from transforms.errors import ElementInvalid, OrderInvalid, OutOfRange, SegmentInvalid, TestFlag, Unsupported
from transforms.formats.idoc.maps.contract import Fields, Made, Map
from transforms.formats.idoc.maps.postings import CANCELS, GM_CODES, POSTINGS, STOCK_TYPES, Posting
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.values import Reading, plain


@dataclass(frozen=True, slots=True)
class Names:
    """What the fields of an item are called."""

    material: str
    plant: str
    storage: str
    batch: str
    movement: str
    stock: str
    quantity: str
    unit: str
    order: str
    order_line: str
    cost_center: str
    production_order: str
    to_plant: str
    to_storage: str
    reason: str
    cancelled: str
    expiry: str
    delivery: str | None = None
    iso_unit: str | None = None


WMMBXY = Names(
    "MATNR", "WERKS", "LGORT", "CHARG", "BWART", "INSMK", "ERFMG", "ERFME", "EBELN", "EBELP", "KOSTL",
    "AUFNR", "UMWRK", "UMLGO", "GRUND", "LFBNR", "VFDAT", delivery="VBELN",
)  # fmt: skip
MBGMCR = Names(
    "MATERIAL", "PLANT", "STGE_LOC", "BATCH", "MOVE_TYPE", "STCK_TYPE", "ENTRY_QNT", "ENTRY_UOM", "PO_NUMBER",
    "PO_ITEM", "COSTCENTER", "ORDERID", "MOVE_PLANT", "MOVE_STLOC", "MOVE_REAS", "REF_DOC", "EXPIRYDATE",
    iso_unit="ENTRY_UOM_ISO",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines with one of these become one document."""

    document: type[Document]
    number: str
    site: tuple[tuple[str, str], ...]
    to_site: tuple[tuple[str, str], ...] = ()
    references: tuple[tuple[str, str], ...] = ()


def _head(one: Reading, segment: str, day: str, other_day: str, number: str) -> Fields:
    head = one.idoc.first(segment)
    if head is None:
        raise SegmentInvalid(f"the IDoc has no {segment}", location=one.idoc.place())
    posted = next((node.get("MBLNR") for node in one.idoc.all("E1MBXYJ") if node.get("MBLNR")), "")
    return {
        "number": plain(posted) or head.get(number) or plain(one.idoc.number),
        "occurred_at": one.moment(head, day) or one.moment(head, other_day) or one.created(),
    }


def _wmmbxy(one: Reading) -> Fields:
    return _head(one, "E1MBXYH", "BUDAT", "BLDAT", "XBLNR")


def _mbgmcr(one: Reading) -> Fields:
    top, code = one.idoc.first("E1MBGMCR"), one.idoc.first("E1BP2017_GM_CODE")
    if top is not None and top.get("TESTRUN") and one.options.test == "refuse":
        raise TestFlag("TESTRUN is set, this line takes no tests", location=one.idoc.place(top, "TESTRUN"))
    if code is None:
        raise SegmentInvalid("the IDoc has no E1BP2017_GM_CODE", location=one.idoc.place())
    if one.needed(code, "GM_CODE") not in GM_CODES:
        text = f"GM_CODE {code.get('GM_CODE')} is not taken; there are {', '.join(GM_CODES)}"
        raise Unsupported(text, location=one.idoc.place(code, "GM_CODE"), value=code.get("GM_CODE"))
    serials: dict[str, list[str]] = {}
    for node in one.idoc.all("E1BP2017_GM_SERIALNUMBER"):
        serials.setdefault(plain(node.get("MATDOC_ITM")), []).append(node.get("SERIALNO"))
    header = _head(one, "E1BP2017_GM_HEAD_01", "PSTNG_DATE", "DOC_DATE", "REF_DOC_NO")
    return header | {"gm_code": code.get("GM_CODE"), "serials": serials}


def _wmmbxy_line(one: Reading, node: Node, ordinal: int, header: Fields) -> Fields:
    return _line(one, node, ordinal, header, WMMBXY)


def _mbgmcr_line(one: Reading, node: Node, ordinal: int, header: Fields) -> Fields:
    line, code = _line(one, node, ordinal, header, MBGMCR), header["gm_code"]
    posting: Posting = line["posting"]
    if posting.what not in GM_CODES[code] or (posting.cancels and code != CANCELS):
        text = f"MOVE_TYPE {node.get('MOVE_TYPE')} does not go with GM_CODE {code}"
        raise OrderInvalid(text, location=one.idoc.place(node, "MOVE_TYPE"), value=node.get("MOVE_TYPE"))
    return line | {"serials": tuple(header["serials"].get(str(ordinal), ()))}


def _line(one: Reading, node: Node, ordinal: int, header: Fields, names: Names) -> Fields:
    posting = _posting(one, node, names)
    quantity = one.number(node, names.quantity)
    if quantity < 0:
        place = one.idoc.place(node, names.quantity)
        raise OutOfRange(f"{names.quantity} is negative", location=place, value=str(quantity))
    unit, source_unit = one.unit(node, _unit_name(node, names))
    site, location = one.site(one.needed(node, names.plant), node.get(names.storage))
    material = node.get(names.material)
    return {
        "line": str(ordinal),
        "item": {one.options.material: one.material(material)} if material else {},
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "lot": node.get(names.batch) or None,
        "expiry": one.iso_day(node, names.expiry),
        "serials": (),
        "location": location,
        "posting": posting,
        "site": site,
        "target": one.site(node.get(names.to_plant) or node.get(names.plant), node.get(names.to_storage)),
        "movement": node.get(names.movement),
        "order": plain(node.get(names.order)),
        "order_line": plain(node.get(names.order_line)) or None,
        "delivery": plain(node.get(names.delivery)) if names.delivery else "",
        "cost_center": plain(node.get(names.cost_center)),
        "production_order": plain(node.get(names.production_order)),
        "cancelled": plain(node.get(names.cancelled)),
        "number": header["number"],
    }


def _unit_name(node: Node, names: Names) -> str:
    """The ISO code where there is one, for it means the same in every system."""
    return names.iso_unit if names.iso_unit and node.get(names.iso_unit) else names.unit


def _posting(one: Reading, node: Node, names: Names) -> Posting:
    movement, place = one.needed(node, names.movement), one.idoc.place(node, names.movement)
    posting = POSTINGS.get(movement)
    if posting is None:
        text = f"movement type {movement} is not taken; ask for a mapping, or discard the line"
        raise Unsupported(text, location=place, value=movement)
    if posting.cancels and not node.get(names.cancelled):
        text = f"movement type {movement} cancels another, and {names.cancelled} does not say which"
        raise ElementInvalid(text, location=one.idoc.place(node, names.cancelled))
    stock = node.get(names.stock)
    if posting.what.startswith("receipt") and stock:
        if stock not in STOCK_TYPES:
            text = f"stock type {stock} is not known; there are F, X and S"
            raise Unsupported(text, location=one.idoc.place(node, names.stock), value=stock)
        return replace(posting, status=STOCK_TYPES[stock])
    if posting.what == "move" and not (node.get(names.to_plant) or node.get(names.to_storage)):
        text = f"movement type {movement} needs {names.to_plant} or {names.to_storage}"
        raise ElementInvalid(text, location=one.idoc.place(node, names.to_plant))
    return posting


def _documents(one: Reading, header: Fields, lines: list[Fields]) -> list[Made]:
    grouped: dict[_Group, list[Fields]] = {}
    for line in lines:
        for group, row in _rows(one, line):
            grouped.setdefault(group, []).append(row)
    made = []
    for group, rows in grouped.items():
        fields: Fields = {
            "number": group.number, "occurred_at": header["occurred_at"], "site": dict(group.site),
            "references": dict(group.references),
        }  # fmt: skip
        if group.document is TransferShipped:
            fields["to_site"] = dict(group.to_site)
        made.append(Made(group.document, fields, rows))
    return made


def _rows(one: Reading, line: Fields) -> list[tuple[_Group, Fields]]:
    """The document, or the two, that a line belongs into, and what it is there."""
    posting: Posting = line["posting"]
    site = tuple(line["site"].items())
    row = {name: line[name] for name in _OWN}
    if posting.what in ("out", "in", "move"):
        return _transfer(line, row)
    if posting.what.startswith("receipt"):
        return [_received(one, line, row, site)]
    cancelled = {"cancels": line["cancelled"]} if line["cancelled"] else {}
    references = _references(line, "production_order", "cost_center") | cancelled
    if posting.what == "change":
        row |= {"quantity": posting.sign * line["quantity"], "stock_status": posting.status}
        row |= {"reason": posting.reason, "source_reason": line["movement"]}
        return [(_Group(InventoryAdjusted, line["number"], site, references=_pairs(references)), row)]
    if posting.what == "status":
        row |= {"from_status": posting.status, "to_status": posting.target, "source_reason": line["movement"]}
        return [(_Group(InventoryStatusChanged, line["number"], site, references=_pairs(cancelled)), row)]
    orders = _pairs({"so": line["delivery"]} if line["delivery"] else {})
    row |= {"order_line": line["order_line"]}
    if posting.what == "shipment_back":
        return [(_Group(ShipmentVoided, line["cancelled"], site, references=orders), row)]
    return [(_Group(ShipmentConfirmed, line["number"], site, references=orders), row)]


def _received(one: Reading, line: Fields, row: Fields, site: Any) -> tuple[_Group, Fields]:
    posting: Posting = line["posting"]
    is_transfer = bool(one.options.transfer_prefix and line["order"].startswith(one.options.transfer_prefix))
    if is_transfer and posting.what == "receipt":
        if posting.status != "available":
            text = f"line {line['line']}: a transfer cannot be received as {posting.status}"
            raise Unsupported(text, location=one.idoc.place(), value=line["movement"])
        received = _pairs({"receipt": line["number"]})
        return _Group(TransferReceived, line["order"], site, references=received), row
    kind = "rma" if posting.status == "return_pending" or line["movement"] in _RETURNS else "asn"
    references = {kind: line["delivery"]} if line["delivery"] else {}
    references |= _references(line, "production_order") | ({"po": line["order"]} if line["order"] else {})
    if kind == "rma":
        references.setdefault("rma", line["number"])
    splits: tuple[ReceiptSplit, ...] = ()
    if posting.status != "available":
        splits = (ReceiptSplit(stock_status=posting.status, quantity=line["quantity"]),)
    row |= {"reference_line": line["order_line"], "splits": splits}
    if posting.what == "receipt_back":
        return _Group(ReceiptReversed, line["cancelled"], site, references=_pairs(references)), row
    return _Group(ReceiptConfirmed, line["number"], site, references=_pairs(references)), row


def _transfer(line: Fields, row: Fields) -> list[tuple[_Group, Fields]]:
    posting: Posting = line["posting"]
    here, there = (line["site"], line["location"]), line["target"]
    number = line["order"] or line["cancelled"] or line["number"]
    if posting.what == "out":
        return [_left(number, here, there[0], row)]
    if posting.what == "in":
        return [_arrived(number, here, row)]
    if posting.swaps:
        here, there = there, here
    return [_left(line["number"], here, there[0], row), _arrived(line["number"], there, row)]


def _left(number: str, place: Any, to_site: Any, row: Fields) -> tuple[_Group, Fields]:
    group = _Group(TransferShipped, number, tuple(place[0].items()), tuple(to_site.items()))
    return group, row | {"location": place[1]}


def _arrived(number: str, place: Any, row: Fields) -> tuple[_Group, Fields]:
    return _Group(TransferReceived, number, tuple(place[0].items())), row | {"location": place[1]}


def _references(line: Fields, *names: str) -> dict[str, str]:
    return {name: line[name] for name in names if line[name]}


def _pairs(references: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(references.items()))


_OWN = ("line", "item", "quantity", "unit", "source_unit", "lot", "expiry", "serials", "location")
_RETURNS = frozenset({"651", "652", "653", "654", "655", "656", "657", "658"})

WMMBXY_MAP = Map(frozenset({"WMMBXY"}), "E1MBXYI", _wmmbxy, _wmmbxy_line, _documents)
MBGMCR_MAP = Map(frozenset({"MBGMCR"}), "E1BP2017_GM_ITEM_CREATE", _mbgmcr, _mbgmcr_line, _documents)
