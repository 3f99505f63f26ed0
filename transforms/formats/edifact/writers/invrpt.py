"""INVRPT: what we say is there (BGM 35), or how it changed (BGM 78)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from transforms.canonical.document import Document, StockStatus
from transforms.canonical.inventory import (
    AdjustmentLine,
    InventoryAdjusted,
    InventorySnapshot,
    SnapshotLine,
    SnapshotPart,
)
from transforms.formats.edifact.maps.invrpt import (
    COMMITTED,
    IN,
    KINDS,
    MOVEMENTS,
    ON_HAND,
    OUT,
    REASONS,
    REPORT,
    STATUS,
    other_figure,
)
from transforms.formats.edifact.writers.assembly import Body, Profile

_MOVED = "156"
_BOOK = "1"
_INV_BEFORE = "D:01B"
_QUALIFIERS = {status: code for code, status in reversed(STATUS.items())} | {StockStatus.RECALLED: "27"}
_KINDS = {status: code for code, status in KINDS.items()}
_REASONS = {reason: code for code, reason in REASONS.items()} | {"damage": "10", "found": "4"}
_OTHER = "11"


def report(document: InventorySnapshot, profile: Profile, at: datetime) -> Body:
    made = _begun(document, REPORT, at)
    for line in document.lines:
        _stock(made, line, profile)
    return made


def movements(document: InventoryAdjusted, profile: Profile, at: datetime) -> Body:
    made = _begun(document, MOVEMENTS[0], at)
    for line in document.lines:
        _change(made, line, profile)
    return made


def _begun(document: Document, kind: str, at: datetime) -> Body:
    made = Body()
    made.add("BGM", kind, document.number, "9")
    made.date("137", at)
    made.date("366", document.occurred_at)
    made.party("GY", document.site)
    return made


def _stock(made: Body, line: SnapshotLine, profile: Profile) -> None:
    made.line(line.line, line.item, profile)
    made.lot(line.lot)
    _place(made, line.location)
    made.date("36", line.expiry)
    main = _QUALIFIERS[line.stock_status] if line.stock_status else ON_HAND
    still = (None, None, None, _BOOK)
    _figure(made, profile, still, (main, line.quantity, line.unit))
    for part in line.parts:
        kind = _KINDS.get(part.stock_status) if part.stock_status else None
        _figure(made, profile, (None, kind, None, _BOOK), (main, part.quantity, line.unit))
        _tell(made, part, profile)
    for status, quantity in (line.by_status or {}).items():
        _figure(made, profile, still, (_QUALIFIERS[status], quantity, line.unit))
    if line.committed is not None:
        _figure(made, profile, still, (COMMITTED[0], line.committed, line.unit))
    for name, quantity in (line.others or {}).items():
        qualifier, unit, way, reason = other_figure(name)
        _figure(made, profile, (way, None, reason, _BOOK), (qualifier, quantity, unit or line.unit))


def _figure(
    made: Body, profile: Profile, inv: tuple[str | None, ...], figure: tuple[str, Decimal, str]
) -> None:
    """QTY with the INV that speaks of it, on the side on which the version wants it."""
    if profile.version == _INV_BEFORE:
        made.add("INV", *inv)
    made.number(*figure)
    if profile.version != _INV_BEFORE and any(inv[:3]):
        made.add("INV", *inv)


def _tell(made: Body, part: SnapshotPart, profile: Profile) -> None:
    made.identities("BX", [part.lot] if part.lot else ())
    made.identities(profile.pallet, [part.sscc] if part.sscc else ())
    _place(made, part.location)
    made.date("36", part.expiry)


def _change(made: Body, line: AdjustmentLine, profile: Profile) -> None:
    made.line(line.line, line.item, profile)
    made.lot(line.lot)
    _place(made, line.location)
    made.identities("BN", line.serials)
    made.date("36", line.expiry)
    kind = _KINDS.get(line.stock_status)
    qualifier = _MOVED if kind else _QUALIFIERS[line.stock_status]
    way = IN if line.quantity >= 0 else OUT
    inv = (way, kind, _REASONS.get(line.reason, _OTHER), _BOOK)
    _figure(made, profile, inv, (qualifier, abs(line.quantity), line.unit))


def _place(made: Body, location: str | None) -> None:
    if location:
        made.add("LOC", "18", location)
