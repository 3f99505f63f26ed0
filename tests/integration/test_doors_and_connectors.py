"""The webhook door through the API, and the http connector against a real endpoint with faults."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from bridge.api.app import create_app
from bridge.connectors import http
from bridge.connectors.contract import Outgoing, Receipt
from bridge.errors import CrossdockError, SignatureInvalid
from bridge.ingress import webhook
from tests import company, servers

pytestmark = pytest.mark.integration
SECRET = base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
BODY = json.dumps({
    "event_type": "inventory.adjusted", "event_id": "e-1", "warehouse": "DC1", "sku": "SKU-1",
    "qty": 1, "uom": "EA", "occurred_at": "2026-11-02T09:30:00Z",
}).encode()  # fmt: skip


def signed(body: bytes, number: str = "m-1", *, secret: str = SECRET, skew: float = 0) -> dict[str, str]:
    """Headers made by the standard's own library, not by ours."""
    at = datetime.fromtimestamp(time.time() + skew, UTC)
    signature = Webhook(secret).sign(number, at, body.decode("utf-8", "surrogatepass"))
    return {
        "webhook-id": number, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature
    }  # fmt: skip


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("SMALL_SECRET", SECRET)
    bridge = company.open_small(
        tmp_path, f"sqlite:///{tmp_path}/ledger.db", api_keys="ann:viewer:key-a,bob:operator:key-b"
    )

    def ask(method: str, path: str, **more: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(create_app(bridge))
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as session:
                return await session.request(method, path, **more)

        return asyncio.run(run())

    yield ask
    bridge.close()


def test_a_webhook_is_accepted_and_recognised_again(client: Any) -> None:
    first = client("POST", "/hooks/dc1-a", content=BODY, headers=signed(BODY))
    again = client("POST", "/hooks/dc1-a", content=BODY, headers=signed(BODY))
    assert (first.status_code, first.json()["duplicate"]) == (202, False)
    assert (again.status_code, again.json()) == (202, {"id": first.json()["id"], "duplicate": True})
    other = BODY.replace(b'"qty": 1', b'"qty": 2')
    conflict = client("POST", "/hooks/dc1-a", content=other, headers=signed(other))
    assert (conflict.status_code, conflict.json()["code"]) == (409, "DUP_CONTENT_CONFLICT")
    assert conflict.headers["content-type"] == "application/problem+json"
    assert conflict.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "m"},
        {**signed(BODY), "webhook-signature": "garbage"},
        {**signed(BODY), "webhook-signature": "v1,"},
        {**signed(BODY), "webhook-signature": "v1,\u00fc".encode()},
        {**signed(BODY), "webhook-timestamp": "NaN"},
        {**signed(BODY), "webhook-timestamp": "9" * 40},
        {**signed(BODY), "webhook-id": "x" * 500},
        signed(BODY, secret=base64.b64encode(b"another secret of some length..").decode()),
        signed(BODY, skew=-86_400),
        signed(BODY, skew=86_400),  # they are signed when tests are collected, which may be minutes ago
    ],
)
def test_whatever_is_wrong_with_a_header_is_401(client: Any, headers: Any) -> None:
    answer = client("POST", "/hooks/dc1-a", content=BODY, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "ENV_SIGNATURE")


@pytest.mark.parametrize(
    "body",
    [
        b'{"qty": NaN}', b'{"a": 1, "a": 2}', b"[" * 100_000, b'{"qty": ' + b"9" * 5_000 + b"}",
        b'{"a": "\\u0000"}', b'{"a": "\\ud800"}', b"{", b"",
    ],
)  # fmt: skip
def test_json_that_can_never_be_read_is_422_with_its_reason(client: Any, body: bytes) -> None:
    answer = client("POST", "/hooks/dc1-a", content=body, headers=signed(body))
    assert answer.status_code == 422
    assert answer.json()["code"]
    assert "Traceback" not in answer.text


def test_a_body_that_is_too_large_is_413(client: Any) -> None:
    body = b'"' + b"x" * 1_100_000 + b'"'
    assert client("POST", "/hooks/dc1-a", content=body, headers=signed(body)).status_code == 413


