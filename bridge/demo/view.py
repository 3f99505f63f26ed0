"""How the demo looks: live with rich in a terminal, plain lines elsewhere. Everything goes to one stream."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bridge.dead_letter_search import Summary
from bridge.demo.day import Event
from bridge.demo.picture import Figures, Row
from bridge.reasons import of as reason_of

_WIDE = 180
"""Columns where nobody says how many there are."""
_QUIET = 1.5
"""Seconds between two lines of figures where nothing can be drawn over."""
_LAST = 10
"""Events of the day that stay in sight."""


class View:
    """Shows the day as it goes. With ``stream`` standard error, standard output stays for JSON."""

    def __init__(self, *, stream: TextIO = sys.stdout) -> None:
        self.console = Console(file=stream, highlight=False)
        if not self.console.is_terminal:
            self.console = Console(file=stream, highlight=False, width=_WIDE)
        self._events: list[Event] = []
        self._figures: Figures | None = None
        self._said = 0.0
        live = self.console.is_terminal
        self._live = Live(console=self.console, refresh_per_second=8, transient=True) if live else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def say(self, text: str) -> None:
        self.console.print(Text(text))

    def event(self, event: Event) -> None:
        self._events = [*self._events, event][-_LAST:]
        if self._live is None:
            self.say(f"{event.at}  {event.what}")
        self._refresh()

    def progress(self, figures: Figures) -> None:
        if figures == self._figures:
            return
        self._figures = figures
        if self._live is None and time.monotonic() - self._said > _QUIET:
            self._said = time.monotonic()
            counted = "  ".join(
                f"{name.replace('_', ' ')} {count}" for name, count in asdict(figures).items()
            )
            self.say(f"       {counted}")
        self._refresh()

    def _refresh(self) -> None:
        if self._live is None:
            return
        events = Text("\n".join(f"{event.at}  {event.what}" for event in self._events))
        table = Table(
            "accepted", "again", "translated", "applied", "delivered", "trying again", "waiting", "dead"
        )
        if self._figures is not None:
            one = self._figures
            counts = (one.accepted, one.duplicates, one.translated, one.applied, one.delivered, one.retrying)
            table.add_row(*map(str, (*counts, one.waiting, one.dead)))
        self._live.update(Group(events, table))

    def messages(self, rows: list[Row]) -> None:
        """What came in, what it became, where it went."""
        table = Table("what came in", "by", "again", "what it became", "where it went", "what stopped")
        for row in rows:
            again = str(row.duplicates) if row.duplicates else ""
            cells = (row.name, row.source, again, row.became, row.went, row.stopped)
            table.add_row(*map(Text, cells))
        self.console.print(table)

    def letters(self, letters: list[Summary]) -> None:
        """What waits for a person, and why."""
        if not letters:
            self.say("No dead letters.")
            return
        table = Table(
            "dead letter", "from", "why", "what to do", title="Waiting for a person", title_justify="left"
        )
        for letter in letters:
            why = f"{letter.code}: {letter.sentence}"
            table.add_row(
                *map(Text, (letter.public_id[:8], letter.source, why, reason_of(letter.code).remedy))
            )
        self.console.print(table)
