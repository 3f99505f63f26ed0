"""What the runner does at a lane: a source's station translates and applies, an endpoint's delivers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection

from bridge import clock
from bridge.connectors.contract import Features, Outgoing
from bridge.errors import DestinationUnavailable, InternalBug, Poison
from bridge.message import DeliveryState, Step
from bridge.observability import observe_step
from bridge.pipeline import apply, deliver, sending, translate
from bridge.pipeline.apply import Fresh, WorkAgain
from bridge.pipeline.resolve import Resolved
from bridge.pipeline.sending import Outbound, Sent
from bridge.store import control_numbers, documents, lanes
from bridge.store.lanes import Lease, Suspect

if TYPE_CHECKING:
    from bridge.outlets import Outlet
    from bridge.pipeline.runner import Runner


@dataclass(slots=True)
class Batch:
    """Rows being worked and, once they were, what came of them."""

    step: Step
    ids: list[int]
    rows: Any
    result: Any = None
    started: float = 0.0


class Interrupted(Exception):
    """The stop sign was given in the middle of a large message; reading it begins anew, which is harmless."""


class Station(Protocol):
    """The three beats of a lane's steps; see :mod:`bridge.pipeline`."""

    lease_seconds: float

    def take(self, connection: Connection, limit: int, *, at: datetime) -> Batch | None: ...

    def work(self, batch: Batch) -> None:
        """Outside any transaction of the batch; what it gives other lanes on the way it rings for."""
        ...

    def write(self, connection: Connection, batch: Batch, *, at: datetime) -> set[int]:
        """Returns lanes that get work by this commit."""
        ...

    def after_crash(self, connection: Connection, suspect: Suspect, *, at: datetime) -> None:
        """Before anything is taken: the last holder ended while it worked ``suspect``."""
        ...

    def give_up(
        self, connection: Connection, batch: Batch, error: InternalBug | Poison, *, at: datetime
    ) -> None:
        """The single row of ``batch`` cannot be worked: make it a dead letter."""
        ...


def station(runner: Runner, lease: Lease) -> Station:
    return SourceStation(runner, lease) if lease.kind == lanes.SOURCE else EndpointStation(runner, lease)


@dataclass(slots=True)
class Read:
    """A chunk that was read, and what its documents come to if they may take effect at once."""

    chunk: translate.Chunk
    results: list[Resolved]


class SourceStation:
    """Documents that are ready are applied before more messages are translated.

    What was just read takes effect in the commit that writes it, unless something has to go before it.
    After something unexpected the two are done apart, so that it is known which of them fails, and of
    which document.
    """

    def __init__(self, runner: Runner, lease: Lease) -> None:
        self._runner, self._lease = runner, lease
        self.lease_seconds = runner.settings.lease

    def take(self, connection: Connection, limit: int, *, at: datetime) -> Batch | None:  # noqa: ARG002  # the other station's clock
        ready = apply.take(connection, self._lease.lane_id, limit)
        if ready:
            return Batch(Step.APPLY, [row.id for row, _ in ready], ready)
        messages = translate.take(connection, self._lease.lane_id, limit)
        return Batch(Step.TRANSLATE, [row.id for row in messages], messages) if messages else None

    def work(self, batch: Batch) -> None:
        batch.started = time.perf_counter()
        if batch.step is Step.APPLY:
            batch.result = self._resolve(batch.rows)
            return
        runner = self._runner
        for chunk in translate.read(batch.rows, company=runner.company, store=runner.settings.raw_store):
            if batch.result is not None:
                self._commit(batch.result)
                if runner.stop.is_given:
                    raise Interrupted
            batch.result = self._resolve_read(chunk)

    def _commit(self, read: Read) -> None:
        """One of many chunks of a large message: write it, and apply what it released."""
        runner = self._runner
        try:
            with runner.ledger.write() as connection:
                lanes.renew(connection, runner.ledger, self._lease, seconds=self.lease_seconds)
                given = self._write_read(connection, read, clock.now())
                bells = lanes.set_bells(connection, runner.ledger, given)
        except WorkAgain:
            self._apply_ready()
            self._commit(self._resolve_read(read.chunk))
            return
        runner.ring(bells)
        self._apply_ready()

    def _apply_ready(self) -> None:
        runner = self._runner
        while rows := self._ready():
            results = self._resolve(rows)
            try:
                with runner.ledger.write() as connection:
                    lanes.renew(connection, runner.ledger, self._lease, seconds=self.lease_seconds)
                    given = self._write_applied(connection, results, clock.now())
                    bells = lanes.set_bells(connection, runner.ledger, given)
            except WorkAgain:
                continue
            runner.ring(bells)

    def _ready(self) -> list[apply.Ready]:
        with self._runner.ledger.read() as connection:
            return apply.take(connection, self._lease.lane_id, lanes.FULL)

    def _resolve_read(self, chunk: translate.Chunk) -> Read:
        if self._lease.batch < lanes.FULL:
            return Read(chunk, [])
        fresh = [(Fresh.of(draft), draft.drafted.document) for draft in chunk.ready()]
        return Read(chunk, self._resolve(fresh) if fresh else [])

    def _resolve(self, rows: Sequence[apply.Ready]) -> list[Resolved]:
        runner = self._runner
        return apply.work(runner.ledger, rows, company=runner.company, lookup=runner.lookup)

    def write(self, connection: Connection, batch: Batch, *, at: datetime) -> set[int]:
        if batch.step is Step.TRANSLATE:
            touched = self._write_read(connection, batch.result, at)
        else:
            touched = self._write_applied(connection, batch.result, at)
        observe_step(batch.step, len(batch.ids), time.perf_counter() - batch.started)
        return touched

    def _write_read(self, connection: Connection, read: Read, at: datetime) -> set[int]:
        written = translate.write(connection, read.chunk, at=at)
        results = [result for result in read.results if result.row.public_id in written]
        for result in results:
            result.row.id = written[result.row.public_id]
        return self._write_applied(connection, results, at) if results else set()

    def _write_applied(self, connection: Connection, results: list[Resolved], at: datetime) -> set[int]:
        runner = self._runner
        return apply.write(
            connection,
            results,
            company=runner.company,
            endpoint_lanes=runner.endpoint_lanes,
            lookup=runner.lookup,
            at=at,
        )

    def after_crash(self, connection: Connection, suspect: Suspect, *, at: datetime) -> None:
        """Translating and applying again is harmless: keys are unique."""

    def give_up(
        self, connection: Connection, batch: Batch, error: InternalBug | Poison, *, at: datetime
    ) -> None:
        if batch.step is Step.TRANSLATE:
            translate.give_up(connection, batch.rows[0], error, at=at)
        else:
            apply.give_up(connection, batch.rows[0][0], error, at=at)