def test_several_secrets_while_they_are_rotated() -> None:
    old, new = base64.b64decode(SECRET), b"the new secret, long enough....."
    headers = signed(BODY)
    assert webhook.verify(headers, BODY, signing_keys=(new, old), tolerance=300) == "m-1"
    with pytest.raises(SignatureInvalid):
        webhook.verify(headers, BODY, signing_keys=(new,), tolerance=300)


def test_roles_decide_what_a_key_may_do(client: Any) -> None:
    letters = "/v1/dead-letters"
    assert client("GET", letters).status_code == 401
    assert client("GET", letters, headers={"Authorization": "Bearer key-a"}).json() == {
        "letters": [],
        "next": None,
    }
    path, body = f"{letters}/00000000-0000-0000-0000-000000000000/replay", {"reason": "try again"}
    assert client("POST", path, json=body, headers={"Authorization": "Bearer key-a"}).status_code == 403
    allowed = client("POST", path, json=body, headers={"Authorization": "Bearer key-b"})
    assert allowed.json()["done"] == []  # there is no such letter, and the answer says so
    assert allowed.json()["skipped"]
    assert client("GET", "/health/live").status_code == 200
    assert client("GET", "/health/ready").status_code == 200


# -- the http connector --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = servers.free_port()
    log = tmp_path_factory.mktemp("endpoint") / "erp.jsonl"
    command = [
        sys.executable,
        "-m",
        "bridge.demo.endpoint",
        "--port",
        str(port),
        "--name",
        "erp",
        "--log",
        str(log),
    ]
    with servers.running(command):
        servers.wait_for_port(port)
        yield f"http://127.0.0.1:{port}"


def send(url: str, *keys: str, timeout: float = 5, **settings: Any) -> list[Any]:
    """One request to the endpoint; the connector is closed again."""

    async def run() -> list[Any]:
        connector = http.connect(http.Settings(url=f"{url}/transactions", idempotent=True, **settings), None)
        try:
            batch = [Outgoing(key, {"id": key, "data": {}}) for key in keys]
            return list(await connector.deliver(batch, timeout=timeout))
        finally:
            await connector.close()

    return asyncio.run(run())


def fault(url: str, **fields: Any) -> None:
    assert httpx.post(f"{url}/_faults", json=fields).status_code == 200


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("slow", "DST_UNKNOWN_RESULT"), ("429", "DST_RATE_LIMIT"), ("500", "DST_UNAVAILABLE"),
        ("reset_after", "DST_UNKNOWN_RESULT"), ("html", "DST_UNKNOWN_RESULT"), ("reject", "DST_REJECTED"),
    ],
)  # fmt: skip
def test_each_fault_has_its_type_and_the_next_try_one_effect(endpoint: str, mode: str, code: str) -> None:
    fault(endpoint, mode=mode, seconds=2, count=1)
    (failed,) = send(endpoint, f"out/{mode}/erp", timeout=1)
    assert isinstance(failed, CrossdockError)
    assert failed.code == code
    if mode == "429":
        assert failed.retry_after == 2  # type: ignore[attr-defined]
    if mode == "reject":
        assert "posting period" in failed.text
    before = httpx.get(f"{endpoint}/_stats").json()["effects"] if mode == "reset_after" else None
    fault(endpoint, mode="none")
    (taken,) = send(endpoint, f"out/{mode}/erp")
    assert isinstance(taken, Receipt)
    if before is not None:
        assert httpx.get(f"{endpoint}/_stats").json()["effects"] == before


def test_nobody_there_is_unavailable_and_a_batch_has_a_result_for_each(endpoint: str) -> None:
    (refused,) = send(f"http://127.0.0.1:{servers.free_port()}", "out/1/erp")
    assert refused.code == "DST_UNAVAILABLE"
    taken = send(endpoint, "out/a/erp", "out/b/erp", batch=10)
    assert [type(one) for one in taken] == [Receipt, Receipt]
    assert taken[0].reference != taken[1].reference


def test_settings_hide_secrets_and_refuse_line_ends() -> None:
    settings = http.Settings(url="http://erp", bearer="env:ERP_TOKEN")  # type: ignore[arg-type]
    assert "ERP_TOKEN" not in repr(settings)
    with pytest.raises(ValueError, match="line ends"):
        http.Settings(url="http://erp", headers={"X-A": "b\r\nX-C: d"})
