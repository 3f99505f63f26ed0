"""852 Product Activity Data: what stores sold, and what they have left.

A figure (ZA) may be split by store (SDQ); each store becomes its own documents: one of sales, one of
stock. Figures are never added to each other; they are only checked: opening balance and changes must
give the closing balance. A customer's stores are news; option ``852.mode: movement`` says that they are
ours.
"""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.document import StockStatus
from transforms.canonical.inventory import InventorySnapshot
from transforms.canonical.shipments import SalesReported
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Elements, Group, element
from transforms.errors import BalanceMismatch, SegmentInvalid, Unsupported
from transforms.formats.x12 import sets
from transforms.formats.x12.maps import order_line
from transforms.formats.x12.maps.totals import counted_in_ctt
from transforms.formats.x12.sets import TransactionSet

_SOLD, _NET, _RETURNED = "QS", "Q1", "QU"
_ON_HAND = ("OH", "QE", "QA")
"""Gross on hand, ending balance, available: the first that is told is the line's quantity."""
_STATUS = {
    "QA": StockStatus.AVAILABLE, "HL": StockStatus.QUALITY_HOLD, "DG": StockStatus.DAMAGED,
    "QH": StockStatus.DAMAGED,
}  # fmt: skip
_OPENING, _CLOSING, _CHANGES = "QB", "QE", {"QR": 1, "QT": 1, "QS": -1}
_OPTIONAL_CHANGES = {"QU": 1}
_STORES = ("SN", "ST")

Figures = dict[str, Decimal]
"""Quantities by data element 859."""


def _header(one: TransactionSet, group: Group) -> Fields:
    xq = group[0]
    end = 3 if element(xq, 3) else 2
    number = sets.reference(group, *(segment[1] for segment in group if segment[0] == "N9"))
    store, _ = sets.party(group, *_STORES)
    begin = sets.iso_day(one, xq, 2)
    return {
        "number": number or f"{element(xq, 2)}-{element(xq, end)}",
        "has_number": number is not None,
        "occurred_at": sets.date(one, xq, end),
        "period_from": begin,
        "period_to": sets.iso_day(one, xq, end),
        "store": store,
        "references": sets.named({}, handling=element(xq, 1)),
    }


def _line(one: TransactionSet, group: Group, ordinal: int, header: Fields) -> list[Fields]:
    lin = group[0]
    stores, as_of = _by_store(one, group, header["store"])
    lines = []
    for code, (store, figures, unit, source_unit) in stores.items():
        _check_balance(one, lin, code, figures)
        common: Fields = {
            "line": element(lin, 1) or str(ordinal), "item": sets.pairs_from(lin, 2), "unit": unit,
            "source_unit": source_unit, "store": store, "as_of": as_of,
        }  # fmt: skip
        made = [*_sales(common, figures), *_stock(common, figures)]
        if not made:
            text = f"none of the figures {', '.join(figures)} tells what was sold or is there"
            one.warnings.append(Unsupported(text, location=one.place(lin)))
        lines += made
    return lines


_Store = tuple[Fields, Figures, str, str]
"""The store's codes, its figures, their unit and the unit as sent."""


def _by_store(one: TransactionSet, group: Group, here: Fields) -> tuple[dict[str, _Store], str | None]:
    found: dict[str, _Store] = {}
    as_of = None
    for za, below in _activities(group):
        told = next((segment for segment in (za, *below) if _has_quantity(segment)), None)
        split = [segment for segment in below if segment[0] == "SDQ"]
        if told is None:
            raise SegmentInvalid("ZA tells no quantity", location=one.place(za))
        unit, source_unit = sets.unit(one, told, 3)
        if element(za, 5):
            as_of = sets.date(one, za, 5).isoformat().replace("+00:00", "Z")
        places = order_line.places(one, split, unit) if split else []
        shares = [({name: code}, quantity) for name, code, quantity in places]
        for store, quantity in shares or [(here, sets.quantity(one, told, 2))]:
            code = next(iter(store.values()), "")
            known = found.setdefault(code, (store, {}, unit, source_unit))
            if known[2] == unit:  # a figure in another unit speaks of something else
                known[1].setdefault(element(za, 1), quantity)
    if not found:
        raise SegmentInvalid("the item has no figure (ZA)", location=one.place(group[0]))
    return found, as_of


