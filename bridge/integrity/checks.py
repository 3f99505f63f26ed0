"""Everything a ledger says, checked against everything else that it says. Reads only.

Each check is one question to the database, so that a ledger of millions of rows takes minutes and no
memory, and all of them look at one moment: work may go on meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import (
    Connection,
    Table,
    and_,
    exists,
    func,
    or_,
    select,
    text,
)

from bridge.integrity import rebuild, seals
from bridge.message import LEGAL, DeliveryState, DocumentState, LetterState, MessageState, Subject
from bridge.store import raw
from bridge.store import tables as t
from bridge.store.ledger import Ledger

SHOWN = 20
"""Problems of one check that are told one by one."""
_STATES: dict[Subject, tuple[Table, list[str]]] = {
    Subject.MESSAGE: (t.message, list(MessageState)),
    Subject.DOCUMENT: (t.document, list(DocumentState)),
    Subject.DELIVERY: (t.delivery, list(DeliveryState)),
    Subject.LETTER: (t.dead_letter, list(LetterState)),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One question, in words."""

    name: str
    question: str
    remedy: str
    ask: Callable[[Connection], Iterator[str]]
    of: tuple[Table, ...]
    """Tables whose rows are looked at."""


@dataclass(slots=True)
class Finding:
    """What came of a check."""

    name: str
    question: str
    rows: int
    problems: list[str] = field(default_factory=list)
    more: int = 0
    """Problems beyond those that are told."""
    remedy: str = ""


def verify(
    ledger: Ledger, *, raw_store: Path | None = None, note: Callable[[str], None] = lambda _: None
) -> list[Finding]:
    """Run all checks at one moment; with ``raw_store`` also read every kept byte. ``note`` hears of progress."""
    with ledger.read() as connection:
        if not ledger.is_sqlite:
            connection.execute(text("set transaction isolation level repeatable read, read only"))
        return look(connection, raw_store=raw_store, note=note)


def look(
    connection: Connection, *, raw_store: Path | None = None, note: Callable[[str], None] = lambda _: None
) -> list[Finding]:
    """The same inside a transaction."""
    found = []
    for check in CHECKS if raw_store is None else (*CHECKS, _raw_check(raw_store)):
        note(check.question)
        rows = sum(connection.execute(select(func.count()).select_from(one)).scalar_one() for one in check.of)
        finding = Finding(check.name, check.question, rows)
        for problem in check.ask(connection):
            if len(finding.problems) < SHOWN:
                finding.problems.append(problem)
            else:
                finding.more += 1
        finding.remedy = check.remedy if finding.problems else ""
        found.append(finding)
    return found


def _seals(connection: Connection) -> Iterator[str]:
    for trail in seals.TRAILS:
        previous, after = "", 0
        for one in seals.of(connection, trail):
            now = seals.digest(connection, trail, after, one.last_id, previous)
            if now.sha256 != one.sha256:
                yield (
                    f"{trail} rows {one.first_id} to {one.last_id} are not what was sealed: "
                    f"{one.rows} rows then, {now.rows} now"
                )
            previous, after = one.sha256, one.last_id


def _states(connection: Connection) -> Iterator[str]:
    for subject, (table, states) in _STATES.items():
        query = select(table.c.id, table.c.state).where(table.c.state.not_in(states))
        for row in connection.execute(query):
            yield f"{subject} {row.id} is in state {row.state!r}, which does not exist"


def _moves(connection: Connection) -> Iterator[str]:
    move = t.transition
    query = select(
        move.c.subject,
        move.c.from_state,
        move.c.to_state,
        func.count().label("count"),
        func.min(move.c.id).label("id"),
    ).group_by(move.c.subject, move.c.from_state, move.c.to_state)
    for row in connection.execute(query):
        legal = LEGAL.get(Subject(row.subject)) if row.subject in list(Subject) else None
        if legal is None or (row.from_state, row.to_state) not in legal:
            yield (
                f"{row.count} changes of a {row.subject} from {row.from_state!r} to {row.to_state!r} are not legal, "
                f"the first is transition {row.id}"
            )


