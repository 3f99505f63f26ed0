"""Lanes: who works what, one holder at a time (Competing Consumers over ordered partitions).

A lane is one row. Its holder has a lease and a fence: every commit of a batch checks the fence, so a
holder that was frozen past its lease cannot write. The range about to be worked is written by the
commit that ends the batch before it; whoever takes over an expired lease therefore knows what its
predecessor was at, counts one crash for it and works it in shrinking batches.

A bell is a flag beside the lane. Who adds work sets it in the same transaction and rings after the
commit; who takes the lane clears it first. A flag that stays set, a lease that ran out and work that
nobody rang for are found by :func:`unattended`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Connection, Update, and_, bindparam, exists, or_, select, update

from bridge.store import tables as t
from bridge.store.ledger import Ledger, upsert
from bridge.store.types import from_microseconds

SOURCE, ENDPOINT = "source", "endpoint"
FULL, SMALL, ALONE = 128, 16, 1
"""Rows worked at once: normally, after a crash, and after a crash among sixteen."""
POISON = 3
"""Crashes of a row worked alone that make it poison."""
CALM = 16
"""Batches without a crash after which they grow again."""


_OF_BELL = t.bell.c.lane_id == bindparam("lane")
_SET_BELL = update(t.bell).where(_OF_BELL, t.bell.c.set_at.is_(None)).values(set_at=bindparam("at"))
_CLEAR_BELL = update(t.bell).where(_OF_BELL, t.bell.c.set_at.is_not(None)).values(set_at=None)
_LANE = select(t.lane).where(t.lane.c.id == bindparam("lane")).with_for_update()
_TAKE = (
    update(t.lane)
    .where(t.lane.c.id == bindparam("lane"))
    .values(
        holder=bindparam("holder_"), fence=bindparam("fence"), lease_until=bindparam("until"),
        crashes=bindparam("crashes_"), batch=bindparam("batch_"),
    )
)  # fmt: skip


class LeaseLost(Exception):
    """Another holder has the lane; nothing of this batch may be written."""


@dataclass(slots=True)
class Lease:
    """The right to work one lane until ``until`` (database clock, microseconds)."""

    lane_id: int
    kind: str
    name: str
    fence: int
    until: int
    batch: int
    crashes: int
    suspect: Suspect | None
    failures: int
    paused_until: datetime | None
    calm: int = 0
    is_shaken: bool = False
    """Batches shrank in it."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """What the previous holder was at when its lease ran out."""

    step: str
    first: int
    last: int
    crashes: int

    def is_about(self, step: str, ids: Sequence[int]) -> bool:
        return (self.step, self.first, self.last) == (step, min(ids), max(ids))

    @property
    def is_poison(self) -> bool:
        return self.first == self.last and self.crashes >= POISON


def ensure(connection: Connection, kind: str, name: str) -> int:
    """The lane's id; the lane and its bell are made if they do not exist."""
    connection.execute(
        upsert(connection, t.lane).values(kind=kind, name=name, shard=0).on_conflict_do_nothing()
    )
    lane_id = connection.execute(
        select(t.lane.c.id).where(t.lane.c.kind == kind, t.lane.c.name == name, t.lane.c.shard == 0)
    ).scalar_one()
    connection.execute(upsert(connection, t.bell).values(lane_id=lane_id).on_conflict_do_nothing())
    return int(lane_id)


def set_bells(connection: Connection, ledger: Ledger, lane_ids: Iterable[int]) -> list[int]:
    """Set the flags of lanes that just got work; returns those that were not set before."""
    return [one for one in sorted(set(lane_ids)) if _set_bell(connection, ledger, one)]


def _set_bell(connection: Connection, ledger: Ledger, lane_id: int) -> bool:
    return connection.execute(_SET_BELL, {"lane": lane_id, "at": ledger.now(connection)}).rowcount == 1


def take(
    connection: Connection, ledger: Ledger, lane_id: int, *, holder: str, seconds: float
) -> Lease | None:
    """Clear the bell and take the lane, if nobody holds it.

    Waits for a holder that is just giving the lane back, so that work which it did not see any more
    is not left lying.
    """
    connection.execute(_CLEAR_BELL, {"lane": lane_id})
    row = connection.execute(_LANE, {"lane": lane_id}).one_or_none()
    now = ledger.now(connection)
    if row is None or (row.holder is not None and row.lease_until > now):
        return None
    crashed = row.holder is not None and row.range_from is not None
    crashes = row.crashes + 1 if crashed else 0
    lease = Lease(
        lane_id=lane_id,
        kind=row.kind,
        name=row.name,
        fence=row.fence + 1,
        until=now + int(seconds * 1e6),
        batch=_shrunk(row.batch) if crashed else row.batch,
        crashes=crashes,
        suspect=Suspect(row.step, row.range_from, row.range_to, crashes) if crashed else None,
        failures=row.failures,
        paused_until=row.paused_until,
    )
    taken = {"fence": lease.fence, "until": lease.until, "crashes_": crashes, "batch_": lease.batch}
    connection.execute(_TAKE, {"lane": lane_id, "holder_": holder, **taken})
    return lease


