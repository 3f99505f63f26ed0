"""Business time, which can be set for a simulated day. Machine time never comes from here.

Occurred, as-of, promises and schedules of partners read :func:`now`. Leases use the database's clock;
back-off, signatures, time-outs and file stability use the machine's.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

_offset = timedelta(seconds=float(os.environ.get("CROSSDOCK_CLOCK_OFFSET", "0")))


def now() -> datetime:
    """The time of the business, aware UTC."""
    return datetime.now(UTC) + _offset
