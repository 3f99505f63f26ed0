"""Control numbers of the EDI interchanges that leave us: one series for each partner and kind of number.

A number is taken in the transaction that creates its delivery: it is kept whatever becomes of the sending,
and given back when the transaction fails, so there are neither gaps nor repeats. Whoever takes from a series
holds its row until then. Behind the highest comes 1 again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, select

from bridge.store import tables as t
from bridge.store.ledger import execute_many, insert_of

HIGHEST = 999_999_999


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one interchange takes; its sets are numbered from ``first_set``."""

    interchange: int
    group: int
    first_set: int


def take(connection: Connection, series: str, kind: str, count: int = 1) -> list[int]:
    """The next ``count`` numbers of a series."""
    table = t.control_number
    last = table.c.last
    statement: Any = insert_of(connection.dialect.name, table).values(series=series, kind=kind, last=count)
    statement = statement.on_conflict_do_update(
        index_elements=["series", "kind"], set_={"last": (last + count - 1) % HIGHEST + 1}
    ).returning(last)
    newest = connection.execute(statement).scalar_one()
    return [(newest - count + ordinal - 1) % HIGHEST + 1 for ordinal in range(1, count + 1)]


def assign(connection: Connection, series: Mapping[int, tuple[str, int]]) -> None:
    """Number new deliveries: internal id → its series, and how many sets it will have.

    Series are taken in the order of their names, so that two transactions never wait for each other.
    """
    for name in sorted({name for name, _ in series.values()}):
        deliveries = [(one, sets) for one, (of, sets) in sorted(series.items()) if of == name]
        execute_many(connection, t.interchange.insert(), _rows(connection, name, deliveries))


def renew(connection: Connection, old: int, new: int, *, sets: int) -> None:
    """Number the delivery that takes the place of another one, which may have gone out under its own."""
    series = connection.execute(
        select(t.interchange.c.series).where(t.interchange.c.delivery_id == old)
    ).scalar_one_or_none()
    if series is not None:
        assign(connection, {new: (series, sets)})


def _rows(connection: Connection, series: str, deliveries: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    counts = [count for _, count in deliveries]
    interchanges = take(connection, series, "interchange", len(deliveries))
    groups = take(connection, series, "group", len(deliveries))
    sets = take(connection, series, "set", sum(counts))
    firsts = accumulate(counts[:-1], initial=0)
    return [
        {
            "delivery_id": delivery,
            "series": series,
            "interchange": interchange,
            "group": group,
            "first_set": sets[first],
        }
        for (delivery, _), interchange, group, first in zip(
            deliveries, interchanges, groups, firsts, strict=True
        )
    ]


def of_row(row: Any) -> Numbers | None:
    """Those of a delivery that was read together with its interchange."""
    return None if row.interchange is None else Numbers(row.interchange, row.group, row.first_set)
