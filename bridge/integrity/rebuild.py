"""Balances made anew from the movements, beside the live ones: equal, or told apart to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    case,
    func,
    literal,
    select,
    text,
    type_coerce,
    union_all,
)

from bridge.store import audit
from bridge.store import tables as t
from bridge.store.ledger import Ledger, upsert
from bridge.store.types import BigInt, from_micro

KEY = ("item_id", "site", "location", "lot", "serial", "stock_status", "owner")


class RebuildRefused(Exception):
    """The rebuild was not applied; the text says why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that its movements do not add up to; a row that is not there stands at nothing."""

    item_id: str
    site: str
    location: str
    lot: str
    serial: str
    stock_status: str
    owner: str
    on_hand: Decimal
    rebuilt: Decimal

    def __str__(self) -> str:
        where = " ".join(part for part in (self.site, self.location, self.lot, self.serial) if part)
        return f"{self.item_id} at {where} ({self.stock_status or 'virtual'}): {self.on_hand}, rebuilt {self.rebuilt}"


def differences(connection: Connection, *, limit: int | None = None) -> list[Difference]:
    """Where the live balances and the movements disagree."""
    live = select(
        *(t.balance.c[name] for name in KEY),
        literal(0).label("rebuilt"),
        _micro(t.balance.c.on_hand).label("live"),
    )
    both = union_all(_side("from", -1), _side("to", 1), live).subquery()
    keys = [both.c[name] for name in KEY]
    rebuilt, standing = func.sum(both.c.rebuilt), func.sum(both.c.live)
    query = (
        select(*keys, rebuilt.label("rebuilt"), standing.label("live"))
        .group_by(*keys)
        .having(rebuilt != standing)
        .order_by(*keys)
    )
    found = connection.execute(query if limit is None else query.limit(limit))
    return [
        Difference(
            **{name: getattr(row, name) for name in KEY},
            on_hand=from_micro(int(row.live)),
            rebuilt=from_micro(int(row.rebuilt)),
        )
        for row in found
    ]


def unbalanced(connection: Connection) -> Sequence[Any]:
    """Items of which more left than arrived somewhere, over all real and virtual places together."""
    total = func.sum(_micro(t.balance.c.on_hand))
    return connection.execute(
        select(t.balance.c.item_id, total.label("total")).group_by(t.balance.c.item_id).having(total != 0)
    ).all()


def apply(ledger: Ledger, *, actor: str, reason: str, at: datetime) -> list[Difference]:
    """Set the balances that differ to what their movements add up to. Raises :class:`RebuildRefused`.

    Nobody can post meanwhile: on SQLite there is one writer, on PostgreSQL both tables are locked.
    """
    if not reason.strip():
        raise RebuildRefused("give a reason: it stands in the audit trail")
    with ledger.write() as connection:
        if not ledger.is_sqlite:
            connection.execute(text("lock table movement, balance in exclusive mode"))
        found = differences(connection)
        for one in found:
            key = {name: getattr(one, name) for name in KEY}
            insert = upsert(connection, t.balance).values(**key, on_hand=one.rebuilt)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=list(KEY), set_={"on_hand": insert.excluded.on_hand}
                )
            )
            audit.write(
                connection, actor=actor, action="balance.rebuild", subject="balance",
                subject_id=f"{one.item_id}@{one.site}", at=at, reason=reason,
                before={"on_hand": str(one.on_hand)}, after={**key, "on_hand": str(one.rebuilt)},
            )  # fmt: skip
    return found


def _side(side: str, sign: int) -> Select[Any]:
    """One side of every movement: out of a bucket, or into one. A virtual place has one bucket for each item."""
    move = t.movement
    site = move.c[f"{side}_site"]
    is_virtual = site.like("@%")

    def real(column: ColumnElement[str]) -> ColumnElement[str]:
        return case((is_virtual, ""), else_=column)

    named = {
        "item_id": move.c.item_id, "site": site, "location": real(move.c[f"{side}_location"]),
        "lot": real(move.c.lot), "serial": real(move.c.serial),
        "stock_status": real(move.c[f"{side}_status"]), "owner": real(move.c[f"{side}_owner"]),
    }  # fmt: skip
    columns = [column.label(name) for name, column in named.items()]
    return select(*columns, (_micro(move.c.quantity) * sign).label("rebuilt"), literal(0).label("live"))


def _micro(column: Any) -> Any:
    return type_coerce(column, BigInt)
