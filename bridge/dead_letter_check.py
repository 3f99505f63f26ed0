"""A dead letter's source looked at as EDI by itself: what the standard says of it, whatever stopped it here."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from bridge import edi
from bridge.store import raw
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from transforms.edi.inspection import Inspection
from transforms.errors import Problem

FORMATS = ("x12", "edifact", "idoc")
MOST = 200
"""Findings that are shown."""
LARGEST = 1 << 24
"""Bytes of a message that a page looks through; a larger one is checked from the command line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, or only noted."""

    code: str
    text: str
    where: str
    quoted: str | None
    is_note: bool


@dataclass(frozen=True, slots=True)
class EdiCheck:
    """What was looked at, and what was found in it."""

    is_whole: bool
    """The message as it came; else only the part that stopped."""
    accepted: int
    rejected: int
    findings: tuple[Finding, ...]
    more: int = 0
    """Findings that are not shown."""
    is_too_large: bool = False


def check(ledger: Ledger, public_id: str, *, raw_store: Path) -> EdiCheck:
    """Look at the part that stopped, or at the whole message. Raises ``KeyError`` when there is no such letter."""
    with ledger.read() as connection:
        row = connection.execute(
            select(t.dead_letter.c.fragment, t.message.c.size, t.raw.c.body, t.raw.c.url)
            .join(t.message, t.message.c.id == t.dead_letter.c.message_id)
            .outerjoin(t.raw, t.raw.c.message_id == t.message.c.id)
            .where(t.dead_letter.c.public_id == public_id)
        ).one_or_none()
    if row is None:
        raise KeyError(public_id)
    if row.fragment is not None:
        return _checked(io.BytesIO(row.fragment), is_whole=False)
    if row.size > LARGEST:
        return EdiCheck(is_whole=True, accepted=0, rejected=0, findings=(), is_too_large=True)
    with raw.open_row(row.body, row.url, raw_store) as source:
        return _checked(source, is_whole=True)


def _checked(source: BinaryIO, *, is_whole: bool) -> EdiCheck:
    found = edi.check(source)
    problems = [*found.problems, *(problem for one in found.seen for problem in one.problems)]
    findings = tuple(_finding(source, found, problem) for problem in problems[:MOST])
    return EdiCheck(is_whole, found.accepted, found.rejected, findings, more=len(problems) - len(findings))


def _finding(source: BinaryIO, found: Inspection, problem: Problem) -> Finding:
    quoted = edi.quote(source, found, problem)
    return Finding(problem.code, problem.text, str(problem.location), quoted, problem.warning)
