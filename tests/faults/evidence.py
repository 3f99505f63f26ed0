"""The three independent logs that the checker compares.

What clients sent and were told yes for, what the endpoints were asked and what took effect there, and the
ledger with its history. The first two are written by the test's own clients and endpoints, never by the
bridge, so that the bridge cannot testify for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from bridge.store import tables as t
from bridge.store.ledger import Ledger


@dataclass(slots=True)
class Sent:
    """One message of a client. Numbers are unique in a run; ``turn`` is its place among all of its source."""

    source: str
    number: str
    sha256: str
    item: str
    quantity: str
    turn: int
    accepted: bool = False
    """A client saw the 2xx."""
    in_order: bool = True
    """False where a person sent it on later, in another form, outside the order of its key."""
    key: str = ""
    """The message's idempotency key: that of a webhook, if nothing is said."""

    def __post_init__(self) -> None:
        self.key = self.key or f"wh/{self.source}/{self.number}"

    @property
    def stream(self) -> tuple[str, str]:
        """Within it order counts."""
        return self.source, self.item


@dataclass(frozen=True, slots=True)
class Effect:
    """One transaction that an endpoint booked, as the endpoint understood it."""

    endpoint: str
    key: str
    number: str
    item: str
    quantity: str


@dataclass(slots=True)
class Evidence:
    """Everything that is known after a run."""

    sent: dict[str, Sent]
    """By number."""
    effects: Sequence[Effect]
    """In the order in which they were booked."""
    book: Book
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Requests by endpoint and key, with those that came to nothing."""
    kills: Counter[str] = field(default_factory=Counter)
    """Workers that a message killed, by its number."""


@dataclass(slots=True)
class Book:
    """The rows of a ledger that say what became of things, read in one transaction."""

    messages: dict[int, Any]
    bodies: dict[int, bytes | None]
    documents: dict[int, Any]
    deliveries: dict[int, Any]
    transitions: Sequence[Any]
    letters: Sequence[Any]
    movements: Sequence[Any]
    balances: Sequence[Any]
    held: Sequence[Any]
    lanes: Sequence[Any]

    @classmethod
    def read(cls, ledger: Ledger) -> Book:
        with ledger.read() as connection:

            def rows(table: Any, *order: Any) -> list[Any]:
                return list(connection.execute(select(table).order_by(*order or (table.c.id,))).all())

            return cls(
                {row.id: row for row in rows(t.message)},
                {row.message_id: row.body for row in rows(t.raw, t.raw.c.message_id)},
                {row.id: row for row in rows(t.document)},
                {row.id: row for row in rows(t.delivery)},
                rows(t.transition),
                rows(t.dead_letter),
                rows(t.movement),
                rows(t.balance, t.balance.c.item_id),
                rows(t.blocked_key, t.blocked_key.c.lane_id),
                rows(t.lane),
            )
