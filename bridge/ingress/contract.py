"""What a door in (Channel Adapter) yields: arrivals. The accept step says yes, then the door confirms.

A door verifies who sends and cuts the stream into arrivals; it never touches the ledger. Nothing is
removed from where it came from before :meth:`Arrival.confirm`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bridge.errors import Refused


@dataclass(frozen=True, slots=True)
class Content:
    """What arrived, before anybody said yes to it. Exactly one of ``body`` and ``path`` is set."""

    source: str
    key: str | None = None
    """Idempotency key where the sender gave one; else the content's hash makes it."""
    name: str | None = None
    body: bytes | None = None
    path: Path | None = None
    """A file that no one else will touch until the arrival is confirmed or refused."""
    caused_by: str | None = None


class Arrival(Protocol):
    """Something at a door."""

    @property
    def content(self) -> Content: ...

    def confirm(self) -> None:
        """It is in the ledger: archive or acknowledge it. May be called again after a crash."""
        ...

    def refuse(self, error: Refused) -> None:
        """It was not taken: put it aside with the reason beside it."""
        ...
