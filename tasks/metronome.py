"""Beat's pace: one tick after the other, by a counter that nobody can set.

Celery's own schedulers compare the machine's time with that of the last tick. When it is put back by an
hour they stand still for an hour, and with them every poll, sweep and retry.
"""

from __future__ import annotations

from typing import Any

from celery.beat import Scheduler

from bridge import dispatch


class Metronome(Scheduler):  # type: ignore[misc]  # Celery has no types
    """Sends every entry of ours at each turn; what is due by the day stands in the ledger, not here."""

    def tick(self, *_: Any, **__: Any) -> float:
        """Returns the seconds to the next turn, which beat sleeps."""
        for name in self.app.conf.beat_schedule:
            self.apply_entry(self.schedule[name], producer=self.producer)
        return dispatch.current_settings().tick
