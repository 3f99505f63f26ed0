"""INVRPT: what a keeper says is there (BGM 35), or how it changed (BGM 78 and 263).

In a report several QTY of one line are different figures of the same stock and are never added: ``17`` is
all that is on hand, ``145`` what is undamaged and available, others the stock in one condition. Figures
that are no stock of the site (in transit, on order, opening and closing balance, movements of the period)
are kept beside it under their qualifiers. In a movement advice each QTY is a change: INV 4501 says whether
it went in or out. A reversal (4499 7) has the direction of what it does to the stock, not of what it takes
back.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from transforms.canonical.document import StockStatus
from transforms.canonical.inventory import InventoryAdjusted, InventorySnapshot, SnapshotPart
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Group
from transforms.errors import SegmentInvalid, Unsupported
from transforms.formats.edifact import figures
from transforms.formats.edifact import message as of
from transforms.formats.edifact.figures import Amount, Figure
from transforms.formats.edifact.maps.beginning import ORIGINAL, REPLACE, bgm, number
from transforms.formats.edifact.maps.totals import cnt
from transforms.formats.edifact.message import Message, part

REPORT = "35"
MOVEMENTS = ("78", "263")
ON_HAND, AVAILABLE = "17", "145"
STATUS = {
    AVAILABLE: StockStatus.AVAILABLE, "60": StockStatus.AVAILABLE, "89": StockStatus.QUALITY_HOLD,
    "124": StockStatus.DAMAGED, "96": StockStatus.DAMAGED, "27": StockStatus.BLOCKED,
    "253": StockStatus.BLOCKED, "255": StockStatus.BLOCKED, "61": StockStatus.RETURN_PENDING,
    "20": StockStatus.EXPIRED,
}  # fmt: skip
"""6063 → in what condition the stock is."""
COMMITTED = ("66", "170", "248", "216")
_WITHDRAWN = "199"
OUT, IN = "1", "2"
KINDS = {"1": StockStatus.AVAILABLE, "2": StockStatus.DAMAGED, "3": StockStatus.BLOCKED}
"""7491: accepted, damaged, bonded."""
REASONS = {"1": "receipt", "2": "shipment", "3": "scrap", "4": "cycle_count", "5": "transfer"}
"""4499; others, a reversal among them, are told by ``source_reason`` alone."""


def _header(one: Message, group: Group) -> Fields:
    segment, function = bgm(one, group, (REPORT, *MOVEMENTS), (ORIGINAL, REPLACE))
    return {
        "number": number(one, segment),
        "occurred_at": _as_of(one, group),
        "site": of.site(one, group),
        "is_report": part(one, segment, 1) == REPORT,
        "function": function,
    }


def _as_of(one: Message, group: Group) -> datetime:
    return of.needed_date(one, group, "366", "91", "137")


def _line(one: Message, group: Group, ordinal: int, header: Fields) -> Fields | list[Fields]:
    told = figures.of_line(one, group)
    above = figures.before_quantities(group)
    name = part(one, group[0], 1) or str(ordinal)
    common = {"line": name, "item": of.item(one, group)}
    if not told:
        raise SegmentInvalid("the line has no QTY", location=one.place(group[0]))
    if header["is_report"]:
        return common | _stock(one, group, told, above)
    return [
        common | {"line": name if len(told) == 1 else f"{name}/{at}"} | _change(one, figure, above)
        for at, figure in enumerate(told, start=1)
    ]


def _stock(one: Message, group: Group, told: list[Figure], above: Group) -> Fields:
    moved = [figure for figure in told if figure.inv and part(one, figure.inv, 1)]
    still = figures.amounts(one, [figure for figure in told if figure not in moved] if moved else told)
    main = _main(one, group, still)
    more = main.whole.more
    lot, expiry = of.lot(one, above), of.day(one, above, "36", "361")
    if not main.parts and more:
        lot, expiry = of.lot(one, more) or lot, of.day(one, more, "36", "361") or expiry
    by_status, committed, others = _others(still, main)
    others |= _movements(one, moved)
    return {
        "quantity": main.value,
        "unit": main.unit,
        "source_unit": main.source_unit,
        "lot": lot,
        "expiry": expiry,
        "location": of.place(one, above) or (of.place(one, more) if more and not main.parts else None),
        "stock_status": STATUS.get(main.qualifier),
        "by_status": by_status or None,
        "committed": committed,
        "parts": tuple(_part(one, value, figure) for value, figure in main.parts),
        "others": others or None,
    }


def _main(one: Message, group: Group, told: dict[str, Amount]) -> Amount:
    """On hand; what is available where that is all, or is asked for; else stock in one condition."""
    known = (AVAILABLE, "60")
    order = (*known, ON_HAND) if one.options.stock_figure == "available" else (ON_HAND, *known)
    return figures.one_of(one, group, told, *order, *STATUS)


def _others(
    told: dict[str, Amount], main: Amount
) -> tuple[dict[StockStatus, Decimal], Decimal | None, dict[str, Decimal]]:
    """The other figures: by condition, what is promised, and what is of another kind or unit."""
    by_status: dict[StockStatus, Decimal] = {}
    committed, others = None, {}
    for qualifier, amount in told.items():
        status = STATUS.get(qualifier)
        if amount is main:
            continue
        if amount.unit != main.unit:
            others[f"{qualifier} {amount.unit}"] = amount.value
        elif status and status not in by_status:
            by_status[status] = amount.value
        elif qualifier in COMMITTED and committed is None:
            committed = amount.value
        else:
            others[qualifier] = amount.value
    return by_status, committed, others


def other_figure(name: str) -> tuple[str, str | None, str | None, str | None]:
    """A name under ``others`` as qualifier, unit where it is not the line's, INV 4501 and 4499."""
    plain, _, unit = name.partition(" ")
    qualifier, way, reason = [*plain.split(":"), "", ""][:3]
    return qualifier, unit or None, way or None, reason or None


