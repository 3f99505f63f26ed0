"""The bell's task: lane X has work."""

from __future__ import annotations

from bridge import dispatch
from tasks import process
from tasks.app import app


@app.task(name=dispatch.WORK)  # type: ignore[untyped-decorator]  # Celery has no types
def work(lane_id: int) -> None:
    """Work one lane. Rung twice, or for a lane without work, it does nothing."""
    process.runner().work(lane_id)
