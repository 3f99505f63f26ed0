"""Readiness and status tell the truth: about the schema, the disk, the broker, and who is late."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bridge import status
from bridge.cli.commands import app
from tests import company
from tests.integration.api import apis
from tests.integration.api.apis import Api

pytestmark = pytest.mark.integration


@pytest.fixture
def api(tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with apis.opened(tmp_path, ledger_url, monkeypatch) as opened:
        yield opened


def set_revision(api: Api, revision: str) -> None:
    with api.bridge.ledger.write() as connection:
        connection.execute(text("update alembic_version set version_num = :to"), {"to": revision})


def test_an_older_schema_is_not_ready_a_newer_one_is(api):
    assert api.ask("GET", "/health/ready").status_code == 200
    set_revision(api, "0001")
    answer = api.ask("GET", "/health/ready")
    assert answer.status_code == 503
    assert "run: crossdock migrate" in answer.text
    set_revision(api, "9999")
    assert api.ask("GET", "/health/ready").status_code == 200
    assert api.ask("GET", "/health/live").status_code == 200


def test_without_room_or_ledger_nobody_is_sent_here(api):
    object.__setattr__(api.bridge.settings, "free_space", 1 << 60)
    assert api.ask("GET", "/health/ready").status_code == 503
    object.__setattr__(api.bridge.settings, "free_space", 0)
    assert api.ask("GET", "/health/ready").status_code == 200
    with api.bridge.ledger.write() as connection:
        connection.execute(text("drop table alembic_version"))
    assert api.ask("GET", "/health/ready").status_code == 503
    assert api.ask("GET", "/health/live").status_code == 200


def test_a_broker_that_is_gone_is_told_and_stops_nothing(api):
    object.__setattr__(api.bridge.settings, "broker_url", "redis://127.0.0.1:1/0")
    found = status.look(api.bridge.ledger, api.bridge.settings)
    assert found.is_well
    assert not found.broker
    assert any("broker" in note for note in found.notes)
    assert api.ask("GET", "/health/ready").status_code == 200


def test_the_command_shows_what_waits_and_who_is_late(api, monkeypatch):
    api.bridge.accept_all([company.event("dc1-a", f"n{n}") for n in range(3)])
    with api.bridge.ledger.write() as connection:
        connection.execute(text("update schedule set due_at = due_at - 100000000 where name = 'sweep'"))
        connection.execute(text("update schedule set last_error = 'no such folder' where name = 'release'"))
    url = api.bridge.ledger.url.render_as_string(hide_password=False)
    for name, value in {
        "LEDGER_URL": url, "DATA": str(api.bridge.settings.data), "BROKER_URL": "filesystem://localhost", "FREE_SPACE": "0",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"CROSSDOCK_{name}", value)
    told = CliRunner().invoke(app, ["status", "--json"])
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)["status"]
    assert found["waiting"]["messages"] == 3
    assert found["oldest_waiting"]
    assert any("sweep is overdue" in note for note in found["notes"])
    assert any("no such folder" in note for note in found["notes"])
    assert "messages" in CliRunner().invoke(app, ["status"]).stdout
    set_revision(api, "0001")
    assert CliRunner().invoke(app, ["status"]).exit_code == 1
