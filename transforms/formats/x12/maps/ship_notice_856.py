"""856 Ship Notice: a supplier advises what it has shipped.

HL loops stand flat in the file; HL01 and HL02 make the tree, and BSN05 is not trusted. There is one
shipment; an item belongs to the order and the pallet above it, and one SSCC to one of them.
"""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.inbound import InboundAdvised
from transforms.edi.maps import Fields, Made, Map, Tally, Wrong
from transforms.edi.message import Elements, Group, element
from transforms.errors import CheckDigitWrong, OrderInvalid, OutOfRange, SegmentInvalid, Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps import order_line
from transforms.formats.x12.maps.totals import ctt
from transforms.formats.x12.sets import TransactionSet
from transforms.identifiers import is_valid_sscc

_PURPOSE = {"00": "original", "01": "cancel", "04": "change", "05": "replace", "14": "original"}
_EXPIRY, _PRODUCED = ("036", "208", "511"), ("405",)
_TRACKING = ("CN", "2I", "SI")


def _header(one: TransactionSet, group: Group) -> Fields:
    bsn = group[0]
    purpose = sets.needed(one, bsn, 1)
    if purpose not in _PURPOSE:
        text = f"BSN01 {purpose} is not taken; there are {', '.join(_PURPOSE)}"
        raise Unsupported(text, location=one.place(bsn, 1), value=purpose)
    return {
        "number": sets.needed(one, bsn, 2),
        "occurred_at": sets.date(one, bsn, 3, 4),
        "site": {},
        "supplier": one.partner,
        "purpose": _PURPOSE[purpose],
        "shipped_at": None,
        "eta": None,
        "carrier": None,
        "bill_of_lading": None,
        "tree": {},
    } | _shipping(one, group)


def _shipping(one: TransactionSet, group: Group) -> Fields:
    """What a header or the shipment's loop says about the whole."""
    found: Fields = {"site": sets.site(one, group)}
    if shipped := sets.first(group, "DTM", "011"):
        found["shipped_at"] = sets.iso_day(one, shipped, 2)
    if eta := sets.first(group, "DTM", "017") or sets.first(group, "DTM", "067"):
        found["eta"] = sets.date(one, eta, 2, 3).isoformat()
    if carrier := sets.first(group, "TD5"):
        found["carrier"] = element(carrier, 3)
    numbers = (sets.reference(group, qualifier) for qualifier in _TRACKING)
    return sets.named(
        {},
        **found,
        **_packages(one, group),
        bill_of_lading=sets.reference(group, "BM"),
        tracking=tuple(number for number in numbers if number),
    )


def _packages(one: TransactionSet, group: Group) -> Fields:
    td1 = sets.first(group, "TD1")
    if td1 is None:
        return {}
    has_weight = element(td1, 7) and element(td1, 8)
    return {
        "packages": sets.optional_quantity(one, td1, 2),
        "weight": sets.quantity(one, td1, 7) if has_weight else None,
        "weight_unit": sets.unit(one, td1, 8)[0] if has_weight else None,
    }


def _is_item(hl: Elements) -> bool:
    return element(hl, 3) == "I"


def _loop(one: TransactionSet, group: Group, fields: Fields) -> None:
    """A shipment, an order, a pallet or a pack: its place in the tree, and what items inherit of it."""
    hl = group[0]
    number, level, tree = element(hl, 1), element(hl, 3), fields["tree"]
    _check_parent(one, hl, tree)
    if number in tree:
        raise OrderInvalid(f"HL {number} stands twice", location=one.place(hl, 1), value=number)
    if level == "S":
        if any(node["level"] == "S" for node in tree.values()):
            raise OrderInvalid("there is a second shipment (HL S) in the set", location=one.place(hl, 3))
        fields.update(_shipping(one, group))
    elif level == "O" and not fields["site"]:
        fields["site"] = sets.site(one, group)
    node: Fields = {"level": level, "parent": element(hl, 2)}
    if order := sets.first(group, "PRF"):
        node["po"] = sets.needed(one, order, 1)
    if pallet := _sscc(one, group):
        if any(other.get("sscc") == pallet for other in tree.values()):
            raise OrderInvalid(f"SSCC {pallet} stands twice in the set", location=one.place(hl), value=pallet)
        node["sscc"] = pallet
    tree[number] = node


def _check_parent(one: TransactionSet, hl: Elements, tree: Fields) -> None:
    parent = element(hl, 2)
    if parent and parent not in tree:
        raise OrderInvalid(
            f"HL {element(hl, 1)} names HL {parent} as its parent, which is not before it",
            location=one.place(hl, 2), value=parent,
        )  # fmt: skip


