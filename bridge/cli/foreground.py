"""``crossdock up``: the whole stack in the foreground."""

from __future__ import annotations

import signal
import time
from types import FrameType

import typer

from bridge import bootstrap, stack
from bridge.settings import Settings
from bridge.supervisor import Supervisor

_LOOK = 0.5
_ENDING = (signal.SIGTERM, signal.SIGINT)


def up(settings: Settings) -> None:
    """Prepare, start, watch; ends with everything stopped."""
    bootstrap.prepare(settings)
    for number in _ENDING:
        signal.signal(number, _end)
    planned = stack.plan_broker(settings)
    environment = {
        "CROSSDOCK_BROKER_URL": planned.url,
        "CROSSDOCK_DATA": str(settings.data.resolve()),
        "CROSSDOCK_COMPANY": str(settings.company.resolve()),
    }
    running = stack.write_running(settings, environment)
    try:
        with Supervisor(settings.data / "log") as supervisor:
            supervisor.start(stack.broker_service(planned))
            supervisor.start(stack.services(settings, planned, environment))
            _say(settings)
            while True:
                for line in supervisor.watch():
                    typer.echo(line, err=True)
                time.sleep(_LOOK)
    except KeyboardInterrupt:
        typer.echo("stopped")
    finally:
        running.unlink(missing_ok=True)


def _say(settings: Settings) -> None:
    typer.echo(f"API     http://{settings.api_host}:{settings.api_port}/docs")
    if settings.flower_users.get_secret_value():
        typer.echo(f"Flower  http://127.0.0.1:{settings.flower_port}/dead-letters")
    else:
        typer.echo("Flower  not started: set CROSSDOCK_FLOWER_USERS=name:role:password")
    typer.echo(f"logs    {settings.data / 'log'}\nCtrl-C ends everything.")


def _end(_number: int, _frame: FrameType | None) -> None:
    """A second signal must not cut short what the first one began; the supervisor's patience bounds it."""
    for number in _ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
