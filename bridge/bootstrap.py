"""The only wiring: everything else receives what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bridge import acknowledgements, clock, company, dispatch, registry, retention, schedules
from bridge.company import Company, Source
from bridge.errors import Refused
from bridge.ingress.contract import Arrival, Content
from bridge.integrity import seals
from bridge.master_data import load
from bridge.outlets import Outlets
from bridge.pipeline.accept import Accepted, Acceptor
from bridge.pipeline.runner import Runner
from bridge.settings import Settings
from bridge.stop import StopSign
from bridge.store import lanes, migrate, steady
from bridge.store.ledger import Ledger
from bridge.store.looks import Looks

POLL_BATCH = 64
"""Files accepted in one commit."""


@dataclass(slots=True)
class Bridge:
    """One process's view of the bridge."""

    settings: Settings
    company: Company
    ledger: Ledger
    source_lanes: dict[str, int]
    endpoint_lanes: dict[str, int]
    acceptor: Acceptor
    ring: Callable[[Iterable[int]], None]
    stop: StopSign = field(default_factory=StopSign)

    async def accept(self, content: Content) -> Accepted:
        """Say yes to one arrival, after the commit. Raises a leaf of :class:`bridge.errors.Refused`."""
        return await self.acceptor.accept(content)

    def accept_all(self, contents: Sequence[Content]) -> list[Accepted | Refused]:
        return self.acceptor.accept_all(contents)

    def accept_one(self, content: Content) -> Accepted:
        """For callers without an event loop. Raises a leaf of :class:`bridge.errors.Refused`."""
        answer = self.accept_all([content])[0]
        if isinstance(answer, Refused):
            raise answer
        return answer

    def runner(self) -> Runner:
        """A worker of lanes; one per process."""
        return Runner(
            ledger=self.ledger,
            company=self.company,
            settings=self.settings,
            outlets=Outlets(self.company),
            endpoint_lanes=self.endpoint_lanes,
            ring=self.ring,
            stop=self.stop,
        )

    def tick(self, holder: str) -> int:
        """Work every schedule row that is due."""
        return schedules.run_due(
            self.ledger,
            holder=holder,
            works={
                "poll": lambda arguments: self.poll(str(arguments["source"])),
                "sweep": lambda _: self.ring(self._unattended()),
                "release": lambda _: self.ring(self._due()),
                "retention": lambda _: self._prune(),
                "acknowledgements": lambda _: acknowledgements.find_overdue(self.ledger, at=clock.now()),
                "seal": lambda _: seals.seal(self.ledger, now=clock.now()),
            },
        )

    def poll(self, source_name: str) -> int:
        """Look at a polled door once and accept what has arrived; returns how many arrivals there were.

        Ends early, between two commits, when the process is to end.
        """
        source = self.company.sources[source_name]
        door = registry.load("door", source.door)
        settings = door.Settings.model_validate(source.settings)
        looks = Looks(self.ledger, source_name)
        count = 0
        batch: list[Arrival] = []
        for arrival in door.look(source, settings, looks, self.settings.data):
            batch.append(arrival)
            count += 1
            if len(batch) == POLL_BATCH:
                self._take_in(batch)
                batch = []
                if self.stop.is_given:
                    return count
        self._take_in(batch)
        return count

    def _take_in(self, arrivals: list[Arrival]) -> None:
        answers = self.accept_all([arrival.content for arrival in arrivals]) if arrivals else []
        for arrival, answer in zip(arrivals, answers, strict=True):
            if isinstance(answer, Refused):
                arrival.refuse(answer)
            else:
                arrival.confirm()

    def _unattended(self) -> list[int]:
        with self.ledger.read() as connection:
            return lanes.unattended(connection, self.ledger, older_than=self.settings.sweep)

    def _due(self) -> list[int]:
        with self.ledger.read() as connection:
            return lanes.due(connection, self.ledger)

    def _prune(self) -> None:
        retention.prune(
            self.ledger, self.settings.raw_store, now=clock.now(), days=self.settings.retention_days
        )

    def close(self) -> None:
        self.acceptor.close()
        self.ledger.dispose()


def open_bridge(
    settings: Settings,
    *,
    ring: Callable[[Iterable[int]], None] = dispatch.ring,
    stop: StopSign | None = None,
) -> Bridge:
    """Open the bridge on a ledger that :func:`prepare` has made ready."""
    loaded = company.load(settings.company)
    ledger = Ledger(settings.ledger)
    with ledger.write() as connection:
        if ledger.is_sqlite:
            steady.settle(connection)
        source_lanes = {name: lanes.ensure(connection, lanes.SOURCE, name) for name in loaded.sources}
        endpoint_lanes = {name: lanes.ensure(connection, lanes.ENDPOINT, name) for name in loaded.endpoints}
    acceptor = Acceptor(ledger=ledger, company=loaded, settings=settings, lane_ids=source_lanes, ring=ring)
    return Bridge(settings, loaded, ledger, source_lanes, endpoint_lanes, acceptor, ring, stop or StopSign())


def prepare(settings: Settings) -> dict[str, int]:
    """Migrate the ledger, load master data and write the schedule; harmless to repeat."""
    loaded = company.load(settings.company)
    settings.data.mkdir(parents=True, exist_ok=True)
    settings.raw_store.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger)
    try:
        migrate.upgrade(ledger)
        counts = load.load_folder(ledger, settings.company)
        _write_schedule(ledger, settings, loaded)
    finally:
        ledger.dispose()
    return counts


def _write_schedule(ledger: Ledger, settings: Settings, loaded: Company) -> None:
    rows: list[tuple[str, str, float, dict[str, Any]]] = [
        ("sweep", "sweep", settings.sweep, {}),
        ("release", "release", 1.0, {}),
        ("retention", "retention", 86_400.0, {}),
        ("seal", "seal", 60.0, {}),
        ("acknowledgements", "acknowledgements", 15.0, {}),
    ]
    for source in loaded.sources.values():
        every = _poll_seconds(source)
        if every is not None:
            rows.append((f"poll:{source.name}", "poll", every, {"source": source.name}))
    with ledger.write() as connection:
        for name, kind, every, arguments in rows:
            schedules.ensure(connection, ledger, name=name, kind=kind, every=every, arguments=arguments)


def _poll_seconds(source: Source) -> float | None:
    """Seconds between two looks; ``None`` for doors at which senders knock themselves."""
    door = registry.load("door", source.door)
    if not hasattr(door, "look"):
        return None
    return float(source.settings.get("every", 1.0))
