"""DESADV: what we shipped to a customer, pallet by pallet; or a supplier's ship notice passed on."""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.inbound import AdvisedLine, InboundAdvised
from transforms.canonical.shipments import ShipmentConfirmed, ShipmentLine
from transforms.formats.edifact.maps.desadv import KIND, ORDERED, SHIPPED
from transforms.formats.edifact.writers.assembly import Body, Profile

_PURPOSES = {"original": "9", "cancel": "1", "change": "4", "replace": "5"}
_PALLET, _MARKED_WITH_SSCC = "201", "33E"


def body(document: ShipmentConfirmed | InboundAdvised, profile: Profile, at: datetime) -> Body:
    made = Body()
    if isinstance(document, InboundAdvised):
        _advised(made, document)
        to, units = document.site, document.logistic_units
        order = document.references.get("po")
    else:
        made.add("BGM", KIND, document.number, "9")
        made.date("137", at)
        made.date("11", document.occurred_at)
        order = document.references.get("customer_po")
        to, units = document.ship_to or document.site, ()
        made.reference("ON", order)
    made.party("DP", to)
    if document.carrier:
        made.add("TDT", "20", None, None, None, (document.carrier,))
    _packages(made, document.lines, units, order, profile)
    made.add("CNT", ("2", len(document.lines)))
    return made


def _advised(made: Body, document: InboundAdvised) -> None:
    made.add("BGM", KIND, document.number, _PURPOSES[document.purpose])
    made.date("137", document.occurred_at)
    made.date("11", document.shipped_at)
    made.date("17", datetime.fromisoformat(document.eta) if document.eta else None)
    made.reference("ON", document.references.get("po"))
    made.reference("BM", document.bill_of_lading)


def _packages(
    made: Body,
    lines: tuple[ShipmentLine | AdvisedLine, ...],
    units: tuple[str, ...],
    order: str | None,
    profile: Profile,
) -> None:
    """What lies on no pallet first, then a package for each SSCC below the shipment."""
    by_pallet: dict[str | None, list[ShipmentLine | AdvisedLine]] = {None: []}
    for line in lines:
        by_pallet.setdefault(line.sscc, []).append(line)
    for number, (sscc, packed) in enumerate(by_pallet.items(), start=1):
        made.add("CPS", number, 1 if number > 1 else None)
        if sscc or units:
            made.add("PAC", 1 if sscc else len(units), None, (_PALLET, None, "9"))
            made.add("PCI", _MARKED_WITH_SSCC)
            made.identities(profile.pallet, [sscc] if sscc else units)
            units = ()
        for line in packed:
            _line(made, line, order, profile)


def _line(made: Body, line: ShipmentLine | AdvisedLine, order: str | None, profile: Profile) -> None:
    made.line(line.line, line.item, profile)
    made.lot(line.lot)
    made.number(SHIPPED, line.quantity, line.unit)
    made.number(ORDERED, line.quantity_ordered, line.unit)
    made.identities("BN", line.serials)
    made.date("36", line.expiry)
    if isinstance(line, AdvisedLine):
        if line.po_number and (line.po_number != order or line.po_line):
            made.reference("ON", line.po_number, line.po_line)
    else:
        made.reference("LI", line.order_line)
