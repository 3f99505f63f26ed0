"""The sign that this process and those it forked are to come to an end, given once and seen by all."""

from __future__ import annotations

import mmap

PATIENCE = 10.0
"""Seconds that a request in flight is still waited for; then its outcome counts as unknown."""


class StopSign:
    """Make it before the fork. Whoever works looks at it between two batches and hands back what it holds."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 1)

    def give(self) -> None:
        self._shared[0] = 1

    @property
    def is_given(self) -> bool:
        return self._shared[0] == 1
