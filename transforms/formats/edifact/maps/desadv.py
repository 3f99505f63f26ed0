"""DESADV: a supplier advises what it has shipped.

CPS segments make a tree of packages, flat in the file; a package's SSCC holds for the lines below it. A
package with several SSCCs does not say which line lies on which: then they stand in the document.
"""

from __future__ import annotations

from transforms.canonical.inbound import InboundAdvised
from transforms.edi.maps import Fields, Made, Map, never
from transforms.edi.message import Group
from transforms.errors import OrderInvalid, OutOfRange
from transforms.formats.edifact import figures
from transforms.formats.edifact import message as of
from transforms.formats.edifact.maps.beginning import CANCEL, CHANGE, ORIGINAL, REPLACE, bgm, number
from transforms.formats.edifact.maps.totals import cnt
from transforms.formats.edifact.message import Message, part

KIND = "351"
_PURPOSE = {ORIGINAL: "original", CANCEL: "cancel", CHANGE: "change", REPLACE: "replace"}
SHIPPED, ORDERED = "12", "21"
EXPIRY = ("36", "361")


def _header(one: Message, group: Group) -> Fields:
    segment, function = bgm(one, group, (KIND,), _PURPOSE)
    eta, carrier = of.dated(one, group, "17", "132", "2"), of.first(one, group, "TDT")
    order = of.reference(one, group, "ON")
    return {
        "number": number(one, segment),
        "occurred_at": of.needed_date(one, group, "137"),
        "site": of.party(one, group, "DP", *one.options.site_roles),
        "references": {"po": order} if order else {},
        "supplier": one.partner,
        "purpose": _PURPOSE[function],
        "shipped_at": of.day(one, group, "11", "10"),
        "eta": eta.isoformat() if eta else None,
        "carrier": part(one, carrier, 5) or part(one, carrier, 5, 4) or None if carrier else None,
        "bill_of_lading": of.reference(one, group, "BM", "AAS", "DQ", "AAJ"),
        "tree": {},
        "package": None,
        "units": [],
    }


def _package(one: Message, group: Group, fields: Fields) -> None:
    """A package: its parent, and its SSCC where it has one of its own."""
    cps, tree = group[0], fields["tree"]
    name, parent = part(one, cps, 1), part(one, cps, 2)
    if name in tree:
        raise OrderInvalid(f"CPS {name} stands twice", location=one.place(cps, 1), value=name)
    if parent and parent not in tree:
        text = f"CPS {name} names CPS {parent} as its parent, which is not before it"
        raise OrderInvalid(text, location=one.place(cps, 2), value=parent)
    found = of.pallets(one, group)
    fields["units"] += found
    tree[name] = (parent, found[0] if len(found) == 1 else None)
    fields["package"] = name


def _line(one: Message, group: Group, ordinal: int, header: Fields) -> Fields:
    told = figures.amounts(one, figures.of_line(one, group))
    shipped = figures.one_of(one, group, told, SHIPPED)
    if shipped.value <= 0:
        where = one.place(shipped.whole.qty, 1, 2)
        raise OutOfRange("QTY 12 is not above zero", location=where, value=str(shipped.value))
    own = of.pallets(one, group)
    header["units"] += own
    return {
        "line": part(one, group[0], 1) or str(ordinal),
        "item": of.item(one, group),
        "quantity": shipped.value,
        "unit": shipped.unit,
        "source_unit": shipped.source_unit,
        "lot": of.lot(one, group),
        "expiry": of.day(one, group, *EXPIRY),
        "serials": of.serials(one, group),
        "po_number": of.reference(one, group, "ON") or header["references"].get("po"),
        "po_line": _order_line(one, group),
        "sscc": own[0] if len(own) == 1 else _above(header),
        "quantity_ordered": told[ORDERED].value if ORDERED in told else None,
    }


def _order_line(one: Message, group: Group) -> str | None:
    """Line of the order (1156), beside the order's number or under a qualifier of its own."""
    order = of.first(one, group, "RFF", "ON")
    return (part(one, order, 1, 3) or None if order else None) or of.reference(one, group, "LI")


def _above(header: Fields) -> str | None:
    """The SSCC of the nearest package around a line."""
    name, tree = header["package"], header["tree"]
    while name in tree:
        name, pallet = tree[name]
        if pallet:
            return str(pallet)
    return None


def _documents(_one: Message, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name not in ("tree", "package", "units")}
    named = {line["sscc"] for line in lines}
    fields["logistic_units"] = tuple(code for code in header["units"] if code not in named)
    header["units"].clear()
    orders = {line["po_number"] for line in lines if line["po_number"]}
    fields["references"] = {"po": orders.pop()} if len(orders) == 1 else {}
    return [Made(InboundAdvised, fields, lines, f"{header['number']}/{header['purpose']}")]


MAP = Map(
    "LIN", _header, _line, _documents, summary_tag="CNT", totals=cnt, loop_tags=("CPS",), loop=_package,
    is_summed=True, needs_line=never,
)  # fmt: skip
