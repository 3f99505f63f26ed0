"""Seals over what is append only: who changes, removes or slips in a row later is found out.

A seal holds the digest of one segment of a table and of the seal before it, so that a segment cannot be
sealed anew without sealing all later ones anew. Somebody who owns the database can do that too; against
them helps a copy of the last digest somewhere else: ``crossdock ledger verify`` prints it.

Only rows of some age are sealed: on PostgreSQL a row may become visible after one with a higher id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Table, Text, func, select, type_coerce

from bridge.store import tables as t
from bridge.store.ledger import Ledger, insert_new
from bridge.store.types import BigInt, Instant, Json, Quantity

TRAILS: dict[str, tuple[Table, str]] = {
    "audit": (t.audit, "at"),
    "transition": (t.transition, "at"),
    "movement": (t.movement, "recorded_at"),
}
"""Append-only tables, and the column that tells how old a row is."""
MARGIN = timedelta(minutes=5)
"""Longer than any transaction of ours lasts."""
SEGMENT = 50_000
"""Rows under one seal."""
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Segment:
    """What a seal says, or should say."""

    first_id: int
    last_id: int
    rows: int
    sha256: str


def seal(ledger: Ledger, *, now: datetime) -> int:
    """Seal what has come to rest since the last time; returns how many rows that were."""
    return sum(_seal_trail(ledger, trail, now=now) for trail in TRAILS)


def _seal_trail(ledger: Ledger, trail: str, *, now: datetime) -> int:
    table, age = TRAILS[trail]
    count = 0
    while True:
        with ledger.read() as connection:
            previous = last(connection, trail)
            after = previous.last_id if previous else 0
            young = select(func.min(table.c.id)).where(table.c.id > after, table.c[age] > now - MARGIN)
            before = connection.execute(young).scalar_one()
            rows = list(_ids(connection, table, after, before))
            if not rows:
                return count
            segment = digest(connection, trail, after, rows[-1], previous.sha256 if previous else "")
        with ledger.write() as connection:
            values = {
                "trail": trail, "first_id": segment.first_id, "last_id": segment.last_id,
                "rows": segment.rows, "sha256": segment.sha256, "at": now,
            }  # fmt: skip
            if not connection.execute(insert_new(connection, t.seal, "first_id"), [values]).all():
                return count  # another one was quicker
        count += segment.rows


def _ids(connection: Connection, table: Table, after: int, before: int | None) -> Iterator[int]:
    query = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(SEGMENT)
    if before is not None:
        query = query.where(table.c.id < before)
    yield from connection.execute(query).scalars()


def last(connection: Connection, trail: str) -> Segment | None:
    """The youngest seal of a trail."""
    query = select(t.seal).where(t.seal.c.trail == trail).order_by(t.seal.c.first_id.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _segment(row)


def of(connection: Connection, trail: str) -> Iterator[Segment]:
    """All seals of a trail, the oldest first."""
    query = select(t.seal).where(t.seal.c.trail == trail).order_by(t.seal.c.first_id)
    for row in connection.execute(query):
        yield _segment(row)


def _segment(row: Any) -> Segment:
    return Segment(row.first_id, row.last_id, row.rows, row.sha256)


def digest(connection: Connection, trail: str, after: int, last_id: int, previous: str) -> Segment:
    """What the rows behind ``after`` up to ``last_id`` say now, under the seal before them."""
    table, _ = TRAILS[trail]
    made = hashlib.sha256(previous.encode())
    columns = [_as_stored(column) for column in table.columns]
    first_id, count, at = 0, 0, after
    while True:
        query = select(*columns).where(table.c.id > at, table.c.id <= last_id).order_by(table.c.id)
        rows = connection.execute(query.limit(_AT_ONCE)).all()
        for row in rows:
            made.update(orjson.dumps(tuple(row)))
        if rows:
            first_id, at = first_id or rows[0].id, rows[-1].id
            count += len(rows)
        if len(rows) < _AT_ONCE:
            return Segment(first_id, last_id, count, made.hexdigest())


def _as_stored(column: Any) -> Any:
    """The column as it lies in the database, the same on both: making Python's types of it takes longer."""
    if isinstance(column.type, (Instant, Quantity)):
        return type_coerce(column, BigInt).label(column.name)
    if isinstance(column.type, Json):
        return type_coerce(column, Text).label(column.name)
    return column
