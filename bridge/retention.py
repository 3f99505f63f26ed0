"""What is old and settled makes room. Keys and movements stay: they are what recognises a duplicate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, exists, func, select

from bridge.message import LetterState, MessageState
from bridge.store import raw as raw_store
from bridge.store import tables as t
from bridge.store.ledger import Ledger

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went, or would go."""

    raw: int
    """Messages whose bytes as they came."""
    attempts: int
    """Attempts at a delivery."""
    files: int
    """Files of the raw store that no message points to any more."""


def plan(ledger: Ledger, *, now: datetime, days: int) -> Pruned:
    """What :func:`prune` would delete."""
    before = now - timedelta(days=days)
    with ledger.read() as connection:
        old, attempts = (
            connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
            for query in (_old_raw(before), _old_attempts(before))
        )
        ids = connection.execute(_old_raw(before).where(t.raw.c.url.is_not(None))).scalars().all()
        files = len({str(url) for url in connection.execute(_urls(ids)).scalars()})
    return Pruned(old, attempts, files)


def prune(ledger: Ledger, store: Path, *, now: datetime, days: int) -> Pruned:
    """Delete raw bytes and attempts older than ``days``, a batch a transaction.

    The bytes of a message with an open dead letter stay, however old.
    """
    before = now - timedelta(days=days)
    raw = attempts = files = 0
    while True:
        urls: set[str] = set()
        with ledger.write() as connection:
            ids = list(connection.execute(_old_raw(before).limit(BATCH)).scalars())
            if ids:
                urls = {str(url) for url in connection.execute(_urls(ids)).scalars()}
                connection.execute(delete(t.raw).where(t.raw.c.message_id.in_(ids)))
        files += sum(_forget(ledger, store, url, before) for url in sorted(urls))
        raw += len(ids)
        if len(ids) < BATCH:
            break
    while True:
        with ledger.write() as connection:
            ids = list(connection.execute(_old_attempts(before).limit(BATCH)).scalars())
            connection.execute(delete(t.attempt).where(t.attempt.c.id.in_(ids)))
        attempts += len(ids)
        if len(ids) < BATCH:
            return Pruned(raw, attempts, files)


def _old_raw(before: datetime) -> Select[Any]:
    message, letter = t.message, t.dead_letter
    is_open = exists().where(
        letter.c.message_id == message.c.id, letter.c.state.in_([LetterState.OPEN, LetterState.REPLAYING])
    )
    return (
        select(message.c.id)
        .join(t.raw, t.raw.c.message_id == message.c.id)
        .where(message.c.received_at < before, message.c.state == MessageState.TRANSLATED, ~is_open)
    )


def _old_attempts(before: datetime) -> Select[Any]:
    return select(t.attempt.c.id).where(t.attempt.c.at < before)


def _urls(message_ids: Iterable[int]) -> Select[Any]:
    return select(t.raw.c.url).where(t.raw.c.message_id.in_(list(message_ids)), t.raw.c.url.is_not(None))


def _forget(ledger: Ledger, store: Path, url: str, before: datetime) -> bool:
    """A file is shared by all messages with its bytes; it goes with the last of them."""
    with ledger.read() as connection:
        if connection.execute(select(t.raw.c.message_id).where(t.raw.c.url == url).limit(1)).first():
            return False
    return raw_store.forget(store, url, before=before.timestamp())
