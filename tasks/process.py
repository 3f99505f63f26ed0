"""What a worker process keeps open: one bridge and one runner, made after the fork.

The stop sign is made before it. Celery's warm shutdown waits for running tasks; the sign makes them short.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Any

from celery.signals import worker_process_init, worker_process_shutdown, worker_shutting_down

from bridge import bootstrap, dispatch
from bridge.bootstrap import Bridge
from bridge.pipeline.runner import Runner
from bridge.stop import StopSign
from bridge.store.ledger import PATIENT_STEP


@dataclass(slots=True)
class _Process:
    bridge: Bridge | None = None
    runner: Runner | None = None


_process = _Process()
_stop = StopSign()


def bridge() -> Bridge:
    """This process's bridge, opened on first use."""
    if _process.bridge is None:
        _process.bridge = bootstrap.open_bridge(dispatch.current_settings(), stop=_stop)
        _process.bridge.ledger.lock_step = PATIENT_STEP
    return _process.bridge


def runner() -> Runner:
    """This process's runner, opened on first use."""
    if _process.runner is None:
        _process.runner = bridge().runner()
        with _process.runner.ledger.read() as connection:
            _process.runner.lookup.warm(connection)
        gc.freeze()  # what is loaded by now stays: the collector need not look at it again
        gc.set_threshold(100_000, 20, 100)
    return _process.runner


def connect_signals() -> None:
    """Nothing of the parent's is used in a child; what the child opened it closes."""
    worker_shutting_down.connect(_end, weak=False)
    worker_process_init.connect(_open, weak=False)
    worker_process_shutdown.connect(_close, weak=False)


def _end(**_: Any) -> None:
    """In the parent, as soon as it is told to stop."""
    _stop.give()


def _open(**_: Any) -> None:
    _forget()
    runner()


def _forget(**_: Any) -> None:
    _process.bridge = _process.runner = None


def _close(**_: Any) -> None:
    if _process.runner is not None:
        _process.runner.outlets.close()
    if _process.bridge is not None:
        _process.bridge.close()
    _forget()
