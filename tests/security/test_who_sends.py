"""Who may say something is theirs: keys, ids that nobody can take from another, and encrypted doors out."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from bridge import clock, retention
from bridge.errors import DestinationUnavailable
from bridge.message import MessageState
from bridge.settings import Settings
from bridge.store import tables as t
from tests import company, servers
from tests.conformance.connectors.endpoints import World, outgoing
from tests.integration.api import apis
from tests.integration.api.apis import Api, count_rows

pytestmark = pytest.mark.integration
BODY = company.event("dc1-a", "e-1").body or b""

LONGEST_RETRY = timedelta(hours=76)
"""How long the most patient sender of webhooks tries again."""


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with apis.opened(tmp_path, f"sqlite:///{tmp_path}/ledger.db", monkeypatch) as opened:
        yield opened


@pytest.mark.parametrize("after", [LONGEST_RETRY, timedelta(days=3650)])
def test_an_id_is_recognised_for_as_long_as_anybody_tries_again(api, after):
    """Even when nothing is kept longer than a day: bytes go, keys stay."""
    first = api.hook(BODY).json()
    with api.bridge.ledger.write() as connection:
        connection.execute(t.message.update().values(state=MessageState.TRANSLATED))
    retention.prune(api.bridge.ledger, api.bridge.settings.raw_store, now=clock.now() + after, days=1)
    assert count_rows(api.bridge.ledger, t.raw) == 0
    again = api.hook(BODY)
    assert (again.status_code, again.json()) == (202, {"id": first["id"], "duplicate": True})


@pytest.mark.parametrize("number", ["edit/00000000-0000-0000-0000-000000000000/1", "wh/dc1-b/m-1", "edit/"])
def test_no_id_of_a_sender_is_taken_for_one_of_ours_or_of_another_sender(api, number):
    """Regression: an id that began with "edit/" was the key of an edited message, for all sources at once."""
    answers = [api.hook(BODY, number, source=source) for source in ("dc1-a", "dc1-b")]
    assert [(one.status_code, one.json()["duplicate"]) for one in answers] == [(202, False)] * 2
    with api.bridge.ledger.read() as connection:
        keys = {row.key for row in connection.execute(t.message.select())}
    assert keys == {f"wh/dc1-a/{number}", f"wh/dc1-b/{number}"}


def test_the_same_id_with_other_content_is_a_conflict_that_raises_an_alert(api):
    api.hook(BODY)
    answer = api.hook(company.event("dc1-a", "e-2").body or b"")
    assert (answer.status_code, answer.json()["code"]) == (409, "DUP_CONTENT_CONFLICT")
    assert count_rows(api.bridge.ledger, t.alert) == 1


@pytest.mark.parametrize("key", [None, "", "admin", "crossdock", "key", ":", "demo"])
def test_without_keys_in_the_settings_the_api_lets_nobody_in(tmp_path, monkeypatch, key):
    monkeypatch.setattr(apis, "KEYS", "")
    with apis.opened(tmp_path, f"sqlite:///{tmp_path}/ledger.db", monkeypatch) as api:
        assert api.ask("GET", "/v1/dead-letters", key=key).status_code == 401


def test_there_is_no_login_before_one_is_set():
    fields = Settings.model_fields
    assert [fields[name].default.get_secret_value() for name in ("api_keys", "flower_users")] == ["", ""]


# -- encrypted doors out --------------------------------------------------------------------------


class Endpoint(BaseHTTPRequestHandler):
    heard: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[str]:
    """An endpoint whose certificate nobody vouches for."""
    subprocess.run(
        [servers.need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    Endpoint.heard.clear()
    with HTTPServer(("127.0.0.1", 0), Endpoint) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}/"
        server.shutdown()


def test_nothing_is_sent_to_an_endpoint_that_cannot_show_who_it_is(impostor):
    (result,) = World("http", {"url": impostor}, effects=list).deliver(outgoing("1"))
    assert isinstance(result, DestinationUnavailable)
    assert "certificate" in str(result).lower()
    assert Endpoint.heard == []
