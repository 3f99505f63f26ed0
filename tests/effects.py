"""A worker that works when told, and endpoints that remember what they were sent and what took effect.

The connectors are real ones, only their endpoint is in this process: what they answer is decided by a
function of the test, what took effect stands in a list or, across processes, in a file.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
import yaml
from sqlalchemy import Table, func, select, update

from bridge.bootstrap import Bridge
from bridge.connectors.contract import Features, Outgoing, Receipt, Result
from bridge.ingress.contract import Content
from bridge.outlets import Outlet, Outlets
from bridge.pipeline.runner import Runner
from bridge.store import lanes
from bridge.store import tables as t
from tests import company

structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
)
"""Tracebacks with all variables in them take a second each."""

RETRY = {"tries": 3, "first": 60.0, "longest": 60.0}
"""Long enough that only :meth:`Works.wake` makes a retry due."""
IDEMPOTENT = Features(idempotency_key=True)
LOOKUP = Features(lookup=True)
NEITHER = Features()

COUNTS: dict[str, Any] = {
    "type": "crossdock.inventory.adjusted.v1", "mode": "delta", "natural_key": ["id"],
    "header": {"site": {"92": "site"}, "occurred_at": "at"},
    "line": {"item": {"SK": "sku", "VN": "code"}, "quantity": "qty", "unit": "uom"},
}  # fmt: skip
STOCK: dict[str, Any] = {"sender": "ZZ:KEEPER", "receiver": "ZZ:SMALL", "acknowledge": "never"}
COLUMNS = "id,site,sku,code,qty,uom,at"

Answer = Callable[[Outgoing, int], Result]
"""What the endpoint says to a request; the second argument counts the requests of this key from 1."""


class Endpoint:
    """A connector to an endpoint in memory."""

    def __init__(self, features: Features = IDEMPOTENT) -> None:
        self.features = features
        self.answer: Answer = lambda _one, _count: Receipt(200)
        self.requests: list[list[str]] = []
        """Keys of each request, in order."""
        self.effects: list[Outgoing] = []
        self.asked: list[str] = []

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        self.requests.append([one.key for one in batch])
        await asyncio.sleep(0)
        return [self._take(one) for one in batch]

    def _take(self, one: Outgoing) -> Result:
        answer = self.answer(one, sum(one.key in request for request in self.requests))
        if isinstance(answer, Receipt):
            self.take_effect(one)
        return answer

    def take_effect(self, one: Outgoing) -> None:
        if not (self.features.idempotency_key and one.key in {effect.key for effect in self.effects}):
            self.effects.append(one)

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        self.asked.append(key)
        return Receipt(200) if key in {effect.key for effect in self.effects} else None

    async def close(self) -> None:
        pass

    @property
    def numbers(self) -> list[str]:
        """Document numbers, in the order in which they took effect."""
        return [effect.document["data"]["number"] for effect in self.effects]


class Book(Outlets):
    """Outlets onto endpoints that a test has made."""

    def __init__(self, loaded: Any, make: Callable[[str], Any]) -> None:
        super().__init__(loaded)
        self._make = make

    def get(self, name: str) -> Outlet:
        if name not in self._open:
            self._open[name] = Outlet(self._company.endpoints[name], self._make(name))
        return self._open[name]


def write_company(folder: Path, **endpoint: Any) -> None:
    """The small company, with a file of counts and a feed of stock beside its webhooks."""
    outlet = {"connector": "http", "timeout": 2.0, "retry": RETRY, **endpoint}
    company.write(folder, erp=outlet, wms={**outlet})
    door = {"door": "folder", "settings": {"path": "in"}}
    sources = {
        "counts": {**door, "format": "csv", "options": COUNTS},
        "stock": {**door, "format": "x12", "options": STOCK},
    }
    (folder / "partners/keeper").mkdir(parents=True)
    (folder / "partners/keeper/partner.yaml").write_text(yaml.safe_dump({"sources": sources}))
    routes = [{"types": ["crossdock.inventory.adjusted.*"], "to": ["erp"]},
              {"types": ["crossdock.inventory.snapshot.*"], "to": ["wms"]}]  # fmt: skip
    (folder / "routes.yaml").write_text(yaml.safe_dump({"routes": routes}))


def counts(*rows: str, name: str = "counts.csv", source: str = "counts") -> Content:
    """A file of counts; a row is ``id,site,sku,code,qty,uom,at`` or the first words of one."""
    rest = ["c0", "DC1", "SKU-1", "", "1", "EA", "2026-11-02T09:30:00Z"]
    whole = []
    for row in rows:
        words = row.split(",")
        whole.append(",".join(words + rest[len(words) :]))
    return Content(source, name=name, body="\n".join([COLUMNS, *whole, ""]).encode())


def many(count: int, *, start: int = 0, **named: str) -> Content:
    """A file with ``count`` good rows."""
    return counts(*(f"c{start + n},DC1,SKU-{n % 20 + 1}" for n in range(count)), **named)


@dataclass
class Works:
    """The small company with one worker that works when told."""

    bridge: Bridge
    features: Features = IDEMPOTENT
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ledger = self.bridge.ledger
        self.erp, self.wms = Endpoint(self.features), Endpoint(self.features)
        self.endpoints = {"erp": self.erp, "wms": self.wms}
        self.runner = self.new_runner()

    def new_runner(self) -> Runner:
        runner = self.bridge.runner()
        runner.outlets = Book(self.bridge.company, self.endpoints.__getitem__)
        return runner

    def take_in(self, *contents: Content) -> None:
        for content in contents:
            self.bridge.accept_one(content)
        self.work()

    def work(self) -> None:
        """Until nobody needs to be rung for any more; what is due later is left."""
        for _ in range(50):
            with self.ledger.read() as connection:
                todo = lanes.unattended(connection, self.ledger, older_than=-1)
            for lane_id in todo:
                self.runner.work(lane_id)
            if not todo:
                return
        raise AssertionError("lanes stay unattended")

    def source(self, name: str = "dc1-a") -> int:
        return self.bridge.source_lanes[name]

    def endpoint(self, name: str = "erp") -> int:
        return self.bridge.endpoint_lanes[name]

    def rows(self, table: Table, *conditions: Any) -> list[Any]:
        with self.ledger.read() as connection:
            return list(connection.execute(select(table).where(*conditions)).all())

    def count(self, table: Table, *conditions: Any) -> int:
        with self.ledger.read() as connection:
            return int(
                connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
            )

    def states(self, table: Table) -> dict[str, int]:
        with self.ledger.read() as connection:
            query = select(table.c.state, func.count()).group_by(table.c.state)
            return {state: int(count) for state, count in connection.execute(query)}

    def letters(self) -> list[Any]:
        return sorted(self.rows(t.dead_letter), key=lambda letter: letter.id)

    def expire(self, lane_id: int) -> None:
        """Let time pass until the lane's lease is over."""
        with self.ledger.write() as connection:
            connection.execute(update(t.lane).where(t.lane.c.id == lane_id).values(lease_until=1))

    def wake(self) -> None:
        """Let time pass until everything that waits for its time is due."""
        with self.ledger.write() as connection:
            connection.execute(update(t.lane).values(paused_until=None))
            connection.execute(
                update(t.delivery).where(t.delivery.c.state == "retry").values(due_at=t.delivery.c.created_at)
            )

    def close(self) -> None:
        self.runner.outlets.close()
        self.bridge.close()


def open_works(
    tmp_path: Path, ledger_url: str, *, features: Features = IDEMPOTENT, outlet: dict[str, Any] | None = None,
    **settings: Any,
) -> Works:  # fmt: skip
    if not (tmp_path / "company").exists():
        write_company(tmp_path / "company", **(outlet or {}))
    return Works(company.open_small(tmp_path, ledger_url, **settings), features)


class EffectLog:
    """An endpoint in a file, for workers in processes of their own: one line is one request."""

    def __init__(self, path: Path, features: Features, *, before: Any = None, after: Any = None) -> None:
        self.features = features
        self._path, self._before, self._after = path, before, after

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        for one in batch:
            if self._before:
                self._before(one)
            line = {"key": one.key, "number": one.document["data"]["number"]}
            with self._path.open("a") as log:
                log.write(json.dumps(line) + "\n")
            if self._after:
                self._after(one)
        return [Receipt(200)] * len(batch)

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        return Receipt(200) if key in {line["key"] for line in read_log(self._path)} else None

    async def close(self) -> None:
        pass


def read_log(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
