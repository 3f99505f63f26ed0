"""The processes of one installation: API, worker, beat, Flower, and a broker of its own if none is set.

One list for everybody: ``crossdock run`` is one of them, ``crossdock up`` and the demo supervise all of
them, and ``compose.yaml`` has one container for each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

import bridge
from bridge import broker, dispatch, pulse
from bridge.broker import Broker
from bridge.settings import Settings
from bridge.store.ledger import Ledger
from bridge.supervisor import Service, listens

ROLES = ("api", "worker", "beat", "flower")
RUNNING = "running.json"
"""File in the data folder that says how to reach what runs there, for commands given meanwhile."""

_PYTHON = (sys.executable, "-m")
_CELERY = (*_PYTHON, "celery", "--app", "tasks.app")


def command(role: str, settings: Settings) -> tuple[str, ...]:
    """The command line of one process."""
    log = f"--loglevel={settings.log_level}"
    commands: dict[str, tuple[str, ...]] = {
        "api": (*_PYTHON, "bridge.api.server"),
        "worker": (
            *_CELERY,
            "worker",
            f"--queues={dispatch.QUEUE_LANES},{dispatch.QUEUE_TICKS}",
            "--task-events",
            log,
        ),
        "beat": (*_CELERY, "beat", "--pidfile=", log),
        "flower": (*_CELERY, "flower", f"--conf={_flower_configuration()}"),
    }
    return commands[role]


def services(settings: Settings, planned: Broker, environment: Mapping[str, str]) -> list[Service]:
    """Everything that has to run beside a broker; Flower only when somebody could log in."""
    roles = [role for role in ROLES if role != "flower" or settings.flower_users.get_secret_value()]
    everywhere = {**environment, "CROSSDOCK_BROKER_URL": planned.url}
    return [
        Service(
            role,
            command(role, settings),
            readiness(role, settings),
            everywhere,
            grace=40 if role == "worker" else 15,
        )
        for role in roles
    ]


def broker_service(planned: Broker) -> list[Service]:
    """The broker's own process; none when it is somebody else's."""
    if not planned.command or planned.port is None:
        return []
    return [Service("broker", planned.command, partial(listens, planned.port), patience=10)]


def readiness(role: str, settings: Settings) -> Callable[[], bool]:
    """How to see from outside that a process does its work."""
    if role == "api":
        return partial(answers, f"http://127.0.0.1:{settings.api_port}/health/ready")
    if role == "flower":
        return partial(answers, f"http://127.0.0.1:{settings.flower_port}/healthcheck")
    return partial(_ticks, settings)


def _ticks(settings: Settings) -> bool:
    """Beat rings and a worker answers; each is ready only with the other."""
    ledger = Ledger(settings.ledger)
    try:
        return pulse.beats(ledger, late=0)
    finally:
        ledger.dispose()


def answers(url: str) -> bool:
    """Whether somebody says 200 there."""
    try:
        with urlopen(url, timeout=3) as response:  # noqa: S310  # nosec B310  # our own address
            return bool(response.status == 200)
    except (OSError, HTTPException):
        return False


def write_running(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Say how to reach this installation; only its owner may read it."""
    path = settings.data / RUNNING
    path.touch(mode=0o600)
    path.write_text(json.dumps(dict(environment), indent=2))
    return path


def read_running(data: Path) -> dict[str, str]:
    """What :func:`write_running` left; nothing when nothing runs there."""
    try:
        found = json.loads((data / RUNNING).read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()}


def plan_broker(settings: Settings) -> Broker:
    return broker.plan(settings, settings.data / "broker")


def _flower_configuration() -> Path:
    return Path(bridge.__file__).parent / "flower" / "flowerconfig.py"
