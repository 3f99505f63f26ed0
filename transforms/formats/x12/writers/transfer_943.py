"""943 Warehouse Stock Transfer Shipment Advice: tells a warehouse what is on its way to it."""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.document import Line, StockStatus
from transforms.canonical.inbound import InboundAdvised
from transforms.canonical.shipments import TransferRequested, TransferShipped
from transforms.formats.x12.writers import parts
from transforms.formats.x12.writers.envelope import Body, Profile, Segment, day, number

_FULL, _METHOD, _HELD = "F", "M", "01"
_HOLDS = {StockStatus.QUALITY_HOLD, StockStatus.BLOCKED}


def body(document: TransferRequested | TransferShipped | InboundAdvised, profile: Profile) -> Body:
    refs = document.references
    segments: Body = [_head(document), *_places(document, profile)]
    bill = document.bill_of_lading if isinstance(document, InboundAdvised) else refs.get("bol")
    segments += [["N9", "BM", bill]] if bill else []
    segments.append(["W27", _METHOD, document.carrier or ""])
    for line in document.lines:
        segments += [_line(line, profile), *parts.lot(line)]
    total = sum((line.quantity for line in document.lines), Decimal(0))
    return [*segments, ["W03", number(total)]]


def _head(document: TransferRequested | TransferShipped | InboundAdvised) -> Segment:
    """W06-02 is the number by which the warehouse's receipt (944) will name it."""
    refs, when = document.references, day(document.occurred_at)
    if isinstance(document, InboundAdvised):
        return ["W06", _FULL, refs.get("po", document.number), when, document.number, "", refs.get("po", "")]
    return ["W06", _FULL, document.number, when, refs.get("asn", ""), "", refs.get("po", "")]


def _places(document: TransferRequested | TransferShipped | InboundAdvised, profile: Profile) -> Body:
    if isinstance(document, InboundAdvised):
        return [["N1", "SF", "", "92", document.supplier], *parts.our_site("WH", document, profile)]
    to_site = parts.place("WH", document.to_site, document.to_site_id, profile)
    return parts.our_site("SF", document, profile) + to_site


def _line(line: Line, profile: Profile) -> Segment:
    ids = parts.items(line, profile, most=2)
    hold = _HELD if getattr(line, "to_status", None) in _HOLDS else ""
    padding = [""] * (4 - len(ids))
    return ["W04", number(line.quantity), parts.unit(line, profile), "", *ids, *padding, *[""] * 5, hold]
