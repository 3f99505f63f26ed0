"""Readiness and status say what is so: each fault is made for real and shows with its remedy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from bridge import status
from bridge.settings import Settings
from bridge.store import lanes, migrate
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from tests import company, effects, servers
from tests.conftest import ROOT
from tests.integration.api.apis import opened

pytestmark = pytest.mark.integration


def set_schema(ledger: Ledger, revision: str) -> None:
    with ledger.write() as connection:
        connection.execute(text("update alembic_version set version_num = :one"), {"one": revision})


def test_an_older_schema_is_not_ready_a_newer_one_is(tmp_path, ledger_url, monkeypatch):
    with opened(tmp_path, ledger_url, monkeypatch) as api:
        assert api.ask("GET", "/health/ready").text == "ready\n"
        set_schema(api.bridge.ledger, "0001")
        answer = api.ask("GET", "/health/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "ENV_OVERLOADED")
        assert "is older than this program's" in answer.json()["detail"]
        assert "; run: crossdock migrate" in answer.json()["detail"]
        assert api.ask("GET", "/health/live").status_code == 200
        set_schema(api.bridge.ledger, "9999")
        assert api.ask("GET", "/health/ready").status_code == 200


def test_migrating_mends_an_older_schema(tmp_path):
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    migrate.upgrade(ledger, "0001")
    settings = Settings(
        data=tmp_path, ledger_url=ledger.url.render_as_string(), broker_url="memory://", free_space=0
    )
    assert "older" in status.readiness(ledger, settings).faults[0]
    migrate.upgrade(ledger)
    assert status.readiness(ledger, settings) == status.Readiness((), ())
    ledger.dispose()


def test_a_database_that_is_away_is_not_ready_and_alive(tmp_path, monkeypatch):
    folder = tmp_path / "database"
    folder.mkdir()
    with ExitStack() as later:
        with servers.postgresql_server(folder) as url:
            api = later.enter_context(opened(tmp_path, url, monkeypatch))
            assert api.ask("GET", "/health/ready").status_code == 200
            api.bridge.ledger.dispose()  # the server waits for its clients
        answer = api.ask("GET", "/health/ready")
        assert answer.status_code == 503
        assert "the ledger does not answer" in answer.json()["detail"]
        assert api.ask("GET", "/health/live").status_code == 200


def test_a_full_disk_is_not_ready(tmp_path, ledger_url, monkeypatch):
    with opened(tmp_path, ledger_url, monkeypatch, free_space=2**60) as api:
        answer = api.ask("GET", "/health/ready")
        assert answer.status_code == 503
        assert "MB must be" in answer.json()["detail"]


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_without_its_broker_it_is_ready_and_says_so_quickly(tmp_path, ledger_url, scheme):
    bridge = company.open_small(tmp_path, ledger_url)
    url = f"{scheme}://127.0.0.1:{servers.free_port()}//"
    settings = bridge.settings.model_copy(update={"broker_url": url})
    began = time.monotonic()
    found = status.readiness(bridge.ledger, settings)
    assert time.monotonic() - began < 8
    assert (found.is_ready, found.degraded) == (
        True, ("the broker does not answer; messages are taken, and worked when it is back",)
    )  # fmt: skip
    bridge.close()


def test_a_broker_that_is_there_answers(tmp_path, redis_url):
    bridge = company.open_small(tmp_path, "")
    settings = bridge.settings.model_copy(update={"broker_url": redis_url})
    assert status.readiness(bridge.ledger, settings).degraded == ()
    bridge.close()


def test_status_counts_what_waits_and_what_is_dead(tmp_path, ledger_url):
    works = effects.open_works(tmp_path, ledger_url)
    works.take_in(company.event("dc1-a", "good"), company.event("dc1-a", "bad", sku="nobody"))
    works.bridge.accept_all([company.event("dc1-b", f"n{n}") for n in range(3)])
    found = status.look(works.ledger, works.bridge.settings)
    by_name = {lane.name: lane for lane in found.lanes}
    assert (found.waiting, by_name["dc1-b"].waiting, by_name["dc1-a"].dead, found.dead) == (3, 3, 1, 1)
    assert found.at is not None
    assert found.at - timedelta(seconds=60) < (found.oldest or found.at) <= found.at
    works.close()


def test_status_says_when_a_schedule_ran_and_that_it_is_overdue(tmp_path, ledger_url):
    bridge = company.open_small(tmp_path, ledger_url)
    assert {one.last_run for one in status.look(bridge.ledger, bridge.settings).schedules} == {None}
    bridge.tick("a")
    assert None not in {one.last_run for one in status.look(bridge.ledger, bridge.settings).schedules}
    with bridge.ledger.write() as connection:
        late = bridge.ledger.now(connection) - 61_000_000
        connection.execute(update(t.schedule).where(t.schedule.c.name == "sweep").values(due_at=late))
    found = status.look(bridge.ledger, bridge.settings).schedules
    assert [one.name for one in found if one.is_overdue] == ["sweep"]
    bridge.close()


def test_a_held_lane_names_its_holder(tmp_path, ledger_url):
    bridge = company.open_small(tmp_path, ledger_url)
    with bridge.ledger.write() as connection:
        lanes.take(connection, bridge.ledger, bridge.endpoint_lanes["erp"], holder="me", seconds=30)
    held = [lane.name for lane in status.look(bridge.ledger, bridge.settings).lanes if lane.holder == "me"]
    assert held == ["erp"]
    bridge.close()


def command(tmp_path: Path, *arguments: str) -> Any:
    environment = {
        **os.environ, "CROSSDOCK_DATA": str(tmp_path / "data"), "CROSSDOCK_COMPANY": str(tmp_path / "company"),
        "CROSSDOCK_BROKER_URL": "memory://", "COLUMNS": "200", "CROSSDOCK_FREE_SPACE": "0",
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "bridge.cli", *arguments], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_command_tells_programs_and_people(tmp_path):
    bridge = company.open_small(tmp_path, "")
    bridge.accept_one(company.event("dc1-a", "n1"))
    said = command(tmp_path, "status", "--json")
    found = json.loads(said.stdout)
    assert (said.returncode, found["ready"], found["waiting"], found["dead"]) == (0, True, 1, 0)
    assert {"lanes", "schedules", "free_bytes", "broker_answers", "schema", "oldest"} <= set(found)
    assert "source dc1-a" in command(tmp_path, "status").stdout
    set_schema(bridge.ledger, "0001")
    said = command(tmp_path, "status")
    assert said.returncode == 1
    assert "NOT READY: the ledger's schema 0001 is older" in said.stdout
    bridge.close()
