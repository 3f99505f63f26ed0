"""Real Celery workers and beat on real brokers: a bell that rings, that is lost, that rings for a dead worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kombu
import pytest
import redis

from bridge import bootstrap, dispatch
from bridge.bootstrap import Bridge
from bridge.settings import Settings
from bridge.store import tables as t
from tests import company, servers
from tests.conftest import ROOT

pytestmark = pytest.mark.integration

QUICK = {"tick": 0.2, "sweep": 0.5, "lease": 2.0, "slice": 0.5, "worker_concurrency": 1}


class Site:
    """A company whose endpoint is a folder, with a worker and beat of its own."""

    def __init__(self, folder: Path, broker_url: str) -> None:
        self.drop = folder / "out"
        outlet = {"connector": "file_drop", "timeout": 0.5, "settings": {"folder": str(self.drop)}}
        company.write(
            folder / "company", erp=outlet, wms={**outlet, "settings": {"folder": str(folder / "wms")}}
        )
        self.settings = Settings(
            company=folder / "company", data=folder / "data", broker_url=broker_url,
            ledger_url=f"sqlite:///{folder}/ledger.db", **QUICK,
        )  # fmt: skip
        bootstrap.prepare(self.settings)
        self.log = folder / "celery.log"
        names = {"company", "data", "broker_url", "ledger_url", *QUICK}
        self.environment = {
            **os.environ, **{f"CROSSDOCK_{name.upper()}": str(getattr(self.settings, name)) for name in names}
        }  # fmt: skip

    @contextmanager
    def celery(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-m", "celery", "-A", "tasks.app", *arguments]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            yield process
        finally:
            kill(process)

    def worker(self, queues: str = "crossdock.lanes,crossdock.ticks"):
        return self.celery("worker", "-c", "1", "-Q", queues, "--without-gossip", "--without-mingle")

    def beat(self):
        return self.celery("beat")

    @contextmanager
    def bridge(self, *, rings: bool = True) -> Iterator[Bridge]:
        app = dispatch.celery(self.settings.broker_url, self.settings.data)

        def ring(lane_ids: Any) -> None:
            for lane_id in lane_ids if rings else ():
                app.send_task(dispatch.WORK, args=[lane_id], queue=dispatch.QUEUE_LANES, ignore_result=True)

        opened = bootstrap.open_bridge(self.settings, ring=ring)
        try:
            yield opened
        finally:
            opened.close()
            app.close()
            dispatch.celery.cache_clear()

    def wait(self, what: Callable[[], bool], seconds: float = 25) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            if time.monotonic() > deadline:
                pytest.fail(f"not within {seconds} s; the log says: {self.log.read_text()[-3000:]}")
            time.sleep(0.05)

    def files(self) -> int:
        """What a partner would collect; a killed worker may leave hidden, unfinished files beside it."""
        return len([path for path in self.drop.iterdir() if not path.name.startswith(".")])

    def delivered(self, bridge: Bridge) -> int:
        with bridge.ledger.read() as connection:
            query = t.delivery.select().where(t.delivery.c.state == "delivered")
            return len(connection.execute(query).all())


def kill(process: subprocess.Popen[bytes]) -> None:
    """The whole session of it, at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


@pytest.fixture(params=["redis", "amqp", "filesystem"])
def broker_url(request, tmp_path_factory) -> Iterator[str]:
    if request.param == "redis":
        yield request.getfixturevalue("redis_url")
    elif request.param == "filesystem":
        yield "filesystem://localhost"
    else:
        with servers.rabbitmq_server(tmp_path_factory.mktemp("rabbitmq")) as url:
            yield url


def test_an_accepted_event_is_delivered_by_the_bell_alone(tmp_path, broker_url):
    site = Site(tmp_path, broker_url)
    with site.bridge() as bridge, site.worker():
        bridge.accept_one(company.event("dc1-a", "n1"))
        site.wait(lambda: site.delivered(bridge) == 2)
    assert site.files() == 1


def test_bells_that_a_flushed_broker_lost_are_rung_again_by_the_sweep(tmp_path, redis_url):
    site = Site(tmp_path, redis_url)
    with site.bridge() as bridge:
        bridge.accept_all([company.event("dc1-a", f"n{n}") for n in range(3)])
        bridge.acceptor._ringer.submit(lambda: None).result()
        client = redis.Redis.from_url(redis_url)
        assert client.llen(dispatch.QUEUE_LANES) == 1
        client.flushall()
        client.close()
        with site.worker(), site.beat():
            site.wait(lambda: site.delivered(bridge) == 6)


def test_the_work_of_a_killed_worker_is_finished_by_the_next(tmp_path, redis_url):
    site = Site(tmp_path, redis_url)
    with site.bridge() as bridge:
        with site.worker() as first:
            bridge.accept_all([company.event("dc1-a", f"n{n}", sku=f"SKU-{n % 20 + 1}") for n in range(600)])
            site.wait(lambda: site.delivered(bridge) > 0)
            kill(first)
        assert site.delivered(bridge) < 1_200
        with site.worker(), site.beat():
            site.wait(lambda: site.delivered(bridge) == 1_200)
    assert site.files() == 600


def test_a_bell_in_pickle_is_refused(tmp_path, redis_url):
    site = Site(tmp_path, redis_url)
    witness = tmp_path / "unpickled"
    with site.bridge() as bridge, site.worker():
        with kombu.Connection(redis_url) as connection:
            headers = {"task": dispatch.WORK, "id": "evil", "lang": "py"}
            producer = connection.Producer(serializer="pickle")
            producer.publish(
                Evil(str(witness)), routing_key=dispatch.QUEUE_LANES, headers=headers, retry=True
            )
        bridge.accept_one(company.event("dc1-a", "n1"))
        site.wait(lambda: site.delivered(bridge) == 2)
    assert not witness.exists()
    assert "ContentDisallowed" in site.log.read_text()


class Evil:
    """Unpickling it makes a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path(self._path),))
