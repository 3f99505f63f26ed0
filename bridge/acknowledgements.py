"""Acknowledgements of what we sent: awaited, matched to their deliveries, overdue (Correlation Identifier).

A partner's answer names a control number; the series of the partner leads from it to the delivery. The first
verdict stands, whatever comes after it. An answer that rejects, one that belongs to nothing, and one that did
not come in the agreed time are alerts; the last closes by itself when the answer comes late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text, update

from bridge.alerts import close_alert, raise_alert
from bridge.message import AcknowledgementState as State
from bridge.store import tables as t
from bridge.store.ledger import Ledger, execute_many, insert_new, upsert
from transforms.canonical.acknowledgements import AcknowledgementReceived, LocatedSegment, ReceivedPart
from transforms.edi.part import number

REJECTED, UNKNOWN, OVERDUE = "ACK_REJECTED", "ACK_UNKNOWN", "ACK_OVERDUE"
"""Codes of alerts."""
_OPEN = (State.AWAITED, State.OVERDUE, State.RECEIVED)
_BATCH = 200
"""Deliveries that are found overdue in one transaction."""
_PLACES = 5
"""Places of a rejection that an alert quotes."""


def expect(connection: Connection, delivery_ids: Iterable[int], *, due_at: datetime) -> None:
    """From now on an answer to these is awaited, unless it was faster than we."""
    table = t.acknowledgement
    rows = [{"delivery_id": one, "state": State.AWAITED, "due_at": due_at} for one in delivery_ids]
    insert = upsert(connection, table)
    awaited = insert.on_conflict_do_update(
        index_elements=[table.c.delivery_id],
        set_={"state": insert.excluded.state, "due_at": insert.excluded.due_at},
        where=text("acknowledgement.state = 'received'"),
    )
    execute_many(connection, awaited, rows)


def match(
    connection: Connection, answers: Sequence[tuple[int, AcknowledgementReceived]], *, at: datetime
) -> None:
    """Note what partners say at the deliveries that they say it of; each comes with its document's id."""
    for document_id, said in answers:
        delivery = _delivery(connection, said)
        if delivery is None:
            _note_unknown(connection, said, at)
        else:
            _note(connection, delivery, said, document_id, at)


def find_overdue(ledger: Ledger, *, at: datetime) -> int:
    """Open an alert for each delivery whose answer did not come in time; returns how many there were."""
    count = 0
    while _is_any_due(ledger, at):
        with ledger.write() as connection:
            rows = _due(connection, at)
            for row in rows:
                raise_alert(connection, code=OVERDUE, subject=row.key, text=_missed(row), at=at)
            late = [row.delivery_id for row in rows]
            table = t.acknowledgement
            connection.execute(update(table).where(table.c.delivery_id.in_(late)).values(state=State.OVERDUE))
        count += len(rows)
        if len(rows) < _BATCH:
            break
    return count


# -- what is said ------------------------------------------------------------------------------------


def _delivery(connection: Connection, said: AcknowledgementReceived) -> Any | None:
    """The newest that left under the number: a series begins again after its highest."""
    sent, delivery, document = t.interchange, t.delivery, t.document
    named = sent.c.interchange if said.level == "interchange" else sent.c.group
    return connection.execute(
        select(delivery.c.id, delivery.c.key, document.c.type, document.c.number)
        .join(sent, sent.c.delivery_id == delivery.c.id)
        .join(document, document.c.id == delivery.c.document_id)
        .where(sent.c.series == said.partner, named == number(said.number))
        .order_by(sent.c.delivery_id.desc())
        .limit(1)
    ).one_or_none()


def _note_unknown(connection: Connection, said: AcknowledgementReceived, at: datetime) -> None:
    subject = f"{said.partner}: {said.kind} of {said.level} {said.number}"
    words = f"nothing that we sent to {said.partner} has the number of its {said.level} {said.number}"
    raise_alert(connection, code=UNKNOWN, subject=subject, text=f"{words}; it says: {_words(said)}", at=at)


