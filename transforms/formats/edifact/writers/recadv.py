"""RECADV: what we received of a delivery, and in what condition."""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.document import StockStatus
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptLine
from transforms.formats.edifact.maps.recadv import ACCEPTED, ADVISED, KIND, NOT_ACCEPTED, RECEIVED
from transforms.formats.edifact.writers.assembly import Body, Profile

_CODES = {status: code for code, status in NOT_ACCEPTED.items()} | {StockStatus.RECALLED: "27"}
_DAMAGED = "AF"


def body(document: ReceiptConfirmed, profile: Profile, at: datetime) -> Body:
    made = Body()
    made.add("BGM", KIND, document.number, "9")
    made.date("137", at)
    made.date("50", document.occurred_at)
    made.reference("ON", document.references.get("po"))
    made.reference("AAK", document.references.get("asn"))
    made.party("DP", document.site)
    made.add("CPS", 1)
    for line in document.lines:
        _line(made, line, profile)
    made.add("CNT", ("2", len(document.lines)))
    return made


def _line(made: Body, line: ReceiptLine, profile: Profile) -> None:
    made.line(line.line, line.item, profile)
    made.lot(line.lot)
    made.number(RECEIVED, line.quantity, line.unit)
    if line.splits:
        apart = [split.quantity for split in line.splits]
        made.number(ACCEPTED, line.quantity - sum(apart), line.unit)
    if line.short is not None or line.over is not None:
        made.number(ADVISED, line.quantity + (line.short or 0) - (line.over or 0), line.unit)
    for split in line.splits:
        reason = split.condition or (_DAMAGED if split.stock_status is StockStatus.DAMAGED else None)
        made.add("QVR", (-split.quantity, _CODES[split.stock_status]), reason)
    made.date("36", line.expiry)
    made.identities("BN", line.serials)
    made.identities(profile.pallet, [line.sscc] if line.sscc else ())
    made.reference("LI", line.reference_line)
