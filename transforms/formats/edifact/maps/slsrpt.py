"""SLSRPT: what stores sold. LOC is the store and holds for the lines below it; each store is a document."""

from __future__ import annotations

from transforms.canonical.shipments import SalesReported
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Group
from transforms.errors import SegmentInvalid
from transforms.formats.edifact import figures
from transforms.formats.edifact import message as of
from transforms.formats.edifact.maps.beginning import ORIGINAL, REPLACE, bgm, number
from transforms.formats.edifact.maps.totals import cnt
from transforms.formats.edifact.message import Message, part

_KIND = "73"
_KINDS = (_KIND, "290", "")
"""1001: sales data report; EANCOM calls it the same."""
_SOLD = "153"
_AGENCIES = {"9": "UL", "91": "91", "92": "92"}


def _header(one: Message, group: Group) -> Fields:
    segment, function = bgm(one, group, _KINDS, (ORIGINAL, REPLACE))
    return {
        "number": number(one, segment),
        "occurred_at": of.needed_date(one, group, "91", "356", "137"),
        "store": None,
        "function": function,
    }


def _store(one: Message, group: Group, fields: Fields) -> None:
    loc = group[0]
    if loc[0] == "LOC":
        fields["store"] = _AGENCIES.get(part(one, loc, 2, 3), "ZZ"), of.needed(one, loc, 2)


def _line(one: Message, group: Group, ordinal: int, header: Fields) -> Fields:
    if header["store"] is None:
        text = "the line stands under no LOC, so nothing says which store sold it"
        raise SegmentInvalid(text, location=one.place(group[0]))
    told = figures.amounts(one, figures.of_line(one, group))
    sold = figures.one_of(one, group, told, _SOLD)
    return {
        "line": part(one, group[0], 1) or str(ordinal),
        "item": of.item(one, group),
        "quantity": sold.value,
        "unit": sold.unit,
        "source_unit": sold.source_unit,
        "lot": of.lot(one, group),
        "store": header["store"],
    }


def _documents(_one: Message, header: Fields, lines: list[Fields]) -> list[Made]:
    by_store: dict[tuple[str, str], list[Fields]] = {}
    for line in lines:
        by_store.setdefault(line.pop("store"), []).append(line)
    return [
        Made(
            SalesReported,
            {"number": header["number"], "occurred_at": header["occurred_at"], "site": dict([store])},
            sold,
            f"{header['number']}/{header['function']}/{store[1]}",
        )
        for store, sold in by_store.items()
    ]


MAP = Map(
    "LIN", _header, _line, _documents, summary_tag="CNT", totals=cnt, loop_tags=("LOC", "UNS"), loop=_store,
    is_summed=True,
)  # fmt: skip
