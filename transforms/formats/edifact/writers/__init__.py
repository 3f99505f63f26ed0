"""Writing EDIFACT: a canonical document as an interchange of one message.

What is written is read back by this format's own reader, and counts and references agree.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.canonical.document import Document
from transforms.canonical.inbound import InboundAdvised, ReceiptConfirmed
from transforms.canonical.inventory import InventoryAdjusted, InventorySnapshot
from transforms.canonical.orders import ReservationConfirmed, ReservationRejected
from transforms.canonical.shipments import ShipmentConfirmed
from transforms.errors import Unsupported
from transforms.formats.edifact.writers import contrl, desadv, invrpt, ordrsp, recadv
from transforms.formats.edifact.writers.assembly import Body, Profile, interchange

_WRITERS: dict[type[Document], tuple[str, Callable[..., Body]]] = {
    DocumentAcknowledged: ("CONTRL", contrl.body),
    InboundAdvised: ("DESADV", desadv.body),
    InventoryAdjusted: ("INVRPT", invrpt.movements),
    InventorySnapshot: ("INVRPT", invrpt.report),
    ReceiptConfirmed: ("RECADV", recadv.body),
    ReservationConfirmed: ("ORDRSP", ordrsp.body),
    ReservationRejected: ("ORDRSP", ordrsp.body),
    ShipmentConfirmed: ("DESADV", desadv.body),
}
WRITTEN = tuple(_WRITERS)
"""Canonical documents that become EDIFACT."""


def write(document: Document, profile: Profile, *, control: int, at: datetime) -> bytes:
    """The interchange. ``control`` becomes UNB 0020, ``at`` (UTC) the time at which it was made.

    Raises :class:`transforms.errors.TransformError` for what EDIFACT cannot say.
    """
    if type(document) not in _WRITERS:
        names = ", ".join(one.type for one in _WRITERS)
        raise Unsupported(f"{document.type} is not written as EDIFACT; there are {names}")
    kind, body = _WRITERS[type(document)]
    if isinstance(document, DocumentAcknowledged):  # it goes back to where the acknowledged came from
        parties = {"sender": _named(document.receiver), "receiver": _named(document.sender)}
        profile = profile.model_copy(update=parties | {"test": document.test})
    return interchange(kind, body(document, profile, at), profile, control=control, at=at)


def _named(party: dict[str, str]) -> str:
    return f"{party['id']}:{party['qualifier']}".rstrip(":")
