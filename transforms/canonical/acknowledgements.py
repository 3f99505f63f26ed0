"""What was right and wrong with what a partner sent, in no format's own words; and what partners say of ours."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from transforms.canonical.document import Document, Frozen


class LocatedElement(Frozen):
    """An element that is wrong."""

    position: int
    component: int | None = None
    repetition: int | None = None
    reference: str | None = None
    """The element's number in the format's own dictionary."""
    code: str
    """The format's own word for what is wrong (X12 723)."""
    value: str | None = None
    """A copy of what stands there."""


class LocatedSegment(Frozen):
    """A segment that is wrong, or has something wrong in it."""

    tag: str
    position: int
    """Its ordinal in the part; the header (ST) is 1."""
    loop: str | None = None
    code: str | None = None
    """The format's own word for what is wrong (X12 720); none where only elements are."""
    context: dict[str, str] = Field(default_factory=dict)
    """What makes it wrong there, by name (X12 999 CTX)."""
    elements: tuple[LocatedElement, ...] = ()


class AcknowledgedPart(Frozen):
    """One transaction set or message of the acknowledged group."""

    document_type: str
    control: str
    accepted: bool
    codes: tuple[str, ...] = ()
    """The format's own error codes for the part (X12 718, EDIFACT 0085)."""
    segments: tuple[LocatedSegment, ...] = ()
    """What is wrong, and where. A part may be accepted in spite of it."""
    version: str | None = None
    """Version of the part where each part has its own, such as ``D:96A:UN:EAN008``."""


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


class _Answer(Document):
    """About one interchange. ``number`` is the interchange's control number."""

    format: str
    sender: dict[str, str]
    """``qualifier`` and ``id`` of who sent what is acknowledged."""
    receiver: dict[str, str]
    version: str | None = None
    test: bool = False
    accepted: bool = True
    """Whether the interchange as such was; of one that was not, messages may have been all the same."""
    codes: tuple[str, ...] = ()
    """The format's own error codes for the interchange (X12 I18, EDIFACT 0085)."""
    groups: tuple[AcknowledgedGroup, ...]


class DocumentAcknowledged(_Answer):
    """Our answer to one interchange."""

    type: ClassVar[str] = "crossdock.document.acknowledged.v1"

    kind: str | None = None
    """What it is said with, where the format has more than one: X12 ``997``, ``999`` or ``TA1``."""

    @property
    def sets(self) -> int:
        return max(len(self.groups), 1)

    @property
    def ordering_key(self) -> str:
        return f"ack:{self.sender.get('id', '-')}:{self.number}"


class ReceivedPart(Frozen):
    """What a partner says of one set or message of ours."""

    document_type: str
    control: str
    verdict: str
    """``accepted``, ``accepted_with_errors``, ``partly_accepted``, ``rejected`` or ``received``."""
    source_verdict: str
    codes: tuple[str, ...] = ()
    segments: tuple[LocatedSegment, ...] = ()


class AcknowledgementReceived(Document):
    """What a partner says of one group of ours, or of a whole interchange.

    ``number`` is the control number that it names: that of the group, or of the interchange where
    ``level`` says so. Which of our deliveries that was is found by who reads it.
    """

    type: ClassVar[str] = "crossdock.acknowledgement.received.v1"

    partner: str
    format: str
    kind: str
    """``997``, ``999``, ``TA1``, ``CONTRL``."""
    level: str = "group"
    """``group`` or ``interchange``."""
    group_type: str | None = None
    verdict: str
    source_verdict: str
    codes: tuple[str, ...] = ()
    sets_included: int | None = None
    sets_received: int | None = None
    sets_accepted: int | None = None
    parts: tuple[ReceivedPart, ...] = ()

    @property
    def ordering_key(self) -> str:
        return f"ack:{self.partner}:{self.number}"
