"""SIGTERM under load: no lane stays held, no yes is broken, whoever comes next goes on at once."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from bridge.settings import Settings
from bridge.stop import PATIENCE
from tests import company, processes
from tests.faults.senders import SECRET, Sender
from tests.operations.site import Site

pytestmark = pytest.mark.integration
SLACK = 12.0
"""Seconds for ending a process beside what it waits for: the machine may be busy."""


@contextmanager
def opened(tmp_path: Path, ledger_url: str, broker_url: str, **more: float) -> Iterator[Site]:
    site = Site(tmp_path, ledger_url, broker_url, **more)
    with site.endpoints():
        yield site
    site.ledger.dispose()


def end(process: subprocess.Popen[bytes], seconds: float, *, times: int = 1) -> float:
    """Ask it to stop, as often as said; returns how long that took."""
    began = time.monotonic()
    for _ in range(times):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3 if times > 1 else 0)
    process.wait(seconds)
    return time.monotonic() - began


def test_a_worker_finishes_what_is_in_flight_and_the_next_goes_on_at_once(tmp_path, ledger_url, redis_url):
    with opened(tmp_path, ledger_url, redis_url) as site, site.bridge() as bridge:
        site.set_fault("erp", mode="slow", seconds=1.5)
        with site.running("run", "worker") as worker:
            bridge.accept_all([company.event("dc1-a", f"n{n}", sku=f"SKU-{n % 20 + 1}") for n in range(200)])
            assert processes.soon(lambda: site.stats("erp").get("requests", 0) > 0, 40), site.words()
            assert end(worker, 1.5 + SLACK) < 1.5 + SLACK
        assert (worker.returncode, site.held_lanes()) == (0, [])
        assert site.deliveries().get("delivered") == sum(map(len, (site.effects("erp"), site.effects("wms"))))
        assert site.deliveries()["pending"] > 0
        site.set_fault("erp", mode="none")
        with site.running("run", "worker"):  # no beat: only what was rung for at the end is worked
            assert processes.soon(lambda: site.deliveries() == {"delivered": 200}, 40), site.words()
        assert set(site.effects("erp").values()) == {1}


def test_a_request_without_an_answer_counts_as_unknown_and_a_second_signal_changes_nothing(
    tmp_path, redis_url
):
    with opened(tmp_path, "", redis_url, timeout=50.0) as site, site.bridge() as bridge:
        site.set_fault("erp", mode="slow", seconds=45)
        with site.running("run", "worker") as worker:
            bridge.accept_all([company.event("dc1-a", f"n{n}", sku=f"SKU-{n + 1}") for n in range(20)])
            assert processes.soon(lambda: site.stats("erp").get("requests", 0) > 0, 40), site.words()
            assert end(worker, PATIENCE + SLACK, times=2) > PATIENCE - 1
        assert (worker.returncode, site.held_lanes()) == (0, [])
        assert site.deliveries()["retry"] > 0
        site.set_fault("erp", mode="none")
        with site.running("run", "worker"), site.running("run", "beat"):
            assert processes.soon(lambda: site.deliveries() == {"delivered": 20}, 40), site.words()
        assert (len(site.effects("erp")), set(site.effects("erp").values())) == (20, {1})


def test_the_api_answers_what_it_has_begun(tmp_path, ledger_url):
    with opened(tmp_path, ledger_url, "filesystem://localhost") as site, site.running("run", "api") as api:
        assert processes.soon(site.api_is_ready, 40), site.words()
        sender = Sender("dc1-a", site.api_port, 1, per_second=200)
        thread = sender.start()
        with slowly(site.api_port) as finish:
            time.sleep(0.5)
            api.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            api.send_signal(signal.SIGTERM)
            assert b" 202 " in finish()
        assert api.wait(SLACK) == 0, site.words()
        with site.running("run", "api"):
            sender.is_over.set()
            thread.join(40)
        told_yes = {one.number for one in sender.sent.values() if one.accepted}
        assert len(told_yes) > 5
        assert told_yes | {"slow"} <= site.webhooks()
        assert sender.broken_promises == []


@contextmanager
def slowly(port: int) -> Iterator[object]:
    """A webhook whose second half comes when it is told to; then gives the answer."""
    body = company.event("dc1-b", "slow").body or b""
    lines = {**signed(body), "Content-Length": len(body), "Host": "api", "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with socket.create_connection(("127.0.0.1", port), timeout=15) as client:
        client.sendall(f"POST /hooks/dc1-b HTTP/1.1\r\n{head}\r\n".encode() + body[:40])

        def finish() -> bytes:
            client.sendall(body[40:])
            return client.recv(4096)

        yield finish


def signed(body: bytes) -> dict[str, str]:
    at = datetime.now(UTC)
    signature = Webhook(SECRET).sign("slow", at, body.decode())
    return {
        "webhook-id": "slow", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature
    }  # fmt: skip


def test_the_whole_stack_stops_and_starts_again_without_losing_or_doubling(tmp_path):
    with opened(tmp_path, "", Settings.model_fields["broker_url"].default) as site:
        del site.environment["CROSSDOCK_BROKER_URL"]
        sender = Sender("dc1-a", site.api_port, 1, per_second=50)
        with site.running("up") as up:
            assert processes.soon(site.api_is_ready, 60), site.words()
            thread = sender.start()
            assert processes.soon(lambda: bool(site.effects("erp")), 60), site.words()
            below = processes.children(up.pid)
            end(up, 40 + SLACK, times=2)
        assert up.returncode == 0, site.words()
        assert not any(map(processes.alive, below))
        assert site.held_lanes() == []
        with site.running("up") as up:
            assert processes.soon(site.api_is_ready, 60), site.words()
            sender.is_over.set()
            thread.join(60)
            count = len(sender.sent)
            assert processes.soon(lambda: len(site.effects("erp")) == count, 40), site.words()
            end(up, 40 + SLACK)
        told_yes = {one.number for one in sender.sent.values() if one.accepted}
        assert told_yes == set(sender.sent) == set(site.effects("erp"))
        assert set(site.effects("erp").values()) == {1}
