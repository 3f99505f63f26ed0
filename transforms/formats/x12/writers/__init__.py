"""Writing X12: one module per set, and the catalogue of what can be written of which document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.canonical.document import Document
from transforms.canonical.inbound import InboundAdvised
from transforms.canonical.inventory import AvailabilityChanged
from transforms.canonical.orders import (
    FulfilmentCancelRequested,
    FulfilmentRequested,
    ReservationConfirmed,
    ReservationRejected,
)
from transforms.canonical.shipments import ShipmentConfirmed, TransferRequested, TransferShipped
from transforms.errors import Unsupported
from transforms.formats.x12.maps import GROUP_IDS
from transforms.formats.x12.writers import (
    answer_997,
    answer_999,
    answer_ta1,
    availability_846,
    envelope,
    order_answer_855,
    ship_notice_856,
    ship_order_940,
    transfer_943,
)
from transforms.formats.x12.writers.envelope import Body, Control, Parties, Profile

__all__ = ["WRITERS", "Control", "Profile", "write"]


@dataclass(frozen=True, slots=True)
class Writer:
    """What is written, and of which documents."""

    documents: tuple[type[Document], ...]
    write: Callable[..., bytes]
    """Takes the document, and ``profile``, ``control`` and ``at`` by name."""


def _business(
    kind: str, body: Callable[[Any, Profile], Body], document: Document, *, profile: Profile, control: Control,
    at: datetime,
) -> bytes:  # fmt: skip
    return envelope.interchange(
        [body(document, profile)], kind=kind, group=GROUP_IDS[kind], parties=Parties.of(profile), profile=profile,
        control=control, at=at,
    )  # fmt: skip


def _of(kind: str, body: Callable[[Any, Profile], Body], *documents: type[Document]) -> Writer:
    return Writer(documents, partial(_business, kind, body))


WRITERS: Mapping[str, Writer] = {
    "846": _of("846", availability_846.body, AvailabilityChanged),
    "855": _of("855", order_answer_855.body, ReservationConfirmed, ReservationRejected),
    "856": _of("856", ship_notice_856.body, ShipmentConfirmed),
    "940": _of("940", ship_order_940.body, FulfilmentRequested, FulfilmentCancelRequested),
    "943": _of("943", transfer_943.body, TransferShipped, TransferRequested, InboundAdvised),
    "997": Writer((DocumentAcknowledged,), answer_997.write),
    "999": Writer((DocumentAcknowledged,), answer_999.write),
    "ta1": Writer((DocumentAcknowledged,), answer_ta1.write),
}


_ANSWERS = {"997": answer_997.write, "999": answer_999.write, "TA1": answer_ta1.write}


def _answer(document: DocumentAcknowledged, *, profile: Profile, control: Control, at: datetime) -> bytes:
    """The one that was agreed with the partner; a 997 where the document does not say."""
    return _ANSWERS[document.kind or "997"](document, profile=profile, control=control, at=at)


_BY_AGREEMENT = Writer((DocumentAcknowledged,), _answer)


def write(kind: str, document: Document, *, profile: Profile, control: Control, at: datetime) -> bytes:
    """One interchange with one document. ``at`` is UTC, and becomes the time in its headers.

    ``kind`` is one of ``WRITERS``, or ``ack``: the acknowledgement that the document itself asks for.

    Raises :class:`transforms.errors.TransformError`: the document is not of a kind that becomes this set,
    lacks something that the set must say, or has a value that the set cannot carry.
    """
    writer = _BY_AGREEMENT if kind == "ack" else WRITERS[kind]
    if not isinstance(document, writer.documents):
        known = ", ".join(one.type for one in writer.documents)
        raise Unsupported(
            f"{document.type} is not written as {kind}; that is for {known}", value=document.type
        )
    return writer.write(document, profile=profile, control=control, at=at)
