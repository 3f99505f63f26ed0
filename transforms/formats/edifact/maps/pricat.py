"""PRICAT: a supplier's catalogue, for a person to take over. Prices are left out."""

from __future__ import annotations

from transforms.canonical.master import ItemProposed, ProposedItem
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Group
from transforms.errors import Unsupported
from transforms.formats.edifact import figures
from transforms.formats.edifact import message as of
from transforms.formats.edifact.maps.beginning import CHANGE, ORIGINAL, REPLACE, bgm, number
from transforms.formats.edifact.maps.totals import cnt
from transforms.formats.edifact.message import Message, part

_KIND = "9"
_ACTIONS = {"": "add", "1": "add", "2": "delete", "3": "change"}
_PER_PACK = "59"


def _header(one: Message, group: Group) -> Fields:
    segment, function = bgm(one, group, (_KIND,), (ORIGINAL, CHANGE, REPLACE))
    return {
        "number": number(one, segment),
        "occurred_at": of.needed_date(one, group, "137"),
        "proposer": one.partner,
        "group": None,
        "function": function,
    }


def _product_group(one: Message, group: Group, fields: Fields) -> None:
    if group[0][0] == "PGI":
        fields["group"] = part(one, group[0], 2) or part(one, group[0], 2, 4) or None


def _line(one: Message, group: Group, ordinal: int, header: Fields) -> Fields:
    action = part(one, group[0], 2)
    if action not in _ACTIONS:
        text = f"LIN02 {action} is not taken; there are {', '.join(filter(None, _ACTIONS))}"
        raise Unsupported(text, location=one.place(group[0], 2), value=action)
    pack = figures.amounts(one, figures.of_line(one, group)).get(_PER_PACK)
    imd = of.first(one, group, "IMD")
    words = [part(one, imd, 3, component) for component in (4, 5)] if imd else []
    return {
        "line": part(one, group[0], 1) or str(ordinal),
        "item": of.item(one, group),
        "action": _ACTIONS[action],
        "description": " ".join(filter(None, words)) or None,
        "group": header["group"],
        "pack": pack.value if pack else None,
        "unit": pack.unit if pack else None,
    }


def _documents(_one: Message, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: header[name] for name in ("number", "occurred_at", "proposer")}
    fields["items"] = tuple(ProposedItem(**line) for line in lines)
    return [Made(ItemProposed, fields, [], f"{header['number']}/{header['function']}")]


MAP = Map(
    "LIN", _header, _line, _documents, summary_tag="CNT", totals=cnt, loop_tags=("PGI", "UNS"),
    loop=_product_group,
)  # fmt: skip