def _movements(one: Message, moved: list[Figure]) -> dict[str, Decimal]:
    """What moved in the period of a report. It is told, and never posted: movements come with BGM 78."""
    found: dict[str, Decimal] = {}
    for figure in moved:
        inv = figure.inv or []
        name = ":".join(filter(None, (figure.qualifier, part(one, inv, 1), part(one, inv, 3))))
        name += f" {figure.unit(one)[0]}"
        found[name] = found.get(name, Decimal(0)) + figure.value(one)
    return found


def _part(one: Message, value: Decimal, figure: Figure) -> SnapshotPart:
    pallets = of.pallets(one, figure.more)
    kind = part(one, figure.inv, 2) if figure.inv else ""
    return SnapshotPart(
        quantity=value,
        lot=of.lot(one, figure.more),
        expiry=of.day(one, figure.more, "36", "361"),
        location=of.place(one, figure.more),
        sscc=pallets[0] if len(pallets) == 1 else None,
        stock_status=KINDS.get(kind),
    )


def _change(one: Message, figure: Figure, above: Group) -> Fields:
    unit, source_unit = figure.unit(one)
    value, inv, more = figure.value(one), figure.inv or [], figure.more
    kind, reason = part(one, inv, 2), part(one, inv, 3)
    return {
        "quantity": value if _direction(one, figure) == IN else -value,
        "unit": unit,
        "source_unit": source_unit,
        "lot": of.lot(one, more) or of.lot(one, above),
        "expiry": of.day(one, more, "36", "361") or of.day(one, above, "36", "361"),
        "serials": of.serials(one, more) or of.serials(one, above),
        "location": of.place(one, more) or of.place(one, above),
        "stock_status": KINDS.get(kind) or STATUS.get(figure.qualifier) or StockStatus.AVAILABLE,
        "reason": REASONS.get(reason, "other"),
        "source_reason": reason or None,
    }


def _direction(one: Message, figure: Figure) -> str:
    way = part(one, figure.inv, 1) if figure.inv else ""
    if way in (IN, OUT):
        return way
    if not way and figure.qualifier == _WITHDRAWN:
        return OUT
    text = f"INV01 {way or 'is missing: it'} does not say whether the quantity went in (2) or out (1)"
    raise Unsupported(text, location=one.place(figure.inv or figure.qty, 1), value=way or None)


def _documents(_one: Message, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: header[name] for name in ("number", "occurred_at", "site")}
    kind = InventorySnapshot if header["is_report"] else InventoryAdjusted
    return [Made(kind, fields, lines, f"{header['number']}/{header['function']}")]


MAP = Map("LIN", _header, _line, _documents, summary_tag="CNT", totals=cnt, loop_tags=("UNS",))
