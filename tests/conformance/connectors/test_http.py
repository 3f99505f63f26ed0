"""The http connector: batches, answers of every kind, addresses, credentials, and what must not be sent."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import orjson
import pytest
from aiohttp import web

from bridge.company import CompanyInvalid
from bridge.connectors import http
from bridge.connectors.contract import Receipt
from bridge.connectors.http import addresses, answers
from bridge.connectors.http.answers import Reading
from bridge.errors import (
    CrossdockError,
    DestinationAuth,
    DestinationLimited,
    DestinationLocked,
    DestinationRejected,
    DestinationUnavailable,
    ResultUnknown,
)
from tests import servers
from tests.conformance.connectors import endpoints
from tests.conformance.connectors.endpoints import World, outgoing

Answer = Callable[[web.Request, bytes], web.StreamResponse | Awaitable[web.StreamResponse]]


@contextmanager
def answering(answer: Answer) -> Iterator[tuple[str, list[web.Request]]]:
    """A real server in a thread that answers as told and keeps the requests."""
    requests: list[web.Request] = []
    loop, port = asyncio.new_event_loop(), servers.free_port()

    async def handle(request: web.Request) -> web.StreamResponse:
        requests.append(request)
        answered = answer(request, await request.read())
        return await answered if inspect.isawaitable(answered) else answered

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    runner = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}", requests
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def world(url: str) -> World:
    return World("http", {"url": f"{url}/transactions", "idempotent": True}, list)


def results(status: int, body: object = None, *, count: int = 1, **headers: str) -> list:
    answer = body if isinstance(body, bytes) else orjson.dumps(body)
    plain = {name.replace("_", "-"): value for name, value in headers.items()}
    return list(Reading(duplicate_status=409).results(status, plain, answer, count=count))


# -- batches -------------------------------------------------------------------------------------------


@pytest.fixture
def erp(tmp_path: Path) -> Iterator[World]:
    with endpoints.demo_server(tmp_path) as url:
        yield endpoints.http_world(url, tmp_path / "erp.jsonl")


def test_a_batch_is_one_request_with_a_key_and_a_receipt_for_each(erp):
    batch = [outgoing(f"n{number}") for number in range(100)]
    first = erp.deliver(*batch, batch=100)
    again = erp.deliver(*batch[:3], outgoing("new"), batch=100)
    assert len({one.reference for one in first}) == 100
    assert [one.reference for one in again[:3]] == [one.reference for one in first[:3]]
    assert erp.effects() == [f"n{number}" for number in range(100)] + ["new"]


def test_a_batch_has_a_result_for_each_document():
    def answer(_request: web.Request, body: bytes) -> web.Response:
        good, bad, limited, odd = orjson.loads(body)
        return web.json_response({"results": [
            {"status": 201, "id": 7}, {"status": 422, "detail": "no such bin"}, {"status": 429}, {"ok": True},
        ]})  # fmt: skip

    with answering(answer) as (url, _):
        batch = [outgoing(number) for number in "abcd"]
        good, bad, limited, odd = world(url).deliver(*batch, batch=10)
    assert good == Receipt(201, "7")
    assert (type(bad), bad.text) == (DestinationRejected, "422: no such bin")
    assert isinstance(limited, DestinationLimited)
    assert isinstance(odd, ResultUnknown)


def test_an_answer_that_comes_in_pieces_is_read_to_its_end():
    """Regression: the first piece was taken for the whole, and a batch that went through for unknown."""
    whole = orjson.dumps({"results": [{"status": 200, "reference": "x" * 500} for _ in range(200)]})

    async def pieces(request: web.Request, _body: bytes) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for start in range(0, len(whole), 9_000):
            await response.write(whole[start : start + 9_000])
            await asyncio.sleep(0.001)
        return response

    with answering(pieces) as (url, _):
        found = world(url).deliver(*[outgoing(str(number)) for number in range(200)], batch=200)
    assert {type(one) for one in found} == {Receipt}


def test_an_endless_answer_is_not_read_to_its_end():
    with answering(lambda _request, _body: web.Response(body=b" " * (http.ANSWER * 3) + b"{}")) as (url, _):
        (result,) = world(url).deliver(outgoing("n1"))
    assert isinstance(result, ResultUnknown)


# -- what an answer means --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, DestinationRejected), (401, DestinationAuth), (403, DestinationAuth), (404, DestinationRejected),
        (408, ResultUnknown), (422, DestinationRejected), (423, DestinationLocked), (429, DestinationLimited),
        (500, DestinationUnavailable), (502, DestinationUnavailable), (503, DestinationUnavailable),
        (504, ResultUnknown), (302, DestinationRejected),
    ],
)  # fmt: skip
def test_each_status_has_its_type(status, kind):
    for one in results(status, {"detail": "words"}, count=2):
        assert type(one) is kind
        assert one.details["status"] == status
        assert one.text.startswith(f"{status}: ")


def test_receipts_name_what_the_endpoint_made_of_it():
    assert results(201, {"reference": "MAT-1"}) == [Receipt(201, "MAT-1")]
    assert results(200, {"id": 42}) == [Receipt(200, "42")]
    assert results(201, {}, Location="/documents/9") == [Receipt(201, "/documents/9")]
    assert results(204, b"") == [Receipt(204, None)]
    assert results(409, {"reference": "MAT-1"}) == [Receipt(409, "MAT-1")]
    assert results(200, {"reference": {"deep": 1}}) == [Receipt(200, None)]


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"cut": ', b"\xff\xfe"])
def test_success_that_is_not_json_is_no_yes_unless_the_endpoint_never_speaks_json(body):
    assert isinstance(results(200, body)[0], ResultUnknown)
    assert Reading(expect_json=False).results(200, {}, body, count=1) == [Receipt(200, None)]


def test_a_conflict_is_a_refusal_unless_the_endpoint_means_a_duplicate_by_it():
    (refused,) = Reading().results(409, {}, b'{"detail": "period closed"}', count=1)
    assert isinstance(refused, DestinationRejected)


def test_results_of_another_number_leave_all_open():
    assert {type(one) for one in results(200, {"results": [{"status": 200}]}, count=2)} == {ResultUnknown}


def test_the_endpoints_words_are_short_and_plain():
    (refused,) = results(400, {"detail": "bad\r\n2026 INFO replay approved\x1b[31m" + "x" * 5_000})
    assert len(refused.text) <= answers.WORDS + len("400: ")
    assert refused.text.isprintable()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0), ("120", 120), ("9" * 5_000, answers.LONGEST_WISH), ("-5", None), ("soon", None), ("", None),
        ("١٢", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("Wed, 21 Oct 99999 07:28:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after_in_any_form_is_a_bounded_number_or_nothing(header, seconds):
    assert answers.retry_after(header) == seconds


def test_retry_after_as_a_date():
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    (limited,) = results(429, {}, Retry_After=at)
    assert 85 < limited.retry_after <= 90


@pytest.mark.parametrize(("status", "body"), [(404, b"<html>"), (500, b"{}"), (302, b"{}"), (200, b"<html>")])
def test_a_look_up_that_says_neither_yes_nor_no_is_no_reason_to_send_again(status, body):
    with pytest.raises(ResultUnknown):
        Reading().found(status, body)


# -- how it is sent --------------------------------------------------------------------------------------


def test_redirects_are_not_followed():
    def answer(request: web.Request, _body: bytes) -> web.Response:
        raise web.HTTPTemporaryRedirect(f"http://{request.host}/elsewhere")

    with answering(answer) as (url, requests):
        (result,) = world(url).deliver(outgoing("n1"))
    assert isinstance(result, DestinationRejected)
    assert [request.path for request in requests] == ["/transactions"]


def test_credentials_and_the_key_are_sent(monkeypatch):
    monkeypatch.setenv("TOKEN", "t-1")
    monkeypatch.setenv("LOGIN", "ann:pass")
    with answering(lambda _request, _body: web.json_response({})) as (url, requests):
        world(url).deliver(outgoing("n1"), bearer="env:TOKEN", secret_headers={"X-Key": "env:TOKEN"})
        world(url).deliver(outgoing("n1"), basic="env:LOGIN", idempotency_header="X-Once", headers={"A": "b"})
    first, second = (request.headers for request in requests)
    assert (first["Authorization"], first["X-Key"]) == ("Bearer t-1", "t-1")
    assert first["Idempotency-Key"] == outgoing("n1").key
    assert (second["Authorization"], second["X-Once"], second["A"]) == (
        "Basic YW5uOnBhc3M=",
        "out/id-n1/erp",
        "b",
    )


@pytest.mark.parametrize("reference", ["env:NOT_THERE", "t-1-in-plain-text", "env:BROKEN"])
def test_a_secret_that_cannot_be_used_is_told_when_the_endpoint_opens(monkeypatch, reference):
    monkeypatch.setenv("BROKEN", "canary\r\nX-Admin: yes")
    with pytest.raises(CompanyInvalid) as caught:
        http.connect(http.Settings(url="http://erp", bearer=reference), None)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"headers": {"X-A": "b\r\nX-C: d"}}, {"headers": {"X A": "b"}}, {"headers": {"X-A": "\0"}},
        {"secret_headers": {"X:A": "env:B"}}, {"idempotency_header": "Key\r\n"}, {"batch": 0},
        {"url": "file:///etc/passwd"}, {"lookup_url": "http://erp/without-the-key"}, {"unknown": 1},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError):
        http.Settings.model_validate({"url": "http://erp", **settings})


def test_nobody_there_and_no_such_name_are_known_not_to_have_been_sent():
    for url in (f"http://127.0.0.1:{servers.free_port()}", "http://no-such-host.invalid"):
        (result,) = world(url).deliver(outgoing("n1"))
        assert isinstance(result, DestinationUnavailable)


def test_a_connection_that_cannot_be_made_in_time_is_known_not_to_have_been_sent():
    """A full backlog stands for a firewall that drops packets."""
    import socket

    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        (result,) = world(f"http://127.0.0.1:{full.getsockname()[1]}").deliver(outgoing("n1"), timeout=0.6)
        for one in waiting:
            one.close()
    assert isinstance(result, DestinationUnavailable)


@pytest.mark.parametrize(("idempotent", "connections"), [(True, 1), (False, 3)])
def test_connections_are_kept_where_doubt_can_be_settled(idempotent, connections):
    peers = set()

    def answer(request: web.Request, _body: bytes) -> web.Response:
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({})

    async def thrice(connector):
        for number in "abc":
            await connector.deliver([outgoing(number)], timeout=5)

    with answering(answer) as (url, _):
        world(url).run(thrice, idempotent=idempotent)
    assert len(peers) == connections


# -- public addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
        "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_addresses_of_our_own_networks_are_not_public(address):
    assert not addresses.is_public(address)


def test_addresses_of_the_internet_are_public():
    assert addresses.is_public("93.184.216.34")
    assert addresses.is_public("2606:2800:220:1::1")
    assert addresses.is_public("64:ff9b::5db8:d822")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]"]
)
def test_no_spelling_of_this_machine_gets_past(host):
    with answering(lambda _request, _body: web.json_response({})) as (url, requests):
        port = url.rpartition(":")[2]
        (result,) = world(f"http://{host}:{port}").deliver(outgoing("n1"), public_only=True)
    assert isinstance(result, CrossdockError)
    assert isinstance(result, DestinationUnavailable)
    assert requests == []
