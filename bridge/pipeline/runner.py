"""The runner: takes a lane, works it batch by batch, and goes on to the lanes that just got work.

One commit ends a batch and begins the next: it writes the outcomes, takes the next rows and notes in
the lane which they are. Errors of our own tree are outcomes of single rows and never come here. What
does come here is unexpected: the batch is rolled back and worked in smaller pieces, until one row is
alone and turns out to be the culprit.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

from bridge import clock
from bridge.company import Company
from bridge.errors import InternalBug, Poison
from bridge.master_data.lookup import Lookup
from bridge.outlets import Outlets
from bridge.pipeline import stations
from bridge.pipeline.apply import WorkAgain
from bridge.pipeline.stations import Batch, Interrupted, Station
from bridge.settings import Settings
from bridge.stop import StopSign
from bridge.store import lanes
from bridge.store.lanes import Lease, LeaseLost
from bridge.store.ledger import DatabaseBusy, Ledger, is_passing

log = structlog.get_logger(__name__)

YIELD = 0.002
"""Seconds that a worker leaves SQLite's write lock to others after each commit."""
BUSY, THIN, GATHER = 4, 128, 0.06
"""A lane that has worked so many batches in a row, the last one of fewer rows than this, waits so many
seconds for more to come: a batch costs much the same with one row as with fifty."""


@dataclass(slots=True)
class Runner:
    """Works lanes for one process. Not safe to share between threads."""

    ledger: Ledger
    company: Company
    settings: Settings
    outlets: Outlets
    endpoint_lanes: dict[str, int]
    ring: Callable[[Iterable[int]], None]
    stop: StopSign = field(default_factory=StopSign)
    lookup: Lookup = field(default_factory=Lookup)
    holder: str = field(
        default_factory=lambda: f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"
    )

    def work(self, lane_id: int) -> None:
        """Work a lane until it is empty or its slice is over, then the lanes that it gave work to.

        Once the stop sign is given, what is left is handed back and rung for: another worker goes on.
        """
        todo = [lane_id]
        while todo:
            if self.stop.is_given:
                self.ring(todo)
                return
            todo += sorted(self._work_lane(todo.pop(0)) - set(todo))

    def _work_lane(self, lane_id: int) -> set[int]:
        """Returns the lanes that got work and for which nobody has been rung."""
        with self.ledger.write() as connection:
            lease = lanes.take(
                connection, self.ledger, lane_id, holder=self.holder, seconds=self.settings.lease
            )
            if lease is None:
                return set()
            station = stations.station(self, lease)
            batch = self._next(connection, lease, station)
        if batch is None:
            return set()
        try:
            return self._work_batches(lease, station, batch)
        except LeaseLost:
            log.warning("lane.lost", lane=lease.name)
        except (OperationalError, InterfaceError, DatabaseBusy) as error:
            # the ledger is the trouble, not the rows: the lease runs out or is given back, the sweep rings
            log.warning("lane.interrupted", lane=lease.name, error=type(error).__name__)
            self._let_go(lease)
        return set()

    def _work_batches(self, lease: Lease, station: Station, first: Batch) -> set[int]:
        deadline = time.monotonic() + self.settings.slice
        woken: set[int] = set()
        rounds = 0
        following: Batch | None = first
        while following is not None:
            batch, bells = following, list[int]()
            try:
                station.work(batch)
                is_over = time.monotonic() > deadline or self.stop.is_given
                is_thin = rounds >= BUSY and len(batch.ids) < THIN
                with self.ledger.write() as connection:
                    given = station.write(connection, batch, at=clock.now())
                    given_bells = lanes.set_bells(connection, self.ledger, given)
                    lanes.count_calm(lease)
                    following = None if is_over or is_thin else self._next(connection, lease, station)
                    bells = self._hand_back(connection, lease) if is_over else []
                woken.update(given_bells)
                rounds += 1
                if is_thin and not is_over:
                    self._ring_all(woken)
                    time.sleep(GATHER)
                    following = self._again(lease, station)
            except LeaseLost:
                raise
            except WorkAgain:
                following = self._again(lease, station)
            except Interrupted:
                with self.ledger.write() as connection:
                    bells = self._hand_back(connection, lease)
                following = None
            except Exception as error:
                if is_passing(error):
                    raise
                log.exception("batch.failed", lane=lease.name, step=batch.step, rows=len(batch.ids))
                following = self._in_smaller_pieces(lease, station, batch)
            if self.ledger.is_sqlite:
                time.sleep(YIELD)
            if following is not None or bells:
                self._ring_all(woken)  # there is more to do here: let others deliver meanwhile
            self.ring(bells)
        return woken

    def _ring_all(self, woken: set[int]) -> None:
        if woken:
            self.ring(sorted(woken))
            woken.clear()

    def _next(self, connection: Connection, lease: Lease, station: Station) -> Batch | None:
        """Take the next rows and note their range; without any, give the lane back.

        Where others commit meanwhile, the lane is locked and looked at once more: whoever was rung before
        that was sent away by our lease, and whoever is rung later waits until we have let go.
        """
        if lease.suspect is not None:
            station.after_crash(connection, lease.suspect, at=clock.now())
        batch = self._take(connection, lease, station)
        if batch is None and not self.ledger.is_sqlite:
            lanes.lock(connection, lease)
            batch = self._take(connection, lease, station)
        if batch is None:
            lanes.give_back(connection, lease)
        return batch

    def _take(self, connection: Connection, lease: Lease, station: Station) -> Batch | None:
        while (batch := station.take(connection, lease.batch, at=self.ledger.at(connection))) is not None:
            suspect = lease.suspect
            is_same = suspect is not None and suspect.is_about(batch.step, batch.ids)
            if suspect is not None and is_same and suspect.is_poison:
                log.error("row.poison", lane=lease.name, step=batch.step, row=batch.ids[0])
                station.give_up(connection, batch, Poison(), at=clock.now())
                lease.suspect = None
                continue
            lanes.advance(
                connection, self.ledger, lease, seconds=station.lease_seconds,
                step=batch.step, ids=batch.ids, same_range=is_same,
            )  # fmt: skip
            return batch
        return None

    def _again(self, lease: Lease, station: Station) -> Batch | None:
        with self.ledger.write() as connection:
            return self._next(connection, lease, station)

    def _in_smaller_pieces(self, lease: Lease, station: Station, batch: Batch) -> Batch | None:
        """After something unexpected: fewer rows at once, and a dead letter for one that is alone."""
        with self.ledger.write() as connection:
            if len(batch.ids) == 1:
                station.give_up(connection, batch, InternalBug(), at=clock.now())
            else:
                lanes.shrink(lease)
            return self._next(connection, lease, station)

    def _hand_back(self, connection: Connection, lease: Lease) -> list[int]:
        lanes.give_back(connection, lease)
        return lanes.set_bells(connection, self.ledger, [lease.lane_id])

    def _let_go(self, lease: Lease) -> None:
        try:
            with self.ledger.write() as connection:
                lanes.abandon(connection, lease)
        except (OperationalError, InterfaceError, DatabaseBusy, LeaseLost):
            log.warning("lane.left", lane=lease.name)
