"""Changes of state: the row's new state, and the append-only history beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table, Update, bindparam, update

from bridge.message import Subject
from bridge.store import tables as t
from bridge.store.ledger import execute_many

Move = tuple[Subject, int, str, str, str | None]
"""Subject, internal id, state before, state after, reason."""

_CHUNK = 500
_INSERT = t.transition.insert()


def record(connection: Connection, moves: Sequence[Move], *, at: datetime, by: str | None = None) -> None:
    """Append to the history."""
    if moves:
        execute_many(
            connection,
            _INSERT,
            [
                {
                    "subject": subject,
                    "subject_id": subject_id,
                    "from_state": before,
                    "to_state": after,
                    "at": at,
                    "reason": reason,
                    "by": by,
                }
                for subject, subject_id, before, after, reason in moves
            ],
        )


def set_state(connection: Connection, table: Table, ids: Sequence[int], state: str, **values: Any) -> None:
    """Give rows a state, many at once."""
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        given = _set_state(table).values(**values) if values else _set_state(table)
        connection.execute(given, {"ids": chunk, "to_state": state})


@lru_cache(maxsize=8)
def _set_state(table: Table) -> Update:
    wanted = table.c.id.in_(bindparam("ids", expanding=True))
    return update(table).where(wanted).values(state=bindparam("to_state"))


def move_all(
    connection: Connection,
    table: Table,
    subject: Subject,
    rows: Iterable[tuple[int, str]],
    state: str,
    *,
    at: datetime,
    reason: str | None = None,
    by: str | None = None,
) -> None:
    """Set the state of ``(id, state before)`` rows and record it."""
    found = list(rows)
    set_state(connection, table, [row_id for row_id, _ in found], state)
    record(connection, [(subject, row_id, before, state, reason) for row_id, before in found], at=at, by=by)
