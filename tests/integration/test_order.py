"""Four workers, at shuffled speeds, killed and frozen at random: order per source and per key holds.

The endpoint is a file that every worker appends to, so what took effect is known without the ledger.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bridge import bootstrap
from bridge.connectors.contract import Features, Outgoing, Receipt, Result
from bridge.outlets import Outlet, Outlets
from bridge.settings import Settings
from bridge.store import lanes
from tests import company

pytestmark = pytest.mark.integration

MESSAGES = 400
KEYS = 7
SECONDS = 90


class EffectLog:
    """An endpoint that takes effect once per key: the first line of a key in the file is its effect."""

    features = Features(idempotency_key=True, batch=1)

    def __init__(self, path: Path, seed: int) -> None:
        self._path, self._random = path, random.Random(seed)

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        await asyncio.sleep(self._random.uniform(0, 0.006))
        with self._path.open("a") as log:
            for one in batch:
                data = one.document["data"]
                line = {"key": one.key, "number": int(data["number"][1:]), "order": one.document["subject"]}
                log.write(json.dumps(line) + "\n")
        await asyncio.sleep(self._random.uniform(0, 0.003))
        return [Receipt(200)] * len(batch)

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        return None

    async def close(self) -> None:
        pass


class LogOutlets(Outlets):
    def __init__(self, company: Any, folder: Path, seed: int) -> None:
        super().__init__(company)
        self._folder, self._seed = folder, seed

    def get(self, name: str) -> Outlet:
        if name not in self._open:
            connector = EffectLog(self._folder / f"{name}.jsonl", self._seed)
            self._open[name] = Outlet(self._company.endpoints[name], connector)
        return self._open[name]


def worker(settings: Settings, folder: Path, seed: int) -> None:
    """Looks for unattended lanes in random order and works them, until it is killed."""
    chance = random.Random(seed)
    bridge = bootstrap.open_bridge(settings, ring=lambda _: None)
    runner = bridge.runner()
    runner.outlets = LogOutlets(bridge.company, folder, seed)
    while True:
        with bridge.ledger.read() as connection:
            todo = lanes.unattended(connection, bridge.ledger, older_than=0)
        chance.shuffle(todo)
        for lane_id in todo:
            runner.work(lane_id)
        time.sleep(chance.uniform(0, 0.02))


def test_four_workers_never_reverse_anything(tmp_path: Path, ledger_url: str) -> None:
    bridge = company.open_small(tmp_path, ledger_url, lease=2.0, slice=0.2)
    spawn = multiprocessing.get_context("spawn")
    chance = random.Random(7)

    def start(seed: int) -> Any:
        process = spawn.Process(target=worker, args=(bridge.settings, tmp_path, seed), daemon=True)
        process.start()
        return process

    workers = [start(seed) for seed in range(4)]
    try:
        for number in range(MESSAGES):
            source = ("dc1-a", "dc1-b")[number % 2]
            sku = f"SKU-{chance.randrange(KEYS) + 1}"
            bridge.accept_all([company.event(source, f"n{number}", sku=sku, qty=1)])
            if number % 80 == 40:
                _disturb(workers, chance, start)
            time.sleep(0.004)
        _wait_until_delivered(bridge, workers, chance, start)
    finally:
        for process in workers:
            process.kill()
            process.join()
    for endpoint in ("erp", "wms"):
        _check(tmp_path / f"{endpoint}.jsonl")
    bridge.close()


def _disturb(workers: list[Any], chance: random.Random, start: Any) -> None:
    """Kill one worker and start another; freeze a second past its lease."""
    index = chance.randrange(len(workers))
    workers[index].kill()
    workers[index].join()
    workers[index] = start(chance.randrange(1000))
    frozen = workers[(index + 1) % len(workers)]
    os.kill(frozen.pid, signal.SIGSTOP)
    spawn = multiprocessing.get_context("spawn")
    spawn.Process(target=_thaw, args=(frozen.pid, 3.0), daemon=True).start()


def _thaw(pid: int, seconds: float) -> None:
    time.sleep(seconds)
    with contextlib.suppress(ProcessLookupError):  # killed meanwhile
        os.kill(pid, signal.SIGCONT)


def _wait_until_delivered(bridge: Any, workers: list[Any], chance: random.Random, start: Any) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with bridge.ledger.read() as connection:
            done = connection.exec_driver_sql(
                "select count(*) from delivery where state = 'delivered'"
            ).scalar()
        if done == 2 * MESSAGES:
            return
        time.sleep(0.1)
    with bridge.ledger.read() as connection:
        states = connection.exec_driver_sql("select state, count(*) from delivery group by state").all()
    pytest.fail(f"not everything was delivered within {SECONDS} s: {states}")


def _check(path: Path) -> None:
    seen: set[str] = set()
    last: dict[tuple[str, int], int] = {}
    for line in path.read_text().splitlines():
        effect = json.loads(line)
        if effect["key"] in seen:
            continue  # sent again after a kill; the endpoint recognised the key
        seen.add(effect["key"])
        stream = (effect["order"], effect["number"] % 2)  # one ordering key of one source
        assert effect["number"] > last.get(stream, -1), f"{effect} came after {last[stream]}"
        last[stream] = effect["number"]
    assert len(seen) == MESSAGES
