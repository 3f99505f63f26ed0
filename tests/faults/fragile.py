"""The Celery application with a worker that kills itself now and then, just around what it does.

Random kills from outside rarely hit the moment between a request and its commit. This one aims: before and
after every commit and every request it draws, with the odds in ``CHAOS_ODDS``, whether it ends here, until
the file ``CHAOS_CALM`` is there.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bridge.connectors.http import HttpConnector
from bridge.store.ledger import Ledger
from tasks.app import app

__all__ = ["app"]

_odds, _calm = float(os.environ["CHAOS_ODDS"]), Path(os.environ["CHAOS_CALM"])
_chance = random.Random()
_write, _deliver = Ledger.write, HttpConnector.deliver


def _point() -> None:
    if _chance.random() < _odds and not _calm.exists():
        os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _fragile_write(self: Ledger) -> Iterator[Any]:
    with _write(self) as connection:
        yield connection
        _point()
    _point()


async def _fragile_deliver(self: HttpConnector, batch: Any, *, timeout: float) -> Sequence[Any]:
    _point()
    results = await _deliver(self, batch, timeout=timeout)
    _point()
    return results


Ledger.write = _fragile_write  # type: ignore[method-assign]
HttpConnector.deliver = _fragile_deliver  # type: ignore[method-assign]
