"""888 Item Maintenance: a partner adds, changes or withdraws items. It only proposes; a steward decides."""

from __future__ import annotations

from transforms.canonical.master import ItemProposed
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Group, element
from transforms.formats.x12 import sets
from transforms.formats.x12.sets import TransactionSet

_ACTIONS = {"001": "change", "002": "delete", "021": "add"}
"""Data element 875; what it does not name is proposed as it stands."""


def _header(one: TransactionSet, group: Group) -> Fields:
    bgn = group[0]
    effective = sets.first(group, "G62")
    return {
        "number": sets.needed(one, bgn, 2),
        "catalogue": "888",
        "proposer": one.partner,
        "occurred_at": sets.date(one, bgn, 3, 4),
        "effective_from": sets.iso_day(one, effective, 2) if effective else None,
        "action": "add",
        "key": f"{element(bgn, 2)}/{element(bgn, 1)}",
    }


def _loop(one: TransactionSet, group: Group, fields: Fields) -> None:
    """G53 says what becomes of the items below it, and from when."""
    fields["action"] = _ACTIONS.get(element(group[0], 1), "add")
    if effective := sets.first(group, "G62"):
        fields["effective_from"] = sets.iso_day(one, effective, 2)


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> Fields:
    g39 = group[0]
    item = sets.pairs(g39, 2)
    if case := element(g39, 1):
        item.setdefault("UP", case)
    texts = [segment[1] for segment in group if segment[0] == "G69" and element(segment, 1)]
    inside = sets.first(group, "G55")
    return {
        "line": str(ordinal),
        "item": item,
        "description": " ".join(texts) or None,
        "action": header["action"],
        "pack": sets.optional_quantity(one, g39, 17),
        "contains": sets.pairs(inside, 1) if inside else {},
        "effective_from": header["effective_from"],
    }


def _documents(_one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    names = ("number", "catalogue", "proposer", "occurred_at")
    return [Made(ItemProposed, {**{name: header[name] for name in names}, "items": lines}, [], header["key"])]


MAP = Map("G39", _header, _line, _documents, loop_tags=("G53",), loop=_loop)
