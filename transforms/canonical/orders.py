"""Intent to buy: customers' orders to us and our own purchase orders."""

from __future__ import annotations

from typing import ClassVar

from transforms.canonical.document import Codes, Document, Line, Quantity, SplitPolicy


class OrderLine(Line):
    price: Quantity | None = None
    """Passed through, never used."""


class OrderSubmitted(Document):
    """A customer orders from us. ``number`` is the customer's PO."""

    type: ClassVar[str] = "crossdock.order.submitted.v1"
    split: ClassVar[SplitPolicy] = SplitPolicy.ATOMIC

    customer: str
    ship_to: Codes
    requested_date: str | None = None
    kind: str = "SA"
    lines: tuple[OrderLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"order:{self.customer}:{self.number}"


class OrderCancelled(Document):
    """A customer takes an order back."""

    type: ClassVar[str] = "crossdock.order.cancelled.v1"
    split: ClassVar[SplitPolicy] = SplitPolicy.ATOMIC

    customer: str

    @property
    def ordering_key(self) -> str:
        return f"order:{self.customer}:{self.number}"
