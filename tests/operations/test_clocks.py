"""Clocks that differ, and one that is put back: leases hold, nothing waits for an hour, signatures stay strict."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bridge.errors import DestinationUnavailable
from bridge.store import lanes, steady
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from tests import company, effects, processes, servers
from tests.operations.site import Site

pytestmark = pytest.mark.integration
HOUR = 3_600


@pytest.fixture(scope="module")
def wrong_clock(tmp_path_factory) -> Path:
    """A library that, preloaded, makes a process see another time of day."""
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run([servers.need("cc"), "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    return library


def skewed(library: Path, file: Path, seconds: int) -> dict[str, str]:
    file.write_text(str(seconds))
    return {"LD_PRELOAD": str(library), "CLOCK_FILE": str(file)}


def ask(code: str, environment: dict[str, str], *arguments: str) -> str:
    made = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


TAKE = """
import sys, time
from bridge.store import lanes
from bridge.store.ledger import Ledger
ledger = Ledger(sys.argv[1])
with ledger.write() as connection:
    lease = lanes.take(connection, ledger, int(sys.argv[2]), holder="other", seconds=30)
print(int(time.time()), ledger.url.get_backend_name(), lease is not None)
"""


@pytest.mark.parametrize("seconds", [300, -HOUR])
def test_a_lease_is_not_taken_from_who_lives_and_is_from_who_is_gone(
    tmp_path, ledger_url, wrong_clock, seconds
):
    bridge = company.open_small(tmp_path, ledger_url)
    lane = bridge.endpoint_lanes["erp"]
    other = {"PYTHONPATH": str(Path(__file__).parents[2]), **skewed(wrong_clock, tmp_path / "clock", seconds)}
    with bridge.ledger.write() as connection:
        lanes.take(connection, bridge.ledger, lane, holder="me", seconds=3)
    at, _, got = ask(TAKE, other, ledger_url, str(lane)).split()
    assert abs(int(at) - time.time() - seconds) < 30
    assert got == "False"
    time.sleep(3)
    assert ask(TAKE, other, ledger_url, str(lane)).split()[2] == "True"
    bridge.close()


def test_a_retry_is_due_by_the_ledgers_clock_whoever_wrote_it(tmp_path, ledger_url, monkeypatch):
    works = effects.open_works(tmp_path, ledger_url)
    monkeypatch.setattr("bridge.clock._offset", timedelta(hours=-1))
    works.erp.answer = lambda _one, _count: DestinationUnavailable("away")
    works.take_in(company.event("dc1-a", "n1"))
    [row] = works.rows(t.delivery, t.delivery.c.state == "retry")
    with works.ledger.read() as connection:
        wait = (row.due_at - works.ledger.at(connection)).total_seconds()
    assert 0.5 * effects.RETRY["first"] < wait < 1.5 * effects.RETRY["first"]
    works.close()


def test_when_the_time_is_put_back_or_forward_by_an_hour_work_goes_on(tmp_path, redis_url, wrong_clock):
    site = Site(tmp_path, "", redis_url)
    site.environment |= skewed(wrong_clock, tmp_path / "clock", 0)
    site.environment["CROSSDOCK_LEASE"] = "3"
    with (
        site.endpoints(), site.running("run", "worker") as worker,
        site.running("run", "beat"),
    ):  # fmt: skip
        for round_number, seconds in enumerate([0, -HOUR, HOUR]):
            (tmp_path / "clock").write_text(str(seconds))
            site.drop(f"r{round_number}", 5)  # found by a poll: beat, schedule and lanes all have to go on
            wanted = 5 * (round_number + 1)
            assert processes.soon(lambda n=wanted: len(site.effects("erp")) == n, 30), site.words()
        assert worker.poll() is None
    assert set(site.effects("erp").values()) == {1}


def test_the_clock_of_a_ledger_never_goes_back_over_a_start_of_the_machine(tmp_path):
    bridge = company.open_small(tmp_path, "")
    with bridge.ledger.write() as connection:
        ahead = bridge.ledger.now(connection) + HOUR * 1_000_000
        connection.execute(text("update schedule set due_at = :at + every"), {"at": ahead})
        connection.execute(
            text("update stamp set name = 'clock:of-the-last-start' where name like 'clock:%'")
        )
        steady.settle(connection)
        names = (
            connection.execute(select(t.stamp.c.name).where(t.stamp.c.name.like("clock:%"))).scalars().all()
        )
        assert len(names) == 1
        assert names != ["clock:of-the-last-start"]
    fresh = Ledger(bridge.settings.ledger)
    with fresh.read() as connection:
        assert fresh.now(connection) >= ahead
    fresh.dispose()
    bridge.close()
