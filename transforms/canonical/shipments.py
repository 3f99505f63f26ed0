"""Goods on their way out: shipments, sales over the counter, transfers between sites."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from transforms.canonical.document import Address, Codes, Document, Line, Quantity, StockStatus
from transforms.canonical.inbound import ReceiptSplit


class ShipmentLine(Line):
    """``quantity`` is what was shipped."""

    location: str | None = None
    order_line: str | None = None
    quantity_ordered: Quantity | None = None
    quantity_short: Quantity | None = None
    status: str | None = None
    """The warehouse's own word for the line: complete, partial, backordered …"""
    quantity_backordered: Quantity | None = None
    """What of the short quantity is still to come."""
    source_reason: str | None = None
    weight: Quantity | None = None
    weight_unit: str | None = None
    sscc: str | None = None
    tracking: str | None = None


class ShipmentConfirmed(Document):
    """A warehouse shipped. ``number`` is the shipment's, ``references['so']`` our ship order."""

    type: ClassVar[str] = "crossdock.shipment.confirmed.v1"

    ship_to: Codes = Field(default_factory=dict)
    ship_to_address: Address = Field(default_factory=dict)
    carrier: str | None = None
    carrier_method: str | None = None
    bill_of_lading: str | None = None
    lines: tuple[ShipmentLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"shiporder:{self.site_code}:{self.references.get('so', self.number)}"


class ShipmentVoided(Document):
    """A shipment is taken back."""

    type: ClassVar[str] = "crossdock.shipment.voided.v1"
    lines: tuple[ShipmentLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"shiporder:{self.site_code}:{self.references.get('so', self.number)}"


class SalesLine(Line):
    """``quantity`` is what was sold; negative for goods brought back. The other two are parts of it."""

    quantity_sold: Quantity | None = None
    quantity_returned: Quantity | None = None
    as_of: str | None = None


class SalesReported(Document):
    """A store reports what it sold. Where the store is ours each row is a movement out of its stock.

    In ``mode`` ``info`` it is news of a customer's ``store``, and no stock of ours moves.
    """

    type: ClassVar[str] = "crossdock.sales.reported.v1"
    mode: str = "movement"
    """``movement`` or ``info``."""
    store: Codes = Field(default_factory=dict)
    period_from: str | None = None
    period_to: str | None = None
    lines: tuple[SalesLine, ...]

    @property
    def is_information(self) -> bool:
        return self.mode == "info"

    @property
    def ordering_key(self) -> str:
        return f"sales:{next(iter(self.store.values()), self.site_code)}"


class TransferLine(Line):
    location: str | None = None
    to_status: StockStatus | None = None
    """The condition in which it is to be put away; none means available."""
    quantity_short: Quantity | None = None


class TransferReceivedLine(TransferLine):
    splits: tuple[ReceiptSplit, ...] = ()


class TransferRequested(Document):
    """Stock is to go from ``site`` to another site of ours."""

    type: ClassVar[str] = "crossdock.transfer.requested.v1"
    to_site: Codes = Field(default_factory=dict)
    to_site_id: str | None = None
    carrier: str | None = None
    ship_by: str | None = None
    lines: tuple[TransferLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"transfer:{self.number}"


class TransferShipped(Document):
    """Stock left one site of ours for another; until received it is in transit."""

    type: ClassVar[str] = "crossdock.transfer.shipped.v1"
    to_site: Codes = Field(default_factory=dict)
    to_site_id: str | None = None
    carrier: str | None = None
    lines: tuple[TransferLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"transfer:{self.number}"


class TransferReceived(Document):
    """Stock of a transfer arrived at ``site``."""

    type: ClassVar[str] = "crossdock.transfer.received.v1"
    lines: tuple[TransferReceivedLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"transfer:{self.number}"
