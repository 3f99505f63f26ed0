"""The demo as a user runs it: real processes, a whole day, and nothing left running afterwards."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.processes import alive, children, soon

ROOT = Path(__file__).parent.parent.parent
CROSSDOCK = (sys.executable, "-m", "bridge.cli")

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]


@pytest.fixture
def environment() -> dict[str, str]:
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("CROSSDOCK_", "NORTHBAY_"))
    }
    return {
        **clean,
        "CROSSDOCK_COMPANY": str(ROOT / "examples/northbay"),
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "160",
    }


def test_the_day_comes_out_as_it_must(environment: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [*CROSSDOCK, "demo", "--once", "--json"],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=environment, timeout=200,
    )  # fmt: skip
    summary = json.loads(done.stdout)
    assert summary["failures"] == [], done.stderr
    assert done.returncode == 0
    assert summary["ok"] is True
    assert summary["dead_letters"] == {"ENV_UNREADABLE": 1, "ENV_CONTROL_MISMATCH": 1}
    assert summary["effects"]["erp"] > summary["effects"]["wms"] > 0
    assert list(tmp_path.iterdir()) == []


def test_a_person_repairs_by_command_and_ctrl_c_ends_everything(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with demo(environment, tmp_path) as (process, output):
        assert soon(lambda: "Ctrl-C ends everything" in output.read_text(), 150), output.read_text()
        told = output.read_text()
        url = re.search(r"Flower  (\S+)", told)
        login = re.search(r"login (\S+), password (\S+)", told)
        assert url
        assert login
        assert status(url[1]) == 401
        assert status(url[1], login.groups()) == 200
        assert "NOT AS EXPECTED" not in told

        data = tmp_path / "var/demo"
        assert letters(data, environment) == 5
        crossdock(
            data, environment, "xref", "add", "suppliera", "VN", "XYZ-999", "SKU-018", "--reason", "renamed"
        )
        assert soon(lambda: letters(data, environment) == 4, 30)
        assert "SKU-018" in crossdock(data, environment, "trace", "ASN-881")

        running = children(process.pid)
        assert len(running) >= 7
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert soon(lambda: not any(map(alive, running)), 10)
        assert not (data / "running.json").exists()


class demo:  # noqa: N801  # reads as what it does
    """The demo in the background, its output in a file."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._output = folder / "output"
        with self._output.open("w") as log:
            self._process = subprocess.Popen(
                [*CROSSDOCK, "demo"], stdout=log, stderr=subprocess.STDOUT, cwd=folder, env=environment
            )

    def __enter__(self) -> tuple[subprocess.Popen[bytes], Path]:
        return self._process, self._output

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(60)


def crossdock(data: Path, environment: dict[str, str], *arguments: str) -> str:
    command = [*CROSSDOCK, "--data", str(data), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment, timeout=60
    ).stdout


def letters(data: Path, environment: dict[str, str]) -> int:
    return int(json.loads(crossdock(data, environment, "dead-letters", "list", "--json"))["total"])


def status(url: str, login: tuple[str, ...] = ()) -> int:
    headers = (
        {"Authorization": f"Basic {base64.b64encode(':'.join(login).encode()).decode()}"} if login else {}
    )
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as response:
            return int(response.status)
    except HTTPError as error:
        with error:
            return error.code
