"""The physical book: append-only movements, and balances that follow from them.

A movement's effect key is unique; balances change only for movements that were really inserted, so
posting a document again changes nothing. Balance rows are written in sorted order over the whole
batch: two workers whose documents touch the same stock wait for each other and never in a circle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam

from bridge import alerts
from bridge.inventory.postings import Bucket, Movement
from bridge.store import tables as t
from bridge.store.ledger import execute_many, insert_new, insert_of
from bridge.store.types import BigInt, to_micro

Key = tuple[str, str, str, str, str, str, str]
"""Item, site, location, lot, serial, stock status, owner."""


def post(
    connection: Connection,
    booked: Sequence[tuple[int, Movement]],
    *,
    at: datetime,
    watch_negative: bool,
) -> None:
    """Book movements, each with the document that it comes from. What was booked before is skipped."""
    if not booked:
        return
    inserted = set(
        connection.execute(
            insert_new(connection, t.movement, "effect_key"),
            [_row(document_id, movement, at) for document_id, movement in booked],
        ).scalars()
    )
    changes: dict[Key, int] = defaultdict(int)
    for _, movement in booked:
        if movement.effect_key in inserted:
            inserted.discard(movement.effect_key)  # the same key twice in one batch counts once
            quantity = to_micro(movement.quantity)
            changes[_key(movement, movement.source)] -= quantity
            changes[_key(movement, movement.target)] += quantity
    _change_balances(connection, changes, at=at, watch_negative=watch_negative)


def _change_balances(
    connection: Connection, changes: dict[Key, int], *, at: datetime, watch_negative: bool
) -> None:
    rows = [
        dict(zip(_COLUMNS, key, strict=True), change=change)
        for key, change in sorted(changes.items())
        if change
    ]
    if not rows:
        return
    if not watch_negative:
        execute_many(connection, _add(connection.dialect.name), rows)
        return
    watched = _add(connection.dialect.name, "item_id", "site", "stock_status", "on_hand")
    for row in connection.execute(watched, rows):
        if row.on_hand < 0 and not row.site.startswith("@"):
            text = f"{row.item_id} at {row.site} ({row.stock_status}) stands at {row.on_hand}"
            subject = f"{row.item_id}@{row.site}"
            alerts.raise_alert(connection, code="NEGATIVE_STOCK", subject=subject, text=text, at=at)


@lru_cache(maxsize=8)
def _add(dialect: str, *returning: str) -> Any:
    """Add a change to a balance, which begins at nothing."""
    balance = t.balance
    insert = insert_of(dialect, balance).values(on_hand=bindparam("change", type_=BigInt))
    insert = insert.on_conflict_do_update(
        index_elements=list(balance.primary_key.columns),
        set_={"on_hand": balance.c.on_hand + insert.excluded.on_hand},
    )
    return insert.returning(*(balance.c[name] for name in returning)) if returning else insert


_COLUMNS = ("item_id", "site", "location", "lot", "serial", "stock_status", "owner")


def _key(movement: Movement, bucket: Bucket) -> Key:
    if bucket.site.startswith("@"):
        return (movement.item_id, bucket.site, "", "", "", "", "")
    return (
        movement.item_id,
        bucket.site,
        bucket.location,
        movement.lot,
        movement.serial,
        bucket.status,
        bucket.owner,
    )


def _row(document_id: int, movement: Movement, at: datetime) -> dict[str, object]:
    source, target = movement.source, movement.target
    return {
        "effect_key": movement.effect_key,
        "document_id": document_id,
        "kind": movement.kind,
        "item_id": movement.item_id,
        "quantity": movement.quantity,
        "lot": movement.lot,
        "serial": movement.serial,
        "from_site": source.site,
        "from_location": source.location,
        "from_status": source.status,
        "from_owner": source.owner,
        "to_site": target.site,
        "to_location": target.location,
        "to_status": target.status,
        "to_owner": target.owner,
        "occurred_at": movement.occurred_at,
        "recorded_at": at,
    }


def on_hand(connection: Connection, item_id: str, site: str) -> Decimal:
    """All stock of an item at a site, whatever its condition."""
    balance = t.balance
    rows = connection.execute(balance.select().where(balance.c.item_id == item_id, balance.c.site == site))
    return sum((row.on_hand for row in rows), Decimal(0))