def _history(connection: Connection) -> Iterator[str]:
    """Each change begins where the one before it ended, and the last one ends where the row is now."""
    move = t.transition
    of_one = (move.c.subject, move.c.subject_id)
    steps = select(
        move.c.id, move.c.subject, move.c.subject_id, move.c.from_state, move.c.to_state,
        func.lag(move.c.to_state).over(partition_by=of_one, order_by=move.c.id).label("before"),
        func.lead(move.c.id).over(partition_by=of_one, order_by=move.c.id).label("following"),
    ).subquery()  # fmt: skip
    broken = select(steps).where(steps.c.before.is_not(None), steps.c.before != steps.c.from_state)
    for row in connection.execute(broken):
        yield (
            f"{row.subject} {row.subject_id} goes on from {row.from_state!r} in transition {row.id}, "
            f"and was {row.before!r} before"
        )
    for subject, (table, _) in _STATES.items():
        ends = (
            select(table.c.id, table.c.state, steps.c.to_state)
            .join(steps, and_(steps.c.subject == subject, steps.c.subject_id == table.c.id))
            .where(steps.c.following.is_(None), steps.c.to_state != table.c.state)
        )
        for row in connection.execute(ends):
            yield f"{subject} {row.id} is {row.state!r}, and its history ends with {row.to_state!r}"


def _balances(connection: Connection) -> Iterator[str]:
    for one in rebuild.differences(connection):
        yield str(one)


def _conservation(connection: Connection) -> Iterator[str]:
    for row in rebuild.unbalanced(connection):
        yield f"item {row.item_id} does not add up to nothing over all places: {row.total} millionths are too many"


_PARENTS: list[tuple[Table, str, Table, str]] = [
    (t.raw, "message_id", t.message, "id"),
    (t.message, "lane_id", t.lane, "id"),
    (t.document, "message_id", t.message, "id"),
    (t.document, "lane_id", t.lane, "id"),
    (t.delivery, "document_id", t.document, "id"),
    (t.delivery, "lane_id", t.lane, "id"),
    (t.attempt, "delivery_id", t.delivery, "id"),
    (t.movement, "document_id", t.document, "id"),
    (t.business_key, "document_id", t.document, "id"),
    (t.dead_letter, "message_id", t.message, "id"),
    (t.dead_letter, "document_id", t.document, "id"),
    (t.dead_letter, "delivery_id", t.delivery, "id"),
    (t.balance, "item_id", t.item, "item_id"),
]


def _orphans(connection: Connection) -> Iterator[str]:
    for child, column, parent, key in _PARENTS:
        query = (
            select(child.c[column])
            .outerjoin(parent, parent.c[key] == child.c[column])
            .where(child.c[column].is_not(None), parent.c[key].is_(None))
        )
        for value in connection.execute(query).scalars():
            yield f"a row of {child.name} is about {parent.name} {value}, which does not exist"


def _letters(connection: Connection) -> Iterator[str]:
    """Whatever stopped has an open letter, and an open letter is about something that stopped."""
    letter = t.dead_letter
    is_open = letter.c.state.in_([LetterState.OPEN, LetterState.REPLAYING])
    for subject, table, stopped, column in (
        (Subject.MESSAGE, t.message, [MessageState.DEAD], letter.c.message_id),
        (Subject.DOCUMENT, t.document, [DocumentState.DEAD], letter.c.document_id),
        (Subject.DELIVERY, t.delivery, [DeliveryState.DEAD, DeliveryState.PARKED], letter.c.delivery_id),
    ):
        told = exists().where(column == table.c.id, is_open, letter.c.subject == subject)
        for row in connection.execute(
            select(table.c.id, table.c.state).where(table.c.state.in_(stopped), ~told)
        ):
            yield f"{subject} {row.id} is {row.state} without an open dead letter"
        idle = (
            select(letter.c.public_id, table.c.id, table.c.state)
            .join(table, table.c.id == column)
            .where(
                letter.c.subject == subject, letter.c.state == LetterState.OPEN, table.c.state.not_in(stopped)
            )
        )
        for one in connection.execute(idle):
            yield f"letter {one.public_id} is open, and its {subject} {one.id} is {one.state}"


def _reasons(connection: Connection) -> Iterator[str]:
    letter = t.dead_letter
    query = select(letter.c.public_id).where(or_(letter.c.code == "", letter.c.sentence == ""))
    for public_id in connection.execute(query).scalars():
        yield f"letter {public_id} gives no reason"


