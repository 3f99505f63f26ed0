"""The Canonical Data Model: one module per family of documents, and the catalogue of their types."""

from __future__ import annotations

from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.canonical.document import Document
from transforms.canonical.inbound import InboundAdvised, ReceiptConfirmed, ReceiptReversed
from transforms.canonical.inventory import (
    InventoryAdjusted,
    InventorySnapshot,
    InventoryStatusChanged,
)
from transforms.canonical.orders import OrderCancelled, OrderSubmitted
from transforms.canonical.shipments import (
    SalesReported,
    ShipmentConfirmed,
    ShipmentVoided,
    TransferReceived,
    TransferShipped,
)

TYPES: dict[str, type[Document]] = {
    cls.type: cls
    for cls in (
        DocumentAcknowledged,
        InboundAdvised,
        InventoryAdjusted,
        InventorySnapshot,
        InventoryStatusChanged,
        OrderCancelled,
        OrderSubmitted,
        ReceiptConfirmed,
        ReceiptReversed,
        SalesReported,
        ShipmentConfirmed,
        ShipmentVoided,
        TransferReceived,
        TransferShipped,
    )
}
"""Every canonical document by its CloudEvents type."""
