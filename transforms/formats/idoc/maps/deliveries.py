"""Deliveries (DELVRY03 to DELVRY07): what a supplier advises, and what a warehouse confirms.

A batch split is a parent of quantity zero and sub-items 9xxxxx that name it (HIPOS): the sub-items count,
and take from the parent what they do not say themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from transforms.canonical.inbound import InboundAdvised, ReceiptConfirmed
from transforms.canonical.shipments import ShipmentConfirmed, TransferShipped
from transforms.errors import OutOfRange, SegmentInvalid, Unsupported
from transforms.formats.idoc.maps.contract import Fields, Made, Map
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.values import Reading, party, plain
from transforms.identifiers import is_valid_sscc

_SHIPPED, _ARRIVES = "006", "007"
"""E1EDT13 QUALF: goods issue, delivery."""
_RETURNS = frozenset({"LR", "RE", "RL"})
_PURCHASE_ORDER = "V"
"""E1EDL43 QUALF: the document that a delivery's item comes from is a purchase order."""


def _delivery(one: Reading) -> Fields:
    idoc = one.idoc
    head = idoc.first("E1EDL20")
    if head is None:
        raise SegmentInvalid("the IDoc has no E1EDL20", location=idoc.place())
    return {
        "number": plain(one.needed(head, "VBELN")),
        "bill_of_lading": head.get("BOLNR") or None,
        "parties": {node.get("PARTNER_Q"): plain(node.get("PARTNER_ID")) for node in head.all("E1ADRM1")},
        "dates": {node.get("QUALF"): node for node in head.all("E1EDT13")},
        "type": next((node.get("LFART") for node in head.all("E1EDL21")), ""),
        "items": {node.get("POSNR"): node for node in head.all("E1EDL24")},
        "split": {node.get("HIPOS") for node in head.all("E1EDL24") if _is_split(node)},
        "pallets": _pallets(head),
    }


def _is_split(node: Node) -> bool:
    return node.get("POSNR").startswith("9") and bool(node.get("HIPOS").strip("0"))


def _pallets(head: Node) -> dict[str, list[str]]:
    """SSCCs by item; numbers that SAP gave itself are none."""
    found: dict[str, list[str]] = {}
    for unit in head.all("E1EDL37"):
        number = unit.get("EXIDV")
        sscc = number[2:] if len(number) == 20 and number.startswith("00") else number
        if is_valid_sscc(sscc):
            for content in unit.all("E1EDL44"):
                found.setdefault(content.get("POSNR"), []).append(sscc)
    return found


def _base(one: Reading, node: Node, header: Fields) -> Fields | None:
    """What items of all deliveries have; none for the parent of a batch split."""
    quantity, position = one.number(node, "LFIMG"), one.needed(node, "POSNR")
    if quantity < 0:
        raise OutOfRange("LFIMG is negative", location=one.idoc.place(node, "LFIMG"), value=str(quantity))
    if position in header["split"]:
        if quantity:
            text = "the item is split by batch and has a quantity of its own, so it would count twice"
            raise OutOfRange(text, location=one.idoc.place(node, "LFIMG"), value=str(quantity))
        return None
    unit, source_unit = one.unit(node, "VRKME")
    pallets = header["pallets"].get(position, [])
    return {
        "line": plain(position),
        "item": _item(one, node),
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "lot": node.get("CHARG") or None,
        "expiry": one.iso_day(node, "VFDAT"),
        "serials": tuple(serial.get("SERNR") for serial in node.all("E1EDL11") if serial.get("SERNR")),
        "sscc": pallets[0] if len(pallets) == 1 else None,
    }


def _item(one: Reading, node: Node) -> dict[str, str]:
    is_advice = one.idoc.control.get("MESTYP") == "DESADV"
    material = one.material(node.get("MATNR_EXTERNAL") or node.get("MATNR"))
    customers = one.material(node.get("KDMAT35") or node.get("KDMAT"))
    codes = {one.options.supplier_material if is_advice else one.options.material: material}
    if is_advice:
        codes["BP"] = customers
    codes["EN"] = node.get("EAN11")
    return {qualifier: code for qualifier, code in codes.items() if code}


def _from_parent(node: Node, header: Fields, find: Callable[[Node], str]) -> str | None:
    """What an item says, else what the item above it says."""
    above = header["items"].get(node.get("HIPOS"))
    return find(node) or (find(above) if above is not None else "") or None


def _order(node: Node) -> str:
    own = next((below.get("BSTNR") for below in node.all("E1EDL41") if below.get("BSTNR")), "")
    other = (below.get("BELNR") for below in node.all("E1EDL43") if below.get("QUALF") == _PURCHASE_ORDER)
    return plain(own or next(other, "") or node.get("VGBEL"))


def _order_line(node: Node) -> str:
    own = next((below.get("POSEX") for below in node.all("E1EDL41") if below.get("POSEX")), "")
    return plain(own or node.get("VGPOS"))


