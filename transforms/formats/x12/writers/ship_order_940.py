"""940 Warehouse Shipping Order: a warehouse is asked to ship, to ship something else, or not to ship."""

from __future__ import annotations

import textwrap
from decimal import Decimal

from transforms.canonical.orders import FulfilmentCancelRequested, FulfilmentLine, FulfilmentRequested
from transforms.formats.x12.writers import parts
from transforms.formats.x12.writers.envelope import Body, Profile, day, number

_NEW, _CHANGE, _CANCEL = "N", "R", "F"
_NOTE = 80
_METHOD = "M"
"""Data element 91: by lorry; the carrier is named by its code."""


def body(document: FulfilmentRequested | FulfilmentCancelRequested, profile: Profile) -> Body:
    po = document.references.get("customer_po", "")
    if isinstance(document, FulfilmentCancelRequested):
        return [["W05", _CANCEL, document.number, po], *parts.our_site("WH", document, profile)]
    status = _CHANGE if document.purpose == "change" else _NEW
    segments: Body = [["W05", status, document.number, po], *_parties(document, profile)]
    for qualifier, told in (("10", document.ship_by), ("38", document.ship_not_after)):
        segments += [["G62", qualifier, day(told)]] if told else []
    segments += [["NTE", "DEL", part] for part in textwrap.wrap(document.note or "", _NOTE)]
    if document.carrier:
        segments.append(["W66", profile.payment, _METHOD, *[""] * 7, document.carrier])
    for ordinal, line in enumerate(document.lines, start=1):
        segments += _line(ordinal, line, profile)
    total = sum((line.quantity for line in document.lines), Decimal(0))
    return [*segments, ["W76", number(total)]]


def _parties(document: FulfilmentRequested, profile: Profile) -> Body:
    depositor = parts.coded("DE", profile.depositor) or parts.party("DE", document.depositor, {})
    ship_to = parts.party("ST", document.ship_to, document.ship_to_address)
    return depositor + parts.our_site("WH", document, profile) + ship_to


def _line(ordinal: int, line: FulfilmentLine, profile: Profile) -> Body:
    ids = parts.items(line, profile, most=2)
    w01 = ["W01", number(line.quantity), parts.unit(line, profile), "", *ids]
    return [["LX", str(ordinal)], w01, *parts.lot(line)]
