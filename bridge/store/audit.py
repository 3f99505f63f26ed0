"""The audit trail: who did what to which row, when, why, and what it was before and after.

Append only. An entry is written in the transaction that does what it tells of, so that neither exists
without the other. Subjects are named by public id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bridge.store import tables as t


@dataclass(frozen=True, slots=True)
class Change:
    """One subject, as it was and as it is now."""

    subject_id: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


def write(
    connection: Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    subject_id: str,
    at: datetime,
    reason: str | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """One entry."""
    change = Change(subject_id, before, after)
    write_all(connection, [change], actor=actor, action=action, subject=subject, reason=reason, at=at)


def write_all(
    connection: Connection,
    changes: Sequence[Change],
    *,
    actor: str,
    action: str,
    subject: str,
    reason: str | None,
    at: datetime,
) -> None:
    """One entry for each change of a single action."""
    if changes:
        connection.execute(
            t.audit.insert(),
            [
                {
                    "at": at,
                    "actor": actor,
                    "action": action,
                    "subject": subject,
                    "subject_id": change.subject_id,
                    "reason": reason,
                    "before": change.before,
                    "after": change.after,
                }
                for change in changes
            ],
        )


def of(connection: Connection, subject_id: str, *, limit: int = 200) -> Sequence[Any]:
    """What was done to one subject, oldest first."""
    return connection.execute(
        select(t.audit).where(t.audit.c.subject_id == subject_id).order_by(t.audit.c.id).limit(limit)
    ).all()
