"""An installation of real processes that are asked to stop as an operator asks: the leader, by SIGTERM."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson
import yaml
from sqlalchemy import func, select

from bridge import bootstrap, dispatch, stack
from bridge.bootstrap import Bridge
from bridge.settings import Settings
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from tests import effects, processes, servers
from tests.conftest import ROOT
from tests.faults.fleet import Member
from tests.faults.senders import SECRET

ENDPOINTS = ("erp", "wms")
LEASE = 120.0
"""So long that nobody can have waited for its end."""


class Site:
    """The small company; its two endpoints are demo servers with faults to switch on."""

    def __init__(self, folder: Path, ledger_url: str, broker_url: str, *, timeout: float = 5.0) -> None:
        self.folder, self.api_port = folder, servers.free_port()
        self.ports = {name: servers.free_port() for name in ENDPOINTS}
        self._write_company(timeout)
        self.settings = Settings(
            company=folder / "company", data=folder / "data", ledger_url=ledger_url, broker_url=broker_url,
            lease=LEASE, slice=0.5, tick=0.5, worker_concurrency=2, api_port=self.api_port, free_space=0,
        )  # fmt: skip
        chosen = self.settings.model_dump(exclude_unset=True)
        self.environment = {
            **os.environ, "SMALL_SECRET": SECRET, "PYTHONPATH": str(ROOT),
            **{f"CROSSDOCK_{name.upper()}": str(value) for name, value in chosen.items()},
        }  # fmt: skip
        bootstrap.prepare(self.settings)
        self.ledger = Ledger(self.settings.ledger)

    def _write_company(self, timeout: float) -> None:
        retry = {"tries": 50, "first": 0.2, "longest": 1.0}
        effects.write_company(self.folder / "company", timeout=timeout, retry=retry)
        path = self.folder / "company/endpoints.yaml"
        endpoints = yaml.safe_load(path.read_text())
        for name, one in endpoints["endpoints"].items():
            url = f"http://127.0.0.1:{self.ports[name]}/transactions"
            one["settings"] = {"url": url, "idempotent": True}
        path.write_text(yaml.safe_dump(endpoints))
        path = self.folder / "company/partners/keeper/partner.yaml"
        partner = yaml.safe_load(path.read_text())
        del partner["sources"]["stock"]  # it looks into the same folder
        path.write_text(yaml.safe_dump(partner))

    @contextmanager
    def endpoints(self) -> Iterator[None]:
        members = []
        for name, port in self.ports.items():
            arguments = ["--port", str(port), "--name", name, "--log", str(self._log(name))]
            command = [sys.executable, "-m", "bridge.demo.endpoint", *arguments]
            members.append(Member(name, command, self.folder / f"{name}.log", {"cwd": ROOT}))
            members[-1].start()
        try:
            for port in self.ports.values():
                servers.wait_for_port(port)
            yield
        finally:
            for member in members:
                member.stop()

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """``crossdock …`` as a process; whatever is left of it at the end is killed."""
        command = [sys.executable, "-m", "bridge.cli", *arguments]
        member = Member(
            arguments[-1], command, self.folder / "processes.log", {"env": self.environment, "cwd": ROOT}
        )
        member.start()
        assert member.process is not None
        try:
            yield member.process
        finally:
            below = processes.children(member.process.pid)
            member.kill()
            for pid in filter(processes.alive, below):
                os.kill(pid, 9)

    @contextmanager
    def bridge(self) -> Iterator[Bridge]:
        """A bridge in the test's own process, whose bells ring for the workers."""
        app = dispatch.celery(self.settings.broker_url, self.settings.data)

        def ring(lane_ids: Any) -> None:
            for lane_id in lane_ids:
                app.send_task(dispatch.WORK, args=[lane_id], queue=dispatch.QUEUE_LANES, ignore_result=True)

        opened = bootstrap.open_bridge(self.settings, ring=ring)
        try:
            yield opened
        finally:
            opened.close()
            app.close()
            dispatch.celery.cache_clear()

    def api_is_ready(self) -> bool:
        return stack.answers(f"http://127.0.0.1:{self.api_port}/health/ready")

    def set_fault(self, endpoint: str, **fault: Any) -> None:
        address = f"http://127.0.0.1:{self.ports[endpoint]}/_faults"
        with urlopen(Request(address, json.dumps(fault).encode()), timeout=5):
            pass

    def stats(self, endpoint: str) -> dict[str, Any]:
        with urlopen(f"http://127.0.0.1:{self.ports[endpoint]}/_stats", timeout=5) as answer:
            return orjson.loads(answer.read())

    def effects(self, endpoint: str) -> Counter[str]:
        """How often each document took effect, by its number."""
        path = self._log(endpoint)
        lines = path.read_bytes().splitlines() if path.exists() else []
        return Counter(orjson.loads(line)["transaction"]["data"]["number"] for line in lines)

    def drop(self, name: str, count: int) -> None:
        """Put so many files of one row each before the door of the folder."""
        home = self.settings.data / "drop/in"
        home.mkdir(parents=True, exist_ok=True)
        for number in range(count):
            body = effects.counts(f"{name}-{number},DC1,SKU-{number + 1}").body or b""
            part = home / f".{name}-{number}.part"
            part.write_bytes(body)
            part.rename(home / f"{name}-{number}.csv")

    def held_lanes(self) -> list[str]:
        with self.ledger.read() as connection:
            return list(
                connection.execute(select(t.lane.c.name).where(t.lane.c.holder.is_not(None))).scalars()
            )

    def deliveries(self) -> dict[str, int]:
        with self.ledger.read() as connection:
            query = select(t.delivery.c.state, func.count()).group_by(t.delivery.c.state)
            return dict(connection.execute(query).all())

    def webhooks(self) -> set[str]:
        """Numbers of those that are in the ledger."""
        with self.ledger.read() as connection:
            keys = connection.execute(select(t.message.c.key).where(t.message.c.key.like("wh/%"))).scalars()
            return {key.rsplit("/", 1)[1] for key in keys}

    def words(self) -> str:
        return (self.folder / "processes.log").read_text()[-4000:]

    def _log(self, endpoint: str) -> Path:
        return self.folder / f"{endpoint}.jsonl"
