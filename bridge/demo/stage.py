"""The stage of the demo: the whole stack with an ERP and a WMS beside it, all real processes.

Everything is private to the run: folder, ledger, broker, ports, secrets. What is set in the environment
for another installation is not looked at.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from shutil import rmtree
from urllib.parse import quote
from urllib.request import Request, urlopen

from standardwebhooks import Webhook

from bridge import bootstrap, broker, company, registry, stack
from bridge.company import Company, Source
from bridge.demo.day import Event, Fault
from bridge.settings import Settings
from bridge.store.ledger import Ledger
from bridge.supervisor import Service, Supervisor

ENDPOINTS = ("erp", "wms")
LOGIN = "demo"
_KEPT = frozenset({"CROSSDOCK_CI", "CROSSDOCK_DEBUG", "CROSSDOCK_LOG_LEVEL", "CROSSDOCK_COMPANY"})
_MARK = ".demo"
"""Stands in folders that a demo has made and may empty."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything runs; this is how to reach it."""

    settings: Settings
    company: Company
    ledger: Ledger
    supervisor: Supervisor
    endpoints: Mapping[str, str]
    """Endpoint → base URL."""
    password: str

    @property
    def flower(self) -> str:
        return f"http://127.0.0.1:{self.settings.flower_port}/dead-letters"

    def send(self, event: Event) -> None:
        """Let one event arrive at its source's door."""
        assert event.source is not None
        assert event.sample is not None
        source = self.company.sources[event.source]
        sample = self.company.folder / event.sample
        if source.door == "folder":
            _drop(self.settings.data, source, sample, event.name or sample.name)
        else:
            _post(self.settings.api_port, source, sample)

    def disturb(self, fault: Fault) -> None:
        """Let an endpoint have a bad time, or be well again."""
        _request(f"{self.endpoints[fault.endpoint]}/_faults", json.dumps({"mode": fault.mode}).encode())

    def effects(self, endpoint: str) -> list[str]:
        """The keys under which an endpoint did something, once for each time that it did."""
        log = self.settings.data / f"{endpoint}.jsonl"
        lines = log.read_text().splitlines() if log.is_file() else []
        return [str(json.loads(line)["key"]) for line in lines]


@contextmanager
def opened(*, keep: bool) -> Iterator[Stage]:
    """Build the stage and clear it away. With ``keep``, ledger and logs stay in ``var/demo`` afterwards."""
    with ExitStack() as exits:
        folder = _fresh(Path("var/demo")) if keep else Path(exits.enter_context(_temporary()))
        password = secrets.token_urlsafe(12)
        environment = _environment(folder.resolve(), password)
        exits.callback(_restore, dict(os.environ))
        for name in [name for name in os.environ if name.startswith("CROSSDOCK_") and name not in _KEPT]:
            del os.environ[name]
        program = broker.find_program()
        planned = broker.private(program, folder / "broker") if program else broker.Broker(broker.LAST_RESORT)
        environment["CROSSDOCK_BROKER_URL"] = planned.url
        os.environ.update(environment)
        settings = Settings()
        bootstrap.prepare(settings)
        running = stack.write_running(
            settings, {**environment, "CROSSDOCK_COMPANY": str(settings.company.resolve())}
        )
        exits.callback(running.unlink, missing_ok=True)
        supervisor = exits.enter_context(Supervisor(folder / "log"))
        endpoints = {name: environment[f"NORTHBAY_{name.upper()}_URL"] for name in ENDPOINTS}
        supervisor.start(
            [*stack.broker_service(planned), *(_endpoint(*pair, folder) for pair in endpoints.items())]
        )
        supervisor.start(stack.services(settings, planned, environment))
        ledger = Ledger(settings.ledger)
        exits.callback(ledger.dispose)
        yield Stage(settings, company.load(settings.company), ledger, supervisor, endpoints, password)


def _environment(folder: Path, password: str) -> dict[str, str]:
    urls = {f"NORTHBAY_{name.upper()}_URL": f"http://127.0.0.1:{broker.free_port()}" for name in ENDPOINTS}
    return urls | {
        "CROSSDOCK_DATA": str(folder),
        "CROSSDOCK_API_PORT": str(broker.free_port()),
        "CROSSDOCK_FLOWER_PORT": str(broker.free_port()),
        "CROSSDOCK_FLOWER_USERS": f"{LOGIN}:approver:{password}",
        "NORTHBAY_WMS_SECRET": f"whsec_{_secret()}",
        "NORTHBAY_PORTAL_SECRET": f"whsec_{_secret()}",
    }


def _secret() -> str:
    return secrets.token_hex(16)


def _restore(environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="crossdock-demo-", ignore_cleanup_errors=True)


def _fresh(folder: Path) -> Path:
    """An empty folder; what an earlier demo left there goes, what anybody else did stays."""
    if (folder / _MARK).is_file():
        rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    return folder


def _endpoint(name: str, url: str, folder: Path) -> Service:
    port = url.rpartition(":")[2]
    command = (sys.executable, "-m", "bridge.demo.endpoint", "--port", port, "--name", name)
    return Service(
        name, (*command, "--log", str(folder / f"{name}.jsonl")), partial(stack.answers, f"{url}/_stats")
    )


# -- sending ---------------------------------------------------------------------------------------------


def _drop(data: Path, source: Source, sample: Path, name: str) -> None:
    """Put a file into a watched folder the way a careful sender does: write it aside, then rename it."""
    folder = data / "drop" / registry.load("door", "folder").Settings.model_validate(source.settings).path
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f"{name}.part"
    aside.write_bytes(sample.read_bytes())
    aside.rename(folder / name)


def _post(port: int, source: Source, sample: Path) -> None:
    """Post a signed webhook. The same sample has the same id, so posting it again is a redelivery."""
    settings = registry.load("door", "webhook").Settings.model_validate(source.settings)
    body, now = sample.read_text(encoding="utf-8"), datetime.now(UTC)
    message_id = quote(sample.stem)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(company.secret(settings.secrets[0])).sign(message_id, now, body),
    }
    _request(f"http://127.0.0.1:{port}{settings.path}", body.encode(), headers)


def _request(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
    request = Request(url, body, dict(headers or {"Content-Type": "application/json"}))  # noqa: S310  # ours
    with urlopen(request, timeout=10) as response:  # noqa: S310  # nosec B310  # our own API
        response.read()
