"""What is old and settled makes room. Keys and movements stay: they are what recognises a duplicate."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from bridge.message import LetterState, MessageState
from bridge.store import tables as t
from bridge.store.ledger import Ledger

BATCH = 1_000


def prune(ledger: Ledger, *, now: datetime, days: int) -> int:
    """Delete raw bytes and attempts older than ``days``, a batch a transaction; returns raw rows deleted.

    The bytes of a message with an open dead letter stay, however old.
    """
    before = now - timedelta(days=days)
    count = 0
    while deleted := _prune_raw(ledger, before):
        count += deleted
    with ledger.write() as connection:
        connection.execute(delete(t.attempt).where(t.attempt.c.at < before))
    return count


def _prune_raw(ledger: Ledger, before: datetime) -> int:
    message, letter = t.message, t.dead_letter
    is_open = exists().where(
        letter.c.message_id == message.c.id, letter.c.state.in_([LetterState.OPEN, LetterState.REPLAYING])
    )
    old = (
        select(message.c.id)
        .join(t.raw, t.raw.c.message_id == message.c.id)
        .where(message.c.received_at < before, message.c.state == MessageState.TRANSLATED, ~is_open)
        .limit(BATCH)
    )
    with ledger.write() as connection:
        return connection.execute(delete(t.raw).where(t.raw.c.message_id.in_(old))).rowcount
