"""What the ledger says about the day so far, as figures and as the rows of the last table. Only reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from bridge.demo.day import Stock
from bridge.message import DeliveryState, DocumentState, LetterState, MessageState
from bridge.store import tables as t
from bridge.store.ledger import Ledger

_UNDER_WAY = {
    t.message: (MessageState.ACCEPTED,),
    t.document: (DocumentState.STAGED, DocumentState.READY, DocumentState.WAITING),
    t.delivery: (DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.WAITING),
    t.dead_letter: (LetterState.REPLAYING,),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """How much has come how far."""

    accepted: int
    duplicates: int
    translated: int
    applied: int
    delivered: int
    retrying: int
    waiting: int
    dead: int
    under_way: int
    """Everything that still goes on by itself."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message from door to door."""

    name: str
    source: str
    duplicates: int
    became: str
    went: str
    stopped: str


def figures(ledger: Ledger) -> Figures:
    with ledger.read() as connection:
        states = {table: _states(connection, table) for table in _UNDER_WAY}
        duplicates = connection.execute(select(func.sum(t.message.c.duplicates))).scalar() or 0
    message, document, delivery = states[t.message], states[t.document], states[t.delivery]
    return Figures(
        accepted=message.total(),
        duplicates=int(duplicates),
        translated=message[MessageState.TRANSLATED],
        applied=document[DocumentState.APPLIED],
        delivered=delivery[DeliveryState.DELIVERED],
        retrying=delivery[DeliveryState.RETRY],
        waiting=delivery[DeliveryState.WAITING] + document[DocumentState.WAITING],
        dead=states[t.dead_letter][LetterState.OPEN],
        under_way=sum(states[table][state] for table, wanted in _UNDER_WAY.items() for state in wanted),
    )


def _states(connection: Connection, table: object) -> Counter[str]:
    column = getattr(table, "c").state  # noqa: B009  # every one of these tables has it
    return Counter(dict(connection.execute(select(column, func.count()).group_by(column)).all()))


def open_letters(ledger: Ledger) -> Counter[str]:
    """Open dead letters by reason code."""
    letter = t.dead_letter
    with ledger.read() as connection:
        rows = connection.execute(
            select(letter.c.code, func.count())
            .where(letter.c.state == LetterState.OPEN)
            .group_by(letter.c.code)
        )
        return Counter(dict(rows.all()))


def delivered_keys(ledger: Ledger) -> dict[str, list[str]]:
    """Endpoint → the keys under which it has taken something."""
    delivery = t.delivery
    found: dict[str, list[str]] = defaultdict(list)
    with ledger.read() as connection:
        query = select(delivery.c.endpoint, delivery.c.key)
        for endpoint, key in connection.execute(query.where(delivery.c.state == DeliveryState.DELIVERED)):
            found[endpoint].append(key)
    return found


def stock(ledger: Ledger) -> Stock:
    """On hand and sellable of every item at every site of ours."""
    balance = t.balance
    found: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    with ledger.read() as connection:
        for row in connection.execute(select(balance).where(~balance.c.site.startswith("@"))):
            on_hand, available = found.get((row.item_id, row.site), (Decimal(0), Decimal(0)))
            sellable = row.on_hand if row.stock_status == "available" else Decimal(0)
            found[row.item_id, row.site] = (on_hand + row.on_hand, available + sellable)
    return found


def rows(ledger: Ledger) -> list[Row]:
    """Every message with what became of it, in order of arrival."""
    message, document, delivery, letter = t.message, t.document, t.delivery, t.dead_letter
    with ledger.read() as connection:
        messages = connection.execute(select(message).order_by(message.c.id)).all()
        became = _gathered(connection, select(document.c.message_id, document.c.type, document.c.state))
        went = _gathered(
            connection,
            select(document.c.message_id, delivery.c.endpoint, delivery.c.state).join(
                document, document.c.id == delivery.c.document_id
            ),
        )
        stopped = _gathered(connection, select(letter.c.message_id, letter.c.code, letter.c.state))
    return [
        Row(
            name=one.name or one.key.rsplit("/", 1)[-1],
            source=one.source,
            duplicates=one.duplicates,
            became=_told(became[one.id], DocumentState.APPLIED),
            went=_told(went[one.id], DeliveryState.DELIVERED),
            stopped=_told(stopped[one.id], LetterState.OPEN),
        )
        for one in messages
    ]


def _gathered(connection: Connection, query: object) -> dict[int, Counter[tuple[str, str]]]:
    found: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for message_id, what, state in connection.execute(query):  # type: ignore[call-overload]  # three columns each
        found[message_id][_short(what), state] += 1
    return found


def _short(name: str) -> str:
    return name.removeprefix("crossdock.").removesuffix(".v1")


def _told(counted: Counter[tuple[str, str]], usual: str) -> str:
    """``2 × shipment.confirmed, 1 × receipt.confirmed (dead)``."""
    return ", ".join(
        (f"{count} × " if count > 1 else "") + what + ("" if state == usual else f" ({state})")
        for (what, state), count in sorted(counted.items())
    )
