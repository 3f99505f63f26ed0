"""How an installation is: what waits, who works, what is overdue, and what is missing."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import Any

from kombu import Connection as BrokerConnection
from sqlalchemy import Connection, func, select, text

from bridge import dispatch
from bridge.settings import Settings
from bridge.store import migrate
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from bridge.store.types import from_microseconds

OVERDUE = 60.0
"""Seconds after which a schedule that was due is called overdue."""
_BROKER_PATIENCE = 2.0
_WAITING = {
    "messages": (t.message, "state = 'accepted'"),
    "documents": (t.document, "state = 'ready'"),
    "documents_behind_a_key": (t.document, "state = 'waiting'"),
    "deliveries": (t.delivery, "state = 'pending'"),
    "deliveries_to_retry": (t.delivery, "state = 'retry'"),
    "deliveries_behind_a_key": (t.delivery, "state = 'waiting'"),
    "dead_letters": (t.dead_letter, "state = 'open'"),
    "alerts": (t.alert, "state = 'open'"),
}


@dataclass(slots=True)
class Status:
    """What is found. ``troubles`` stop acceptance or work, ``notes`` do not."""

    schema: str | None = None
    free_bytes: int = 0
    broker: bool = False
    waiting: dict[str, int] = field(default_factory=dict)
    oldest_waiting: str | None = None
    """When the oldest message that is not translated yet came."""
    lanes: list[dict[str, Any]] = field(default_factory=list)
    schedules: list[dict[str, Any]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        return not self.troubles


def look(ledger: Ledger, settings: Settings) -> Status:
    """Look at everything. Raises what the database raises when it does not answer."""
    found = Status(schema=migrate.revision(ledger), free_bytes=shutil.disk_usage(settings.data).free)
    if (trouble := schema_trouble(found.schema)) is not None:
        found.troubles.append(trouble)
    if found.free_bytes < settings.free_space:
        found.troubles.append(
            f"{found.free_bytes:,} bytes are free, fewer than CROSSDOCK_FREE_SPACE; nothing is accepted"
        )
    found.broker = _rings(settings)
    if not found.broker:
        found.notes.append("the broker does not answer; what is accepted is kept, and worked once it does")
    if found.schema is not None:
        with ledger.read() as connection:
            _count(connection, found)
            _lanes(connection, ledger, found)
            _schedules(connection, ledger, found)
    return found


def schema_trouble(revision: str | None) -> str | None:
    """Why this version cannot work with a ledger of that revision, if it cannot.

    A newer one is fine: migrations only add what this version need not know.
    """
    if revision is None:
        return "the ledger has no tables yet; make them with: crossdock migrate"
    if revision != migrate.head() and migrate.knows(revision):
        return (
            f"the ledger has schema {revision}, this version needs {migrate.head()}; run: crossdock migrate"
        )
    return None


def _rings(settings: Settings) -> bool:
    app = dispatch.celery(settings.broker_url, settings.data)
    options = app.conf.broker_transport_options
    try:
        with BrokerConnection(
            settings.broker_url, transport_options=options, connect_timeout=_BROKER_PATIENCE
        ) as connection:
            connection.ensure_connection(max_retries=0, timeout=_BROKER_PATIENCE)
    except Exception:  # noqa: BLE001  # each transport has its own errors, and all of them mean no
        return False
    return True


def _count(connection: Connection, found: Status) -> None:
    for name, (table, where) in _WAITING.items():
        query = select(func.count()).select_from(table).where(text(where))
        found.waiting[name] = connection.execute(query).scalar_one()
    oldest = connection.execute(
        select(t.message.c.received_at).where(text("state = 'accepted'")).order_by(t.message.c.id).limit(1)
    ).scalar()
    found.oldest_waiting = oldest.isoformat() if oldest else None


def _lanes(connection: Connection, ledger: Ledger, found: Status) -> None:
    now = ledger.now(connection)
    for row in connection.execute(select(t.lane).order_by(t.lane.c.kind, t.lane.c.name)):
        is_held = row.holder is not None and row.lease_until > now
        paused = row.paused_until.isoformat() if row.paused_until else None
        found.lanes.append(
            {"lane": f"{row.kind} {row.name}", "worked_by": row.holder if is_held else None,
             "batch": row.batch, "failures": row.failures, "paused_until": paused}
        )  # fmt: skip
        if row.failures:
            found.notes.append(f"{row.name} has failed {row.failures} times in a row")


def _schedules(connection: Connection, ledger: Ledger, found: Status) -> None:
    now = ledger.now(connection)
    for row in connection.execute(select(t.schedule).order_by(t.schedule.c.name)):
        late = (now - row.due_at) / 1e6
        found.schedules.append(
            {"schedule": row.name, "every": row.every / 1e6, "due": from_microseconds(row.due_at).isoformat(),
             "last_error": row.last_error}
        )  # fmt: skip
        if late > OVERDUE:
            found.notes.append(f"{row.name} is overdue by {late:.0f} s: does beat run?")
        if row.last_error:
            found.notes.append(f"{row.name} failed: {row.last_error}")
