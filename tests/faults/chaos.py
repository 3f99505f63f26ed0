"""Chaos: a real installation, really killed, frozen, cut off and filled up; then the checker's verdict.

API, two workers, two beats, two endpoints, a broker and a database run as processes of their own. Senders
post signed webhooks and drop files while faults strike about once a second. Then everything is mended, and
what was accepted must come to rest. One JSON line tells the verdict; the end is 0 only without violations.

    make chaos ARGS='--seconds 60 --seed 7 --database postgres --broker rabbitmq'
    make chaos ARGS='--seconds 30 --control'      endpoints book whatever they are sent: this must fail
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson
import psycopg
import redis
import yaml
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from bridge import bootstrap, dispatch
from bridge.ingress.folder import ARCHIVE, ERROR
from bridge.settings import Settings
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from tests import effects, processes, servers
from tests.conftest import ROOT
from tests.faults.checker import Bounds, check
from tests.faults.evidence import Book, Effect, Evidence, Sent
from tests.faults.fleet import Fleet, Member
from tests.faults.proxy import Proxy
from tests.faults.senders import SECRET, Dropper, Sender

ENDPOINTS = ("erp", "wms")
BOUNDS = Bounds(ENDPOINTS, requests=10_000, kills=10_000)
LEASE = 5.0
QUICK = {
    "CROSSDOCK_TICK": "0.5", "CROSSDOCK_SWEEP": "1", "CROSSDOCK_LEASE": str(LEASE), "CROSSDOCK_SLICE": "0.5",
    "CROSSDOCK_WORKER_CONCURRENCY": "2", "CROSSDOCK_LOG_LEVEL": "WARNING",
}  # fmt: skip
RETRY = {"tries": 200, "first": 0.2, "longest": 2.0}
ODDS = 0.001
"""With which one of the workers ends itself at each commit and each request."""
PACE = (0.4, 1.6)
"""Seconds from one fault to the next."""
REST = 180.0
DISK = "200m"


@dataclass(slots=True)
class Verdict:
    """What a run came to."""

    seed: int
    database: str
    broker: str
    accepted: int
    faults: int
    violations: list[str]
    drain_seconds: float
    by_fault: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    effects: int = 0

    def line(self) -> str:
        return json.dumps(
            {
                "accepted": self.accepted, "faults": self.faults, "violations": len(self.violations),
                "drain_seconds": round(self.drain_seconds, 1), "seed": self.seed, "database": self.database,
                "broker": self.broker, "effects": self.effects, "refused": self.refused,
                "by_fault": self.by_fault,
            }
        )  # fmt: skip


class Site:
    """One installation in a folder, with everything it needs."""

    def __init__(self, folder: Path, database: str, broker: str, stack: ExitStack) -> None:
        self.folder, self.database, self.broker = folder, database, broker
        self.disk = _small_disk(folder, stack)
        self.data = self.disk or folder / "data"
        self.data.mkdir(exist_ok=True)
        self.api_port = servers.free_port()
        self.ports = {name: servers.free_port() for name in ENDPOINTS}
        self.fleet = Fleet(folder, os.environ)
        stack.callback(self.fleet.close)
        self.proxy: Proxy | None = None
        self.calm = folder / "calm"
        """Once it is there, no worker ends itself any more."""
        ledger_url = self._start_database(stack)
        broker_url = self._start_broker(stack)
        self._write_company()
        self.environment = {
            **os.environ, **QUICK, "CROSSDOCK_COMPANY": str(folder / "company"),
            "CROSSDOCK_DATA": str(self.data), "CROSSDOCK_LEDGER_URL": ledger_url,
            "CROSSDOCK_BROKER_URL": broker_url, "CROSSDOCK_API_PORT": str(self.api_port),
            "CROSSDOCK_FREE_SPACE": "8000000" if self.disk else "0", "SMALL_SECRET": SECRET,
            "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.settings = Settings(
            company=folder / "company", data=self.data, ledger_url=ledger_url, broker_url=broker_url
        )
        bootstrap.prepare(self.settings)
        self.ledger = Ledger(self.settings.ledger)
        stack.callback(self.ledger.dispose)

    def _write_company(self) -> None:
        effects.write_company(self.folder / "company", timeout=2.0, retry=RETRY)
        settings = {
            name: {"url": f"http://127.0.0.1:{port}/transactions", "idempotent": True}
            for name, port in self.ports.items()
        }
        settings["erp"]["batch"] = 20
        path = self.folder / "company" / "endpoints.yaml"
        endpoints = yaml.safe_load(path.read_text())
        for name, one in endpoints["endpoints"].items():
            one["settings"] = settings[name]
        path.write_text(yaml.safe_dump(endpoints))
        path = self.folder / "company" / "partners" / "keeper" / "partner.yaml"
        partner = yaml.safe_load(path.read_text())
        del partner["sources"]["stock"]  # it looks into the same folder
        path.write_text(yaml.safe_dump(partner))
        routes = [{"types": ["crossdock.inventory.*"], "to": list(ENDPOINTS)}]
        (self.folder / "company" / "routes.yaml").write_text(yaml.safe_dump({"routes": routes}))

    def _start_database(self, stack: ExitStack) -> str:
        if self.database == "sqlite":
            return f"sqlite:///{self.data}/ledger.db"
        home = Path(tempfile.mkdtemp(prefix="crossdock-chaos-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        plan = servers.plan_postgresql(home)
        self._add_server("database", plan)
        return plan.url

    def _start_broker(self, stack: ExitStack) -> str:
        if self.broker == "filesystem":
            return "filesystem://localhost"
        folder = self.folder / "broker"
        folder.mkdir()
        plan = servers.plan_redis(folder) if self.broker == "redis" else servers.plan_rabbitmq(folder)
        if self.broker == "rabbitmq":
            stack.callback(servers.end_port_mapper, plan)
        self._add_server("broker", plan)
        self.proxy = Proxy(plan.port)
        self.proxy.start()
        stack.callback(self.proxy.stop)
        return plan.url.replace(f":{plan.port}", f":{self.proxy.port}")

    def _add_server(self, name: str, plan: servers.Plan) -> None:
        options = {"env": dict(os.environ), **plan.options}
        self.fleet.add(name, plan.command, **options)
        servers.wait_for_port(plan.port, plan.patience)

    def start(self, *, dedup: bool) -> None:
        python = [sys.executable, "-m"]
        for name, port in self.ports.items():
            log = self.folder / f"{name}.jsonl"
            arguments = ["--port", str(port), "--name", name, "--log", str(log)]
            self.fleet.add(name, [*python, "bridge.demo.endpoint", *arguments], cwd=ROOT)
            servers.wait_for_port(port)
            if not dedup:
                self.set_fault(name, dedup=False)
        queues = f"--queues={dispatch.QUEUE_LANES},{dispatch.QUEUE_TICKS}"
        worker = ["worker", queues, "--loglevel=WARNING"]
        more: dict[str, Any] = {"env": self.environment, "cwd": ROOT}
        fragile = {**self.environment, "CHAOS_ODDS": str(ODDS), "CHAOS_CALM": str(self.calm)}
        self.fleet.add("api", [*python, "bridge.api.server"], **more)
        self.fleet.add("worker-1", [*python, "celery", "-A", "tasks.app", *worker, "-n", "one@%h"], **more)
        self.fleet.add(
            "worker-2", [*python, "celery", "-A", "tests.faults.fragile", *worker, "-n", "two@%h"],
            env=fragile, cwd=ROOT,
        )  # fmt: skip
        for number in (1, 2):
            self.fleet.add(
                f"beat-{number}",
                [*python, "celery", "-A", "tasks.app", "beat", "--pidfile="],
                **more,
            )
        servers.wait_for_port(self.api_port)
        self.fleet.watch()

    def set_fault(self, endpoint: str, **fault: Any) -> None:
        request = Request(f"http://127.0.0.1:{self.ports[endpoint]}/_faults", json.dumps(fault).encode())
        with suppress(OSError), urlopen(request, timeout=2):
            pass

    def restless(self) -> list[str]:
        """What still has to come to rest, in words; one word where the ledger does not answer."""
        working = {
            "messages": t.message.c.state == "accepted",
            "documents": t.document.c.state.in_(["ready", "staged"]),
            "deliveries": t.delivery.c.state.in_(["pending", "retry"]),
            "lanes": t.lane.c.holder.is_not(None),
        }
        counts = [
            select(func.count()).where(one).scalar_subquery().label(name) for name, one in working.items()
        ]
        try:
            with self.ledger.read() as connection:
                row = connection.execute(select(*counts)).one()
        except SQLAlchemyError as error:
            return [f"ledger: {error}"]
        settled = {ARCHIVE, ERROR}
        files = sum(one.is_file() and settled.isdisjoint(one.parts) for one in self.home.rglob("*"))
        found = {**row._asdict(), "files": files}
        return [f"{count} {name}" for name, count in found.items() if count]

    @property
    def home(self) -> Path:
        """The partner's drop folder."""
        return self.data / "drop" / "in"

    def effects(self) -> list[Effect]:
        found = []
        for name in ENDPOINTS:
            path = self.folder / f"{name}.jsonl"
            for line in path.read_bytes().splitlines() if path.exists() else []:
                entry = orjson.loads(line)
                data = entry["transaction"]["data"]
                (row,) = data["lines"]
                found.append(Effect(name, entry["key"], data["number"], row["item_id"], str(row["quantity"])))
        return found


