"""ORDERS and ORDCHG (ORDERS05): a customer orders, changes or takes back."""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.orders import OrderCancelled, OrderChanged, OrderSubmitted
from transforms.errors import OutOfRange, SegmentInvalid, TotalMismatch, Unsupported
from transforms.formats.idoc.maps.contract import Fields, Made, Map
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.values import Reading, party, plain

_ORIGINAL, _CANCELLED, _CHANGED = frozenset({"", "000", "009"}), "003", frozenset({"004", "005"})
"""E1EDK01 ACTION, for the whole message."""
_ACTIONS = {"": "replace", "001": "add", "002": "replace", "003": "delete", "004": "none"}
"""E1EDP01 ACTION of an ORDCHG."""
_LINES_IN_ALL = "001"


def _header(one: Reading) -> Fields:
    idoc = one.idoc
    head = idoc.first("E1EDK01")
    if head is None:
        raise SegmentInvalid("the IDoc has no E1EDK01", location=idoc.place())
    action = head.get("ACTION")
    if action not in _ORIGINAL | _CHANGED | {_CANCELLED}:
        text = f"ACTION {action} of the whole order is not taken; there are 000, 003, 004, 005 and 009"
        raise Unsupported(text, location=idoc.place(head, "ACTION"), value=action)
    if action == "" and idoc.control.get("MESTYP") == "ORDCHG":
        action = "004"
    _check_count(one)
    number, customers = one.needed(head, "BELNR"), _numbers(one, "E1EDK02", "QUALF", "BELNR")
    order = customers.get("001", number)
    dates = {node.get("IDDAT"): node for node in idoc.all("E1EDK03")}
    parties = _parties(one)
    ordered = one.moment(dates["012"], "DATUM", "UZEIT") if "012" in dates else None
    return {
        "number": order,
        "occurred_at": ordered or one.created(),
        "references": {"document": number} if number != order else {},
        "customer": one.partner,
        "ship_to": parties.get("WE") or parties.get("AG", {}),
        "requested_date": one.iso_day(dates["002"], "DATUM") if "002" in dates else None,
        "kind": head.get("BSART") or "SA",
        "action": action,
    }


def _check_count(one: Reading) -> None:
    """The only total of an IDoc: how many items there are."""
    for total in one.idoc.all("E1EDS01"):
        if total.get("SUMID") == _LINES_IN_ALL:
            told, found = one.number(total, "SUMME"), len(one.idoc.all("E1EDP01"))
            if told != found:
                text = f"E1EDS01 says {told} items, there are {found}"
                raise TotalMismatch(text, location=one.idoc.place(total, "SUMME"), value=str(told))


def _numbers(one: Reading, segment: str, qualifier: str, value: str) -> dict[str, str]:
    return {node.get(qualifier): node.get(value) for node in one.idoc.all(segment) if node.get(value)}


def _parties(one: Reading) -> dict[str, dict[str, str]]:
    """Partner functions: AG sold to, WE ship to, LF supplier."""
    return {
        node.get("PARVW"): party(plain(node.get("PARTN") or node.get("LIFNR")))
        for node in one.idoc.all("E1EDKA1")
    }


def _line(one: Reading, node: Node, ordinal: int, header: Fields) -> Fields:
    action = node.get("ACTION")
    if action not in _ACTIONS:
        text = f"ACTION {action} of an item is not taken; there are 001 to 004"
        raise Unsupported(text, location=one.idoc.place(node, "ACTION"), value=action)
    unit, source_unit = one.unit(node, "MENEE")
    quantity = _quantity(one, node)
    if quantity < 0:
        raise OutOfRange("MENGE is negative", location=one.idoc.place(node, "MENGE"), value=str(quantity))
    price, per = one.optional_number(node, "VPREI"), one.optional_number(node, "PEINH")
    fields: Fields = {
        "line": plain(node.get("POSEX")) or str(ordinal),
        "item": _item(one, node),
        "quantity": quantity,
        "unit": unit,
        "source_unit": source_unit,
        "price": round(price / per, 6) if price is not None and per else price,
    }
    return fields | {"action": _ACTIONS[action]} if header["action"] in _CHANGED else fields


def _item(one: Reading, node: Node) -> dict[str, str]:
    ids = one.options.item_ids
    return {
        ids[known.get("QUALF")]: one.material(known.get("IDTNR")) if known.get("QUALF") != "003"
        else known.get("IDTNR")
        for known in node.all("E1EDP19")
        if known.get("QUALF") in ids and known.get("IDTNR")
    }  # fmt: skip


def _quantity(one: Reading, node: Node) -> Decimal:
    """MENGE; the schedules sum to it, or stand for it."""
    schedules = [schedule for schedule in node.all("E1EDP20") if schedule.get("WMENG")]
    scheduled = sum((one.number(schedule, "WMENG") for schedule in schedules), Decimal(0))
    if schedules and not node.get("MENGE"):
        return scheduled
    quantity = one.number(node, "MENGE")
    if schedules and scheduled != quantity:
        text = f"MENGE is {quantity}, the schedules (E1EDP20) sum to {scheduled}"
        raise TotalMismatch(text, location=one.idoc.place(node, "MENGE"), value=str(quantity))
    return quantity


def _documents(_one: Reading, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "action"}
    action, number = header["action"], header["number"]
    if action == _CANCELLED:
        kept = ("number", "occurred_at", "references", "customer")
        return [Made(OrderCancelled, {name: fields[name] for name in kept}, [], f"{number}/cancel")]
    if action in _CHANGED:
        return [Made(OrderChanged, fields, lines)]
    return [Made(OrderSubmitted, fields, lines, number)]


MAP = Map(frozenset({"ORDERS", "ORDCHG"}), "E1EDP01", _header, _line, _documents, line_alone=False)
