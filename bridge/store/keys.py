"""Ordering keys that are held: what stopped keeps those that come after it in their place.

A document or delivery that is dead, or waits for its next try, holds its key in its lane. Later ones
of the key are set to ``waiting`` when they are met; releasing the key makes them ready in their order.
Other keys go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select, text, update

from bridge.message import Subject
from bridge.store import tables as t
from bridge.store import transitions

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


def unblock(
    connection: Connection,
    pairs: Sequence[tuple[int, str]],
    *,
    table: Table,
    ready_state: str,
    at: datetime,
) -> None:
    """Let go of ``(lane, ordering key)`` pairs: what waited behind them in ``table`` is ready again."""
    subject = Subject.DOCUMENT if table is t.document else Subject.DELIVERY
    for lane_id, ordering_key in pairs:
        held = t.blocked_key
        connection.execute(delete(held).where(held.c.lane_id == lane_id, held.c.ordering_key == ordering_key))
        freed: Any = connection.execute(
            update(table)
            .where(
                table.c.lane_id == lane_id,
                table.c.ordering_key == ordering_key,
                text("state = 'waiting'"),
            )
            .values(state=ready_state)
            .returning(table.c.id)
        ).scalars()
        moves: list[transitions.Move] = [(subject, row_id, "waiting", ready_state, None) for row_id in freed]
        transitions.record(connection, moves, at=at)