def _small_disk(folder: Path, stack: ExitStack) -> Path | None:
    """A disk of its own that can be filled up; only root can make one."""
    path = folder / "disk"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        return None
    stack.callback(subprocess.run, ["umount", "-l", str(path)], check=False)
    return path


Heal = Callable[[], None]


class Weather:
    """Strikes and mends. Each fault returns how to mend it, and after how many seconds."""

    def __init__(self, site: Site, chance: random.Random, only: Sequence[str] = ()) -> None:
        """Of all faults, or of those named ``only``. Raises :class:`SystemExit` where one is not known."""
        self._site, self._chance = site, chance
        self.struck: Counter[str] = Counter()
        self._due: list[tuple[float, Heal]] = []
        faults: list[tuple[str, Callable[[], tuple[float, Heal] | None]]] = [
            ("worker killed", self._kill("worker-1", "worker-2")),
            ("worker's child killed", self._kill_child),
            ("worker frozen past its lease", self._freeze("worker-1", "worker-2", seconds=LEASE + 2)),
            ("API killed", self._kill("api")),
            ("API frozen", self._freeze("api", seconds=2)),
            ("beat killed", self._kill("beat-1", "beat-2")),
            ("endpoint killed", self._kill(*ENDPOINTS)),
            ("endpoint frozen", self._freeze(*ENDPOINTS, seconds=3)),
            ("database locked", self._lock),
            *((f"endpoint {mode}", self._endpoint(mode)) for mode in
              ("down", "slow", "429", "500", "reset_after", "html")),
        ]  # fmt: skip
        if site.broker == "filesystem":
            faults.append(("broker flushed", self._flush))
        else:
            faults += [
                ("broker killed", self._kill("broker")), ("broker frozen", self._freeze("broker", seconds=4)),
                ("broker flushed", self._flush), ("broker swallows everything", self._swallow),
            ]  # fmt: skip
        if site.database == "postgres":
            faults += [
                ("database killed", self._kill("database")),
                ("database frozen", self._freeze("database", seconds=3)),
                ("database connections cut", self._cut),
            ]
        if site.disk is not None:
            faults.append(("disk full", self._fill))
        self._faults = [fault for fault in faults if not only or fault[0] in only]
        if unknown := set(only).difference(self.names):
            raise SystemExit(f"no such fault here: {', '.join(unknown)}; there are {', '.join(dict(faults))}")

    @property
    def names(self) -> list[str]:
        """The faults that can strike this installation."""
        return [name for name, _ in self._faults]

    def strike(self, name: str | None = None) -> str:
        """The fault of that name, or any."""
        name, fault = self._chance.choice([one for one in self._faults if name in (None, one[0])])
        mending = fault()
        if mending is not None:
            seconds, heal = mending
            self._due.append((time.monotonic() + seconds, heal))
        self.struck[name] += 1
        return name

    @property
    def is_over(self) -> bool:
        """Whether everything is mended."""
        return not self._due

    def mend(self, *, everything: bool = False) -> None:
        now = time.monotonic()
        due = [heal for at, heal in self._due if everything or at <= now]
        self._due = [] if everything else [(at, heal) for at, heal in self._due if at > now]
        for heal in due:
            heal()

    def _member(self, names: tuple[str, ...]) -> Member:
        return self._site.fleet.members[self._chance.choice(names)]

    def _kill(self, *names: str) -> Callable[[], None]:
        return lambda: self._member(names).kill()

    def _kill_child(self) -> None:
        self._member(("worker-1", "worker-2")).kill_child()

    def _freeze(self, *names: str, seconds: float) -> Callable[[], tuple[float, Heal]]:
        def strike() -> tuple[float, Heal]:
            member = self._member(names)
            member.send(signal.SIGSTOP)
            return self._chance.uniform(0.5, 1) * seconds, lambda: member.send(signal.SIGCONT)

        return strike

    def _endpoint(self, mode: str) -> Callable[[], tuple[float, Heal]]:
        def strike() -> tuple[float, Heal]:
            name = self._chance.choice(ENDPOINTS)
            self._site.set_fault(name, mode=mode, seconds=3)
            return self._chance.uniform(0.5, 4), lambda: self._site.set_fault(name, mode="none")

        return strike

    def _flush(self) -> None:
        site = self._site
        if site.broker == "redis":
            with (
                suppress(redis.RedisError),
                redis.Redis.from_url(site.settings.broker_url, socket_timeout=1, retry=None) as client,
            ):
                client.flushall()
        elif site.broker == "filesystem":
            for bell in (site.data / "broker" / "queue").glob("*.msg"):
                bell.unlink(missing_ok=True)
        else:
            with (
                suppress(Exception),
                dispatch.celery(site.settings.broker_url, site.data).connection_for_write(
                    connect_timeout=2
                ) as connection,
            ):
                connection.default_channel.queue_purge(dispatch.QUEUE_LANES)

    def _swallow(self) -> tuple[float, Heal]:
        proxy = self._site.proxy
        assert proxy is not None
        proxy.swallow()
        return self._chance.uniform(2, 8), proxy.heal

    def _lock(self) -> tuple[float, Heal]:
        """Somebody else holds the write lock, or the table of lanes, for a while."""
        if self._site.database == "sqlite":
            holder = sqlite3.connect(
                make_url(self._site.settings.ledger).database or "", timeout=2, isolation_level=None,
                check_same_thread=False,
            )  # fmt: skip
            with suppress(sqlite3.OperationalError):
                holder.execute("BEGIN IMMEDIATE")
            return 3.0, holder.close
        try:
            other = self._connect()
            other.execute("lock table lane in exclusive mode")
        except psycopg.Error:
            return 0.0, lambda: None
        return 3.0, other.close

    def _cut(self) -> None:
        with suppress(psycopg.Error), self._connect() as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
            )

    def _connect(self) -> psycopg.Connection[Any]:
        url = self._site.settings.ledger.replace("+psycopg", "")
        return psycopg.connect(url, connect_timeout=2)

    def _fill(self) -> tuple[float, Heal]:
        """Not a byte is left where the ledger and the raw store are."""
        assert self._site.disk is not None
        filling = self._site.disk / "filling"
        with suppress(OSError), filling.open("wb") as file:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        file.write(b"x" * size)
                        file.flush()
        return self._chance.uniform(1, 4), lambda: filling.unlink(missing_ok=True)


