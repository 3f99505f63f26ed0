"""The schedule: what is due is done once, whoever ticks, and what fails is noted and done again."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bridge import schedules
from bridge.store import tables as t
from tests import company, effects

pytestmark = pytest.mark.integration


class Clockwork:
    def __init__(self, ledger) -> None:
        self.ledger, self.done = ledger, []

    def add(self, name: str = "poll:a", *, every: float = 60, **arguments: object) -> None:
        with self.ledger.write() as connection:
            schedules.ensure(
                connection, self.ledger, name=name, kind="poll", every=every, arguments=arguments
            )

    def tick(self, holder: str = "a", work=None) -> int:
        return schedules.run_due(self.ledger, holder=holder, works={"poll": work or self.done.append})

    def row(self, name: str = "poll:a"):
        with self.ledger.read() as connection:
            return connection.execute(select(t.schedule).where(t.schedule.c.name == name)).one()

    def pass_time(self) -> None:
        with self.ledger.write() as connection:
            connection.execute(update(t.schedule).values(due_at=0))


@pytest.fixture
def clockwork(ledger) -> Clockwork:
    return Clockwork(ledger)


def test_a_new_row_is_due_at_once_and_then_after_its_interval(clockwork):
    clockwork.add(source="a")
    assert [clockwork.tick(), clockwork.tick()] == [1, 0]
    assert clockwork.done == [{"source": "a"}]
    clockwork.pass_time()
    assert clockwork.tick() == 1


def test_two_that_tick_at_once_do_a_due_row_once(clockwork):
    for n in range(5):
        clockwork.add(f"poll:{n}", source=n)
    start, counts = threading.Barrier(4), []

    def slow(arguments) -> None:
        clockwork.done.append(arguments["source"])
        time.sleep(0.02)

    def tick(holder: str) -> None:
        start.wait()
        counts.append(clockwork.tick(holder, slow))

    threads = [threading.Thread(target=tick, args=(f"beat{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(clockwork.done) == [0, 1, 2, 3, 4]
    assert sum(counts) == 5


def test_a_work_that_fails_is_noted_stops_no_other_and_is_done_again(clockwork):
    clockwork.add("poll:a", source="a")
    clockwork.add("poll:b", source="b")

    def fail(arguments) -> None:
        clockwork.done.append(arguments["source"])
        if arguments["source"] == "a":
            raise OSError("folder is gone")

    assert clockwork.tick(work=fail) == 2
    assert sorted(clockwork.done) == ["a", "b"]
    row = clockwork.row()
    assert (row.last_error, row.holder, row.lease_until) == ("OSError: folder is gone", "a", 0)
    clockwork.pass_time()
    clockwork.tick()
    assert clockwork.row().last_error is None


def test_a_row_whose_worker_vanished_is_done_by_another_after_its_lease(clockwork):
    clockwork.add(source="a")

    def vanish(_arguments) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clockwork.tick(work=vanish)
    clockwork.pass_time()
    assert clockwork.tick("b") == 0
    with clockwork.ledger.write() as connection:
        connection.execute(update(t.schedule).values(lease_until=1))
    assert clockwork.tick("b") == 1


def test_one_that_comes_back_after_its_lease_does_not_end_anothers(clockwork):
    clockwork.add(source="a")

    def late(_arguments) -> None:
        with clockwork.ledger.write() as connection:
            connection.execute(update(t.schedule).values(holder="b", lease_until=2**60))

    clockwork.tick("a", late)
    assert (clockwork.row().holder, clockwork.row().lease_until) == ("b", 2**60)


def test_an_interval_that_changes_is_taken_up_and_what_is_due_stays(clockwork):
    clockwork.add(every=60, source="a")
    clockwork.tick()
    due_at = clockwork.row().due_at
    clockwork.add(every=5, source="b")
    row = clockwork.row()
    assert (row.every, row.arguments, row.due_at) == (5_000_000, {"source": "b"}, due_at)


def test_the_companys_schedule_sweeps_and_releases(tmp_path: Path, ledger_url: str):
    works = effects.open_works(tmp_path, ledger_url, sweep=0.01)
    rung: list[int] = []
    works.bridge.ring = rung.extend
    works.bridge.accept_one(company.event("dc1-a", "n1"))
    time.sleep(0.03)
    names = {row.name for row in works.rows(t.schedule)}
    assert {"sweep", "release", "retention", "poll:counts"} <= names
    works.bridge.tick("a")
    assert rung == [works.source()]
    assert [row.last_error for row in works.rows(t.schedule) if row.last_error] == []
    works.close()
