"""RECADV: a warehouse or a retailer says what it received and what it accepted of that."""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.document import StockStatus
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptSplit
from transforms.edi.maps import Fields, Made, Map
from transforms.edi.message import Group
from transforms.errors import OutOfRange, TotalMismatch, Unsupported
from transforms.formats.edifact import figures
from transforms.formats.edifact import message as of
from transforms.formats.edifact.figures import Amount
from transforms.formats.edifact.maps.beginning import ORIGINAL, bgm, number
from transforms.formats.edifact.maps.totals import cnt
from transforms.formats.edifact.message import Message, part

KIND = "632"
ACCEPTED, RECEIVED, DELIVERED, ADVISED = "194", "48", "46", "12"
NOT_ACCEPTED = {
    "124": StockStatus.DAMAGED,
    "195": StockStatus.RETURN_PENDING,
    "89": StockStatus.QUALITY_HOLD,
    "27": StockStatus.BLOCKED,
    "20": StockStatus.EXPIRED,
}
"""QVR 6063: in what condition is what was not accepted."""
_SCRAPPED = "196"
OVER, NOT_ADVISED, DAMAGED = "AC", "AE", "AF"
"""QVR 4221."""
_CONDITIONS = {"3": StockStatus.QUALITY_HOLD, "4": StockStatus.DAMAGED}
"""CDI 7007 of a line: wrongly identified, damaged. Without a QVR it holds for the whole line."""


def _header(one: Message, group: Group) -> Fields:
    segment, _ = bgm(one, group, (KIND,), (ORIGINAL,))
    references = {}
    for name, qualifier in (("po", "ON"), ("asn", "AAK"), ("asn", "DQ")):
        if (found := of.reference(one, group, qualifier)) and name not in references:
            references[name] = found
    return {
        "number": number(one, segment),
        "occurred_at": of.needed_date(one, group, "50", "137"),
        "site": of.party(one, group, "DP", *one.options.site_roles),
        "references": references,
        "sscc": None,
    }


def _package(one: Message, group: Group, fields: Fields) -> None:
    found = of.pallets(one, group)
    fields["sscc"] = found[0] if len(found) == 1 else None


def _line(one: Message, group: Group, ordinal: int, header: Fields) -> Fields:
    told = figures.amounts(one, figures.of_line(one, group))
    splits, over = _differences(one, group)
    main = figures.one_of(one, group, told, RECEIVED, DELIVERED, ACCEPTED)
    quantity, splits = _came_in(one, main, told, splits)
    if not splits and quantity and (status := _condition(one, group)):
        splits = (ReceiptSplit(stock_status=status, quantity=quantity),)
    advised = told[ADVISED].value if ADVISED in told else None
    own = of.pallets(one, group)
    return {
        "line": part(one, group[0], 1) or str(ordinal),
        "item": of.item(one, group),
        "quantity": quantity,
        "unit": main.unit,
        "source_unit": main.source_unit,
        "lot": of.lot(one, group),
        "expiry": of.day(one, group, "36", "361"),
        "serials": of.serials(one, group),
        "reference_line": of.reference(one, group, "LI"),
        "splits": splits,
        "short": advised - quantity if advised is not None and advised > quantity else None,
        "over": over or (quantity - advised if advised is not None and quantity > advised else None),
        "sscc": own[0] if len(own) == 1 else header["sscc"],
    }


def _differences(one: Message, group: Group) -> tuple[tuple[ReceiptSplit, ...], Decimal | None]:
    """What was not accepted, by condition, and what came beyond what was advised."""
    splits, over = [], None
    for qvr in group:
        if qvr[0] != "QVR":
            continue
        amount, kind, reason = of.quantity(one, qvr, 1, 1), part(one, qvr, 1, 2), part(one, qvr, 2)
        if kind == _SCRAPPED:
            text = "QVR 196: scrapped on receipt is not taken"
            raise Unsupported(text, location=one.place(qvr, 1, 2), value=kind)
        status = NOT_ACCEPTED.get(kind) or (StockStatus.DAMAGED if reason == DAMAGED and amount < 0 else None)
        if amount and status:
            splits.append(ReceiptSplit(stock_status=status, quantity=abs(amount), condition=reason or None))
        elif amount < 0 and kind in ("", ACCEPTED, RECEIVED):
            raise Unsupported("QVR does not say why it was not accepted", location=one.place(qvr, 1))
        elif amount > 0 and reason in (OVER, NOT_ADVISED):
            over = amount
    return tuple(splits), over


def _condition(one: Message, group: Group) -> StockStatus | None:
    found = [_CONDITIONS.get(part(one, cdi, 2)) for cdi in group if cdi[0] == "CDI"]
    return next(filter(None, found), None)


def _came_in(
    one: Message, main: Amount, told: dict[str, Amount], splits: tuple[ReceiptSplit, ...]
) -> tuple[Decimal, tuple[ReceiptSplit, ...]]:
    """All that came in, and the part of it that is not plainly available."""
    apart = sum((split.quantity for split in splits), Decimal(0))
    accepted = told[ACCEPTED].value if ACCEPTED in told else None
    where = one.place(main.whole.qty, 1, 2)
    if main.qualifier == ACCEPTED:
        return main.value + apart, splits
    if accepted is not None and not splits and accepted < main.value:
        rest = ReceiptSplit(stock_status=StockStatus.QUALITY_HOLD, quantity=main.value - accepted)
        return main.value, (rest,)
    if accepted is not None and accepted + apart != main.value:
        text = f"{accepted} accepted and {apart} not accepted are not the {main.value} received"
        raise TotalMismatch(text, location=where, value=str(main.value))
    if main.value < 0 or apart > main.value:
        raise OutOfRange(
            f"{apart} not accepted of {main.value} received", location=where, value=str(main.value)
        )
    return main.value, splits


def _documents(_one: Message, header: Fields, lines: list[Fields]) -> list[Made]:
    fields = {name: value for name, value in header.items() if name != "sscc"}
    return [Made(ReceiptConfirmed, fields, lines, f"{header['number']}/{ORIGINAL}")]


MAP = Map(
    "LIN", _header, _line, _documents, summary_tag="CNT", totals=cnt, loop_tags=("CPS",), loop=_package,
    is_summed=True,
)  # fmt: skip