def _advice(one: Reading) -> Fields:
    header = _delivery(one)
    shipped, arrives = header["dates"].get(_SHIPPED), header["dates"].get(_ARRIVES)
    eta = one.moment(arrives, "NTEND", "NTENZ") or one.moment(arrives, "NTANF", "NTANZ") if arrives else None
    return header | {
        "occurred_at": one.created(),
        "site": party(header["parties"].get("WE", "")),
        "shipped_at": one.iso_day(shipped, "ISDD") or one.iso_day(shipped, "NTANF") if shipped else None,
        "eta": eta.isoformat() if eta else None,
    }


def _advised_line(one: Reading, node: Node, _ordinal: int, header: Fields) -> Fields | None:
    fields = _base(one, node, header)
    if fields is not None:
        if not fields["quantity"]:
            raise OutOfRange("LFIMG is zero", location=one.idoc.place(node, "LFIMG"), value="0")
        fields["po_number"] = _from_parent(node, header, _order)
        fields["po_line"] = _from_parent(node, header, _order_line)
    return fields


def _advised(one: Reading, header: Fields, lines: list[Fields]) -> list[Made]:
    names = ("number", "occurred_at", "site", "shipped_at", "eta", "bill_of_lading")
    fields = {name: header[name] for name in names}
    orders = {line["po_number"] for line in lines if line["po_number"]}
    fields |= {"supplier": one.partner, "carrier": header["parties"].get("SP") or None}
    fields["references"] = {"po": orders.pop()} if len(orders) == 1 else {}
    return [Made(InboundAdvised, fields, lines, f"{header['number']}/original")]


def _confirmation(one: Reading) -> Fields:
    header = _delivery(one)
    if header["type"] in _RETURNS:
        text = f"LFART {header['type']} is a return, whose confirmation is not taken"
        raise Unsupported(
            text, location=one.idoc.place(one.idoc.first("E1EDL21"), "LFART"), value=header["type"]
        )
    issued = header["dates"].get(_SHIPPED) or header["dates"].get(_ARRIVES)
    moment = one.moment(issued, "ISDD", "ISDZ") or one.moment(issued, "NTANF", "NTANZ") if issued else None
    return header | {"occurred_at": moment or one.created()}


def _confirmed_line(one: Reading, node: Node, _ordinal: int, header: Fields) -> Fields | None:
    fields = _base(one, node, header)
    if fields is not None:
        fields["site"], fields["location"] = one.site(
            _from_parent(node, header, lambda item: item.get("WERKS")) or "",
            _from_parent(node, header, lambda item: item.get("LGORT")) or "",
        )
        fields["order"] = _from_parent(node, header, _order)
        fields["order_line"] = _from_parent(node, header, _order_line)
    return fields


def _confirmed(one: Reading, header: Fields, lines: list[Fields]) -> list[Made]:
    """One document for each of our sites."""
    made = []
    by_site = sorted(lines, key=lambda line: sorted(line["site"].items()))
    for site, group in groupby(by_site, key=lambda line: line["site"]):
        at_site = list(group)
        orders = {line["order"] for line in at_site if line["order"]}
        fields: Fields = {"number": header["number"], "occurred_at": header["occurred_at"], "site": site}
        made.append(_of_type(one, header, fields, at_site, orders.pop() if len(orders) == 1 else None))
    return made


def _of_type(one: Reading, header: Fields, fields: Fields, lines: list[Fields], order: str | None) -> Made:
    number, kind = header["number"], header["type"]
    ship_to = party(header["parties"].get("WE", ""))
    own = "line item quantity unit source_unit lot expiry serials location".split()  # noqa: SIM905  # reads so
    if kind in one.options.inbound_deliveries:
        references = {"asn": number} | ({"po": order} if order else {})
        rows = [{**_only(line, *own, "sscc"), "reference_line": line["order_line"]} for line in lines]
        return Made(ReceiptConfirmed, fields | {"references": references}, rows)
    if kind in one.options.transfer_deliveries:
        shipped = fields | {"number": order or number, "to_site": ship_to, "references": {"so": number}}
        return Made(TransferShipped, shipped, [_only(line, *own) for line in lines])
    references = {"so": number} | ({"customer_po": order} if order else {})
    carrier = header["parties"].get("SP") or None
    rows = [_only(line, *own, "order_line", "sscc") for line in lines]
    return Made(
        ShipmentConfirmed, fields | {"references": references, "ship_to": ship_to, "carrier": carrier}, rows
    )


def _only(line: Fields, *names: str) -> Fields:
    return {name: line[name] for name in names}


ADVICE = Map(frozenset({"DESADV"}), "E1EDL24", _advice, _advised_line, _advised)
CONFIRMATION = Map(frozenset({"SHPCON", "WHSCON"}), "E1EDL24", _confirmation, _confirmed_line, _confirmed)
