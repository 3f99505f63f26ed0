"""846 Inventory Inquiry/Advice: what a sales channel may promise, now and when more comes in."""

from __future__ import annotations

from transforms.canonical.inventory import AvailabilityChanged, AvailabilityLine
from transforms.formats.x12.writers import parts
from transforms.formats.x12.writers.envelope import Body, Profile, day, number

_SELLER = "SI"
_AVAILABLE, _ON_HAND, _COMING = "33", "17", "63"
_FROM = "018"
"""Data element 374: available from."""
_MOST_ITEMS = 15


def body(document: AvailabilityChanged, profile: Profile) -> Body:
    at = document.occurred_at
    segments: Body = [["BIA", "00", _SELLER, document.number, day(at), f"{at:%H%M}"]]
    segments += parts.our_site("WH", document, profile)
    for line in document.lines:
        segments += _line(line, profile)
    return [*segments, ["CTT", str(len(document.lines))]]


def _line(line: AvailabilityLine, profile: Profile) -> Body:
    unit = parts.unit(line, profile)
    lots = [("LT", line.lot)] if line.lot else []
    segments: Body = [
        ["LIN", line.line, *parts.items(line, profile, most=_MOST_ITEMS, more=lots)],
        ["QTY", _AVAILABLE, number(line.quantity), unit],
    ]
    if line.on_hand is not None:
        segments.append(["QTY", _ON_HAND, number(line.on_hand), unit])
    for coming in line.next_inbound:
        segments += [["QTY", _COMING, number(coming.quantity), unit], ["DTM", _FROM, day(coming.date)]]
    return segments
