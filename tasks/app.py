"""The Celery application, for ``celery -A tasks.app worker|beat|flower``."""

from __future__ import annotations

from bridge import dispatch
from bridge.observability import configure
from tasks import process

TICK_EXPIRES = 900.0
"""Seconds after which a tick that nobody took is dropped. The worker compares its own clock with beat's, so this
is also how far the two may be apart."""

settings = dispatch.current_settings()
app = dispatch.celery(settings.broker_url, settings.data)
app.conf.update(
    include=["tasks.lanes", "tasks.schedule"],
    worker_concurrency=settings.worker_concurrency,
    beat_schedule={
        "tick": {
            "task": dispatch.TICK,
            "schedule": settings.tick,
            "options": {"queue": dispatch.QUEUE_TICKS, "expires": TICK_EXPIRES},
        }
    },
    beat_scheduler="tasks.metronome:Metronome",
)
process.connect_signals()
configure(settings, service="worker")
