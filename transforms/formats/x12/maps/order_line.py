"""What orders (850) and their changes (860) say in the same segments: terms, packs and split lines."""

from __future__ import annotations

from decimal import Decimal

from transforms.edi.maps import Fields
from transforms.edi.message import Elements, Group, element
from transforms.errors import ElementInvalid, SplitMismatch, Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.sets import TransactionSet

_REQUESTED = ("002", "010", "037", "038", "063", "064", "001")
"""Data element 374 in the order in which a date is what the customer asks for."""
_DATES = {
    "requested_ship": ("010",), "not_before": ("064", "037"), "not_after": ("063", "038"),
    "cancel_after": ("001",),
}  # fmt: skip
_NUMBERS = {"department": "DP", "customer_order": "CO", "vendor": "IA"}
UNSPLIT: Fields = {"ordered_as": None, "place": {}, "requested_date": None}
"""What a line has that is not a part of another."""


def references(group: Group, *, po: str, release: str) -> dict[str, str]:
    numbers = {name: sets.reference(group, qualifier) for name, qualifier in _NUMBERS.items()}
    return sets.named({"customer_po": po}, release=release, **numbers)


def terms(one: TransactionSet, group: Group) -> Fields:
    """Who orders, where to, in what money and for when."""
    ship_to, address = sets.party(group, "ST")
    currency = sets.first(group, "CUR")
    dates = {name: _date(one, group, kinds) for name, kinds in _DATES.items()}
    return sets.named(
        {"ship_to": ship_to, "requested_date": _date(one, group, _REQUESTED)},
        ship_to_address=address,
        buyer=sets.party(group, "BY")[0],
        bill_to=sets.party(group, "BT")[0],
        currency=element(currency, 2) if currency else None,
        **dates,
    )


def _date(one: TransactionSet, group: Group, kinds: tuple[str, ...]) -> str | None:
    told = next((dtm for kind in kinds if (dtm := sets.first(group, "DTM", kind))), None)
    return sets.iso_day(one, told, 2) if told else None


def price(one: TransactionSet, group: Group, told: Decimal | None) -> Decimal | None:
    """The line's own price, else that of its CTP."""
    pricing = sets.first(group, "CTP")
    return told if told is not None or pricing is None else sets.optional_quantity(one, pricing, 3)


def pack(one: TransactionSet, group: Group) -> Fields:
    """What PO4 says that one unit holds."""
    po4 = sets.first(group, "PO4")
    if po4 is None:
        return {"pack": None, "inner_pack": None}
    return {
        "pack": sets.optional_quantity(one, po4, 1),
        "inner_pack": sets.optional_quantity(one, po4, 14),
    }


def split(one: TransactionSet, group: Group, line: Fields) -> Fields | list[Fields]:
    """The line, or its parts by place or by date. Only the first part counts in the total."""
    by_place = [segment for segment in group if segment[0] == "SDQ"]
    by_date = [segment for segment in group if segment[0] == "SCH"]
    if not by_place and not by_date:
        return {**line, "counted": line["quantity"]}
    if by_place and by_date:
        raise Unsupported("a line is split by place or by date, not both", location=one.place(by_date[0]))
    parts = _places(one, by_place, line) if by_place else _dates(one, by_date, line)
    total = sum((part["quantity"] for part in parts), Decimal(0))
    if total != line["quantity"]:
        text = f"the parts of line {line['line']} sum to {total}, the line says {line['quantity']}"
        raise SplitMismatch(text, location=one.place((by_place or by_date)[0]), value=str(total))
    for ordinal, part in enumerate(parts, start=1):
        part["line"] = f"{line['line']}.{ordinal}"
        part["ordered_as"] = line["line"]
        part["counted"] = total if ordinal == 1 else Decimal(0)
    return parts


def _places(one: TransactionSet, segments: list[Elements], line: Fields) -> list[Fields]:
    return [
        {**line, "place": {qualifier: code}, "quantity": quantity}
        for qualifier, code, quantity in places(one, segments, line["unit"])
    ]


def places(one: TransactionSet, segments: list[Elements], unit: str) -> list[tuple[str, str, Decimal]]:
    """Qualifier, place and quantity of each pair of SDQ segments, which speak in the line's unit."""
    found = []
    for sdq in segments:
        _check_unit(one, sdq, 1, unit)
        for at in range(3, len(sdq), 2):
            if element(sdq, at) or element(sdq, at + 1):
                code = sets.needed(one, sdq, at)
                found.append((element(sdq, 2) or "92", code, sets.quantity(one, sdq, at + 1)))
    return found


def _dates(one: TransactionSet, segments: list[Elements], line: Fields) -> list[Fields]:
    parts = []
    for sch in segments:
        _check_unit(one, sch, 2, line["unit"])
        day = sets.iso_day(one, sch, 6) if element(sch, 6) else None
        parts.append({**line, "quantity": sets.quantity(one, sch, 1), "requested_date": day})
    return parts


def _check_unit(one: TransactionSet, segment: Elements, position: int, unit: str) -> None:
    if element(segment, position) and sets.unit(one, segment, position)[0] != unit:
        value = element(segment, position)
        text = f"{segment[0]}{position:02d} {value} is not the unit of the line"
        raise ElementInvalid(text, location=one.place(segment, position), value=value)
