"""What happens by the clock, as rows of the ledger: polls, sweep, release, retention.

Beat ticks; whoever gets the tick takes the rows that are due by lease and works them. Two beats are
therefore harmless, a missed tick is made up by the next, and a partner's schedule is data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from bridge.errors import Overloaded
from bridge.store import tables as t
from bridge.store.ledger import Ledger, upsert

log = structlog.get_logger(__name__)

LEASE, LONG_LEASE = 10.0, 30.0
"""Seconds for which a due row belongs to whoever took it. Looking at the ledger is over in no time, and when
whoever does it ends, lanes would go unattended. A poll may take in thousands of files; a second one beside it
does no harm, for each file is claimed by one."""
_LONG = {"poll", "retention"}

Work = Callable[[dict[str, Any]], object]


def ensure(
    connection: Connection, ledger: Ledger, *, name: str, kind: str, every: float, arguments: dict[str, Any]
) -> None:
    """Make a schedule row, or bring its interval and arguments up to date."""
    micros = int(every * 1e6)
    insert = upsert(connection, t.schedule).values(
        name=name, kind=kind, arguments=arguments, every=micros, due_at=ledger.now(connection)
    )
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[t.schedule.c.name], set_={"every": micros, "arguments": insert.excluded.arguments}
        )
    )


def run_due(ledger: Ledger, *, holder: str, works: Mapping[str, Work]) -> int:
    """Work every row that is due and not taken by somebody else; returns how many."""
    schedule = t.schedule
    with ledger.read() as connection:
        now = ledger.now(connection)
        candidates = connection.execute(
            select(schedule)
            .where(schedule.c.due_at <= now, schedule.c.lease_until <= now)
            .order_by(schedule.c.due_at)
        ).all()
    taken = [row for row in candidates if _run(ledger, row, holder, works)]
    return len(taken)


def _run(ledger: Ledger, row: Any, holder: str, works: Mapping[str, Work]) -> bool:
    if not _take(ledger, row, holder):
        return False
    error = None
    try:
        works[row.kind](row.arguments)
    except Overloaded as full:  # nothing was taken, and the next look finds it
        log.warning("schedule.postponed", schedule=row.name, reason=full.text)
        error = full.text
    except Exception as failed:
        log.exception("schedule.failed", schedule=row.name)
        error = f"{type(failed).__name__}: {failed}"
    _finish(ledger, row.name, holder, error)
    return True


def _take(ledger: Ledger, row: Any, holder: str) -> bool:
    schedule = t.schedule
    lease = LONG_LEASE if row.kind in _LONG else LEASE
    with ledger.write() as connection:
        now = ledger.now(connection)
        taken = connection.execute(
            update(schedule)
            .where(
                schedule.c.name == row.name, schedule.c.due_at == row.due_at, schedule.c.lease_until <= now
            )
            .values(holder=holder, lease_until=now + int(lease * 1e6), due_at=now + row.every)
        )  # fmt: skip
    return taken.rowcount == 1


def _finish(ledger: Ledger, name: str, holder: str, error: str | None) -> None:
    with ledger.write() as connection:
        connection.execute(
            update(t.schedule)
            .where(t.schedule.c.name == name, t.schedule.c.holder == holder)
            .values(lease_until=0, last_error=error)  # the holder stays, as who worked it last
        )
