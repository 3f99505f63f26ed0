"""The segments that we know, by family of IDoc types.

Lengths of E1EDK*, E1EDL2*, E1ADRM1, E1EDT13, E1MAR* and E1MBXY* were compared with public field lists; those
of E1EDKA1, E1EDP19, E1EDP20, E1EDS01, E1EDL11, E1EDL37, E1EDL4*, VGBEL and VGPOS, and of what stands behind
AMOUNT_LC in E1BP2017_GM_ITEM_CREATE, are from memory. A partner's own segment definition goes into the
option ``fields`` of the profile.
"""

from __future__ import annotations

from transforms.formats.idoc.segments import control, deliveries, materials, movements, orders
from transforms.formats.idoc.segments.contract import Field, Segment

CONTROL = control.FIELDS
SEGMENTS: dict[str, Segment] = {
    one.name: one for family in (orders, deliveries, materials, movements) for one in family.READ
}
_FAMILIES = {
    "ORDERS": orders,
    "DELVRY": deliveries,
    "MATMAS": materials,
    "WMMBID": movements,
    "MBGMCR": movements,
}
FAMILIES: dict[str, frozenset[str]] = {
    name: family.ALSO | {one.name for one in family.READ} for name, family in _FAMILIES.items()
}
"""The segments that an IDoc type may have, by its name without the number of its version."""

_BY_FLAT_NAME = {f"E2{name[2:]}": name for known in FAMILIES.values() for name in known}


def type_of(definition: str) -> str:
    """``E1EDL24`` for ``E2EDL24006``; a name that is not known stays as it is."""
    known = _BY_FLAT_NAME.get(definition)
    if known is None and definition[-3:].isdecimal():
        known = _BY_FLAT_NAME.get(definition[:-3])
    return known or definition


__all__ = ["CONTROL", "FAMILIES", "SEGMENTS", "Field", "Segment", "type_of"]
