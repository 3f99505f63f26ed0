"""A short chaos run, and the proof that it could fail. The long ones: ``make chaos``, ``make chaos-all``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faults import page

pytestmark = pytest.mark.integration


def chaos(*options: str) -> tuple[int, dict[str, object], str]:
    command = [sys.executable, "-m", "tests.faults.chaos", "--json", *options]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=400)
    return done.returncode, json.loads(done.stdout), done.stderr


def test_a_short_run_breaks_no_promise() -> None:
    code, verdict, told = chaos("--seconds", "15", "--seed", "11")
    assert (code, verdict["violations"]) == (0, 0), told
    assert verdict["accepted"] > 100  # type: ignore[operator]
    assert verdict["faults"] >= 8  # type: ignore[operator]


def test_endpoints_that_recognise_no_key_are_found_out() -> None:
    code, verdict, told = chaos("--seconds", "8", "--control", "--fault", "endpoint reset_after")
    assert code == 1
    assert verdict["violations"] > 0  # type: ignore[operator]
    assert "I2" in told


def test_every_row_of_the_matrix_names_tests_that_exist() -> None:
    rows = page.rows()
    assert [one.row for one in rows] == list(range(1, 32))
    for one in rows:
        assert one.commands or one.waits_for, one
        for test in one.tests:
            path, name = test.split("::")
            assert f"def {name}(" in Path(ROOT, path).read_text(), test


def test_the_page_says_what_the_matrix_says() -> None:
    assert (ROOT / "docs" / "reference" / "faults.md").read_text(encoding="utf-8") == page.page()