def advance(
    connection: Connection,
    ledger: Ledger,
    lease: Lease,
    *,
    seconds: float,
    step: str,
    ids: Sequence[int],
    same_range: bool = False,
) -> None:
    """End a batch: check the fence, renew the lease and write the range that is worked next.

    ``same_range`` keeps the count of crashes: the rows are those that the last holder died on.
    """
    lease.until = ledger.now(connection) + int(seconds * 1e6)
    if not same_range:
        lease.crashes, lease.suspect = 0, None
    _write_fenced(
        connection,
        lease,
        lease_until=lease.until,
        step=step,
        range_from=min(ids),
        range_to=max(ids),
        crashes=lease.crashes,
        batch=lease.batch,
        failures=lease.failures,
        paused_until=lease.paused_until,
    )


def renew(connection: Connection, ledger: Ledger, lease: Lease, *, seconds: float) -> None:
    """Keep the lane and the range: for one message that is worked in many commits."""
    lease.until = ledger.now(connection) + int(seconds * 1e6)
    _write_fenced(connection, lease, lease_until=lease.until)


def lock(connection: Connection, lease: Lease) -> None:
    """Whoever wants to take the lane waits for the end of this transaction."""
    connection.execute(_LANE, {"lane": lease.lane_id})


def give_back(connection: Connection, lease: Lease) -> None:
    """Let go of the lane. Where others commit meanwhile: ``lock`` it, and look for work once more before.

    A whole lease without a crash before or in it is calm as well: on a slow database it may hold only a few
    batches, and a lane whose batches never grew again would fall behind for ever.
    """
    if lease.suspect is None and lease.calm and not lease.is_shaken:
        _grow(lease)
    _write_fenced(
        connection,
        lease,
        holder=None,
        lease_until=0,
        step=None,
        range_from=None,
        range_to=None,
        crashes=0,
        batch=lease.batch,
        failures=lease.failures,
        paused_until=lease.paused_until,
    )


def unattended(connection: Connection, ledger: Ledger, *, older_than: float) -> list[int]:
    """Lanes that somebody should be rung for: an old flag, a lease run out, work without a flag."""
    now = ledger.now(connection)
    lane, bell = t.lane, t.bell
    return list(
        connection.execute(
            select(lane.c.id)
            .join(bell, bell.c.lane_id == lane.c.id)
            .where(
                or_(
                    bell.c.set_at < now - int(older_than * 1e6),
                    and_(lane.c.holder.is_not(None), lane.c.lease_until < now),
                    and_(lane.c.holder.is_(None), bell.c.set_at.is_(None), _has_work(from_microseconds(now))),
                )
            )
            .order_by(lane.c.id)
        ).scalars()
    )


def due(connection: Connection, ledger: Ledger) -> list[int]:
    """Free endpoint lanes whose retries or pauses have come to their time."""
    at = from_microseconds(ledger.now(connection))
    lane, delivery = t.lane, t.delivery
    retry = exists().where(
        delivery.c.lane_id == lane.c.id, delivery.c.state == "retry", delivery.c.due_at <= at
    )
    rested = and_(
        lane.c.paused_until <= at,
        exists().where(delivery.c.lane_id == lane.c.id, delivery.c.state == "pending"),
    )
    awake = or_(lane.c.paused_until.is_(None), lane.c.paused_until <= at)
    return list(
        connection.execute(
            select(lane.c.id).where(
                lane.c.kind == ENDPOINT, lane.c.holder.is_(None), awake, or_(retry, rested)
            )
        ).scalars()
    )


def _has_work(at: datetime) -> ColumnElement[bool]:
    lane, message, document, delivery = t.lane, t.message, t.document, t.delivery
    awake = or_(lane.c.paused_until.is_(None), lane.c.paused_until <= at)
    return or_(
        exists().where(message.c.lane_id == lane.c.id, message.c.state == "accepted"),
        exists().where(document.c.lane_id == lane.c.id, document.c.state == "ready"),
        and_(awake, exists().where(delivery.c.lane_id == lane.c.id, delivery.c.state == "pending")),
        and_(
            awake,
            exists().where(
                delivery.c.lane_id == lane.c.id, delivery.c.state == "retry", delivery.c.due_at <= at
            ),
        ),
    )


def abandon(connection: Connection, lease: Lease) -> None:
    """Let go in the middle of a batch of which nothing could be written.

    The range stays, for the batch may have been sent: whoever takes the lane next has to find that out. It is
    no crash, and is not counted as one.
    """
    _write_fenced(connection, lease, lease_until=0, crashes=lease.crashes - 1)


def count_calm(lease: Lease) -> None:
    """A batch went through: after enough of them batches grow back."""
    lease.calm += 1
    if lease.calm >= CALM:
        _grow(lease)


def _grow(lease: Lease) -> None:
    lease.batch, lease.calm = min(lease.batch * 16, FULL), 0


def _shrunk(batch: int) -> int:
    return SMALL if batch > SMALL else ALONE


def shrink(lease: Lease) -> None:
    """Something unexpected happened inside a batch: work fewer rows at once."""
    lease.batch, lease.calm, lease.is_shaken = _shrunk(lease.batch), 0, True


def _write_fenced(connection: Connection, lease: Lease, **values: object) -> None:
    statement = _fenced(tuple(values))
    if connection.execute(statement, {"id_": lease.lane_id, "fence_": lease.fence, **values}).rowcount != 1:
        raise LeaseLost(f"lane {lease.name}: the lease went to another holder")


@lru_cache(maxsize=8)
def _fenced(columns: tuple[str, ...]) -> Update:
    """The update of these columns of a lane, under the fence; built once."""
    lane = t.lane
    held = (lane.c.id == bindparam("id_"), lane.c.fence == bindparam("fence_"))
    return (
        update(lane).where(*held).values({name: bindparam(name, type_=lane.c[name].type) for name in columns})
    )
