"""What was right and wrong with what a partner sent, in no format's own words (becomes 997, CONTRL)."""

from __future__ import annotations

from typing import ClassVar

from transforms.canonical.document import Document, Frozen


class AcknowledgedPart(Frozen):
    """One transaction set or message of the acknowledged group."""

    document_type: str
    control: str
    accepted: bool
    codes: tuple[str, ...] = ()
    """The format's own error codes for the part (X12 718)."""


class AcknowledgedGroup(Frozen):
    group_type: str
    control: str
    version: str | None = None
    sets_included: int
    sets_received: int
    sets_accepted: int
    codes: tuple[str, ...] = ()
    """The format's own error codes for the group (X12 716)."""
    parts: tuple[AcknowledgedPart, ...] = ()


class DocumentAcknowledged(Document):
    """Answer to one interchange. ``number`` is the interchange's control number."""

    type: ClassVar[str] = "crossdock.document.acknowledged.v1"

    format: str
    sender: dict[str, str]
    """``qualifier`` and ``id`` of who sent what is acknowledged."""
    receiver: dict[str, str]
    version: str | None = None
    test: bool = False
    groups: tuple[AcknowledgedGroup, ...]

    @property
    def ordering_key(self) -> str:
        return f"ack:{self.sender.get('id', '-')}:{self.number}"
