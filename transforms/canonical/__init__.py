"""The Canonical Data Model: one module per family of documents, and the catalogue of their types."""

from __future__ import annotations

from transforms.canonical.acknowledgements import AcknowledgementReceived, DocumentAcknowledged
from transforms.canonical.document import Document
from transforms.canonical.inbound import InboundAdvised, ReceiptConfirmed, ReceiptReversed
from transforms.canonical.inventory import (
    AvailabilityChanged,
    InventoryAdjusted,
    InventorySnapshot,
    InventoryStatusChanged,
)
from transforms.canonical.master import ItemProposed
from transforms.canonical.orders import (
    FulfilmentCancelRequested,
    FulfilmentRequested,
    OrderAnswered,
    OrderCancelled,
    OrderChanged,
    OrderSubmitted,
    ReservationConfirmed,
    ReservationRejected,
)
from transforms.canonical.returns import ReturnAuthorised, ReturnReceived, ReturnReversed
from transforms.canonical.shipments import (
    SalesReported,
    ShipmentConfirmed,
    ShipmentVoided,
    TransferReceived,
    TransferRequested,
    TransferShipped,
)

TYPES: dict[str, type[Document]] = {
    cls.type: cls
    for cls in (
        AcknowledgementReceived,
        AvailabilityChanged,
        DocumentAcknowledged,
        FulfilmentCancelRequested,
        FulfilmentRequested,
        InboundAdvised,
        InventoryAdjusted,
        InventorySnapshot,
        InventoryStatusChanged,
        ItemProposed,
        OrderAnswered,
        OrderCancelled,
        OrderChanged,
        OrderSubmitted,
        ReceiptConfirmed,
        ReceiptReversed,
        ReservationConfirmed,
        ReservationRejected,
        ReturnAuthorised,
        ReturnReceived,
        ReturnReversed,
        SalesReported,
        ShipmentConfirmed,
        ShipmentVoided,
        TransferReceived,
        TransferRequested,
        TransferShipped,
    )
}
"""Every canonical document by its CloudEvents type."""
