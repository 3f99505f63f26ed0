"""Ordering keys that are held: what stopped keeps those that come after it in their place.

A document or delivery that is dead, or waits for its next try, holds its key in its lane. Later ones
of the key are set to ``waiting`` when they are met; releasing the key makes them ready in their order.
Other keys go on.

Several deliveries of one key may have stopped, when a worker ended while it sent them and nobody can say
how far it came. Then the key is handed down from one to the next in their order, whoever is settled first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, text, update

from bridge.message import Subject
from bridge.store import tables as t
from bridge.store import transitions
from bridge.store.ledger import upsert

_CHUNK = 400
_ANY_HELD = select(t.blocked_key.c.holder_id).where(t.blocked_key.c.lane_id == bindparam("lane")).limit(1)


def holders(connection: Connection, lane_id: int, ordering_keys: Iterable[str]) -> dict[str, int]:
    """Which of these keys are held, and by which document or delivery.

    Nobody lets go of one of them before the end of this transaction: else what is set to waiting behind it
    now would be waiting for nobody.
    """
    held = t.blocked_key
    if connection.execute(_ANY_HELD, {"lane": lane_id}).first() is None:
        return {}
    wanted = sorted(set(ordering_keys))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        rows = connection.execute(
            select(held.c.ordering_key, held.c.holder_id)
            .where(held.c.lane_id == lane_id, held.c.ordering_key.in_(wanted[start : start + _CHUNK]))
            .with_for_update(read=True)
        )
        found.update((row.ordering_key, row.holder_id) for row in rows)
    return found


def hold(connection: Connection, held: Sequence[Mapping[str, Any]]) -> None:
    """Let rows of the table hold their keys, instead of whatever held them."""
    insert = upsert(connection, t.blocked_key)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=list(t.blocked_key.primary_key.columns),
            set_={"holder_id": insert.excluded.holder_id, "since": insert.excluded.since},
        ),
        held,
    )


def unblock(
    connection: Connection,
    pairs: Sequence[tuple[int, str]],
    *,
    table: Table,
    ready_state: str,
    at: datetime,
) -> None:
    """Let go of ``(lane, ordering key)`` pairs: what waited behind them in ``table`` is ready again.

    Call it when the state of what held them has been written.
    """
    subject = Subject.DOCUMENT if table is t.document else Subject.DELIVERY
    held = t.blocked_key
    for lane_id, ordering_key in pairs:
        this_key = held.c.lane_id == lane_id, held.c.ordering_key == ordering_key
        behind = update(table).where(
            table.c.lane_id == lane_id, table.c.ordering_key == ordering_key, text("state = 'waiting'")
        )
        heir = _heir(connection, lane_id, ordering_key) if table is t.delivery else None
        if heir is None:
            connection.execute(delete(held).where(*this_key))
        else:
            connection.execute(update(held).where(*this_key).values(holder_id=heir))
            behind = behind.where(table.c.id == heir)
        freed: Any = connection.execute(behind.values(state=ready_state).returning(table.c.id)).scalars()
        moves: list[transitions.Move] = [(subject, row_id, "waiting", ready_state, None) for row_id in freed]
        transitions.record(connection, moves, at=at)


def _heir(connection: Connection, lane_id: int, ordering_key: str) -> int | None:
    """Which delivery holds the key next, if others of it have stopped: the oldest that has not gone.

    What stopped is locked, so that nobody settles it while the key is handed to it.
    """
    delivery = t.delivery
    of_key = select(delivery.c.id).where(
        delivery.c.lane_id == lane_id, delivery.c.ordering_key == ordering_key
    )
    stopped = connection.execute(
        of_key.where(text("state in ('dead', 'parked', 'retry')"))
        .order_by(delivery.c.id)
        .limit(1)
        .with_for_update()
    ).scalar()
    if stopped is None:
        return None
    waiting = connection.execute(
        of_key.where(text("state = 'waiting'")).order_by(delivery.c.id).limit(1)
    ).scalar()
    return int(stopped if waiting is None else min(stopped, waiting))