def _sscc(one: TransactionSet, group: Group) -> str | None:
    for segment in group:
        if segment[0] == "MAN" and element(segment, 1) in ("GM", "AA"):
            value = element(segment, 2)
            number = sets.without_prefix(value)
            if not is_valid_sscc(number):
                raise CheckDigitWrong(f"{value} is not an SSCC", location=one.place(segment, 2), value=value)
            return number
    return None


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields | list[Fields]:
    hl, lin, sn1 = group[0], sets.first(group, "LIN"), sets.first(group, "SN1")
    _check_parent(one, hl, header["tree"])
    if lin is None or sn1 is None:
        raise SegmentInvalid("the item has no LIN or no SN1", location=one.place(hl))
    above = _above(header["tree"], element(hl, 2))
    if "po" not in above:
        raise OrderInvalid("the item stands under no order (HL O with PRF)", location=one.place(hl))
    unit, source_unit = sets.unit(one, sn1, 3)
    shipped = sets.quantity(one, sn1, 2)
    if shipped <= 0:
        raise OutOfRange("SN102 is not above zero", location=one.place(sn1, 2), value=str(shipped))
    starts = range(2, len(lin), 2)
    line: Fields = {
        "line": element(lin, 1) or str(ordinal),
        "item": sets.pairs_from(lin, 2),
        "quantity": shipped,
        "unit": unit,
        "source_unit": source_unit,
        "lot": sets.lot_of(lin, starts),
        "expiry": _day(one, group, _EXPIRY),
        "serials": sets.serials_of(lin, starts),
        "po_number": above["po"],
        "sscc": _sscc(one, group) or above.get("sscc"),
        "quantity_ordered": sets.optional_quantity(one, sn1, 5),
        "quantity_to_date": sets.optional_quantity(one, sn1, 4),
        "status": element(sn1, 8) or None,
        "pack": order_line.pack(one, group)["pack"],
        "production_date": _day(one, group, _PRODUCED),
        "component_of": None,
        "counted": shipped,
    }
    parts = [segment for segment in group if segment[0] == "SLN"] if one.options.kits else []
    return _components(one, parts, line) if parts else line


def _day(one: TransactionSet, group: Group, kinds: tuple[str, ...]) -> str | None:
    told = next((dtm for kind in kinds if (dtm := sets.first(group, "DTM", kind))), None)
    return sets.iso_day(one, told, 2) if told else None


def _components(one: TransactionSet, segments: Group, kit: Fields) -> list[Fields]:
    """What is in the kit, in its place. One level: a component of a component is refused."""
    found = []
    for ordinal, sln in enumerate(segments, start=1):
        if element(sln, 2):
            text = "SLN02 names a parent: kits of kits are not taken"
            raise Unsupported(text, location=one.place(sln, 2), value=sln[2])
        unit, source_unit = sets.unit(one, sln, 5)
        component = {
            "line": f"{kit['line']}.{ordinal}", "item": sets.pairs_from(sln, 9), "unit": unit,
            "source_unit": source_unit, "quantity": sets.quantity(one, sln, 4) * kit["quantity"],
            "quantity_ordered": None, "quantity_to_date": None, "pack": None, "serials": (),
            "component_of": kit["line"], "counted": kit["quantity"] if ordinal == 1 else Decimal(0),
        }  # fmt: skip
        found.append({**kit, **component})
    return found


def _above(tree: Fields, number: str) -> Fields:
    """What an item inherits: the nearest order and the nearest pallet or carton."""
    found: Fields = {}
    while number:
        node = tree[number]
        for name in ("po", "sscc"):
            if name in node:
                found.setdefault(name, node[name])
        number = node["parent"]
    return found


def _documents(one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    if not any(node["level"] == "S" for node in header["tree"].values()):
        raise OrderInvalid("there is no shipment (HL S) in the set", location=one.spot(1, "ST"))
    fields = {name: value for name, value in header.items() if name != "tree"}
    orders = {line["po_number"] for line in lines}
    fields["references"] = {"po": orders.pop()} if len(orders) == 1 else {}
    return [Made(InboundAdvised, fields, lines, f"{header['number']}/{header['purpose']}")]


def _totals(one: TransactionSet, summary: Group, tally: Tally) -> list[Wrong]:
    return ctt(one, summary, tally, tally.loops + tally.lines, "levels")


MAP = Map(
    "HL", _header, _line, _documents, summary_tag="CTT", totals=_totals, is_summed=True,
    loop_tags=("HL",), loop=_loop, is_line=_is_item,
)  # fmt: skip
