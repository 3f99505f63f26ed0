"""856 Ship Notice: what has left for a customer, by shipment, order, pallet and item."""

from __future__ import annotations

from decimal import Decimal

from transforms.canonical.shipments import ShipmentConfirmed, ShipmentLine
from transforms.errors import ElementInvalid
from transforms.formats.x12.writers import parts
from transforms.formats.x12.writers.envelope import Body, Profile, day, needed, number

_PALLET_FIRST = "0001"
"""Data element 1005: shipment, order, pallet or carton, item."""
_MOST_ITEMS = 15


def body(document: ShipmentConfirmed, profile: Profile) -> Body:
    lines = [line for line in document.lines if line.quantity > 0]
    if not lines:
        raise ElementInvalid("nothing of this shipment was shipped, so there is nothing to advise")
    levels = _Levels()
    segments: Body = [
        [
            "BSN",
            "00",
            document.number,
            day(document.occurred_at),
            f"{document.occurred_at:%H%M}",
            _PALLET_FIRST,
        ]
    ]
    segments += levels.next("", "S") + _shipment(document, lines, profile)
    shipment = levels.last
    po = needed(
        document.references.get("customer_po"), "PRF", 1, "the customer's order (references.customer_po)"
    )
    segments += [*levels.next(shipment, "O"), ["PRF", po]]
    order = levels.last
    for sscc, packed in _by_pallet(lines).items():
        above = order
        if sscc:
            segments += levels.next(order, "T")
            above = levels.last
            segments.append(["MAN", "GM", f"00{sscc}" if len(sscc) == 18 else sscc])
        for line in packed:
            segments += levels.next(above, "I") + _item(line, profile)
    total = sum((line.quantity for line in lines), Decimal(0))
    return [*segments, ["CTT", levels.last, number(total)]]


class _Levels:
    """Numbers the HL loops."""

    def __init__(self) -> None:
        self.last = "0"

    def next(self, above: str, level: str) -> Body:
        self.last = str(int(self.last) + 1)
        return [["HL", self.last, above, level]]


def _shipment(document: ShipmentConfirmed, lines: list[ShipmentLine], profile: Profile) -> Body:
    pallets = {line.sscc for line in lines if line.sscc}
    bill = document.bill_of_lading or document.references.get("bol")
    tracking = sorted({line.tracking for line in lines if line.tracking})
    segments: Body = [["TD1", "PLT", str(len(pallets))]] if pallets else []
    if document.carrier:
        segments.append(["TD5", "B", "2", document.carrier, document.carrier_method or ""])
    segments += [["REF", "BM", bill]] if bill else []
    segments += [["REF", "CN", one] for one in tracking]
    segments.append(["DTM", "011", day(document.occurred_at)])
    segments += parts.our_site("SF", document, profile)
    return segments + parts.party("ST", document.ship_to, document.ship_to_address)


def _by_pallet(lines: list[ShipmentLine]) -> dict[str, list[ShipmentLine]]:
    found: dict[str, list[ShipmentLine]] = {}
    for line in lines:
        found.setdefault(line.sscc or "", []).append(line)
    return found


def _item(line: ShipmentLine, profile: Profile) -> Body:
    unit = parts.unit(line, profile)
    more = ([("LT", line.lot)] if line.lot else []) + [("SN", serial) for serial in line.serials]
    ids = parts.items(line, profile, most=_MOST_ITEMS, more=more)
    ordered = [] if line.quantity_ordered is None else ["", number(line.quantity_ordered), unit]
    segments: Body = [
        ["LIN", line.order_line or line.line, *ids],
        ["SN1", "", number(line.quantity), unit, *ordered],
    ]
    return [*segments, ["DTM", "036", day(line.expiry)]] if line.expiry else segments