def _keys(connection: Connection) -> Iterator[str]:
    """What waits, waits behind a held key; a key is held by something that stopped."""
    for table, kind, stopped in (
        (t.document, "source", [DocumentState.DEAD]),
        (t.delivery, "endpoint", [DeliveryState.DEAD, DeliveryState.PARKED, DeliveryState.RETRY]),
    ):
        held = t.blocked_key
        is_held = exists().where(
            held.c.lane_id == table.c.lane_id, held.c.ordering_key == table.c.ordering_key
        )
        query = select(table.c.id, table.c.ordering_key).where(table.c.state == "waiting", ~is_held)
        for row in connection.execute(query):
            yield f"{table.name} {row.id} waits behind {row.ordering_key!r}, which nothing holds"
        holders = (
            select(held.c.ordering_key, held.c.holder_id, table.c.state)
            .join(t.lane, and_(t.lane.c.id == held.c.lane_id, t.lane.c.kind == kind))
            .outerjoin(table, table.c.id == held.c.holder_id)
            .where(or_(table.c.id.is_(None), table.c.state.not_in(stopped)))
        )
        for one in connection.execute(holders):
            yield f"{one.ordering_key!r} is held by {table.name} {one.holder_id}, which is {one.state or 'not there'}"


def _effects(connection: Connection) -> Iterator[str]:
    """A document that is not applied has neither movement nor delivery."""
    document = t.document
    unapplied = [
        DocumentState.STAGED,
        DocumentState.READY,
        DocumentState.WAITING,
        DocumentState.REJECTED,
        DocumentState.DUPLICATE,
    ]
    for table in (t.movement, t.delivery):
        query = select(document.c.id, document.c.state).where(
            document.c.state.in_(unapplied), exists().where(table.c.document_id == document.c.id)
        )
        for row in connection.execute(query):
            yield f"document {row.id} is {row.state}, and has a {table.name}"


CHECKS: tuple[Check, ...] = (
    Check(
        "seals",
        "the history is what was sealed",
        "find out who changed the database by hand; a backup has the rows",
        _seals,
        (t.seal,),
    ),
    Check(
        "states",
        "every state exists",
        "set the row back to what its history says",
        _states,
        tuple(one for one, _ in _STATES.values()),
    ),
    Check(
        "moves",
        "every change of state is a legal one",
        "an old version or somebody by hand did that; look at the trace",
        _moves,
        (t.transition,),
    ),
    Check(
        "history",
        "every history is unbroken and ends where its row is",
        "look at the trace of what is named",
        _history,
        (t.transition,),
    ),
    Check(
        "balances",
        "balances are the sum of their movements",
        "crossdock ledger rebuild --shadow, then --apply",
        _balances,
        (t.balance, t.movement),
    ),
    Check(
        "conservation",
        "what left one place arrived at another",
        "crossdock ledger rebuild --shadow",
        _conservation,
        (t.balance,),
    ),
    Check(
        "orphans",
        "nothing is about what does not exist",
        "restore the rows from a backup",
        _orphans,
        tuple({child.name: child for child, *_ in _PARENTS}.values()),
    ),
    Check(
        "letters",
        "whatever stopped has an open letter, and no other",
        "replay or discard what is named",
        _letters,
        (t.dead_letter,),
    ),
    Check("reasons", "every letter gives its reason", "look at the letter", _reasons, (t.dead_letter,)),
    Check(
        "keys",
        "whatever waits, waits for something that stopped",
        "report it: the workers should have freed it",
        _keys,
        (t.blocked_key,),
    ),
    Check("effects", "only applied documents have effects", "report it", _effects, (t.document,)),
)


def _raw_check(store: Path) -> Check:
    def ask(connection: Connection) -> Iterator[str]:
        rows = connection.execute(
            select(t.message.c.id, t.message.c.public_id, t.message.c.sha256, t.raw.c.body, t.raw.c.url)
            .join(t.raw, t.raw.c.message_id == t.message.c.id)
            .execution_options(yield_per=200)
        )
        for row in rows:
            try:
                with raw.open_row(row.body, row.url, store) as file:
                    sha256 = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a plain file
            except OSError as error:
                yield f"message {row.public_id}: its bytes cannot be read ({type(error).__name__})"
                continue
            if sha256 != row.sha256:
                yield f"message {row.public_id}: its bytes are not those that came"

    return Check(
        "raw", "every kept byte is what came", "take the file from a backup of the raw store", ask, (t.raw,)
    )
