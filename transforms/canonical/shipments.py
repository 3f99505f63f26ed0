"""Goods on their way out: shipments, sales over the counter, transfers between sites."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from transforms.canonical.document import Codes, Document, Line, Quantity


class ShipmentLine(Line):
    """``quantity`` is what was shipped."""

    location: str | None = None
    order_line: str | None = None
    quantity_ordered: Quantity | None = None
    quantity_short: Quantity | None = None
    status: str | None = None
    """The warehouse's own word for the line: complete, partial, backordered …"""
    sscc: str | None = None


class ShipmentConfirmed(Document):
    """A warehouse shipped. ``number`` is the shipment's, ``references['so']`` our ship order."""

    type: ClassVar[str] = "crossdock.shipment.confirmed.v1"

    ship_to: Codes = Field(default_factory=dict)
    carrier: str | None = None
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
    """``quantity`` is what was sold; negative for goods brought back."""


class SalesReported(Document):
    """A branch's till reports what it sold; each row is a movement out of its stock."""

    type: ClassVar[str] = "crossdock.sales.reported.v1"
    lines: tuple[SalesLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"sales:{self.site_code}"


class TransferLine(Line):
    location: str | None = None
    quantity_short: Quantity | None = None


class TransferShipped(Document):
    """Stock left one site of ours for another; until received it is in transit."""

    type: ClassVar[str] = "crossdock.transfer.shipped.v1"
    to_site: Codes = Field(default_factory=dict)
    to_site_id: str | None = None
    lines: tuple[TransferLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"transfer:{self.number}"


class TransferReceived(Document):
    """Stock of a transfer arrived at ``site``."""

    type: ClassVar[str] = "crossdock.transfer.received.v1"
    lines: tuple[TransferLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"transfer:{self.number}"
