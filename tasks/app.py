"""The Celery application, for ``celery -A tasks.app worker|beat|flower``."""

from __future__ import annotations

from bridge import dispatch
from bridge.observability import configure
from tasks import process

settings = dispatch.current_settings()
app = dispatch.celery(settings.broker_url, settings.data)
app.conf.update(
    include=["tasks.lanes", "tasks.schedule"],
    worker_concurrency=settings.worker_concurrency,
    beat_schedule={
        "tick": {
            "task": dispatch.TICK,
            "schedule": settings.tick,
            "options": {"queue": dispatch.QUEUE_TICKS, "expires": max(2.0, 2 * settings.tick)},
        }
    },
    beat_schedule_filename=str(settings.data / "beat"),
    beat_max_loop_interval=max(settings.tick, 0.05),
)
process.connect_signals()
configure(settings, service="worker")