def _has_quantity(segment: Elements) -> bool:
    """ZA02, else the first QTY below it; several QTY (5010) are different figures and are not added."""
    return segment[0] in ("ZA", "QTY") and bool(element(segment, 2) and element(segment, 3))


def _activities(group: Group) -> list[tuple[Elements, Group]]:
    """Each ZA with what stands below it."""
    found: list[tuple[Elements, Group]] = []
    for segment in group:
        if segment[0] == "ZA":
            found.append((segment, []))
        elif found:
            found[-1][1].append(segment)
    return found


def _check_balance(one: TransactionSet, lin: Elements, code: str, figures: Figures) -> None:
    if not {_OPENING, _CLOSING, *_CHANGES} <= set(figures):
        return
    signs = _CHANGES | _OPTIONAL_CHANGES
    total = figures[_OPENING] + sum(
        sign * figures[change] for change, sign in signs.items() if change in figures
    )
    if total != figures[_CLOSING]:
        where = f" of store {code}" if code else ""
        text = f"opening and changes{where} give {total}, QE says {figures[_CLOSING]}"
        one.warnings.append(BalanceMismatch(text, location=one.place(lin), value=str(figures[_CLOSING])))


def _sales(common: Fields, figures: Figures) -> list[Fields]:
    sold, returned, net = figures.get(_SOLD), figures.get(_RETURNED), figures.get(_NET)
    if net is None and sold is None and returned is None:
        return []
    quantity = net if net is not None else (sold or Decimal(0)) - (returned or Decimal(0))
    told = {"quantity": quantity, "quantity_sold": sold, "quantity_returned": returned}
    return [{**common, **told, "is_stock": False}]


def _stock(common: Fields, figures: Figures) -> list[Fields]:
    main = next((code for code in _ON_HAND if code in figures), None)
    if main is None:
        return []
    by_status = {
        status: figures[code] for code, status in _STATUS.items() if code in figures and code != main
    }
    told = {
        "quantity": figures[main],
        "stock_status": _STATUS.get(main),
        "by_status": by_status or None,
        "committed": figures.get("QC"),
        "on_order": figures.get("QP"),
        "in_transit": figures.get("QI"),
    }
    return [{**common, **told, "is_stock": True}]


def _documents(one: TransactionSet, header: Fields, lines: list[Fields]) -> list[Made]:
    by_store: dict[tuple[str, bool], tuple[Fields, list[Fields]]] = {}
    for line in lines:
        store, is_stock = line.pop("store"), line.pop("is_stock")
        code = next(iter(store.values()), "")
        by_store.setdefault((code, is_stock), (store, []))[1].append(line)
    return [
        _made(one, header, store, is_stock=is_stock, lines=part)
        for (_, is_stock), (store, part) in by_store.items()
    ]


def _made(one: TransactionSet, header: Fields, store: Fields, *, is_stock: bool, lines: list[Fields]) -> Made:
    is_ours = one.options.sales_mode == "movement"
    fields = {name: header[name] for name in ("number", "occurred_at", "references")}
    fields["site" if is_ours else "store"] = store
    code = next(iter(store.values()), "")
    what = "stock" if is_stock else "sales"
    # without a number of its own a report cannot be told from another one of the same days
    key = f"{header['number']}/{code}/{what}" if header["has_number"] else None
    if is_stock:
        return Made(InventorySnapshot, fields, lines, key)
    period = {name: header[name] for name in ("period_from", "period_to")}
    return Made(SalesReported, {**fields, **period, "mode": one.options.sales_mode}, lines, key)


MAP = Map("LIN", _header, _line, _documents, summary_tag="CTT", totals=counted_in_ctt)
