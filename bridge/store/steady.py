"""The clock of a ledger that has no server of its own: one for all processes of the machine.

It counts the time since the machine started, which nobody can set, from a beginning that stands in the
ledger. When the machine's time is put forward or back, leases neither end early nor last an hour longer,
and what is due stays due. Where the system has no such counter, the machine's time is all there is.
"""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from bridge.store import tables as t

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PREFIX = "clock:"


class SteadyClock:
    """Microseconds since 1970 as the ledger sees them."""

    def __init__(self) -> None:
        self._begin: int | None = None

    def now(self, connection: Connection) -> int:
        boot = _boot()
        if self._begin is None and boot is not None:
            wanted = select(t.stamp.c.version).where(t.stamp.c.name == boot)
            self._begin = connection.execute(wanted).scalar_one_or_none()
        return _wall() if self._begin is None else self._begin + _since_boot()


def settle(connection: Connection) -> None:
    """Write down the beginning after a start of the machine, in a writing transaction; harmless to repeat.

    It is never earlier than what the ledger went by before: time may have been put back meanwhile.
    """
    boot = _boot()
    if boot is None or connection.execute(select(t.stamp.c.name).where(t.stamp.c.name == boot)).first():
        return
    reached = connection.execute(select(func.max(t.schedule.c.due_at - t.schedule.c.every))).scalar() or 0
    connection.execute(delete(t.stamp).where(t.stamp.c.name.startswith(_PREFIX, autoescape=True)))
    begin = max(_wall(), reached) - _since_boot()
    connection.execute(insert(t.stamp).values(name=boot, version=begin))


@lru_cache(maxsize=1)
def _boot() -> str | None:
    """What names this run of the machine; ``None`` where nothing does."""
    if not (hasattr(time, "CLOCK_BOOTTIME") and _BOOT.exists()):
        return None
    return f"{_PREFIX}{_BOOT.read_text().strip()}"


def _since_boot() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


def _wall() -> int:
    return time.time_ns() // 1000
