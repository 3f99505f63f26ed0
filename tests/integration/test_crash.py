"""A worker that is ended by SIGKILL at the worst moments: what it began is finished once by the next."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from bridge import bootstrap
from bridge.pipeline import stations
from bridge.pipeline.accept import Accepted
from bridge.settings import Settings
from bridge.store import lanes
from bridge.store import tables as t
from tests import company, effects
from tests.effects import IDEMPOTENT, LOOKUP, NEITHER, EffectLog, Works, read_log

pytestmark = pytest.mark.integration

FEATURES = {"key": IDEMPOTENT, "lookup": LOOKUP, "neither": NEITHER}


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def worker(settings: Settings, folder: Path, source: str, features: str, moment: str) -> None:
    """Works one lane and kills itself at ``moment``."""
    bridge = bootstrap.open_bridge(settings, ring=lambda _: None)
    runner = bridge.runner()
    before = die if moment == "before the send" else None
    after = die if moment == "between send and commit" else None
    if moment == "poison":
        before = poison
    if moment == "after the claim":
        stations.SourceStation.work = die  # type: ignore[method-assign, assignment]  # this process is about to end
    if moment == "before the commit":
        stations.SourceStation.write = die  # type: ignore[method-assign, assignment]  # likewise

    def make(name: str) -> EffectLog:
        return EffectLog(folder / f"{name}.jsonl", FEATURES[features], before=before, after=after)

    runner.outlets = effects.Book(bridge.company, make)
    for name in (source, "erp"):
        lane_id = {**bridge.source_lanes, **bridge.endpoint_lanes}[name]
        runner.work(lane_id)
    runner.outlets.close()
    bridge.close()


def poison(one: Any) -> None:
    if one.document["data"]["number"] == "poison":
        die()


@pytest.fixture
def works(tmp_path: Path, ledger_url: str):
    opened = effects.open_works(tmp_path, ledger_url)
    yield opened
    opened.close()


def run(
    works: Works, tmp_path: Path, moment: str = "never", *, features: str = "key", source: str = "dc1-a"
) -> int:
    spawn = multiprocessing.get_context("spawn")
    arguments = (works.bridge.settings, tmp_path, source, features, moment)
    process = spawn.Process(target=worker, args=arguments, daemon=True)
    process.start()
    try:
        process.join(30)
        assert process.exitcode is not None
    finally:
        process.kill()
        process.join()
    for lane_id in (*works.bridge.source_lanes.values(), works.endpoint()):
        with works.ledger.read() as connection:
            held = connection.execute(t.lane.select().where(t.lane.c.id == lane_id)).one().holder
        if held:
            works.expire(lane_id)
    return process.exitcode


MOMENTS = ["after the claim", "before the commit", "before the send", "between send and commit"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_one_effect_whenever_the_worker_is_killed(works, tmp_path, moment):
    works.bridge.accept_all([company.event("dc1-a", f"n{n}", sku=f"SKU-{n}") for n in (1, 2, 3)])
    assert run(works, tmp_path, moment) == -signal.SIGKILL
    assert run(works, tmp_path) == 0
    found = read_log(tmp_path / "erp.jsonl")
    assert {line["number"] for line in found} == {"n1", "n2", "n3"}
    assert len({line["key"] for line in found}) == 3
    assert works.states(t.delivery) == {"delivered": 3}
    assert works.count(t.movement) == 3
    assert works.letters() == []


def test_who_can_be_asked_is_not_sent_what_had_taken_effect(works, tmp_path):
    works.bridge.accept_one(company.event("dc1-a", "n1"))
    assert run(works, tmp_path, "between send and commit", features="lookup") == -signal.SIGKILL
    assert run(works, tmp_path, features="lookup") == 0
    assert [line["number"] for line in read_log(tmp_path / "erp.jsonl")] == ["n1"]
    assert works.states(t.delivery) == {"delivered": 1}


def test_who_cannot_be_asked_is_not_sent_again_and_a_person_is_told(works, tmp_path):
    works.bridge.accept_one(company.event("dc1-a", "n1"))
    assert run(works, tmp_path, "between send and commit", features="neither") == -signal.SIGKILL
    assert run(works, tmp_path, features="neither") == 0
    assert [line["number"] for line in read_log(tmp_path / "erp.jsonl")] == ["n1"]
    assert works.states(t.delivery) == {"parked": 1}
    (letter,) = works.letters()
    assert letter.code == "DST_UNKNOWN_RESULT"


def test_a_worker_killed_in_a_large_file_leaves_it_to_be_finished(works, tmp_path):
    works.bridge.accept_one(effects.many(4_600))
    assert run(works, tmp_path, "before the commit", source="counts") == -signal.SIGKILL
    assert 0 < works.count(t.document) < 10
    assert run(works, tmp_path, source="counts") == 0
    assert works.count(t.movement) == 4_600
    assert works.states(t.document) == {"applied": 10}


def test_what_kills_every_worker_is_set_aside_and_its_neighbours_go_through(works, tmp_path):
    numbers = ["n1", "poison", "n2"]
    works.bridge.accept_all(
        [company.event("dc1-a", one, sku=f"SKU-{n + 1}") for n, one in enumerate(numbers)]
    )
    kills = 0
    while run(works, tmp_path, "poison") == -signal.SIGKILL:
        kills += 1
        assert kills < 8
    assert kills == 5  # among all, among sixteen, three times alone
    assert {line["number"] for line in read_log(tmp_path / "erp.jsonl")} == {"n1", "n2"}
    assert works.states(t.delivery) == {"delivered": 2, "parked": 1}
    (letter,) = works.letters()
    assert (letter.code, letter.number) == ("INT_POISON", "poison")


def test_a_yes_said_before_the_kill_is_kept(works, tmp_path):
    spawn = multiprocessing.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    process = spawn.Process(target=accept_and_die, args=(works.bridge.settings, sender), daemon=True)
    process.start()
    try:
        answer: Accepted = receiver.recv()
        process.join(10)
    finally:
        process.kill()
        process.join()
    (message,) = works.rows(t.message)
    assert message.public_id == answer.public_id
    with works.ledger.read() as connection:
        deadline = time.monotonic() + 1
        assert lanes.unattended(connection, works.ledger, older_than=-1) == [works.source()]
        assert time.monotonic() < deadline


def accept_and_die(settings: Settings, sender: Any) -> None:
    bridge = bootstrap.open_bridge(settings, ring=lambda _: None)
    sender.send(bridge.accept_one(company.event("dc1-a", "n1")))
    die()
