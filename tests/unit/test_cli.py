"""The command line on a ledger of its own: what it prints, how it ends, and that an error is one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bridge import bootstrap, dispatch, stack
from bridge.bootstrap import Bridge
from bridge.cli import session
from bridge.cli.commands import app
from bridge.cli.explain import Stop, in_one_line
from bridge.settings import Settings
from bridge.store import tables as t

ROOT = Path(__file__).parent.parent.parent
POS = "store;date;time;tx;sku;qty;uom;type\nST3;20261102;115800;1;SKU-016;3;EA;SALE\n"

Run = Callable[..., Any]


@pytest.fixture
def bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """Northbay with its ledger, no broker near it."""
    for name in [name for name in os.environ if name.startswith("CROSSDOCK_") and name != "CROSSDOCK_CI"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CROSSDOCK_DATA", str(tmp_path))
    monkeypatch.setenv("CROSSDOCK_COMPANY", str(ROOT / "examples/northbay"))
    monkeypatch.setenv("CROSSDOCK_BROKER_URL", "memory://")
    dispatch.current_settings.cache_clear()
    settings = Settings()
    bootstrap.prepare(settings)
    opened = bootstrap.open_bridge(settings)
    yield opened
    opened.close()
    dispatch.current_settings.cache_clear()


@pytest.fixture
def run(bridge: Bridge) -> Run:
    def invoke(*arguments: str, code: int = 0) -> Any:
        result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


def work(bridge: Bridge) -> None:
    """Work the sources' lanes; endpoints stay as they are."""
    runner = bridge.runner()
    for lane in bridge.source_lanes.values():
        runner.work(lane)
    runner.outlets.close()


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CROSSDOCK_")}
    return subprocess.run(
        [sys.executable, "-m", "bridge.cli", *arguments],
        capture_output=True, text=True, check=False, env={**clean, **environment}, cwd=ROOT, timeout=60,
    )  # fmt: skip


def test_help_is_quick_and_loads_nothing_heavy() -> None:
    began = time.monotonic()
    code = (
        "import sys, bridge.cli; "
        "print([m for m in ('sqlalchemy', 'celery', 'pydantic', 'rich.console', 'aiohttp') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.strip() == "[]"
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("dead-letters", "list"), 1, "there is no ledger in {data}; make it with: crossdock migrate"),
        (("accept", "README.md", "--partner", "nobody"), 1, "there is no ledger"),
        (
            ("--company", "/nowhere", "migrate"),
            1,
            "/nowhere/company.yaml does not exist; set CROSSDOCK_COMPANY",
        ),
        (("health",), 1, "there is no ledger"),
        (("frobnicate",), 2, "No such command"),
        (("xref", "add", "acme", "VN", "1", "SKU-001"), 2, "Missing option '--reason'"),
        (("run", "circus"), 2, "there are: api, worker, beat, flower"),
    ],
)
def test_an_error_says_what_to_do_and_is_no_traceback(
    tmp_path: Path, arguments: tuple[str, ...], code: int, told: str
) -> None:
    result = command(*arguments, CROSSDOCK_DATA=str(tmp_path), COLUMNS="200")
    assert result.returncode == code
    assert told.format(data=tmp_path) in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1 or code == 2


def test_debug_shows_where(tmp_path: Path) -> None:
    result = command("--debug", "health", CROSSDOCK_DATA=str(tmp_path))
    assert result.returncode == 1
    assert "Traceback" in result.stderr


