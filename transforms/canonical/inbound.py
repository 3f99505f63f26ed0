"""Goods on their way in: advised by the supplier, received by the warehouse."""

from __future__ import annotations

from typing import ClassVar

from transforms.canonical.document import Document, Frozen, Line, Quantity, StockStatus


class AdvisedLine(Line):
    po_number: str | None = None
    po_line: str | None = None
    sscc: str | None = None
    quantity_ordered: Quantity | None = None
    quantity_to_date: Quantity | None = None
    """What was shipped of the order's line up to now, this included."""
    status: str | None = None
    """The supplier's own word for the line: accepted, backordered …"""
    pack: Quantity | None = None
    """What the supplier believes that one ``unit`` holds; a hint."""
    production_date: str | None = None
    component_of: str | None = None
    """The line of the kit that this is a part of."""


class InboundAdvised(Document):
    """A supplier says what it has shipped (advance ship notice). ``number`` is the ASN's."""

    type: ClassVar[str] = "crossdock.inbound.advised.v1"

    supplier: str
    purpose: str = "original"
    """``original``, ``cancel``, ``change`` or ``replace``."""
    shipped_at: str | None = None
    eta: str | None = None
    carrier: str | None = None
    bill_of_lading: str | None = None
    tracking: tuple[str, ...] = ()
    packages: Quantity | None = None
    weight: Quantity | None = None
    weight_unit: str | None = None
    logistic_units: tuple[str, ...] = ()
    """SSCC of every pallet and carton that is advised, where no line names it alone."""
    lines: tuple[AdvisedLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"asn:{self.supplier}:{self.number}"


class ReceiptSplit(Frozen):
    """A part of a received quantity that is not plainly available."""

    stock_status: StockStatus
    quantity: Quantity
    base_quantity: Quantity | None = None
    condition: str | None = None


class ReceiptLine(Line):
    """``quantity`` is all that came in; ``splits`` say how much of it is not available."""

    reference_line: str | None = None
    location: str | None = None
    splits: tuple[ReceiptSplit, ...] = ()
    short: Quantity | None = None
    over: Quantity | None = None
    scrapped: Quantity | None = None
    """Came in and was thrown away at once: not part of ``quantity``."""
    warehouse_lot: str | None = None
    """The warehouse's own word for the lot."""
    sscc: str | None = None


class ReceiptConfirmed(Document):
    """A warehouse received goods. ``number`` is the receipt's."""

    type: ClassVar[str] = "crossdock.receipt.confirmed.v1"

    final: bool = True
    rest_as_advised: bool = False
    """Only exceptions are told: what was advised and is not named came in as advised."""
    lines: tuple[ReceiptLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"receipt:{self.site_code}:{receipt_reference(self)}"


class ReceiptReversed(Document):
    """A receipt is taken back, line by line."""

    type: ClassVar[str] = "crossdock.receipt.reversed.v1"
    lines: tuple[ReceiptLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"receipt:{self.site_code}:{receipt_reference(self)}"


def receipt_reference(document: Document) -> str:
    """The order, transfer or return that a receipt answers; else its own number."""
    for kind in ("po", "transfer", "rma"):
        if kind in document.references:
            return document.references[kind]
    return document.number
