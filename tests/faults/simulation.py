"""One simulated run: the real bridge on a real ledger, driven by a seeded scheduler through every fault.

Senders, an API, three workers, two beats and an operator share one SQLite ledger. Every commit and every
request to an endpoint is a point at which a process may be ended, frozen past its lease or overtaken; the
broker loses, repeats, reorders and forgets bells; the endpoints are down, slow, limited, failing, cut off
after they have booked. Then the faults stop, everything comes to rest, and the checker compares the logs.

    make simulate                         10,000 runs, on all cores
    make simulate ARGS='--seed 4711'      one run again, with all that happened in it
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import contextlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from sqlalchemy import exists, or_, select

from bridge import bootstrap, clock, dispatch, replay
from bridge import company as companies
from bridge.bootstrap import Bridge
from bridge.connectors.contract import Features
from bridge.errors import ContentConflict, Refused
from bridge.master_data import steward
from bridge.outlets import Outlet, Outlets
from bridge.pipeline import runner, sending, stations
from bridge.store import ledger as ledger_module
from bridge.store import tables as t
from bridge.store.ledger import DatabaseBusy, Ledger
from tests import company
from tests.faults import world
from tests.faults.checker import Bounds, Violation, check
from tests.faults.evidence import Book, Evidence, Sent
from tests.faults.scheduler import Ended, Faults, Scheduler, Stuck
from tests.faults.world import Broker, Endpoint

MESSAGES = 10
"""Of each of the two senders."""
ITEMS = 3
UNKNOWN, MAPPED = "NEW-1", "SKU-20"
TRIES = 6
BOUNDS = Bounds(("erp", "wms"), requests=120, kills=16)
REST = 900.0
"""Seconds within which everything must have come to rest after the last fault."""
FEATURES = (
    Features(idempotency_key=True, batch=4),
    Features(idempotency_key=True),
    Features(lookup=True),
    Features(),
)
OUTLET = {"connector": "http", "timeout": 1.0, "retry": {"tries": TRIES, "first": 0.5, "longest": 8.0}}
LEASE, SLICE = 5.0, 0.5


@dataclass(frozen=True, slots=True)
class Template:
    """A company and a ledger that is ready for it, to be copied for each run."""

    folder: Path
    company: companies.Company

    @classmethod
    def make(cls, folder: Path) -> Template:
        company.write(folder / "company", erp=OUTLET, wms=OUTLET)
        bootstrap.prepare(_settings(folder))
        return cls(folder, companies.load(folder / "company"))


def _settings(folder: Path) -> Any:
    return company.settings(folder, f"sqlite:///{folder}/ledger.db", lease=LEASE, slice=SLICE)


@dataclass(slots=True)
class Report:
    """What came of one run."""

    seed: int
    violations: list[Violation]
    digest: str
    trace: list[str] = field(repr=False)
    counts: Counter[str] = field(default_factory=Counter)


class SteppedLedger(Ledger):
    """A ledger that hands over the turn around every transaction, and goes by the scheduler's clock."""

    def __init__(self, url: str, scheduler: Scheduler) -> None:
        super().__init__(url)
        self._scheduler = scheduler

    def now(self, connection: Any) -> int:
        return self._scheduler.now

    @contextlib.contextmanager
    def write(self) -> Iterator[Any]:
        with super().write() as connection:
            yield connection
            self._scheduler.point("before commit")
        self._scheduler.point("after commit")

    @contextlib.contextmanager
    def read(self) -> Iterator[Any]:
        self._scheduler.point("before read")
        with super().read() as connection:
            yield connection