def run(arguments: argparse.Namespace, console: Console) -> Verdict:
    """One run, from an empty folder to the verdict."""
    chance = random.Random(arguments.seed)
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="crossdock-chaos-"))
        if not arguments.keep:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        site = Site(folder, arguments.database, arguments.broker, stack)
        site.start(dedup=not arguments.control)
        senders = [
            Sender(source, site.api_port, arguments.seed + index, arguments.rate)
            for index, source in enumerate(("dc1-a", "dc1-b"))
        ]
        site.home.mkdir(parents=True, exist_ok=True)
        dropper = Dropper(site.home, arguments.seed, every=0.4)
        threads = [one.start() for one in (*senders, dropper)]
        weather = Weather(site, chance, arguments.fault or ())
        _storm(weather, arguments.seconds, chance, console)
        for one in (*senders, dropper):
            one.is_over.set()
        weather.mend(everything=True)
        site.calm.touch()
        healed = time.monotonic()
        for thread in threads:
            thread.join(130)
        _drain(site, console)
        drained = time.monotonic() - healed
        dropper.note_accepted(site.home / "archive")
        sent: dict[str, Sent] = {}
        for one in (*senders, dropper):
            sent |= one.sent
        effects = site.effects()
        violations = [str(one) for one in check(Evidence(sent, effects, Book.read(site.ledger)), BOUNDS)]
        violations += [text for sender in senders for text in sender.broken_promises]
        if drained >= REST:
            violations.append(f"I3: not at rest after {REST:.0f} s: {', '.join(site.restless())}")
        return Verdict(
            arguments.seed, arguments.database, arguments.broker,
            accepted=sum(one.accepted for one in sent.values()), faults=weather.struck.total(),
            violations=violations, drain_seconds=drained, by_fault=dict(sorted(weather.struck.items())),
            refused=sum(one.refused for one in senders), effects=len(effects),
        )  # fmt: skip


