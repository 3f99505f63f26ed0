"""Real servers for tests: private instances on free ports, ended by who started them.

In CI (``CROSSDOCK_CI`` set) a missing server fails the test; elsewhere it skips it with the reason.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import processes


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def need(name: str, *extra: Path) -> str:
    """The path of a server's program, or skip (fail in CI)."""
    found = shutil.which(name) or next((str(p / name) for p in extra if (p / name).exists()), None)
    if found is None:
        reason = f"{name} is not installed"
        if os.environ.get("CROSSDOCK_CI"):
            pytest.fail(f"{reason}, and in CI it must be")
        pytest.skip(reason)
    return found


def wait_for_port(port: int, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as client:
            client.settimeout(1)
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


@contextmanager
def running(command: list[str], **options: object) -> Iterator[subprocess.Popen[bytes]]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, **{**silent, **options})
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True, slots=True)
class Plan:
    """How a private server is started, on a port of its own."""

    command: list[str]
    port: int
    url: str
    """For our own settings."""
    options: dict[str, Any] = field(default_factory=dict)
    """For the process."""
    patience: float = 30.0


def plan_redis(folder: Path) -> Plan:
    port = free_port()
    program = need("redis-server")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return Plan(command, port, f"redis://127.0.0.1:{port}/0")


def plan_postgresql(folder: Path) -> Plan:
    """Makes the database's files. The server refuses root, so as root it runs as the user ``postgres``."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    initdb, postgres = need("initdb", *homes), need("postgres", *homes)
    if homes:
        initdb, postgres = str(homes[0] / "initdb"), str(homes[0] / "postgres")
    port, data = free_port(), folder / "data"
    as_user: dict[str, Any] = {"cwd": "/"}
    if os.geteuid() == 0:
        as_user = {"user": "postgres", "group": "postgres", "cwd": "/"}
        shutil.chown(folder, "postgres", "postgres")
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    subprocess.run(
        [initdb, "-D", str(data), "-U", "crossdock", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, capture_output=True, **as_user,
    )  # fmt: skip
    where = ["-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder)]
    url = f"postgresql+psycopg://crossdock@127.0.0.1:{port}/postgres"
    return Plan([postgres, *where, "-c", "max_connections=200"], port, url, as_user)


def plan_rabbitmq(folder: Path) -> Plan:
    """With a name, a distribution port and a port mapper of its own."""
    program = need("rabbitmq-server", Path("/usr/sbin"), Path("/usr/lib/rabbitmq/bin"))
    direct = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's wrapper would change the user
    program = str(direct) if direct.exists() else program
    port, distribution, mapper = free_port(), free_port(), free_port()
    environment = {
        **os.environ,
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"rabbit{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(distribution),
        "ERL_EPMD_PORT": str(mapper),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }
    options = {"env": environment, "cwd": str(folder), "start_new_session": True}
    return Plan([program], port, f"amqp://guest:guest@127.0.0.1:{port}//", options, patience=60)


def end_port_mapper(plan: Plan) -> None:
    """RabbitMQ's port mapper outlives its server."""
    folders = ["/usr/bin", *map(str, Path("/usr/lib").glob("erlang/erts*/bin"))]
    if epmd := shutil.which("epmd", path=os.pathsep.join(folders)):
        mapper = plan.options["env"]["ERL_EPMD_PORT"]
        subprocess.run([epmd, "-port", mapper, "-kill"], check=False, capture_output=True)


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    plan = plan_redis(folder)
    with running(plan.command):
        wait_for_port(plan.port)
        yield plan.url


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    plan = plan_postgresql(folder)
    with (folder / "server.log").open("wb") as log, running(plan.command, stderr=log, **plan.options):
        wait_for_port(plan.port)
        assert processes.soon(lambda: _takes_connections(plan.url), plan.patience), (
            "PostgreSQL does not come up"
        )
        yield plan.url


def _takes_connections(url: str) -> bool:
    """It listens before it does."""
    try:
        with psycopg.connect(url.replace("+psycopg", "")):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def rabbitmq_server(folder: Path) -> Iterator[str]:
    plan = plan_rabbitmq(folder)
    try:
        with running(plan.command, **plan.options) as process:
            try:
                wait_for_port(plan.port, plan.patience)
                yield plan.url
            finally:
                os.killpg(process.pid, signal.SIGTERM)
    finally:
        end_port_mapper(plan)
