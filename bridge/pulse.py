"""Whether anybody works the ledger's schedule: what a health check of workers and beat can see."""

from __future__ import annotations

from sqlalchemy import select

from bridge.store import tables as t
from bridge.store.ledger import Ledger

LATE = 60.0
"""Seconds that the sweep may be overdue; it is due every few seconds."""


def beats(ledger: Ledger, *, late: float = LATE) -> bool:
    """Beat ticks and a worker takes the ticks: the sweep is at most ``late`` seconds overdue."""
    with ledger.read() as connection:
        now = ledger.now(connection)
        due = connection.execute(select(t.schedule.c.due_at).where(t.schedule.c.name == "sweep")).scalar()
    return due is not None and now - due < late * 1e6


def reaches(ledger: Ledger) -> bool:
    """The ledger answers and has its tables."""
    with ledger.read() as connection:
        connection.execute(select(t.schedule.c.name).limit(1)).first()
    return True