class EndpointStation:
    """Sends what is due; a lane that rests is left alone."""

    def __init__(self, runner: Runner, lease: Lease) -> None:
        self._runner, self._lease = runner, lease
        self._endpoint = runner.company.endpoints[lease.name]
        self._lease_end = 0.0
        self.lease_seconds = max(runner.settings.lease, 2 * self._endpoint.timeout + 5)

    def take(self, connection: Connection, limit: int, *, at: datetime) -> Batch | None:
        self._lease_end = time.monotonic() + self.lease_seconds
        rows = deliver.take(connection, self._lease, limit, at=at)
        return Batch(Step.DELIVER, [row.id for row in rows], rows) if rows else None

    def work(self, batch: Batch) -> None:
        batch.started = time.perf_counter()
        try:
            outlet = self._runner.outlets.get(self._endpoint.name)
        except Exception as error:  # noqa: BLE001  # settings, secret or driver: the lane rests until it is there
            at = datetime.now(UTC)
            trouble = DestinationUnavailable(f"endpoint {self._endpoint.name} cannot be opened: {error}")
            batch.result = [Sent(row, trouble, at, 0) for row in batch.rows]
            return
        batch.result = self._runner.outlets.loop.run(self._send(outlet, batch.rows))

    async def _send(self, outlet: Outlet, rows: list[Any]) -> list[Sent]:
        company = self._runner.company.name
        outbound = [
            Outbound(
                row,
                Outgoing(row.key, documents.envelope(row, company=company), control_numbers.of_row(row)),
            )
            for row in rows
        ]
        return await sending.send(
            outbound,
            connector=outlet.connector,
            seconds=self._endpoint.timeout,
            concurrency=self._endpoint.concurrency,
            may_start=self._may_start,
            ask_first=lambda row: self._must_ask(row, outlet.connector.features),
            stop=self._runner.stop,
        )

    def _may_start(self) -> bool:
        has_lease = time.monotonic() + self._endpoint.timeout + 1 < self._lease_end
        return has_lease and not self._runner.stop.is_given

    def _must_ask(self, row: Any, features: Features) -> bool:
        if not features.lookup or features.idempotency_key:
            return False
        return (
            bool(row.tries) or row.state == DeliveryState.RETRY
        )  # a try while the lane rests is not counted

    def write(self, connection: Connection, batch: Batch, *, at: datetime) -> set[int]:
        deliver.write(
            connection, self._lease, batch.result,
            endpoint=self._endpoint, features=self._features(), at=at, now=self._runner.ledger.at(connection),
        )  # fmt: skip
        observe_step(batch.step, len(batch.result), time.perf_counter() - batch.started)
        return set()

    def _features(self) -> Features:
        try:
            return self._runner.outlets.get(self._endpoint.name).connector.features
        except Exception:  # noqa: BLE001  # it could not be opened, so nothing was sent: nothing is in doubt
            return Features(idempotency_key=True)

    def after_crash(self, connection: Connection, suspect: Suspect, *, at: datetime) -> None:
        """What was perhaps sent is sent again under its key, asked for, or parked for a person."""
        features = self._features()
        if features.idempotency_key:
            return
        if features.lookup:
            deliver.count_tries(connection, self._lease, suspect)
        else:
            deliver.park_range(connection, self._lease, suspect, at=at)

    def give_up(
        self, connection: Connection, batch: Batch, error: InternalBug | Poison, *, at: datetime
    ) -> None:
        deliver.park(connection, batch.rows, code=error.code, text=error.text, at=at)
