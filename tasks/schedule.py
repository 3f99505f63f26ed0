"""Beat's one tick: whatever is due by the ledger's schedule."""

from __future__ import annotations

from bridge import dispatch
from tasks import process
from tasks.app import app


@app.task(name=dispatch.TICK)  # type: ignore[untyped-decorator]  # Celery has no types
def tick() -> None:
    """Work the schedule rows that are due; two ticks at once share them."""
    process.bridge().tick(process.runner().holder)
