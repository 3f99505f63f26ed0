"""An installation of real processes for bad inputs, with a Sentry that keeps what it is told."""

from __future__ import annotations

import base64
import gzip
import http.client
import http.server
import json
import os
import sys
import threading
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import yaml
from sqlalchemy import func, select
from standardwebhooks import Webhook

from bridge import bootstrap, dispatch
from bridge.settings import Settings
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from tests import company, effects, processes, servers
from tests.conftest import ROOT
from tests.faults.bad_inputs.cases import CANARY
from tests.faults.fleet import Fleet

SECRET = "whsec_" + base64.b64encode(f"{CANARY} is the key of tests".encode()).decode()


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body.decode("latin-1")


@dataclass
class Answer:
    """What a sender of a webhook was told."""

    status: int
    text: str

    @property
    def code(self) -> str | None:
        return json.loads(self.text).get("code")


class Sentry:
    """Takes envelopes and keeps their text."""

    def __init__(self) -> None:
        self.events: list[str] = []
        kept = self.events

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    data = gzip.decompress(data)
                kept.append(data.decode("utf-8", "replace"))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.dsn = f"http://public@127.0.0.1:{self._server.server_port}/1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class Site:
    """API, worker, beat and two endpoints on SQLite, with bells in a folder."""

    folder: Path
    stack: ExitStack
    answers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        effects.write_company(self.folder / "company", timeout=5.0)
        self.port, ports = servers.free_port(), [servers.free_port(), servers.free_port()]
        self._point_at(ports)
        self.sentry = Sentry()
        self.stack.callback(self.sentry.close)
        self.data = self.folder / "data"
        environment = {
            **os.environ, "CROSSDOCK_COMPANY": str(self.folder / "company"), "CROSSDOCK_DATA": str(self.data),
            "CROSSDOCK_BROKER_URL": "filesystem://localhost", "CROSSDOCK_API_PORT": str(self.port),
            "CROSSDOCK_SENTRY_DSN": self.sentry.dsn, "CROSSDOCK_FREE_SPACE": "0", "CROSSDOCK_TICK": "0.3",
            "CROSSDOCK_SWEEP": "1", "SMALL_SECRET": SECRET, "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        self.settings = Settings(
            company=self.folder / "company", data=self.data, broker_url="filesystem://localhost"
        )
        bootstrap.prepare(self.settings)
        self.ledger = Ledger(self.settings.ledger)
        self.stack.callback(self.ledger.dispose)
        self.fleet = Fleet(self.folder, environment)
        self.stack.callback(self.fleet.close)
        python = [sys.executable, "-m"]
        for name, port in zip(("erp", "wms"), ports, strict=True):
            log = ["--name", name, "--log", str(self.folder / f"{name}.jsonl")]
            self.fleet.add(name, [*python, "bridge.demo.endpoint", "--port", str(port), *log], cwd=ROOT)
        celery = [*python, "celery", "-A", "tasks.app"]
        queues = f"--queues={dispatch.QUEUE_LANES},{dispatch.QUEUE_TICKS}"
        self.fleet.add("worker", [*celery, "worker", queues, "--loglevel=INFO"], cwd=ROOT)
        self.fleet.add(
            "beat", [*celery, "beat", "--pidfile=", "--schedule", str(self.folder / "beat")], cwd=ROOT
        )
        self.fleet.add("api", [*python, "bridge.api.server"], cwd=ROOT)
        servers.wait_for_port(self.port)

    def _point_at(self, ports: list[int]) -> None:
        path = self.folder / "company" / "endpoints.yaml"
        endpoints = yaml.safe_load(path.read_text())
        for one, port in zip(endpoints["endpoints"].values(), ports, strict=True):
            one["settings"] = {"url": f"http://127.0.0.1:{port}/transactions", "idempotent": True}
        path.write_text(yaml.safe_dump(endpoints))
        path = self.folder / "company" / "partners" / "keeper" / "partner.yaml"
        partner = yaml.safe_load(path.read_text())
        partner["sources"]["stock"]["settings"] = {"path": "stock"}
        path.write_text(yaml.safe_dump(partner))

    def post(
        self, number: str, body: bytes, headers: dict[str, str] | None = None, *, age: int = 0
    ) -> Answer:
        """A webhook signed as it should be, but for the headers that are given."""
        at = datetime.now(UTC) - timedelta(seconds=age)
        right = {
            "webhook-id": number,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(number, at, _text(body)),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest("POST", f"/hooks/dc1-a?token={CANARY}")
            for name, value in {**right, **(headers or {})}.items():
                connection.putheader(name, value.encode("utf-8"))
            connection.putheader("content-length", str(len(body)))
            connection.endheaders()
            with suppress(ConnectionError):  # a body that is too large is not read to its end
                connection.send(body)
            response = connection.getresponse()
            answer = Answer(response.status, response.read().decode())
        finally:
            connection.close()
        self.answers.append(answer.text)
        return answer

    def post_good(self, number: str) -> Answer:
        return self.post(number, company.event("dc1-a", number).body or b"")

    def drop(self, folder: str, name: str, body: bytes) -> None:
        home = self.data / "drop" / folder
        home.mkdir(parents=True, exist_ok=True)
        part = home / f".{len(body)}.part"
        part.write_bytes(body)
        part.rename(home / name)

    def rest(self, messages: int) -> bool:
        """Wait until so many messages are in the ledger and nothing is under way."""

        def is_over() -> bool:
            with self.ledger.read() as connection:
                count = connection.execute(select(func.count()).select_from(t.message)).scalar_one()
                busy = select(func.count()).where(t.message.c.state == "accepted")
                under_way = select(func.count()).where(t.document.c.state.in_(["ready", "staged"]))
                unsent = select(func.count()).where(t.delivery.c.state.in_(["pending", "retry"]))
                waiting = [connection.execute(one).scalar_one() for one in (busy, under_way, unsent)]
            return count >= messages and not any(waiting)

        return processes.soon(is_over, 90)

    def numbers(self) -> list[str]:
        """Documents that took effect at the ERP or the WMS."""
        lines = [
            line
            for name in ("erp", "wms")
            if (path := self.folder / f"{name}.jsonl").exists()
            for line in path.read_bytes().splitlines()
        ]
        return [orjson.loads(line)["transaction"]["data"]["number"] for line in lines]