class Simulation:
    """One run; use :func:`run`."""

    def __init__(self, seed: int, template: Template, folder: Path) -> None:
        self.seed = seed
        chance = random.Random(seed)
        self.scheduler = Scheduler(
            seed, Faults(end=chance.choice([0, 0.01, 0.04]), freeze=chance.choice([0, 0.004, 0.02]))
        )
        self.broker = Broker(self.scheduler, loss=chance.choice([0, 0.1, 0.6]), twice=chance.choice([0, 0.3]))
        self.log: list[Any] = []
        self.endpoints = {
            name: Endpoint(
                name, self.scheduler, chance.choice(FEATURES), chance.choice([0, 0.1, 0.5]), log=self.log
            )
            for name in BOUNDS.endpoints
        }
        shutil.copytree(template.folder, folder, dirs_exist_ok=True)
        self._template = template
        self._folder = folder
        self.sent: dict[str, Sent] = {}
        self._odd: dict[str, str] = {}
        self._seen: list[Violation] = []
        """What a client saw that the logs cannot show."""
        self.clients_left = 2
        self._plan(chance)

    def _plan(self, chance: random.Random) -> None:
        for source in ("dc1-a", "dc1-b"):
            for turn in range(MESSAGES):
                number = f"{source}-{turn}"
                item = f"SKU-{chance.randrange(ITEMS) + 1}"
                quantity = str(chance.choice([-3, -1, 2, 5]))
                odd = chance.choices(["", "broken", "unknown", "refused", "poison"], [80, 4, 6, 7, 3])[0]
                if odd == "unknown":
                    item = MAPPED
                self.sent[number] = Sent(source, number, "", item, quantity, turn)
                self._odd[number] = odd
                self.sent[number].sha256 = world.sha256(self._content(number))
                if odd in {"refused", "poison"}:
                    endpoint = self.endpoints[chance.choice(BOUNDS.endpoints)]
                    getattr(endpoint, odd).add(number)

    def _content(self, number: str) -> Any:
        odd, sent = self._odd[number], self.sent[number]
        if odd == "broken":
            sent.in_order = False  # a message that cannot be read holds no key
            return world.broken(sent)
        return world.content(sent, code=UNKNOWN if odd == "unknown" else None)

    # -- the installation ----------------------------------------------------------------------------

    def run(self) -> Report:
        with self._virtual_time(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(bootstrap, "Ledger", lambda url: SteppedLedger(url, self.scheduler))
            patch.setattr(bootstrap.company, "load", lambda _: self._template.company)
            patch.setattr(dispatch, "ring", self.broker.ring)
            self.bridge = bootstrap.open_bridge(_settings(self._folder), ring=self.broker.ring)
            self.bridge.acceptor._ringer = Here()
            violations = self._run_all()
            self.bridge.close()
        return Report(
            self.seed, violations, self.scheduler.digest, self.scheduler.trace, self._counts(violations)
        )

    def _run_all(self) -> list[Violation]:
        scheduler = self.scheduler
        for source in ("dc1-a", "dc1-b"):
            scheduler.spawn(source, lambda source=source: self._send_all(source))
        for number in range(3):
            self._spawn_lives(f"worker {number}", self._work)
        for number in range(2):
            self._spawn_lives(f"beat {number}", self._beat)
        self._spawn_lives("operator", self._operate)
        scheduler.spawn("weather", self._weather)
        try:
            scheduler.run(seconds=3_600, until=lambda: self.clients_left == 0)
            self._heal()
            scheduler.run(seconds=REST, until=self._is_at_rest)
        except Stuck as stuck:
            scheduler.trace.append(f"stuck: {stuck}")
        finally:
            scheduler.close()
        return self._seen + check(self.evidence(), BOUNDS)

    def _heal(self) -> None:
        self.scheduler.faults = Faults()
        self.broker.loss = self.broker.twice = 0.0
        for endpoint in self.endpoints.values():
            endpoint.trouble, endpoint.outage_until = 0.0, 0

    def _is_at_rest(self) -> bool:
        with self.bridge.ledger.read() as connection:
            working = or_(
                exists().where(t.message.c.state == "accepted"),
                exists().where(t.document.c.state.in_(["ready", "staged"])),
                exists().where(t.delivery.c.state.in_(["pending", "retry"])),
                exists().where(t.lane.c.holder.is_not(None)),
            )
            return not connection.execute(select(working)).scalar_one()

    def evidence(self) -> Evidence:
        requests: Counter[tuple[str, str]] = Counter()
        kills: Counter[str] = Counter()
        for endpoint in self.endpoints.values():
            requests += endpoint.requests
            kills += endpoint.kills
        return Evidence(self.sent, self.log, Book.read(self.bridge.ledger), requests, kills)

    def _spawn_lives(self, name: str, life: Callable[[str], None]) -> None:
        """An actor that is started again whenever it was ended."""

        def live() -> None:
            while True:
                try:
                    life(name)
                except Ended:
                    self.scheduler.revive()
                    self.scheduler.sleep(self.scheduler.random.uniform(0.1, 3.0))
                except DatabaseBusy:
                    continue  # a task of Celery that failed: the next bell brings another

        self.scheduler.spawn(name, live)

    # -- the actors ----------------------------------------------------------------------------------

    def _send_all(self, source: str) -> None:
        """Sends in order, each message until it is answered with a yes; some of them once more later."""
        chance = self.scheduler.random
        mine = [one for one in self.sent.values() if one.source == source]
        for index, one in enumerate(mine):
            self._send(one)
            if chance.random() < 0.2:
                self._send(chance.choice(mine[: index + 1]))
            if chance.random() < 0.05:
                self._send_otherwise(one)
            self.scheduler.sleep(chance.choice([0.01, 0.3, 2.0]))
        self.clients_left -= 1

    def _send(self, one: Sent) -> None:
        while True:
            try:
                self.bridge.accept_one(self._content(one.number))
            except Ended:  # the API was killed: no answer, send it again
                self.scheduler.revive()
            except Refused:  # 503
                pass
            else:
                one.accepted = True
                return
            self.scheduler.sleep(self.scheduler.random.uniform(0.05, 2.0))

    def _send_otherwise(self, one: Sent) -> None:
        """The same number with other content, which must be refused."""
        other = world.content(Sent(one.source, one.number, "", one.item, "999", one.turn))
        try:
            self.bridge.accept_one(other)
        except Ended:
            self.scheduler.revive()
        except ContentConflict:
            return
        except Refused:  # 503
            return
        else:
            self._seen.append(Violation("I9", f"{one.number} was taken twice with different content"))

    def _work(self, name: str) -> None:
        """A worker process: hears bells and works their lanes."""
        worker = self.bridge.runner()
        worker.holder = name
        worker.outlets = SteppedOutlets(self.bridge.company, self.endpoints)
        try:
            while True:
                lane_id = self.broker.take()
                if lane_id is None:
                    self.scheduler.sleep(0.05)
                else:
                    worker.work(lane_id)
        finally:
            worker.outlets.close()

    def _beat(self, name: str) -> None:
        while True:
            self.bridge.tick(name)
            self.scheduler.sleep(1.0)

    def _weather(self) -> None:
        """What befalls the surroundings: the broker forgets everything, an endpoint goes away for a while."""
        chance = self.scheduler.random
        while True:
            self.scheduler.sleep(chance.uniform(2.0, 20.0))
            if self.clients_left == 0:
                continue
            if chance.random() < 0.5:
                self.broker.flush()
            else:
                endpoint = self.endpoints[chance.choice(BOUNDS.endpoints)]
                endpoint.outage_until = self.scheduler.now + int(chance.uniform(1, 15) * 1e6)

    def _operate(self, _: str) -> None:
        """A person who looks at dead letters now and then and does something about one of them."""
        chance = self.scheduler.random
        while True:
            self.scheduler.sleep(chance.uniform(1.0, 12.0))
            with self.bridge.ledger.read() as connection:
                letters = connection.execute(
                    select(t.dead_letter).where(t.dead_letter.c.state == "open").order_by(t.dead_letter.c.id)
                ).all()
            if letters:
                Operator(self).act(chance.choice(letters))

    @contextlib.contextmanager
    def _virtual_time(self) -> Iterator[None]:
        scheduler = self.scheduler
        machine = SimpleNamespace(
            monotonic=lambda: scheduler.now / 1e6,
            perf_counter=lambda: scheduler.now / 1e6,
            perf_counter_ns=lambda: scheduler.now * 1000,
            time_ns=lambda: scheduler.now * 1000,
            sleep=lambda seconds: scheduler.sleep(max(seconds, 0.02)),
        )
        calendar = SimpleNamespace(
            now=lambda zone: datetime.fromtimestamp(0, UTC) + timedelta(microseconds=scheduler.now)
        )
        with pytest.MonkeyPatch.context() as patch:
            for module in (ledger_module, runner, stations, sending):
                patch.setattr(module, "time", machine)
            for module in (stations, sending, clock):
                patch.setattr(module, "datetime", calendar)
            random.seed(self.seed)
            yield

    def _counts(self, violations: list[Violation]) -> Counter[str]:
        endings = sum(line.endswith(": ended") for line in self.scheduler.trace)
        return Counter(
            ended=endings, frozen=sum("frozen" in line for line in self.scheduler.trace),
            effects=len(self.log), points=len(self.scheduler.trace), violations=len(violations),
        )  # fmt: skip


class Operator:
    """What a sensible person does about a dead letter. Looks at the endpoint where its books decide."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._bridge: Bridge = simulation.bridge
        self._ring = simulation.broker.ring

    def act(self, letter: Any) -> None:
        chance = self._simulation.scheduler.random
        if letter.release_condition:
            steward.add_cross_reference(
                self._bridge.ledger, domain="item", partner="dc1", qualifier="SK", source_code=UNKNOWN,
                target_code=MAPPED, actor="olga", reason="asked the supplier",
            )  # fmt: skip
        elif letter.subject == "delivery":
            self._settle(letter)
        elif letter.subject in {"message", "part"} and chance.random() < 0.7:
            number = self._number(letter)
            if number is not None:
                whole = world.content(self._simulation.sent[number]).body or b""
                replay.edit_and_replay(
                    self._bridge.ledger, letter.public_id, whole.decode(), actor="olga",
                    reason="a one, not an o", accept=self._bridge.accept_one, ring=self._ring,
                )  # fmt: skip
        else:
            self._discard(letter)

    def _settle(self, letter: Any) -> None:
        endpoint = self._simulation.endpoints[letter.endpoint]
        with self._bridge.ledger.read() as connection:
            delivery = connection.execute(
                select(t.delivery).where(t.delivery.c.id == letter.delivery_id)
            ).one()
        if delivery.key in endpoint.keys and not endpoint.features.idempotency_key:
            self._discard(letter)  # it was booked: only our own books do not know
            return
        endpoint.refused.discard(letter.number)  # the period is opened again, the bug is mended
        endpoint.poison.discard(letter.number)
        if self._simulation.scheduler.random.random() < 0.8:
            self._replay(letter)
        else:
            self._discard(letter)

    def _number(self, letter: Any) -> str | None:
        with self._bridge.ledger.read() as connection:
            key = connection.execute(
                select(t.message.c.key).where(t.message.c.id == letter.message_id)
            ).scalar_one()
        return key.rsplit("/", 1)[-1] if key.startswith("wh/") else None

    def _replay(self, letter: Any) -> None:
        replay.replay(
            self._bridge.ledger, [letter.public_id], actor="olga", reason="the cause is mended",
            accept=self._bridge.accept_one, ring=self._ring,
        )  # fmt: skip

    def _discard(self, letter: Any) -> None:
        replay.discard(
            self._bridge.ledger, [letter.public_id], actor="olga", reason="not needed", ring=self._ring
        )


class SteppedOutlets(Outlets):
    """Outlets onto simulated endpoints, whose requests are made in the worker's own thread."""

    def __init__(self, loaded: companies.Company, endpoints: dict[str, Endpoint]) -> None:
        super().__init__(loaded)
        self._endpoints = endpoints
        self._asyncio = asyncio.new_event_loop()

    @property
    def loop(self) -> Any:
        return SimpleNamespace(run=self._asyncio.run_until_complete)

    def get(self, name: str) -> Outlet:
        return Outlet(self._company.endpoints[name], self._endpoints[name])

    def close(self) -> None:
        for task in asyncio.all_tasks(self._asyncio):
            task.cancel()
        self._asyncio.run_until_complete(asyncio.sleep(0))
        self._asyncio.close()


class Here:
    """An executor that does at once what it is given."""

    def submit(self, work: Callable[..., Any], *arguments: Any) -> None:
        work(*arguments)

    def shutdown(self) -> None:
        pass


def run(seed: int, template: Template) -> Report:
    """Simulate one seed. The same seed gives the same run."""
    with tempfile.TemporaryDirectory(dir=template.folder.parent) as folder:
        return Simulation(seed, template, Path(folder)).run()


def quiet() -> None:
    """No log lines: thousands of processes die here."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


# -- many runs ---------------------------------------------------------------------------------------


def sweep(seeds: range, *, jobs: int, progress: Callable[[Report], None]) -> list[Report]:
    """Simulate many seeds on ``jobs`` cores; returns the runs that broke a promise."""
    broken = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_open) as pool:
        for report in pool.map(_run_one, seeds, chunksize=4):
            progress(report)
            if report.violations:
                broken.append(report)
    return broken


_template: list[Template] = []


def _open() -> None:
    """Once per process."""
    quiet()
    folder = Path(tempfile.mkdtemp(prefix="crossdock-simulation-", dir=memory()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "template").mkdir()
    _template.append(Template.make(folder / "template"))


def memory() -> Path | None:
    """Where files need no disk, if there is such a place: what is simulated is processes, not power cuts."""
    shared = Path("/dev/shm")
    return shared if os.access(shared, os.W_OK) else None


def _run_one(seed: int) -> Report:
    report = run(seed, _template[0])
    return replace(report, trace=report.trace if report.violations else [])


def main() -> None:
    """Simulate, show how far it is, and end with 1 if any run broke a promise."""
    parser = argparse.ArgumentParser(prog="make simulate", description="Simulate many runs of the bridge.")
    parser.add_argument("--seeds", type=int, default=10_000, help="how many runs (10,000)")
    parser.add_argument("--start", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--seed", type=int, help="run only this one, and show all that happened in it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="cores to use (all)")
    arguments = parser.parse_args()
    if arguments.seed is not None:
        _open()
        sys.exit(_show(run(arguments.seed, _template[0])))
    seeds = range(arguments.start, arguments.start + arguments.seeds)
    totals: Counter[str] = Counter()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("simulating", total=len(seeds))

        def note(report: Report) -> None:
            totals.update(report.counts)
            bar.advance(task)

        broken = sweep(seeds, jobs=arguments.jobs, progress=note)
    for report in broken:
        print(f"seed {report.seed}: {len(report.violations)} violations, first {report.violations[0]}")
        print(f"  see it: make simulate ARGS='--seed {report.seed}'")
    print(json.dumps({"seeds": len(seeds), "broken": [one.seed for one in broken], **totals}))
    sys.exit(bool(broken))


def _show(report: Report) -> int:
    for line in report.trace:
        print(line)
    for violation in report.violations:
        print(violation)
    print(json.dumps({"seed": report.seed, "digest": report.digest, **report.counts}))
    return bool(report.violations)


if __name__ == "__main__":
    main()