def _note(
    connection: Connection, delivery: Any, said: AcknowledgementReceived, document_id: int, at: datetime
) -> None:
    table = t.acknowledgement
    execute_many(
        connection,
        insert_new(connection, table),
        [{"delivery_id": delivery.id, "state": State.RECEIVED, "received_at": at}],
    )
    is_this = table.c.delivery_id == delivery.id
    known = connection.execute(select(table).where(is_this).with_for_update()).one()
    if known.state not in _OPEN:
        return
    if _is_receipt_only(said):
        connection.execute(update(table).where(is_this).values(received_at=known.received_at or at))
        return
    verdict = _verdict(said)
    connection.execute(
        update(table)
        .where(is_this)
        .values(
            state=verdict, acknowledged_at=at, received_at=known.received_at or at,
            kind=said.kind, detail=_words(said), document_id=document_id,
        )
    )  # fmt: skip
    if known.state == State.OVERDUE:
        close_alert(connection, code=OVERDUE, subject=delivery.key, at=at)
    if verdict in (State.REJECTED, State.PARTLY_ACCEPTED):
        words = f"{said.partner} did not take {delivery.type} {delivery.number}; it says: {_words(said)}"
        raise_alert(connection, code=REJECTED, subject=delivery.key, text=words, at=at)


def _is_receipt_only(said: AcknowledgementReceived) -> bool:
    """Whether it just says that the envelope was right: what is in it may still be rejected."""
    is_envelope = said.kind == "TA1" and said.verdict != State.REJECTED
    return is_envelope or said.verdict == State.RECEIVED


def _verdict(said: AcknowledgementReceived) -> State:
    """Whatever is said of the whole, a part that is rejected is not accepted."""
    rejected = [part.verdict == State.REJECTED for part in said.parts]
    if rejected and all(rejected):
        return State.REJECTED
    if any(rejected) and said.verdict != State.REJECTED:
        return State.PARTLY_ACCEPTED
    return State(said.verdict)


def _words(said: AcknowledgementReceived) -> str:
    """The answer in one line, with its own codes and places."""
    whole = f"{said.kind} {said.source_verdict} ({said.verdict.replace('_', ' ')}){_codes(said.codes)}"
    return "; ".join([whole, *list(_places(said.parts))[:_PLACES]])


def _places(parts: Sequence[ReceivedPart]) -> Iterator[str]:
    for part in parts:
        if part.codes or part.segments:
            yield f"{part.document_type} {part.control} {part.source_verdict}{_codes(part.codes)}"
        for segment in part.segments:
            yield _place(segment)


def _place(segment: LocatedSegment) -> str:
    name = f"segment {segment.position}" + (f" {segment.tag}" if segment.tag else "")
    own = [segment.code] if segment.code else []
    elements = [
        f"element {'-'.join(str(one) for one in (element.position, element.component) if one is not None)}"
        f"{_codes([element.code])}" + (f" {element.value!r}" if element.value else "")
        for element in segment.elements
    ]
    return ", ".join([name + _codes(own), *elements])


def _codes(codes: Sequence[str]) -> str:
    return f" code {', '.join(codes)}" if codes else ""


# -- what is not said --------------------------------------------------------------------------------


def _is_any_due(ledger: Ledger, at: datetime) -> bool:
    table = t.acknowledgement
    with ledger.read() as connection:
        query = select(table.c.delivery_id).where(_AWAITED, table.c.due_at <= at).limit(1)
        return connection.execute(query).first() is not None


def _due(connection: Connection, at: datetime) -> Sequence[Any]:
    awaited, delivery, document = t.acknowledgement, t.delivery, t.document
    return connection.execute(
        select(
            awaited.c.delivery_id, awaited.c.due_at, delivery.c.key, delivery.c.endpoint,
            delivery.c.delivered_at, document.c.type, document.c.number, t.interchange.c.interchange,
        )
        .join(delivery, delivery.c.id == awaited.c.delivery_id)
        .join(document, document.c.id == delivery.c.document_id)
        .outerjoin(t.interchange, t.interchange.c.delivery_id == delivery.c.id)
        .where(_AWAITED, awaited.c.due_at <= at)
        .order_by(awaited.c.due_at)
        .limit(_BATCH)
        .with_for_update(of=awaited, skip_locked=True)
    ).all()  # fmt: skip


_AWAITED = text("acknowledgement.state = 'awaited'")


def _missed(row: Any) -> str:
    return (
        f"{row.type} {row.number} went to {row.endpoint} at {row.delivered_at:%Y-%m-%d %H:%M} as interchange "
        f"{row.interchange}; its acknowledgement was due at {row.due_at:%Y-%m-%d %H:%M} and has not come"
    )
