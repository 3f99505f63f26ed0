"""832 Price/Sales Catalog: a partner proposes items. Prices are not taken; a steward decides on the rest."""

from __future__ import annotations

from transforms.canonical.master import ItemProposed
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Group, element
from transforms.formats.x12 import sets
from transforms.formats.x12.maps import order_line
from transforms.formats.x12.maps.totals import counted_in_ctt
from transforms.formats.x12.sets import TransactionSet

_EFFECTIVE = "007"
_ACTIONS = {"02": "add", "03": "delete", "04": "change"}
"""Data element 353 of the whole catalogue; any other proposes what it names."""


def _header(one: TransactionSet, group: Group) -> Fields:
    bct = group[0]
    effective = sets.first(group, "DTM", _EFFECTIVE)
    number = element(bct, 2) or element(bct, 4) or element(one.gs, 6)
    return {
        "number": number,
        "catalogue": sets.needed(one, bct, 1),
        "proposer": one.partner,
        "occurred_at": sets.date(one, one.gs, 4, 5),
        "effective_from": sets.iso_day(one, effective, 2) if effective else None,
        "action": _ACTIONS.get(element(bct, 10), "add"),
        "key": f"{number}/{element(bct, 3)}" if element(bct, 2) else None,
    }


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields:
    lin = group[0]
    effective, po4 = sets.first(group, "DTM", _EFFECTIVE), sets.first(group, "PO4")
    texts = [segment[5] for segment in group if segment[0] == "PID" and element(segment, 5)]
    has_unit = po4 is not None and element(po4, 3)
    return {
        "line": element(lin, 1) or str(ordinal),
        "item": sets.pairs_from(lin, 2),
        "description": ", ".join(texts) or None,
        "action": header["action"],
        "unit": sets.unit(one, po4, 3)[0] if po4 is not None and has_unit else None,
        **order_line.pack(one, group),
        "effective_from": sets.iso_day(one, effective, 2) if effective else header["effective_from"],
    }


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    names = ("number", "catalogue", "proposer", "occurred_at")
    return [Made(ItemProposed, {**{name: header[name] for name in names}, "items": lines}, [], header["key"])]


MAP = Map("LIN", _header, _line, _documents, summary_tag="CTT", totals=counted_in_ctt)
