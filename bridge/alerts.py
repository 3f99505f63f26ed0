"""Alerts: what somebody should look at, as ledger rows. One open row per code and subject."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection, text, update

from bridge.store import tables as t
from bridge.store.ledger import upsert

log = structlog.get_logger(__name__)


def raise_alert(connection: Connection, *, code: str, subject: str, text: str, at: datetime) -> None:
    """Open an alert, or count it up when it is open already."""
    insert = upsert(connection, t.alert).values(
        code=code, subject=subject, text=text, state="open", first_at=at, last_at=at
    )
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[t.alert.c.code, t.alert.c.subject],
            index_where=_OPEN,
            set_={"count": t.alert.c.count + 1, "last_at": at, "text": text},
        )
    )
    log.warning("alert", code=code, subject=subject)


def close_alert(connection: Connection, *, code: str, subject: str, at: datetime) -> None:
    """What it was about has settled itself; nothing happens when no such alert is open."""
    alert = t.alert
    connection.execute(
        update(alert)
        .where(alert.c.code == code, alert.c.subject == subject, _OPEN)
        .values(state="closed", last_at=at)
    )


_OPEN = text("state = 'open'")