def _storm(weather: Weather, seconds: float, chance: random.Random, console: Console) -> None:
    end = time.monotonic() + seconds
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("chaos", total=seconds)
        following = time.monotonic() + 1.0
        while (now := time.monotonic()) < end:
            weather.mend()
            if now >= following:
                progress.update(task, description=f"{weather.struck.total() + 1}: {weather.strike()}")
                following = time.monotonic() + chance.uniform(*PACE)
            progress.update(task, completed=seconds - (end - now))
            time.sleep(0.05)


def _drain(site: Site, console: Console) -> None:
    """Wait until nothing is under way any more, and say meanwhile what is."""
    with console.status("draining") as status:

        def is_over() -> bool:
            waiting = site.restless()
            status.update(f"draining: {', '.join(waiting)}")
            return not waiting

        processes.soon(is_over, REST)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="make chaos", description="Run an installation through faults.")
    made.add_argument("--seconds", type=float, default=60.0, help="how long faults strike (60)")
    made.add_argument("--seed", type=int, default=1, help="what strikes when (1)")
    made.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    made.add_argument("--broker", choices=["redis", "rabbitmq", "filesystem"], default="redis")
    made.add_argument(
        "--fault", action="append", metavar="NAME", help="only this one, such as 'worker killed'; repeatable"
    )
    made.add_argument("--rate", type=float, default=25.0, help="messages a second of each sender (25)")
    made.add_argument("--control", action="store_true", help="endpoints do not recognise keys: must fail")
    made.add_argument("--keep", action="store_true", help="keep the folder with ledger and logs")
    made.add_argument("--json", action="store_true", help="the verdict only, as one line")
    return made


def main() -> None:
    """Run, tell the verdict, and end with 1 if a promise was broken."""
    arguments = parser().parse_args()
    console = Console(stderr=True, quiet=arguments.json)
    verdict = run(arguments, console)
    for text in verdict.violations[:20]:
        print(text, file=sys.stderr)
    print(verdict.line())
    sys.exit(bool(verdict.violations))


if __name__ == "__main__":
    main()
