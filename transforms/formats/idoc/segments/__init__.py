"""The segments that we know, by family of IDoc types.

Compared with public field lists were EDI_DC40, E1EDK01, E1EDP01 up to PEINH, E1EDL18, E1EDL20, E1EDL21,
E1EDL24 up to VFDAT, E1ADRM1, E1EDT13, E1MARAM up to MEINS, E1MARCM, E1MBXYH, E1MBXYI and
E1BP2017_GM_HEAD_01. All other places are from memory: compare them with the segment documentation of the
system before the first message (they matter only in flat files), and put what differs into the option
``fields`` of the profile.
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
