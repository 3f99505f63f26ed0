"""The runner: what it does about the unexpected, and when it lets a lane go."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.inventory import postings
from bridge.pipeline import stations
from bridge.store import lanes
from bridge.store import tables as t
from tests import company, effects

pytestmark = pytest.mark.integration


@pytest.fixture
def works(tmp_path: Path, ledger_url: str):
    opened = effects.open_works(tmp_path, ledger_url)
    yield opened
    opened.close()


@pytest.fixture
def trap(monkeypatch):
    """Posting the document ``bad`` fails in a way that nobody foresaw."""
    real, calls = postings.movements, []

    def movements(document, site, lines):
        calls.append(document.number)
        if document.number == "bad":
            raise ZeroDivisionError("nobody foresaw this")
        return real(document, site, lines)

    monkeypatch.setattr(postings, "movements", movements)
    return calls


def test_one_row_that_fails_unexpectedly_costs_its_neighbours_nothing(works, trap):
    names = [f"n{n}" for n in range(20)]
    names[11] = "bad"
    contents = [company.event("dc1-a", name, sku=f"SKU-{n + 1}") for n, name in enumerate(names)]
    works.bridge.accept_all(contents)
    works.work()
    assert sorted(works.erp.numbers) == sorted(set(names) - {"bad"})
    (letter,) = works.letters()
    assert (letter.code, letter.number, letter.subject) == ("INT_BUG", "bad", "document")
    assert "foresaw" not in letter.sentence
    assert trap.count("bad") == 3  # among all, among sixteen, alone


def test_a_row_with_a_bug_holds_its_key_until_it_is_replayed(works, trap):
    works.bridge.accept_all([company.event("dc1-a", name) for name in ("bad", "n1")])
    works.work()
    assert works.states(t.document) == {"dead": 1, "waiting": 1}


def test_batches_are_small_after_the_unexpected_and_that_is_remembered(works, trap):
    works.bridge.accept_all(
        [company.event("dc1-a", name, sku=f"SKU-{n + 1}") for n, name in enumerate(["n1", "bad"])]
    )
    works.work()
    (lane,) = works.rows(t.lane, t.lane.c.id == works.source())
    assert (lane.batch, lane.holder, lane.crashes) == (lanes.ALONE, None, 0)


def test_a_message_that_fails_unexpectedly_is_set_aside_alone(works, monkeypatch):
    from transforms.formats.json import reader

    real = reader.read

    def read(source, context):
        if context.message_key.endswith("/bad"):
            raise RecursionError
        yield from real(source, context)

    monkeypatch.setattr(reader, "read", read)
    works.bridge.accept_all([company.event("dc1-a", name) for name in ("n1", "bad", "n2")])
    works.work()
    assert works.erp.numbers == ["n1", "n2"]
    (letter,) = works.letters()
    assert (letter.code, letter.subject) == ("INT_BUG", "message")
    assert works.states(t.message) == {"translated": 2, "dead": 1}


def test_what_a_lane_gave_work_to_is_worked_in_the_same_process(works):
    works.bridge.accept_one(company.event("dc1-a", "n1"))
    works.runner.work(works.source())
    assert works.erp.numbers == ["n1"]
    assert works.states(t.delivery) == {"delivered": 1}


def test_a_lane_that_somebody_holds_is_left_alone(works):
    works.bridge.accept_one(company.event("dc1-a", "n1"))
    with works.ledger.write() as connection:
        lanes.take(connection, works.ledger, works.source(), holder="other", seconds=30)
    works.runner.work(works.source())
    assert works.states(t.message) == {"accepted": 1}


def test_a_lane_is_handed_back_when_its_slice_is_over_and_is_rung_for(tmp_path, ledger_url):
    works = effects.open_works(tmp_path, ledger_url, slice=0.000_001)
    rung: list[int] = []
    works.runner.ring = rung.extend
    works.bridge.accept_all([company.event("dc1-a", f"n{n}") for n in range(5)])
    works.runner.work(works.source())
    outlet = works.rows(t.delivery)[0].lane_id
    assert rung == [outlet, works.source()]
    (lane,) = works.rows(t.lane, t.lane.c.id == works.source())
    assert lane.holder is None
    assert {row.lane_id for row in works.rows(t.bell) if row.set_at} == set(rung)
    works.work()
    assert works.erp.numbers == [f"n{n}" for n in range(5)]
    works.close()


def test_a_holder_that_lost_its_lane_writes_nothing_and_the_next_one_does(works):
    works.bridge.accept_one(company.event("dc1-a", "n1"))
    other = works.new_runner()
    taken: list[int] = []
    real = works.erp.answer

    def slow(one, count):
        if not taken:
            taken.append(1)
            works.expire(works.endpoint())
            other.work(works.endpoint())
        return real(one, count)

    works.erp.answer = slow
    works.runner.work(works.source())
    works.work()
    assert works.erp.numbers == ["n1"]
    assert works.states(t.delivery) == {"delivered": 1}
    (delivery,) = works.rows(t.delivery)
    assert delivery.tries == 1
    other.outlets.close()


def test_what_comes_between_the_last_look_and_the_giving_back_is_not_left_lying(works, monkeypatch):
    """On SQLite nothing can: the look is made under the write lock."""
    if works.ledger.is_sqlite:
        return
    real, looks = stations.EndpointStation.take, []

    def take(self, connection, limit, *, at):
        found = real(self, connection, limit, at=at)
        looks.append(found)
        if found is None and looks.count(None) == 1:
            works.bridge.accept_one(company.event("dc1-a", "late"))
            other = works.bridge.runner()
            other.work(works.source())  # and is sent away from the endpoint's lane, which is held
            other.outlets.close()
        return found

    works.bridge.accept_one(company.event("dc1-a", "n1"))
    monkeypatch.setattr(stations.EndpointStation, "take", take)
    works.runner.work(works.source())
    assert works.erp.numbers == ["n1", "late"]
