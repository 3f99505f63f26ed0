"""Looking dead letters up: listed, counted, and grouped by what would free them.

Everything is filtered and paged in SQL, so that a ledger with a million letters answers as fast as one
with ten. Paging goes by key, never by offset: letters that come in meanwhile shift no page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, desc, func, or_, select, text

from bridge.message import LetterState
from bridge.store import tables as t
from bridge.store.ledger import Ledger

_GROUPS = 100
"""Groups shown at most; what is beyond is found by filtering."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which letters to list; what is ``None`` does not matter."""

    state: str | None = LetterState.OPEN
    code: str | None = None
    source: str | None = None
    endpoint: str | None = None
    release_condition: str | None = None
    text: str | None = None
    """Found anywhere in the sentence, the document's number or the value."""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """One letter in a list."""

    id: int
    public_id: str
    subject: str
    step: str
    code: str
    sentence: str
    source: str
    endpoint: str | None
    type: str | None
    number: str | None
    value: str | None
    release_condition: str | None
    state: str
    count: int
    first_at: datetime
    last_at: datetime
    resolution: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Open letters that share a release condition, or a reason."""

    name: str
    code: str
    count: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Groups:
    by_condition: tuple[Group, ...]
    by_reason: tuple[Group, ...]


def count(ledger: Ledger, wanted: Filter) -> int:
    with ledger.read() as connection:
        query = select(func.count()).select_from(t.dead_letter).where(*_conditions(wanted))
        return int(connection.execute(query).scalar_one())


def find(ledger: Ledger, wanted: Filter, *, limit: int = 50, before_id: int | None = None) -> list[Summary]:
    """Newest first. The next page begins before the last ``id`` of this one."""
    letter = t.dead_letter
    query: Select[Any] = select(*(letter.c[name] for name in Summary.__slots__)).where(*_conditions(wanted))
    if before_id is not None:
        query = query.where(letter.c.id < before_id)
    with ledger.read() as connection:
        rows = connection.execute(query.order_by(desc(letter.c.id)).limit(limit)).all()
    return [Summary(*row) for row in rows]


def groups(ledger: Ledger) -> Groups:
    """Open letters by what they wait for and by why they stopped, the largest groups first."""
    letter = t.dead_letter
    with ledger.read() as connection:
        by_condition = _grouped(
            connection, letter.c.release_condition, letter.c.release_condition.is_not(None)
        )
        by_reason = _grouped(connection, letter.c.code, letter.c.code.is_not(None))
    return Groups(by_condition, by_reason)


def _grouped(
    connection: Connection, column: ColumnElement[Any], condition: ColumnElement[bool]
) -> tuple[Group, ...]:
    letter = t.dead_letter
    many = func.count()
    rows = connection.execute(
        select(column, func.min(letter.c.code), many, func.min(letter.c.first_at))
        .where(text("state = 'open'"), condition)
        .group_by(column)
        .order_by(desc(many), column)
        .limit(_GROUPS)
    )
    return tuple(Group(*row) for row in rows)


def _conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    c = t.dead_letter.c
    exact = {
        c.state: wanted.state,
        c.code: wanted.code,
        c.source: wanted.source,
        c.endpoint: wanted.endpoint,
        c.release_condition: wanted.release_condition,
    }
    yield from (column == value for column, value in exact.items() if value is not None)
    if wanted.text:
        yield or_(
            *(column.icontains(wanted.text, autoescape=True) for column in (c.sentence, c.number, c.value))
        )
    if wanted.since is not None:
        yield c.last_at >= wanted.since
    if wanted.until is not None:
        yield c.last_at < wanted.until
