"""Alerts: what somebody should look at, as ledger rows. One open row per code and subject."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import Connection, text

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


_OPEN = text("state = 'open'")
