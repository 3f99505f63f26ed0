"""What state an installation is in: whether it can take and work messages, and how much waits where.

Readiness is about what would make a yes impossible to keep: no ledger, another schema, no room. A broker
that is away only makes things slower, for the sweep goes on looking; that is said, and is no reason to
send senders away.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Table, func, select, text

from bridge import dispatch
from bridge.errors import Overloaded
from bridge.message import DeliveryState, DocumentState, LetterState, MessageState
from bridge.settings import Settings
from bridge.store import migrate
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from bridge.store.space import Space
from bridge.store.types import from_microseconds

log = structlog.get_logger(__name__)

MOST_ALERTS = 20
"""Open alerts that are shown."""
OVERDUE = 60.0
"""Seconds after its time from which a row of the schedule counts as overdue."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """``faults`` keep it from being ready, ``degraded`` does not; each is a sentence with the remedy."""

    faults: tuple[str, ...]
    degraded: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class LaneStatus:
    kind: str
    name: str
    waiting: int
    """Messages, documents and deliveries that are still to be worked, those behind a held key with them."""
    oldest: datetime | None
    """When the oldest of them came."""
    dead: int
    """Open dead letters."""
    holder: str | None
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class ScheduleStatus:
    name: str
    last_run: datetime | None
    due_at: datetime
    is_overdue: bool
    last_error: str | None


@dataclass(frozen=True, slots=True)
class AlertStatus:
    code: str
    subject: str
    text: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that an operator looks at first. Without a ledger only what can be seen without it."""

    readiness: Readiness
    at: datetime | None = None
    """The ledger's own time."""
    schema: str | None = None
    free_bytes: int | None = None
    broker_answers: bool = False
    lanes: tuple[LaneStatus, ...] = ()
    schedules: tuple[ScheduleStatus, ...] = ()
    awaited: int = 0
    """Deliveries whose acknowledgement may still come in time."""
    overdue: int = 0
    """Those whose acknowledgement did not."""
    alerts: tuple[AlertStatus, ...] = ()
    """The newest of those that are open."""

    @property
    def waiting(self) -> int:
        return sum(lane.waiting for lane in self.lanes)

    @property
    def dead(self) -> int:
        return sum(lane.dead for lane in self.lanes)

    @property
    def oldest(self) -> datetime | None:
        return min((lane.oldest for lane in self.lanes if lane.oldest is not None), default=None)


def readiness(ledger: Ledger, settings: Settings) -> Readiness:
    """Whether messages can be taken now. Never raises."""
    return _readiness(_schema(ledger), settings, broker_answers=dispatch.answers(settings))


def look(ledger: Ledger, settings: Settings) -> Status:
    """The whole picture. Never raises: what cannot be seen is missing, and the readiness says why."""
    schema, broker_answers = _schema(ledger), dispatch.answers(settings)
    seen: dict[str, Any] = {
        "readiness": _readiness(schema, settings, broker_answers=broker_answers),
        "free_bytes": Space(settings.data, settings.free_space).free() if settings.data.is_dir() else None,
        "broker_answers": broker_answers,
    }
    if schema.mismatch is not None:
        return Status(**seen, schema=schema.revision)
    with ledger.read() as connection:
        now = ledger.now(connection)
        return Status(
            **seen,
            at=from_microseconds(now),
            schema=schema.revision,
            lanes=_lanes(connection),
            schedules=tuple(
                _schedule(row, now) for row in connection.execute(select(t.schedule).order_by(t.schedule.c.name))
            ),
            awaited=_acknowledgements(connection, "awaited"),
            overdue=_acknowledgements(connection, "overdue"),
            alerts=_alerts(connection),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Schema:
    revision: str | None
    mismatch: str | None


def _schema(ledger: Ledger) -> _Schema:
    try:
        with ledger.read() as connection:
            revision = migrate.revision_of(connection)
    except Exception as error:  # noqa: BLE001  # whatever it is, the answer is the same, and tells no address
        log.warning("ledger.away", error=type(error).__name__)
        return _Schema(None, "the ledger does not answer; start the database, or look at its log")
    return _Schema(revision, migrate.mismatch(revision))


def _readiness(schema: _Schema, settings: Settings, *, broker_answers: bool) -> Readiness:
    faults = [schema.mismatch] if schema.mismatch is not None else []
    degraded = []
    try:
        Space(settings.data, settings.free_space).check()
    except Overloaded as full:
        faults.append(full.text)
    except OSError as error:
        faults.append(f"the data folder {settings.data} cannot be used: {error.strerror}")
    if not broker_answers:
        degraded.append("the broker does not answer; messages are taken, and worked when it is back")
    return Readiness(tuple(faults), tuple(degraded))


# -- numbers -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Waiting:
    count: int = 0
    oldest: list[datetime] = field(default_factory=list)


_M, _D, _X = MessageState, DocumentState, DeliveryState
_WORK: tuple[tuple[Table, ColumnElement[datetime], tuple[str, ...]], ...] = (
    (t.message, t.message.c.received_at, (_M.ACCEPTED,)),
    (t.document, t.document.c.created_at, (_D.READY, _D.STAGED, _D.WAITING)),
    (t.delivery, t.delivery.c.created_at, (_X.PENDING, _X.RETRY, _X.WAITING)),
)


def _lanes(connection: Connection) -> tuple[LaneStatus, ...]:
    waiting: defaultdict[int, _Waiting] = defaultdict(_Waiting)
    for table, since, states in _WORK:
        for state in states:
            query = select(table.c.lane_id, func.count(), func.min(since))
            for lane_id, count, oldest in connection.execute(
                query.where(table.c.state == state).group_by(table.c.lane_id)
            ):
                waiting[lane_id].count += count
                waiting[lane_id].oldest.append(oldest)
    letter = t.dead_letter
    letters = connection.execute(
        select(letter.c.lane_id, func.count())
        .where(letter.c.state.in_([LetterState.OPEN, LetterState.REPLAYING]))
        .group_by(letter.c.lane_id)
    )
    dead: dict[int, int] = dict(letters.all())
    rows = connection.execute(select(t.lane).order_by(t.lane.c.kind.desc(), t.lane.c.name))
    return tuple(
        LaneStatus(
            row.kind, row.name, waiting[row.id].count, min(waiting[row.id].oldest, default=None),
            dead.get(row.id, 0), row.holder, row.paused_until,
        )
        for row in rows
    )  # fmt: skip


def _schedule(row: Any, now: int) -> ScheduleStatus:
    return ScheduleStatus(
        name=row.name,
        last_run=None if row.holder is None else from_microseconds(row.due_at - row.every),
        due_at=from_microseconds(row.due_at),
        is_overdue=now - row.due_at > timedelta(seconds=OVERDUE) // timedelta(microseconds=1),
        last_error=row.last_error,
    )


def _acknowledgements(connection: Connection, state: str) -> int:
    where = text(f"state = '{state}'")  # the words of the partial index
    return connection.execute(select(func.count()).select_from(t.acknowledgement).where(where)).scalar_one()


def _alerts(connection: Connection) -> tuple[AlertStatus, ...]:
    alert = t.alert.c
    rows = connection.execute(
        select(alert.code, alert.subject, alert.text, alert.count, alert.first_at, alert.last_at)
        .where(text("state = 'open'"))
        .order_by(alert.last_at.desc())
        .limit(MOST_ALERTS)
    )
    return tuple(AlertStatus(*row) for row in rows)
