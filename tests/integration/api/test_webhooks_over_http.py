"""Webhooks over HTTP: what a sender is told when bodies, disks or the ledger are not as they should be."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from bridge.api import webhooks
from bridge.errors import Overloaded
from bridge.pipeline.accept import Acceptor
from bridge.store import raw
from bridge.store import tables as t
from tests import company
from tests.integration.api import apis
from tests.integration.api.apis import Api, count_rows

pytestmark = pytest.mark.integration
BODY = company.event("dc1-a", "e-1").body or b""


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with apis.opened(tmp_path, url, monkeypatch, webhook_limit=100_000) as opened:
        yield opened


async def pieces(count: int, size: int = 10_000) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


def test_every_answer_carries_the_security_headers(api):
    for path in ("/health/live", "/hooks/dc1-a", "/v1/trace?key=x", "/nowhere"):
        headers = api.ask("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


def test_a_body_without_a_length_is_measured_as_it_comes(api):
    answer = api.ask("POST", "/hooks/dc1-a", content=pieces(50), headers=apis.signed(b"x"))
    assert (answer.status_code, answer.json()["code"]) == (413, "ENV_TOO_LARGE")
    assert count_rows(api.bridge.ledger, t.message) == 0


def test_a_length_that_is_too_large_is_refused_before_the_body_is_read(api):
    with api.served() as port, socket.create_connection(("127.0.0.1", port), 5) as sender:
        sender.sendall(b"POST /hooks/dc1-a HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999\r\n\r\n")
        assert sender.recv(100).startswith(b"HTTP/1.1 413")


def test_a_body_that_does_not_come_is_not_waited_for(api, monkeypatch):
    monkeypatch.setattr(webhooks, "BODY_SECONDS", 0.2)
    with api.served() as port, socket.create_connection(("127.0.0.1", port), 5) as sender:
        start = time.monotonic()
        sender.sendall(b"POST /hooks/dc1-a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        assert sender.recv(100).startswith(b"HTTP/1.1 408")
        assert time.monotonic() - start < 3


def test_a_sender_who_hangs_up_does_no_harm(api, caplog):
    with api.served() as port:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), 5) as sender:
                sender.sendall(b"POST /hooks/dc1-a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
        answer = httpx.post(f"http://127.0.0.1:{port}/hooks/dc1-a", content=BODY, headers=apis.signed(BODY))
        assert answer.status_code == 202
    assert "Traceback" not in caplog.text


def test_a_yes_over_a_real_server_is_in_the_ledger(api):
    with api.served() as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        answers = [
            client.post("/hooks/dc1-a", content=BODY, headers=apis.signed(BODY, f"m-{number}"))
            for number in range(20)
        ]
    assert {answer.status_code for answer in answers} == {202}
    assert count_rows(api.bridge.ledger, t.message) == 20


def test_when_the_ledger_cannot_keep_it_the_sender_is_asked_to_come_back(api, monkeypatch):
    def busy(*_: object) -> None:
        raise Overloaded

    monkeypatch.setattr(Acceptor, "_commit", busy)
    answer = api.hook(BODY)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (
        503,
        "ENV_OVERLOADED",
        "1",
    )


def test_a_full_disk_is_no_yes_and_no_bug(api, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(raw, "keep", full)
    body = b'{"text": "' + b"x" * 70_000 + b'"}'
    answer = api.hook(body)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert count_rows(api.bridge.ledger, t.message) == 0


def test_an_error_of_our_own_says_nothing_of_our_insides(api, monkeypatch):
    async def broken(*_: object) -> None:
        raise RuntimeError("canary-7f3a")

    monkeypatch.setattr(Acceptor, "accept", broken)
    answer = api.hook(BODY)
    assert (answer.status_code, answer.json()["code"]) == (500, "INT_BUG")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "canary" not in answer.text
    assert "Traceback" not in answer.text


def test_what_is_turned_away_is_logged_without_what_was_in_it(api):
    with capture_logs() as logs:
        api.ask(
            "POST", "/hooks/dc1-a", content=b"canary-7f3a", headers={"webhook-signature": "v1,canary-7f3a"}
        )
    assert [(line["event"], line["source"], line["code"]) for line in logs] == [
        ("webhook.refused", "dc1-a", "ENV_SIGNATURE")
    ]
    assert "canary" not in str(logs)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_route_takes_posts_only(api, method):
    assert api.ask(method, "/hooks/dc1-a").status_code in (404, 405)


def test_the_same_id_at_another_source_is_another_message(api):
    first, second = api.hook(BODY, source="dc1-a").json(), api.hook(BODY, source="dc1-b").json()
    assert first["id"] != second["id"]
    assert not second["duplicate"]
