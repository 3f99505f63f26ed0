"""From a resolved document to the movements that it stands for (DOMAIN A7). Pure.

A movement takes a positive quantity from one bucket to another; a bucket is a site of ours with a
stock status, or a virtual place outside (``@supplier``, ``@customer``, ``@adjust``, ``@scrap``,
``@production``, ``@transit:<transfer>``). What goes in comes out somewhere, so all buckets of an item sum to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from transforms.canonical.document import Document, Line, StockStatus
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptReversed
from transforms.canonical.inventory import InventoryAdjusted, InventoryStatusChanged
from transforms.canonical.returns import ReturnReceived, ReturnReversed
from transforms.canonical.shipments import (
    SalesReported,
    ShipmentConfirmed,
    ShipmentVoided,
    TransferReceived,
    TransferShipped,
)

SUPPLIER, CUSTOMER, ADJUST, SCRAP = "@supplier", "@customer", "@adjust", "@scrap"
PRODUCTION = "@production"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A place that can hold stock; virtual ones have no location and no status."""

    site: str
    location: str = ""
    status: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """``quantity`` (positive, base unit) of an item from one bucket to another."""

    effect_key: str
    kind: str
    item_id: str
    quantity: Decimal
    source: Bucket
    target: Bucket
    occurred_at: datetime
    lot: str = ""
    serial: str = ""


Splits = tuple[tuple[StockStatus, Decimal], ...]
"""Parts of a line that are in a condition of their own, in the base unit."""


@dataclass(frozen=True, slots=True)
class ResolvedLine:
    """A line with our own item and its quantity in the item's base unit."""

    line: Line
    item_id: str
    base_quantity: Decimal
    effect_key: str
    splits: Splits = ()


Draft = tuple[str, str, Decimal, Bucket, Bucket]
"""Suffix of the effect key, movement class, quantity, from, to."""


def movements(document: Document, site: str, lines: list[ResolvedLine]) -> list[Movement]:
    """The movements of a document's lines; none for documents that are intent or snapshot."""
    rule = _RULES.get(type(document))
    if rule is None or document.is_information:
        return []
    found = []
    for line in lines:
        for draft in rule(document, site, line):
            found += _by_serial(document, line, _forward(draft))
    return found


def _forward(draft: Draft) -> Draft:
    """A negative quantity the one way is a positive one the other."""
    suffix, kind, quantity, source, target = draft
    return draft if quantity >= 0 else (suffix, kind, -quantity, target, source)


def _by_serial(document: Document, line: ResolvedLine, draft: Draft) -> list[Movement]:
    suffix, kind, quantity, source, target = draft
    if not quantity:
        return []
    serials = line.line.serials
    common: dict[str, Any] = {
        "kind": kind,
        "item_id": line.item_id,
        "source": source,
        "target": target,
        "occurred_at": document.occurred_at,
        "lot": line.line.lot or "",
    }
    if len(serials) != quantity or not serials:
        return [Movement(effect_key=line.effect_key + suffix, quantity=quantity, **common)]
    return [
        Movement(
            effect_key=f"{line.effect_key}{suffix}/{serial}", quantity=Decimal(1), serial=serial, **common
        )
        for serial in serials
    ]


def _here(line: ResolvedLine, site: str, status: str = StockStatus.AVAILABLE) -> Bucket:
    return Bucket(site, getattr(line.line, "location", None) or "", str(status))


def _adjusted(_document: Document, site: str, line: ResolvedLine) -> Iterator[Draft]:
    told: Any = line.line
    here = _here(line, site, told.stock_status)
    if told.reason == "scrap":
        yield "", "scrap", -line.base_quantity, here, Bucket(SCRAP)
    elif told.reason == "consumption":
        yield "", "consumption", -line.base_quantity, here, Bucket(PRODUCTION)
    else:
        kind = "count_gain" if line.base_quantity >= 0 else "count_loss"
        yield "", kind, line.base_quantity, Bucket(ADJUST), here


def _status_changed(_document: Document, site: str, line: ResolvedLine) -> Iterator[Draft]:
    told: Any = line.line
    before, after = _here(line, site, told.from_status), _here(line, site, told.to_status)
    yield "", "status_change", line.base_quantity, before, after


def _received_from(
    kind: str,
    origin: Callable[[Document], str],
    *,
    back: bool = False,
    condition: StockStatus = StockStatus.AVAILABLE,
) -> Any:
    def rule(document: Document, site: str, line: ResolvedLine) -> Iterator[Draft]:
        outside = Bucket(origin(document))
        rest = line.base_quantity - sum((quantity for _, quantity in line.splits), Decimal(0))
        parts = [("", condition, rest)]
        parts += [(f"/{status}", status, quantity) for status, quantity in line.splits]
        for suffix, status, quantity in parts:
            here = _here(line, site, status)
            yield (suffix, kind, quantity, here, outside) if back else (suffix, kind, quantity, outside, here)

    return rule


def _origin(document: Document) -> str:
    if "rma" in document.references:
        return CUSTOMER
    return SUPPLIER


def _shipped(_document: Document, site: str, line: ResolvedLine) -> Iterator[Draft]:
    yield "", "issue_sale", line.base_quantity, _here(line, site), Bucket(CUSTOMER)


def _voided(_document: Document, site: str, line: ResolvedLine) -> Iterator[Draft]:
    yield "", "issue_reversal", line.base_quantity, Bucket(CUSTOMER), _here(line, site)


def _transfer_out(document: Document, site: str, line: ResolvedLine) -> Iterator[Draft]:
    yield "", "transfer_out", line.base_quantity, _here(line, site), Bucket(f"@transit:{document.number}")


_RULES: dict[type[Document], Callable[[Document, str, ResolvedLine], Iterator[Draft]]] = {
    InventoryAdjusted: _adjusted,
    InventoryStatusChanged: _status_changed,
    ReceiptConfirmed: _received_from("receipt_po", _origin),
    ReceiptReversed: _received_from("receipt_reversal", _origin, back=True),
    SalesReported: _shipped,
    ReturnReceived: _received_from(
        "return_customer", lambda _: CUSTOMER, condition=StockStatus.RETURN_PENDING
    ),
    ReturnReversed: _received_from(
        "return_reversal", lambda _: CUSTOMER, condition=StockStatus.RETURN_PENDING, back=True
    ),
    ShipmentConfirmed: _shipped,
    ShipmentVoided: _voided,
    TransferShipped: _transfer_out,
    TransferReceived: _received_from("transfer_in", lambda document: f"@transit:{document.number}"),
}

REVERSES: dict[str, str] = {
    ReceiptReversed.type: ReceiptConfirmed.type,
    ReturnReversed.type: ReturnReceived.type,
    ShipmentVoided.type: ShipmentConfirmed.type,
}
"""Documents that take another one of the same number back."""


def needs_site(document_type: type[Document]) -> bool:
    """Whether documents of this type move stock, and so must say where."""
    return document_type in _RULES
