"""856 Ship Notice: a supplier advises what it has shipped.

HL loops stand flat in the file; HL01 and HL02 make the tree. An item belongs to the order and the
pallet above it.
"""

from __future__ import annotations

from collections.abc import Sequence

from transforms.canonical.inbound import InboundAdvised
from transforms.errors import CheckDigitWrong, OrderInvalid, SegmentInvalid
from transforms.formats.x12 import sets
from transforms.formats.x12.maps.contract import Fields, Made, Map, total_of
from transforms.formats.x12.sets import TransactionSet, element
from transforms.identifiers import is_valid_sscc
from transforms.segments import Segment

_PURPOSE = {"00": "original", "01": "cancel", "04": "change", "05": "replace"}


def _starts(segment: Segment) -> bool:
    return segment[0][0] == "HL" and element(segment[0], 3) == "I"


def _header(one: TransactionSet, header: Sequence[Segment]) -> Fields:
    bsn = header[0]
    shipped, eta = sets.first(header, "DTM", "011"), sets.first(header, "DTM", "017")
    carrier, bol = sets.first(header, "TD5"), sets.first(header, "REF", "BM")
    tree = _tree(one)
    orders = {node["po"] for node in tree.values() if node.get("po")}
    references = {"po": next(iter(orders))} if len(orders) == 1 else {}
    return {
        "number": sets.needed(one, bsn, 2),
        "occurred_at": sets.date(one, bsn, 3, 4),
        "site": sets.site(one, header),
        "supplier": one.partner,
        "purpose": _PURPOSE.get(element(bsn[0], 1), "original"),
        "shipped_at": sets.iso_day(one, shipped, 2) if shipped else None,
        "eta": sets.date(one, eta, 2, 3).isoformat() if eta else None,
        "carrier": element(carrier[0], 3) or None if carrier else None,
        "bill_of_lading": element(bol[0], 2) or None if bol else None,
        "references": references,
        "tree": tree,
    }


def _tree(one: TransactionSet) -> dict[str, Fields]:
    """HL01 → its level, its parent's HL01, and the PO or SSCC that stands in it."""
    tree: dict[str, Fields] = {}
    node: Fields = {}
    for segment in one.segments:
        elements = segment[0]
        if elements[0] == "HL":
            number, parent = element(elements, 1), element(elements, 2)
            if parent and parent not in tree:
                raise OrderInvalid(
                    f"HL {number} names HL {parent} as its parent, which is not before it",
                    location=one.place(segment, 2), value=parent,
                )  # fmt: skip
            node = {"level": element(elements, 3), "parent": parent}
            tree[number] = node
        elif elements[0] == "PRF":
            node["po"] = element(elements, 1)
        elif elements[0] == "MAN" and element(elements, 1) in ("GM", "AA"):
            node["sscc"] = _sscc(one, segment)
    return tree


def _sscc(one: TransactionSet, segment: Segment) -> str:
    value = element(segment[0], 2)
    number = value[2:] if len(value) == 20 and value.startswith("00") else value
    if not is_valid_sscc(number):
        raise CheckDigitWrong(f"{value} is not an SSCC", location=one.place(segment, 2), value=value)
    return number


def _line(one: TransactionSet, group: Sequence[Segment], ordinal: int, header: Fields) -> Fields:
    lin, sn1 = sets.first(group, "LIN"), sets.first(group, "SN1")
    if lin is None or sn1 is None:
        raise SegmentInvalid("the item has no LIN or no SN1", location=one.place(group[0]))
    elements = lin[0]
    above = _above(header["tree"], element(group[0][0], 1))
    expiry = next((s for q in ("036", "208") if (s := sets.first(group, "DTM", q))), None)
    unit, source_unit = sets.unit(one, sn1, 3)
    if "po" not in above:
        raise OrderInvalid("the item stands under no order (HL O with PRF)", location=one.place(group[0]))
    return {
        "line": element(elements, 1) or str(ordinal),
        "item": sets.pairs(elements, *range(2, len(elements), 2)),
        "quantity": sets.quantity(one, sn1, 2),
        "unit": unit,
        "source_unit": source_unit,
        "lot": sets.of_kind(elements, "LT", range(2, len(elements), 2)),
        "expiry": sets.iso_day(one, expiry, 2) if expiry else None,
        "po_number": above["po"],
        "sscc": above.get("sscc"),
        "quantity_ordered": sets.optional_quantity(one, sn1, 5),
    }


def _above(tree: dict[str, Fields], number: str) -> Fields:
    """What an item inherits: the nearest order and the nearest pallet or carton."""
    found: Fields = {}
    while number and number in tree:
        node = tree[number]
        for name in ("po", "sscc"):
            if name in node:
                found.setdefault(name, node[name])
        number = node["parent"]
    return found


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "tree"}
    return [Made(InboundAdvised, fields, lines, f"{header['number']}/{header['purpose']}")]


def _totals(one: TransactionSet, summary: Sequence[Segment], lines: list[Fields], count: int) -> str | None:
    ctt = sets.first(summary, "CTT")
    if ctt is None:
        return None
    levels = sum(1 for elements, _ in one.segments if elements[0] == "HL")
    if sets.quantity(one, ctt, 1) != levels:
        return f"CTT01 says {element(ctt[0], 1)} levels, there are {levels}"
    hash_total = sets.optional_quantity(one, ctt, 2)
    if hash_total is not None and len(lines) == count and hash_total != total_of(lines):
        return f"CTT02 says {hash_total}, the quantities sum to {total_of(lines)}"
    return None


MAP = Map(_starts, frozenset({"CTT"}), _header, _line, _documents, _totals)
