"""Goods on their way back: a return is allowed, then comes in."""

from __future__ import annotations

from typing import ClassVar

from transforms.canonical.document import Document, Line
from transforms.canonical.inbound import ReceiptLine


class ReturnLine(Line):
    reason: str = "other"
    """``defective``, ``damaged_in_transit``, ``wrong_goods``, ``excess``, ``recall``, ``expired``, ``other``."""
    source_reason: str | None = None
    disposition: str | None = None
    """``return``, ``scrap``, ``donate`` or ``reject``, where it is decided already."""


class ReturnAuthorised(Document):
    """A customer may send goods back, or asks to. ``number`` is the return's."""

    type: ClassVar[str] = "crossdock.return.authorised.v1"

    customer: str
    authorised: bool = True
    lines: tuple[ReturnLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"rma:{self.number}"


class ReturnReceived(Document):
    """Goods of a customer are back. They wait for a decision; ``splits`` say what is decided already."""

    type: ClassVar[str] = "crossdock.return.received.v1"
    lines: tuple[ReceiptLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"rma:{self.references.get('rma', self.number)}"


class ReturnReversed(Document):
    """A return that was received is taken back, line by line."""

    type: ClassVar[str] = "crossdock.return.reversed.v1"
    lines: tuple[ReceiptLine, ...]

    @property
    def ordering_key(self) -> str:
        return f"rma:{self.references.get('rma', self.number)}"
