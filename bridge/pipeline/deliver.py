"""Deliver: what an endpoint must hear of leaves, in order per key, with one idempotency key per delivery.

A delivery that has to be tried again holds its ordering key until then; one that cannot go at all
becomes a dead letter and holds it until a person replays or discards it. When the endpoint itself is
the trouble (several keys fail and none gets through, or it asks for a pause), the whole lane rests and
nobody's tries are used up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    literal_column,
    null,
    select,
    text,
    type_coerce,
    union_all,
    update,
)
from sqlalchemy.types import Text

from bridge import acknowledgements, dead_letters
from bridge.company import Endpoint
from bridge.connectors.contract import Features, Receipt
from bridge.dead_letters import Letter
from bridge.errors import CrossdockError, DestinationLimited, NotYet, ResultParked
from bridge.message import DeliveryState, Step, Subject
from bridge.pipeline.outcome import Advance, DeadLetter, RetryAt, backoff, decide
from bridge.pipeline.sending import Sent
from bridge.store import keys, transitions
from bridge.store import tables as t
from bridge.store.lanes import Lease, Suspect
from bridge.store.ledger import execute_many
from bridge.store.types import Instant
from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.errors import TransformError

PROBE = 4
"""Deliveries tried while the endpoint is in trouble."""
LARGE = 1 << 22
"""Bytes of documents sent in one batch, so that a batch of large ones stays small."""
LONGEST_REST = 30.0
"""Seconds after which a lane that rests is tried again at the latest."""


def take(connection: Connection, lease: Lease, limit: int, *, at: datetime) -> list[Any]:
    """Deliveries that may go now, in order; those behind a held key are set to waiting."""
    if lease.paused_until is not None and lease.paused_until > at:
        return []
    if lease.failures:
        limit = min(limit, PROBE)
    while True:
        rows = _due(connection, lease.lane_id, limit, at)
        held = keys.holders(connection, lease.lane_id, {row.ordering_key for row in rows})
        behind = [row for row in rows if held.get(row.ordering_key, row.id) < row.id]
        if behind:
            _set_waiting(connection, behind, at)
        going = [row for row in rows if held.get(row.ordering_key, row.id) >= row.id]
        if not _would_overtake(connection, lease.lane_id, going) and (going or not behind):
            return going


def _would_overtake(connection: Connection, lane_id: int, going: Sequence[Any]) -> bool:
    """Whether an older delivery has become ready since these were selected.

    Somebody let go of its key between the two looks. Where one writes at a time nobody can have.
    """
    if not going or connection.dialect.name == "sqlite":
        return False
    known = {row.id for row in going}
    pending = connection.execute(_PENDING_BEFORE, {"lane": lane_id, "last": max(known)}).scalars()
    return any(row_id not in known for row_id in pending)


_OF_LANE = select(t.delivery.c.id).where(t.delivery.c.lane_id == bindparam("lane"))
_PENDING = (
    _OF_LANE.where(text("delivery.state = 'pending'")).order_by(t.delivery.c.id).limit(bindparam("rows"))
).subquery()
_PENDING_BEFORE = _OF_LANE.where(text("delivery.state = 'pending'"), t.delivery.c.id < bindparam("last"))
_RETRY_DUE = (
    _OF_LANE.where(text("delivery.state = 'retry'"), t.delivery.c.due_at <= bindparam("at", type_=Instant))
    .limit(bindparam("rows"))
).subquery()  # fmt: skip
_BOTH = union_all(select(_PENDING.c.id), select(_RETRY_DUE.c.id)).subquery()


def _detailed(wanted: Select[tuple[int]]) -> Select[Any]:
    """Deliveries with all that is needed to send them."""
    delivery, document, message = t.delivery, t.document, t.message
    return (
        select(
            delivery.c.id, delivery.c.key, delivery.c.state, delivery.c.tries, delivery.c.ordering_key,
            delivery.c.lane_id, delivery.c.endpoint, delivery.c.document_id,
            document.c.public_id, document.c.type, document.c.number, document.c.message_id,
            document.c.position, document.c.key.label("document_key"),
            type_coerce(document.c.body, Text).label("body"),
            type_coerce(document.c.found, Text).label("found"),
            message.c.source, message.c.name, message.c.public_id.label("message_public_id"),
            t.interchange.c.interchange, t.interchange.c.group, t.interchange.c.first_set,
        )
        .join(document, document.c.id == delivery.c.document_id)
        .join(message, message.c.id == document.c.message_id)
        .outerjoin(t.interchange, t.interchange.c.delivery_id == delivery.c.id)
        .where(delivery.c.id.in_(wanted))
        .order_by(delivery.c.id)
    )  # fmt: skip


_DUE = _detailed(select(_BOTH.c.id).order_by(_BOTH.c.id).limit(bindparam("rows")))


def _due(connection: Connection, lane_id: int, limit: int, at: datetime) -> Sequence[Any]:
    """At least one, and no more of them than ``LARGE`` bytes of documents."""
    rows: list[Any] = []
    size = 0
    with connection.execute(_DUE, {"lane": lane_id, "rows": limit, "at": at}) as found:
        for row in found:
            size += len(row.body)
            if rows and size > LARGE:
                break
            rows.append(row)
    return rows


def _set_waiting(connection: Connection, rows: Sequence[Any], at: datetime) -> None:
    transitions.move_all(
        connection,
        t.delivery,
        Subject.DELIVERY,
        [(row.id, row.state) for row in rows],
        DeliveryState.WAITING,
        at=at,
        reason="ordering key held",
    )


@dataclass(slots=True)
class Writing:
    """What a batch comes to."""

    delivered: list[dict[str, Any]] = field(default_factory=list)
    retries: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[tuple[Any, DeadLetter]] = field(default_factory=list)
    attempts: list[dict[str, Any]] = field(default_factory=list)
    moves: list[transitions.Move] = field(default_factory=list)
    freed: list[tuple[int, str]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)


def write(
    connection: Connection,
    lease: Lease,
    sent: Sequence[Sent],
    *,
    endpoint: Endpoint,
    features: Features,
    at: datetime,
    now: datetime,
) -> None:
    """Write what came of a batch. What was not tried stays as it is.

    ``at`` is when it happened, for the record; ``now`` is the ledger's clock, which due times go by.
    """
    if not sent:
        return
    resting = _rest(lease, sent, endpoint, now)
    held = keys.holders(connection, lease.lane_id, {one.row.ordering_key for one in sent})
    writing = Writing()
    for one in sorted(sent, key=lambda one: one.row.id):
        _gather(writing, one, held, resting=resting, endpoint=endpoint, features=features, at=at, now=now)
    _write(connection, writing, at)
    if endpoint.acknowledged_within is not None:
        due_at = at + timedelta(seconds=endpoint.acknowledged_within)
        delivered = {one["row_id"] for one in writing.delivered}
        asking = [
            one.row.id
            for one in sent
            if one.row.id in delivered and one.row.type != DocumentAcknowledged.type
        ]
        acknowledgements.expect(connection, asking, due_at=due_at)


def _rest(lease: Lease, sent: Sequence[Sent], endpoint: Endpoint, now: datetime) -> bool:
    """Whether the endpoint rather than its deliveries is in trouble; then the lane rests."""
    wish = max(
        (one.result.retry_after or 0.0 for one in sent if isinstance(one.result, DestinationLimited)),
        default=0.0,
    )
    through = any(not isinstance(one.result, NotYet) for one in sent)
    keys_failed = {one.row.ordering_key for one in sent if isinstance(one.result, NotYet)}
    if through and not wish:
        lease.failures, lease.paused_until = 0, None
        return False
    if not wish and len(keys_failed) < 2 and not lease.failures:
        return False
    lease.failures += 1
    seconds = min(backoff(endpoint.retry, lease.failures).total_seconds(), LONGEST_REST)
    lease.paused_until = now + timedelta(seconds=max(seconds, wish))
    return not through


def _gather(
    writing: Writing,
    one: Sent,
    held: dict[str, int],
    *,
    resting: bool,
    endpoint: Endpoint,
    features: Features,
    at: datetime,
    now: datetime,
) -> None:
    row, result = one.row, one.result
    tries = row.tries if resting and isinstance(result, NotYet) else row.tries + 1
    writing.attempts.append(_attempt(one))
    outcome = decide(result, tries=tries, at=now, retry=endpoint.retry, features=features)
    if isinstance(outcome, Advance):
        assert isinstance(result, Receipt)
        writing.delivered.append({"row_id": row.id, "tried": tries, "at": at, "reference": result.reference})
        writing.moves.append((Subject.DELIVERY, row.id, row.state, DeliveryState.DELIVERED, None))
        if held.get(row.ordering_key) == row.id:
            writing.freed.append((row.lane_id, row.ordering_key))
    else:
        if isinstance(outcome, RetryAt):
            writing.retries.append({"row_id": row.id, "tried": tries, "due": outcome.at})
            writing.moves.append((Subject.DELIVERY, row.id, row.state, DeliveryState.RETRY, outcome.code))
        else:
            writing.stopped.append((row, outcome))
            state = DeliveryState.PARKED if outcome.parked else DeliveryState.DEAD
            writing.moves.append((Subject.DELIVERY, row.id, row.state, state, outcome.code))
        _hold(writing, row, held, at)


def _attempt(one: Sent) -> dict[str, Any]:
    attempt = {"delivery_id": one.row.id, "at": one.at, "duration": one.duration}
    result = one.result
    if isinstance(result, CrossdockError):
        return {
            **attempt, "outcome": result.code, "status": result.details.get("status"), "detail": result.text
        }  # fmt: skip
    if isinstance(result, TransformError):  # it could not be written, so nothing was sent
        return {**attempt, "outcome": result.code, "status": None, "detail": result.text}
    return {**attempt, "outcome": "delivered", "status": result.status, "detail": None}


_ATTEMPT = t.attempt.insert()
_DELIVERED = (
    update(t.delivery)
    .where(t.delivery.c.id == bindparam("row_id"))
    .values(
        state=literal_column(f"'{DeliveryState.DELIVERED}'"),
        tries=bindparam("tried"),
        delivered_at=bindparam("at"),
        receipt=bindparam("reference"),
        due_at=null(),
    )
)
_RETRY = (
    update(t.delivery)
    .where(t.delivery.c.id == bindparam("row_id"))
    .values(
        state=literal_column(f"'{DeliveryState.RETRY}'"), tries=bindparam("tried"), due_at=bindparam("due")
    )
)


def _write(connection: Connection, writing: Writing, at: datetime) -> None:
    if writing.delivered:
        execute_many(connection, _DELIVERED, writing.delivered)
        dead_letters.resolve(connection, delivery_ids=[one["row_id"] for one in writing.delivered], at=at)
    if writing.retries:
        execute_many(connection, _RETRY, writing.retries)
    for state in (DeliveryState.DEAD, DeliveryState.PARKED):
        parked = state is DeliveryState.PARKED
        stopped = [row.id for row, dead in writing.stopped if dead.parked is parked]
        transitions.set_state(
            connection, t.delivery, stopped, state, due_at=None, tries=t.delivery.c.tries + 1
        )
    execute_many(connection, _ATTEMPT, writing.attempts)
    transitions.record(connection, writing.moves, at=at)
    if writing.held:
        keys.hold(connection, writing.held)
    if writing.freed:
        keys.unblock(connection, writing.freed, table=t.delivery, ready_state=DeliveryState.PENDING, at=at)
    if writing.stopped:
        dead_letters.bury(connection, [_letter(row, dead) for row, dead in writing.stopped], at=at)


def _letter(row: Any, dead: DeadLetter) -> Letter:
    return Letter(
        subject=Subject.DELIVERY,
        message_id=row.message_id,
        document_id=row.document_id,
        delivery_id=row.id,
        lane_id=row.lane_id,
        source=row.source,
        endpoint=row.endpoint,
        type=row.type,
        number=row.number,
        step=Step.DELIVER,
        code=dead.code,
        sentence=dead.text,
        value=dead.value,
        release_condition=dead.release,
    )


def park(connection: Connection, rows: Sequence[Any], *, code: str, text: str, at: datetime) -> None:
    """Set aside deliveries that may have been sent and about which nobody can be asked."""
    if not rows:
        return
    writing = Writing()
    held = keys.holders(connection, rows[0].lane_id, {row.ordering_key for row in rows})
    for row in rows:
        writing.stopped.append((row, DeadLetter(code, text, parked=True)))
        writing.moves.append((Subject.DELIVERY, row.id, row.state, DeliveryState.PARKED, code))
        _hold(writing, row, held, at)
    _write(connection, writing, at)


def count_tries(connection: Connection, lease: Lease, suspect: Suspect) -> None:
    """What the last holder was sending when it ended counts as tried, however often it is taken from now on."""
    connection.execute(
        update(t.delivery)
        .where(t.delivery.c.id.in_(_sending(lease, suspect)))
        .values(tries=t.delivery.c.tries + 1)
    )


def _sending(lease: Lease, suspect: Suspect) -> Select[tuple[int]]:
    delivery = t.delivery
    return select(delivery.c.id).where(
        delivery.c.lane_id == lease.lane_id,
        delivery.c.id.between(suspect.first, suspect.last),
        delivery.c.state.in_([DeliveryState.PENDING, DeliveryState.RETRY]),
    )


def park_range(connection: Connection, lease: Lease, suspect: Suspect, *, at: datetime) -> None:
    """Park everything that the last holder was sending when it ended."""
    rows = connection.execute(_detailed(_sending(lease, suspect))).all()
    text = "its worker ended while this was being sent; look at the endpoint before replaying"
    park(connection, rows, code=ResultParked.code, text=text, at=at)


def _hold(writing: Writing, row: Any, held: dict[str, int], at: datetime) -> None:
    """The oldest that stopped holds the key; a younger one that held it gets it back in its turn."""
    if held.get(row.ordering_key, row.id + 1) > row.id:
        held[row.ordering_key] = row.id
        writing.held.append(
            {"lane_id": row.lane_id, "ordering_key": row.ordering_key, "holder_id": row.id, "since": at}
        )
