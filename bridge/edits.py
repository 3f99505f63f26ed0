"""Edited documents: a new row takes the old one's place, linked to it, behind the same ordering key.

A document that stopped before it was applied is applied in its new form; one that an endpoint refused
stays applied as it was booked, and only what the endpoint hears is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, func, select, update

from bridge import dead_letters
from bridge.message import DeliveryState, DocumentState, Subject
from bridge.store import control_numbers, documents
from bridge.store import tables as t
from transforms.canonical import TYPES
from transforms.canonical.document import Document

_FIRST, _LAST = 501, 999
"""Numbers of edited copies among the derived ordinals of a document; those below are its held lines."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with edited content, and where."""

    where: str
    what: str


class EditInvalid(Exception):
    """The edited content is not a document of its type; ``faults`` says what and where."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(
            "; ".join(f"{fault.where}: {fault.what}" if fault.where else fault.what for fault in faults)
        )


def parse(document_type: str, content: str) -> Document:
    """Read edited JSON strictly as its type. Raises :class:`EditInvalid`."""
    if document_type not in TYPES:
        raise EditInvalid(
            [Fault("", f"{document_type} is not a type of this release; update the bridge first")]
        )
    try:
        return documents.load(document_type, content)
    except ValidationError as error:
        faults = [Fault(".".join(str(step) for step in one["loc"]), one["msg"]) for one in error.errors()]
        raise EditInvalid(faults) from error


def replace(
    connection: Connection, letter: Any, content: str, *, actor: str, reason: str, at: datetime
) -> str:
    """Put edited content in the place of a letter's document or delivery; returns the content before.

    The letter then is about the new row. Raises :class:`EditInvalid`.
    """
    old = connection.execute(
        select(t.document).where(t.document.c.id == letter.document_id).with_for_update()
    ).one()
    edited = parse(old.type, content)
    by: dict[str, Any] = {"actor": actor, "reason": reason, "at": at}
    if letter.subject == Subject.DOCUMENT:
        new_id = _insert(connection, letter, old, edited, at=at, state=DocumentState.READY)
        changes = {"document_id": new_id}
        dead_letters.move(
            connection, t.document, Subject.DOCUMENT, [old.id],
            stopped=[DocumentState.DEAD], to=DocumentState.REPLACED, **by,
        )  # fmt: skip
        _pass_on_key(connection, letter.lane_id, old.id, new_id)
        before = old.body
    else:
        changes = _replace_delivery(connection, letter, old, edited, by=by, at=at)
        before = documents.resolved(old.body, old.found)
    connection.execute(
        update(t.dead_letter).where(t.dead_letter.c.id == letter.id).values(number=edited.number, **changes)
    )
    return orjson.dumps(before, option=orjson.OPT_INDENT_2).decode()


def _replace_delivery(
    connection: Connection, letter: Any, old: Any, edited: Document, *, by: dict[str, Any], at: datetime
) -> dict[str, int]:
    document_id = _insert(connection, letter, old, edited, at=at, state=DocumentState.APPLIED, found={})
    delivery = connection.execute(select(t.delivery).where(t.delivery.c.id == letter.delivery_id)).one()
    delivery_id = connection.execute(
        t.delivery.insert()
        .values(
            key=f"out/{_public_id(letter)}/{delivery.endpoint}",
            document_id=document_id,
            lane_id=delivery.lane_id,
            endpoint=delivery.endpoint,
            ordering_key=delivery.ordering_key,
            state=DeliveryState.PENDING,
            created_at=at,
            replaces=delivery.id,
        )
        .returning(t.delivery.c.id)
    ).scalar_one()
    control_numbers.renew(connection, delivery.id, delivery_id, sets=edited.sets)
    dead_letters.move(
        connection, t.delivery, Subject.DELIVERY, [delivery.id],
        stopped=[DeliveryState.DEAD, DeliveryState.PARKED], to=DeliveryState.REPLACED, **by,
    )  # fmt: skip
    _pass_on_key(connection, letter.lane_id, delivery.id, delivery_id)
    return {"document_id": document_id, "delivery_id": delivery_id}


def _insert(
    connection: Connection, letter: Any, old: Any, edited: Document, *, at: datetime, **values: object
) -> int:
    return int(
        connection.execute(
            t.document.insert()
            .values(
                public_id=_public_id(letter),
                message_id=old.message_id,
                ordinal=_free_ordinal(connection, old),
                lane_id=old.lane_id,
                type=old.type,
                number=edited.number,
                ordering_key=old.ordering_key,
                key=_key(letter),
                part=old.part,
                position=old.position,
                created_at=at,
                body=documents.dump(edited),
                split_from=old.id,
                **values,
            )
            .returning(t.document.c.id)
        ).scalar_one()
    )


def _key(letter: Any) -> str:
    return f"edit/{letter.public_id}/{letter.count}"


def _public_id(letter: Any) -> str:
    return documents.public_id(_key(letter))


def _free_ordinal(connection: Connection, old: Any) -> int:
    """Every endpoint of one document may have an edited copy of its own."""
    document = t.document
    reserved = documents.derived_ordinal(old.id, _LAST), documents.derived_ordinal(old.id, _FIRST)
    copies = connection.execute(
        select(func.count()).where(
            document.c.message_id == old.message_id, document.c.ordinal.between(*reserved)
        )
    ).scalar_one()
    return documents.derived_ordinal(old.id, _FIRST + copies)


def _pass_on_key(connection: Connection, lane_id: int, old_id: int, new_id: int) -> None:
    """What waited behind the old row waits behind the new one."""
    held = t.blocked_key
    connection.execute(
        update(held).where(held.c.lane_id == lane_id, held.c.holder_id == old_id).values(holder_id=new_id)
    )
