"""MATMAS05: the ERP says what a material is. A steward takes it over; nothing changes by itself."""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.master import ItemProposed, PlantStock, ProposedItem, ProposedUnit
from transforms.errors import OutOfRange, Unsupported
from transforms.formats.idoc.maps.contract import Fields, Made, Map
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.values import Reading

_ACTIONS = {"": "change", "003": "delete", "004": "change", "005": "change", "009": "add", "018": "change"}
_DELETED = "X"
_ENGLISH = frozenset({"EN", "E"})


def _header(one: Reading) -> Fields:
    return {"occurred_at": one.created(), "proposer": one.partner}


def _item(one: Reading, node: Node, ordinal: int, _header: Fields) -> Fields:
    message = node.get("MSGFN")
    if message not in _ACTIONS:
        text = f"MSGFN {message} is not taken; there are {', '.join(filter(None, _ACTIONS))}"
        raise Unsupported(text, location=one.idoc.place(node, "MSGFN"), value=message)
    material = one.material(one.needed(node, "MATNR"))
    codes = {one.options.material: material, "EN": node.get("EAN11")}
    return {
        "line": str(ordinal),
        "item": {qualifier: code for qualifier, code in codes.items() if code},
        "description": _description(node),
        "action": "delete" if node.get("LVORM") == _DELETED else _ACTIONS[message],
        "unit": one.unit(node, "MEINS")[0] if node.get("MEINS") else None,
        "kind": node.get("MTART") or None,
        "tracking": {"X": "lot"}.get(node.get("XCHPF")),
        "shelf_life_days": _days(one, node, "MHDHB"),
        "min_remaining_shelf_life_days": _days(one, node, "MHDRZ"),
        "units": tuple(_unit(one, unit) for unit in node.all("E1MARMM")),
        "plants": tuple(_plant(one, plant) for plant in node.all("E1MARCM")),
    }


def _description(node: Node) -> str | None:
    """In English where there is one, else the first."""
    texts = [text for text in node.all("E1MAKTM") if text.get("MAKTX")]
    chosen = [text for text in texts if _ENGLISH & {text.get("SPRAS_ISO"), text.get("SPRAS")}] or texts
    return chosen[0].get("MAKTX") if chosen else None


def _days(one: Reading, node: Node, name: str) -> int | None:
    days = one.optional_number(node, name)
    return int(days) if days else None


def _unit(one: Reading, node: Node) -> ProposedUnit:
    """``UMREZ`` base units are ``UMREN`` of this one."""
    numerator, denominator = one.number(node, "UMREZ"), one.number(node, "UMREN")
    if numerator <= 0 or denominator <= 0 or numerator % 1 or denominator % 1:
        text = f"the factor {numerator}/{denominator} is not one of positive whole numbers"
        raise OutOfRange(text, location=one.idoc.place(node, "UMREZ"), value=str(numerator))
    unit, source_unit = one.unit(node, "MEINH")
    return ProposedUnit(
        unit=unit, source_unit=source_unit, numerator=int(numerator), denominator=int(denominator),
        gtin=node.get("EAN11") or None,
    )  # fmt: skip


def _plant(one: Reading, node: Node) -> PlantStock:
    stock = one.optional_number(node, "EISBE")
    return PlantStock(site={"92": one.needed(node, "WERKS")}, safety_stock=stock or Decimal(0))


def _documents(one: Reading, header: Fields, items: list[Fields]) -> list[Made]:
    """One document for each material, so that what is said of one later comes later."""
    return [
        Made(
            ItemProposed,
            header | {"number": item["item"][one.options.material], "items": (ProposedItem(**item),)},
        )
        for item in items
    ]


MAP = Map(frozenset({"MATMAS"}), "E1MARAM", _header, _item, _documents)
