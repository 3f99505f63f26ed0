"""Intent to buy: customers' orders to us, what we answer, and what a warehouse is asked to do about it."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from transforms.canonical.document import Address, Codes, Document, Line, Quantity, SplitPolicy


class OrderLine(Line):
    price: Quantity | None = None
    """Passed through, never used."""
    line_no_source: str = "sender"
    """``ordinal`` where the customer gave the line no number and got ours."""
    ordered_as: str | None = None
    """The customer's line of which this is a part, by place or by date."""
    place: Codes = Field(default_factory=dict)
    """Where the customer wants this part of the line."""
    requested_date: str | None = None
    """ISO date, where a part of the line has one of its own."""
    pack: Quantity | None = None
    """What the customer believes that one ``unit`` holds; a hint."""
    inner_pack: Quantity | None = None


class _Order(Document):
    """What an order and its change say of the whole."""

    split: ClassVar[SplitPolicy] = SplitPolicy.ATOMIC

    customer: str
    ship_to: Codes
    ship_to_address: Address = Field(default_factory=dict)
    buyer: Codes = Field(default_factory=dict)
    bill_to: Codes = Field(default_factory=dict)
    currency: str | None = None
    requested_date: str | None = None
    requested_ship: str | None = None
    not_before: str | None = None
    not_after: str | None = None
    cancel_after: str | None = None
    kind: str = "SA"

    @property
    def ordering_key(self) -> str:
        return f"order:{self.customer}:{self.number}"


class OrderSubmitted(_Order):
    """A customer orders from us. ``number`` is the customer's PO."""

    type: ClassVar[str] = "crossdock.order.submitted.v1"

    lines: tuple[OrderLine, ...]


class ChangedLine(OrderLine):
    """One line after the change: ``quantity`` is all that is now ordered of it."""

    action: str
    """``add``, ``delete``, ``quantity``, ``replace``, ``price``, ``reschedule`` or ``none``."""
    quantity_left: Quantity | None = None
    """What the customer still expects of it."""


class OrderChanged(_Order):
    """A customer changes an order. Lines that are not named stay as they are."""

    type: ClassVar[str] = "crossdock.order.changed.v1"

    revision: str | None = None
    lines: tuple[ChangedLine, ...]


class OrderCancelled(Document):
    """A customer takes an order back."""

    type: ClassVar[str] = "crossdock.order.cancelled.v1"
    split: ClassVar[SplitPolicy] = SplitPolicy.ATOMIC

    customer: str

    @property
    def ordering_key(self) -> str:
        return f"order:{self.customer}:{self.number}"


class ReservedLine(Line):
    """``quantity`` is what was ordered, ``quantity_confirmed`` what we promise of it."""

    quantity_confirmed: Quantity
    quantity_backordered: Quantity | None = None
    promise_date: str | None = None
    """ISO date."""
    price: Quantity | None = None
    reason: str | None = None
    """Why it is not as ordered: ``unknown_item``, ``invalid_unit``, ``substituted``, ``cancelled``."""


class ReservationConfirmed(Document):
    """We promise an order, whole or in part. ``number`` is the customer's PO."""

    type: ClassVar[str] = "crossdock.reservation.confirmed.v1"
    split: ClassVar[SplitPolicy] = SplitPolicy.ATOMIC

    customer: str
    order_date: str | None = None
    lines: tuple[ReservedLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"order:{self.customer}:{self.number}"


class ReservationRejected(ReservationConfirmed):
    """We promise nothing of an order."""

    type: ClassVar[str] = "crossdock.reservation.rejected.v1"


class FulfilmentLine(Line):
    order_line: str | None = None


class FulfilmentRequested(Document):
    """A warehouse is asked to ship. ``number`` is the ship order's."""

    type: ClassVar[str] = "crossdock.fulfilment.requested.v1"
    split: ClassVar[SplitPolicy] = SplitPolicy.ATOMIC

    purpose: str = "original"
    """``original`` or ``change``: then it stands in place of what was asked before."""
    depositor: Codes = Field(default_factory=dict)
    """Whose goods they are."""
    ship_to: Codes = Field(default_factory=dict)
    ship_to_address: Address = Field(default_factory=dict)
    carrier: str | None = None
    ship_by: str | None = None
    ship_not_after: str | None = None
    note: str | None = None
    lines: tuple[FulfilmentLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"shiporder:{self.site_code}:{self.number}"


class FulfilmentCancelRequested(Document):
    """A warehouse is asked not to ship after all."""

    type: ClassVar[str] = "crossdock.fulfilment.cancel_requested.v1"
    split: ClassVar[SplitPolicy] = SplitPolicy.ATOMIC

    @property
    def ordering_key(self) -> str:
        return f"shiporder:{self.site_code}:{self.number}"


class AnsweredLine(Line):
    """``quantity`` is what we ordered."""

    answer: str
    """``accepted``, ``changed`` or ``rejected``."""
    confirmed: Quantity | None = None
    """What will be delivered, where it is told."""
    backordered: Quantity | None = None
    promised: str | None = None
    """ISO date."""


class OrderAnswered(Document):
    """A supplier answers an order of ours. ``number`` is the order's."""

    type: ClassVar[str] = "crossdock.order.answered.v1"

    supplier: str
    answer: str
    """``accepted``, ``changed`` or ``rejected``."""
    promised: str | None = None
    lines: tuple[AnsweredLine, ...] = ()

    @property
    def ordering_key(self) -> str:
        return f"po:{self.supplier}:{self.number}"
