"""Canonical values as SAP writes them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from transforms.canonical.document import Codes, Document, Line
from transforms.errors import ElementInvalid, UnitUnknown
from transforms.formats.idoc.tree import Node
from transforms.formats.idoc.writing.agreement import Agreement

_UNITS = {
    "H87": "ST", "C62": "ST", "EA": "EA", "DZN": "DZ", "PR": "PAA", "XCT": "KAR", "XCS": "KI", "XPX": "PAL",
    "XPK": "PAK", "XRO": "ROL", "KGM": "KG", "GRM": "G", "TNE": "TO", "LBR": "LB", "ONZ": "OZ", "MTR": "M",
    "CMT": "CM", "MMT": "MM", "FOT": "FT", "INH": '"', "YRD": "YD", "LTR": "L", "MLT": "ML", "GLL": "GAL",
    "MTK": "M2", "FTK": "FT2",
}  # fmt: skip
_MATERIAL = 18


def node(name: str, *children: Node, **fields: str | None) -> Node:
    """A segment with the fields that are filled."""
    return Node(name, {key: value for key, value in fields.items() if value}, 0, children=list(children))


def quantity(value: Decimal) -> str:
    return format(abs(value), "f") + ("-" if value < 0 else "")


def amount(line: Line, agreement: Agreement) -> tuple[Decimal, str]:
    """Quantity and unit of a line: in the item's base unit where that is known."""
    if line.base_quantity is not None and line.base_unit is not None:
        return line.base_quantity, unit(line.base_unit, agreement)
    return line.quantity, unit(line.unit, agreement)


def unit(code: str, agreement: Agreement) -> str:
    found = agreement.units.get(code) or _UNITS.get(code)
    if found is None:
        raise UnitUnknown(f"unit {code!r} has no name in SAP; add it to `units` of the agreement", value=code)
    return found


def material(line: Line, agreement: Agreement) -> str:
    value = line.item_id or line.item.get(agreement.material) or next(iter(line.item.values()), "")
    if not value:
        raise ElementInvalid(f"line {line.line} names no item")
    is_padded = agreement.pad_materials and value.isascii() and value.isdigit() and len(value) < _MATERIAL
    return value.zfill(_MATERIAL) if is_padded else value


def place(site_id: str | None, codes: Codes, location: str | None, agreement: Agreement) -> tuple[str, str]:
    """WERKS and LGORT."""
    site = site_id or next(iter(codes.values()), "")
    if not site:
        raise ElementInvalid("the document does not say which site it is about")
    plant, _, storage = agreement.plants.get(site, site).partition("-")
    return plant, storage or location or ""


def site(document: Document, line: Line, agreement: Agreement) -> tuple[str, str]:
    return place(document.site_id, document.site, getattr(line, "location", None), agreement)


def day(moment: datetime) -> str:
    return f"{moment:%Y%m%d}"


def compact(iso: str | None) -> str | None:
    """An ISO date as CCYYMMDD."""
    return iso[:10].replace("-", "") if iso else None
