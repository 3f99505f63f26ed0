"""Rows as a format hands them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transforms import errors

MAX_VALUE = 2_000
"""Characters of the longest value: no code and no remark is longer, but what follows a lost delimiter is."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row that could not be used, with what is known of it. Without its text it cannot be repaired."""

    line: int
    text: str | None
    error: errors.TransformError


@dataclass(frozen=True, slots=True)
class Rows:
    """Good rows, column by column, with the line and the text of each; and the rows that are wrong."""

    numbers: Sequence[int]
    texts: Sequence[str]
    columns: Sequence[Sequence[str]]
    bad: Sequence[BadRow] = ()
