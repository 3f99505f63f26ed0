"""What each connector is tried against: a real endpoint, and a way to count what took effect there.

A new connector is proven by adding its world here; the suite then tries all that its features promise.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from bridge import registry
from bridge.connectors.contract import Connector, Outgoing, Result
from tests import servers

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class World:
    """One connector with the endpoint that it talks to."""

    connector: str
    settings: dict[str, Any]
    effects: Callable[[], list[str]]
    """Document numbers, in the order in which they took effect."""
    fault: Callable[..., None] | None = None
    """Let the endpoint have a bad time; ``None`` where it cannot."""
    extras: dict[str, Any] = field(default_factory=dict)

    def deliver(self, *batch: Outgoing, timeout: float = 5.0, **settings: Any) -> list[Result]:
        return self.run(lambda connector: connector.deliver(batch, timeout=timeout), **settings)

    def run(self, work: Callable[[Connector], Any], **settings: Any) -> Any:
        """One piece of work with a connector of its own, in an event loop of its own."""
        plugin = registry.load("connector", self.connector)

        async def all_of_it() -> Any:
            chosen = plugin.Settings.model_validate({**self.settings, **settings})
            connector = plugin.connect(chosen, None)
            try:
                return await work(connector)
            finally:
                await connector.close()

        return asyncio.run(all_of_it())


def outgoing(number: str, *, note: str = "") -> Outgoing:
    """A document on its way out; the same number is the same key."""
    document = {
        "specversion": "1.0", "id": f"id-{number}", "source": "urn:crossdock:small:erp",
        "type": "crossdock.inventory.adjusted.v1", "time": "2026-11-02T09:30:00+00:00",
        "data": {"number": number, "lines": [{"quantity": "1"}], "note": note},
    }  # fmt: skip
    return Outgoing(f"out/id-{number}/erp", document)


@contextmanager
def demo_server(folder: Path) -> Iterator[str]:
    """The demo ERP as a process of its own."""
    port = servers.free_port()
    command = [sys.executable, "-m", "bridge.demo.endpoint", "--port", str(port), "--name", "erp"]
    with servers.running([*command, "--log", str(folder / "erp.jsonl")], cwd=ROOT):
        servers.wait_for_port(port)
        yield f"http://127.0.0.1:{port}"


def http_world(url: str, log: Path) -> World:
    def effects() -> list[str]:
        lines = log.read_bytes().splitlines() if log.exists() else []
        return [orjson.loads(line)["transaction"]["data"]["number"] for line in lines]

    def fault(mode: str, **more: Any) -> None:
        httpx.post(f"{url}/_faults", json={"mode": mode, **more}).raise_for_status()

    settings = {"url": f"{url}/transactions", "lookup_url": f"{url}/transactions/{{key}}", "idempotent": True}
    return World("http", settings, effects, fault, {"url": url})


def file_drop_world(folder: Path) -> World:
    def effects() -> list[str]:
        files = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns) if folder.exists() else []
        return [orjson.loads(path.read_bytes())["data"]["number"] for path in files]

    return World("file_drop", {"folder": str(folder)}, effects)
