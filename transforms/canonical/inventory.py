"""Stock as its keeper reports it: adjustments, changes of status, snapshots."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from transforms.canonical.document import Codes, Document, Frozen, Line, Quantity, StockStatus


class AdjustmentLine(Line):
    """``quantity`` is the signed change."""

    location: str | None = None
    stock_status: StockStatus = StockStatus.AVAILABLE
    reason: str = "other"
    """``cycle_count``, ``consumption``, ``damage``, ``scrap``, ``found``, ``receipt``, ``shipment``,
    ``transfer``, ``correction`` (of what ``references`` name), ``other``."""
    source_reason: str | None = None


class InventoryAdjusted(Document):
    """The keeper of a site changed what it says is there."""

    type: ClassVar[str] = "crossdock.inventory.adjusted.v1"
    lines: tuple[AdjustmentLine, ...]

    @property
    def ordering_key(self) -> str:
        return stock_key(self)


class StatusLine(Line):
    """``quantity`` (positive) moves from one condition to another; on hand stays the same."""

    location: str | None = None
    from_status: StockStatus
    to_status: StockStatus
    reason: str = "other"
    source_reason: str | None = None


class InventoryStatusChanged(Document):
    type: ClassVar[str] = "crossdock.inventory.status_changed.v1"
    lines: tuple[StatusLine, ...]

    @property
    def ordering_key(self) -> str:
        return stock_key(self)


class SnapshotPart(Frozen):
    """A part of a line's quantity that has a lot, an expiry, a place or a pallet of its own."""

    quantity: Quantity
    lot: str | None = None
    expiry: str | None = None
    location: str | None = None
    sscc: str | None = None
    stock_status: StockStatus | None = None


class SnapshotLine(Line):
    """What one keeper says is there of one item; ``quantity`` is the whole on hand in ``unit``.

    ``by_status`` and ``parts`` are breakdowns of it, ``committed`` what is promised out of it, ``others``
    figures of another kind: none is ever added to it. ``stock_status`` is set when the figure speaks of
    stock in that condition only.
    """

    location: str | None = None
    stock_status: StockStatus | None = None
    by_status: dict[StockStatus, Quantity] | None = None
    committed: Quantity | None = None
    on_order: Quantity | None = None
    in_transit: Quantity | None = None
    lead_time: str | None = None
    """ISO 8601 duration until more can be had."""
    as_of: str | None = None
    """RFC 3339, where a line has a time of its own."""
    parts: tuple[SnapshotPart, ...] = ()
    others: dict[str, Quantity] | None = None
    """By the source's own qualifier: in transit, on order, opening balance, movement of the period …"""


class InventorySnapshot(Document):
    """Absolute state at an instant (``occurred_at`` is the as-of). It never overwrites the book.

    ``store`` is set instead of ``site`` when it speaks of a place that is not ours.
    """

    type: ClassVar[str] = "crossdock.inventory.snapshot.v1"
    complete: bool = False
    """A full snapshot: what it does not name is not there."""
    advice: bool = False
    """What the sender would sell, which is not all that it has."""
    store: Codes = Field(default_factory=dict)
    lines: tuple[SnapshotLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"snap:{next(iter(self.store.values()), self.site_code)}"


class AvailableDay(Frozen):
    """How much more there will be from a day on."""

    date: str
    quantity: Quantity


class AvailabilityLine(Line):
    """``quantity`` is what may be sold now."""

    on_hand: Quantity | None = None
    next_inbound: tuple[AvailableDay, ...] = ()


class AvailabilityChanged(Document):
    """What a sales channel may promise from ``site``."""

    type: ClassVar[str] = "crossdock.availability.changed.v1"

    channel: str | None = None
    lines: tuple[AvailabilityLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"availability:{self.site_code}:{self.channel or '*'}"


def stock_key(document: Document) -> str:
    """``stock:<site>:<item>``; a document about several items is ordered by its own number."""
    first = document.lines[0] if document.lines else None
    if first is None or len(document.lines) > 1:
        return f"stock:{document.site_code}:#{document.number}"
    return f"stock:{document.site_code}:{first.item_id or next(iter(first.item.values()), '-')}"
