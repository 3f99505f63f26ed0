"""Room on the disk: nothing is accepted when what was accepted could soon not be finished any more."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from bridge.errors import Overloaded

LOOK = 1.0
"""Seconds between two looks."""


class Space:
    """The volume of a folder, of which ``least`` bytes must stay free. Safe to share between threads."""

    def __init__(self, folder: Path, least: int) -> None:
        self._folder, self._least = folder, least
        self._looked, self._free = 0.0, least

    def free(self) -> int:
        """Bytes, looked at just now."""
        return shutil.disk_usage(self._folder).free

    def check(self) -> None:
        """Raises :class:`Overloaded` when there is not enough room."""
        now = time.monotonic()
        if now - self._looked >= LOOK or self._looked == 0.0:
            self._looked, self._free = now, self.free()
        if self._free < self._least:
            raise Overloaded(
                f"{self._free >> 20} MB are free where {self._least >> 20} MB must be; "
                "nothing is accepted until there is room again"
            )