def test_a_wrong_setting_is_named() -> None:
    result = command("settings", CROSSDOCK_API_PORT="eighty")
    assert result.returncode == 1
    assert "api_port" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_settings_are_listed_and_secrets_are_not(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSDOCK_API_KEYS", "shop:operator:hush-hush")
    monkeypatch.setenv("CROSSDOCK_LEDGER_URL", "postgresql+psycopg://crossdock:hush-hush@db/crossdock")
    listed = run("settings", "--json")
    assert {one["variable"] for one in listed} == {
        f"CROSSDOCK_{name.upper()}" for name in Settings.model_fields
    }
    assert all(one["meaning"] for one in listed)
    assert "hush" not in json.dumps(listed)
    assert "hush" not in run("settings")


def test_migrate_may_be_repeated(run: Run) -> None:
    assert run("migrate", "--json") == {"items": 40, "item_units": 21, "cross_references": 61, "opening": 217}
    assert "the ledger is ready" in run("migrate")


def test_health(run: Run, bridge: Bridge) -> None:
    assert run("health", "--json") == {"role": "ledger", "healthy": True}
    assert run("health", "beat", "--json") == {"role": "beat", "healthy": True}
    with bridge.ledger.write() as connection:
        connection.execute(t.schedule.update().values(due_at=0))
    with pytest.raises(Stop, match="beat is not healthy"):
        run("health", "beat")


def test_a_file_is_accepted_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(POS)
    first = run("accept", str(file), "--partner", "st3", "--source", "st3-sales", "--json")
    again = run("accept", str(file), "--partner", "st3", "--source", "st3-sales", "--json")
    assert (first["source"], first["duplicate"], again["duplicate"]) == ("st3-sales", False, True)
    assert first["public_id"] == again["public_id"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--partner", "nobody"), "there is no partner 'nobody'; there are: acme"),
        (
            ("--partner", "st3"),
            "several sources; say which with --source: st3-sales, st3-receipts, st3-stock",
        ),
        (("--partner", "acme", "--source", "x"), "acme has no source 'x'; it has: acme"),
    ],
)
def test_who_sent_a_file_must_be_clear(run: Run, arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(Exception, match=told):
        run("accept", str(ROOT / "README.md"), *arguments)


def test_from_a_dead_letter_to_its_repair(run: Run, bridge: Bridge, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(POS + "ST3;20261102;115900;2;SKU-017;1O;EA;SALE\n")
    run("accept", str(file), "--partner", "st3", "--source", "st3-sales")
    work(bridge)
    listed = run("dead-letters", "list", "--code", "VALUE_NOT_NUMERIC", "--json")
    assert listed["total"] == 1
    letter = listed["letters"][0]["public_id"]
    assert "1O" in run("dead-letters", "list")
    shown = run("dead-letters", "show", letter[:8], "--json")
    assert shown["reason"]["remedy"]
    assert "where" in run("dead-letters", "show", letter[:8])
    corrected = tmp_path / "corrected.csv"
    corrected.write_text(shown["editable"].replace("1O", "10"))
    done = run(
        "dead-letters",
        "edit",
        letter[:8],
        "--content",
        str(corrected),
        "--reason",
        "a slip of the finger",
        "--json",
    )
    assert done == {"done": [letter], "skipped": []}
    work(bridge)
    assert run("dead-letters", "list", "--json")["total"] == 0
    traced = run("trace", "sales.csv", "--json")
    assert traced["messages"][0]["source"] == "st3-sales"
    assert "SKU-016" in run("trace", "sales.csv")
    assert run("dead-letters", "discard", letter[:8], "--reason", "too late", "--json", code=1)["skipped"]


def test_a_cross_reference_frees_what_waited(run: Run, bridge: Bridge, tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(POS.replace("SKU-016", "NEW-1"))
    run("accept", str(file), "--partner", "st3", "--source", "st3-sales")
    work(bridge)
    (letter,) = run("dead-letters", "list", "--json")["letters"]
    assert letter["release_condition"] == "xref:item:st3:SK:NEW-1"
    assert "goes on" in run("xref", "add", "st3", "SK", "NEW-1", "SKU-016", "--reason", "renamed")
    work(bridge)
    assert run("dead-letters", "list", "--json")["total"] == 0
    with pytest.raises(Exception, match="there is no item 'SKU-999'"):
        run("xref", "add", "st3", "SK", "NEW-2", "SKU-999", "--reason", "renamed")


def test_a_pack_factor_is_added(run: Run) -> None:
    added = run("unit", "add", "SKU-013", "XPK", "6", "--reason", "six in a pack", "--json")
    assert added == {"approved": "one XPK of SKU-013 is 6 base units", "lanes_rung": []}


def test_an_unknown_letter_and_an_unknown_key(run: Run) -> None:
    with pytest.raises(Exception, match="no dead letter begins with 'abc'"):
        run("dead-letters", "show", "abc")
    assert "nothing is known" in run("trace", "no-such-thing", code=1)


def test_check_tells_faults_as_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "company.yaml").write_text("name: Not A Name\n")
    result = CliRunner().invoke(app, ["check", str(tmp_path), "--json"])
    assert json.loads(result.stdout)["faults"][0]["text"]
    assert result.exit_code == 1


def test_what_runs_says_how_to_reach_it(run: Run, tmp_path: Path) -> None:
    running = stack.write_running(Settings(), {"CROSSDOCK_API_PORT": "9999"})
    assert running.stat().st_mode & 0o077 == 0
    assert session.settings().api_port == 9999
    del os.environ["CROSSDOCK_API_PORT"]


def test_unexpected_errors_are_explained() -> None:
    assert in_one_line(ZeroDivisionError("division by zero")).startswith(
        "ZeroDivisionError: division by zero"
    )
    assert in_one_line(FileNotFoundError(2, "No such file", "x.csv")) == "x.csv does not exist"
