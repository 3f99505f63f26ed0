"""180 Return Merchandise Authorization: a customer may send goods back, or asks whether it may."""

from __future__ import annotations

from transforms.canonical.returns import ReturnAuthorised
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Elements, Group, element
from transforms.errors import Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.sets import TransactionSet

_PURPOSES = ("00", "06", "11", "13")
_DISPOSITIONS = {"RA": "return", "RN": "return", "DI": "scrap", "SC": "donate", "RD": "reject"}
"""Data element 1292."""
_UNASKED = "RN"
_REASONS = {
    "DM": "defective", "DT": "damaged_in_transit", "WG": "wrong_goods", "EI": "excess", "PR": "recall",
    "BC": "expired",
}  # fmt: skip
"""Data element 1293."""


def _header(one: TransactionSet, group: Group) -> Fields:
    bgn, rdr, order = group[0], sets.first(group, "RDR"), sets.first(group, "PRF")
    purpose = sets.needed(one, bgn, 1)
    if purpose not in _PURPOSES:
        text = f"BGN01 {purpose} is not taken; there are {', '.join(_PURPOSES)}"
        raise Unsupported(text, location=one.place(bgn, 1), value=purpose)
    number = sets.reference(group, "RZ") or sets.needed(one, bgn, 2)
    return {
        "number": number,
        "occurred_at": sets.date(one, bgn, 3, 4),
        "site": sets.site(one, group),
        "customer": one.partner,
        "references": sets.named(
            {"rma": number}, request=element(bgn, 2), customer_po=element(order, 1) if order else None
        ),
        "verdict": _verdict(one, rdr),
        "key": f"{element(bgn, 2)}/{purpose}",
    }


def _verdict(one: TransactionSet, rdr: Elements | None) -> tuple[str | None, str | None]:
    """Codes of data elements 1292 and 1293."""
    if rdr is None:
        return None, None
    told = element(rdr, 1)
    if told and told not in _DISPOSITIONS:
        text = f"RDR01 {told} is not taken; there are {', '.join(_DISPOSITIONS)}"
        raise Unsupported(text, location=one.place(rdr, 1), value=told)
    return told or None, element(rdr, 2) or None


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields:
    bli = group[0]
    own = _verdict(one, sets.first(group, "RDR"))
    disposition, reason = own[0] or header["verdict"][0], own[1] or header["verdict"][1]
    counted = bli if element(bli, 3) else sets.first(group, "QTY")
    told, position = (bli, 3) if counted is None or counted is bli else (counted, 2)
    unit, source_unit = sets.unit(one, told, position + 1)
    return {
        "line": str(ordinal),
        "item": sets.pairs(bli, 1),
        "quantity": sets.quantity(one, told, position),
        "unit": unit,
        "source_unit": source_unit,
        "lot": sets.reference(group, "LT"),
        "serials": tuple(
            segment[2] for segment in group if segment[:2] == ["N9", "SE"] and element(segment, 2)
        ),
        "reason": _REASONS.get(reason or "", "other"),
        "source_reason": reason,
        "disposition": _DISPOSITIONS.get(disposition or ""),
    }


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name not in ("verdict", "key")}
    fields["authorised"] = header["verdict"][0] not in (_UNASKED, "RD")
    return [Made(ReturnAuthorised, fields, lines, header["key"])]


MAP = Map("BLI", _header, _line, _documents)
