"""855 Purchase Order Acknowledgment: what we promise of a customer's order, in its own lines and units."""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.orders import ReservationConfirmed, ReservationRejected, ReservedLine
from transforms.formats.x12.writers import parts
from transforms.formats.x12.writers.envelope import Body, Profile, Segment, day, needed, number

_NO_CHANGE, _WITH_CHANGE, _REJECTED = "AD", "AC", "RD"
"""Data element 587."""
_TAKEN, _BACKORDERED, _PARTLY, _LESS, _LATER, _REFUSED = "IA", "IB", "BP", "IQ", "DR", "IR"
"""Data element 668."""
_REASONS = {
    "unknown_item": "R2", "invalid_unit": "R3", "substituted": "IS", "cancelled": _REFUSED,
    "rescheduled": _LATER,
}  # fmt: skip
_PROMISED = "067"
"""Data element 374: the day for which it is planned."""
_MOST_ITEMS = 15


def body(document: ReservationConfirmed, profile: Profile) -> Body:
    verdicts = [_verdict(line) for line in document.lines]
    if isinstance(document, ReservationRejected):
        whole = _REJECTED
    else:
        whole = _NO_CHANGE if set(verdicts) == {_TAKEN} else _WITH_CHANGE
    ordered = needed(document.order_date, "BAK", 4, "the day of the order")
    po = document.references.get("customer_po", document.number)
    segments: Body = [["BAK", "00", whole, po, day(ordered)]]
    for line, verdict in zip(document.lines, verdicts, strict=True):
        segments += _line(line, verdict, profile)
    total = sum((line.quantity for line in document.lines), Decimal(0))
    return [*segments, ["CTT", str(len(document.lines)), number(total)]]


def _verdict(line: ReservedLine) -> str:
    if line.reason in _REASONS:
        return _REASONS[line.reason]
    if line.quantity_confirmed >= line.quantity:
        return _TAKEN
    if line.quantity_backordered:
        return _PARTLY if line.quantity_confirmed else _BACKORDERED
    return _LESS if line.quantity_confirmed else _REFUSED


def _line(line: ReservedLine, verdict: str, profile: Profile) -> Body:
    unit = parts.unit(line, profile)
    price = "" if line.price is None else number(line.price)
    ids = parts.items(line, profile, most=_MOST_ITEMS)
    promised = line.quantity_confirmed
    if verdict == _BACKORDERED:
        promised = line.quantity_backordered or Decimal(0)
    segments: Body = [
        ["PO1", line.line, number(line.quantity), unit, price, "", *ids],
        _told(verdict, promised, unit, line.promise_date),
    ]
    if verdict == _PARTLY:  # the rest has an ACK of its own
        segments.append(_told(_BACKORDERED, line.quantity_backordered or Decimal(0), unit, None))
    return segments


def _told(verdict: str, quantity: Decimal, unit: str, promised: str | None) -> Segment:
    when = [_PROMISED, day(promised)] if promised else []
    return ["ACK", verdict, number(quantity), unit, *when]
