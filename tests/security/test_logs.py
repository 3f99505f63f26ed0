"""The log: one line of JSON for each event, whatever strangers wrote, and no secret or payload in any."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import httpx
import pytest

from bridge import bootstrap
from tests import company, servers
from tests.integration.api import apis

pytestmark = pytest.mark.integration

FORGED = "%0D%C2%852026-11-02 INFO replay approved%1B[31m"
CANARY = "canary-7f3a9c"


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the API has logged after strangers and partners have tried this and that."""
    folder = tmp_path_factory.mktemp("logs")
    company.write(folder / "company", erp={"connector": "http"}, wms={"connector": "http"})
    port = servers.free_port()
    settings = {
        "CROSSDOCK_COMPANY": str(folder / "company"),
        "CROSSDOCK_DATA": str(folder / "data"),
        "CROSSDOCK_API_PORT": str(port),
        "CROSSDOCK_API_KEYS": f"vera:viewer:{CANARY}-key,olaf:operator:{CANARY}-other",
        "CROSSDOCK_BROKER_URL": f"redis://:{CANARY}-password@127.0.0.1:1/0",
        "SMALL_SECRET": apis.SECRET,
    }
    bootstrap.prepare(company.settings(folder, f"sqlite:///{folder}/data/ledger.db"))
    command = [sys.executable, "-m", "bridge.api.server"]
    with (
        (folder / "log").open("wb") as log,
        servers.running(command, env={**os.environ, **settings}, stderr=log, stdout=log),
    ):
        servers.wait_for_port(port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            _try_this_and_that(client)
    return (folder / "log").read_text().splitlines()


def _try_this_and_that(client: httpx.Client) -> None:
    good = company.event("dc1-a", "e-1", note=CANARY).body or b""
    bad = f'{{"note": "{CANARY}", "note": 2}}'.encode()
    assert client.post("/hooks/dc1-a", content=good, headers=apis.signed(good, "m-1")).status_code == 202
    assert client.post("/hooks/dc1-a", content=bad, headers=apis.signed(bad, "m-2")).status_code == 422
    assert client.post("/hooks/dc1-a", content=good, headers=apis.signed(bad, CANARY)).status_code == 401
    for key in (f"{CANARY}-wrong", f"{CANARY}-key"):
        client.get(f"/v1/messages/x{FORGED}", headers={"Authorization": f"Bearer {key}"})
        client.post(
            f"/v1/dead-letters/x{FORGED}/discard",
            json={"reason": CANARY},
            headers={"Authorization": f"Bearer {key}"},
        )


def test_every_line_is_one_event_in_json(lines):
    events = [json.loads(line) for line in lines]
    assert [event["event"] for event in events if "event" not in event] == []
    assert {"webhook.refused", "api.login_failed", "api.refused"} <= {event["event"] for event in events}


def test_a_line_end_that_a_stranger_sent_starts_no_line(lines):
    """Regression guard: with a plain text log, anybody could write that a replay was approved."""
    assert [line for line in lines if line.startswith("2026-11-02")] == []
    assert [line for line in lines if "\x1b" in line] == []
    paths = [json.loads(line).get("path", "") for line in lines]
    assert any("x\x852026-11-02 INFO replay approved" in path for path in paths)


def test_no_secret_and_no_payload_is_in_the_log(lines):
    assert [line for line in lines if CANARY in line] == []
    assert [line for line in lines if apis.SECRET in line or apis.SECRET.removeprefix("whsec_") in line] == []


def test_what_is_named_or_typed_as_a_secret_is_masked_wherever_it_stands():
    """In a process of its own, because logging is set up once."""
    code = (
        "import logging, structlog\n"
        "from pydantic import SecretStr\n"
        "from bridge import observability\n"
        "from bridge.settings import Settings\n"
        "observability.configure(Settings(), service='test')\n"
        "log = structlog.get_logger('x')\n"
        f"log.warning('a', api_key='{CANARY}', inner={{'Authorization': '{CANARY}'}}, body=b'{CANARY}')\n"
        f"log.warning('b', value=SecretStr('{CANARY}'), many=[SecretStr('{CANARY}')], payload='{CANARY}')\n"
        "logging.getLogger('a.library').warning('first\\nsecond %s', '\\x1b[31m')\n"
        "try:\n"
        f"    secret = '{CANARY}'; raise ValueError('words\\nparameters: {CANARY}')\n"
        "except ValueError:\n"
        "    log.exception('c')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = ended.stderr.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["a", "b", "first\nsecond \x1b[31m", "c"]
    assert CANARY not in ended.stderr.replace(repr(code), "")
