"""Dead letters (Dead Letter Channel): what stopped, why, where, and what would set it going again.

A letter is open until somebody acts. Then it is ``replaying``; the pipeline resolves it when what it is
about has advanced, or opens it again with its count raised. Letters that wait for the same thing carry
the same release condition: one fix frees them all. Nothing here sends anything; what is put back is
found by the workers of its lane. Looking letters up is :mod:`bridge.dead_letter_search`, acting on
single ones :mod:`bridge.replay`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, select, text, update

from bridge.message import DeliveryState, DocumentState, LetterState, MessageState, Step, Subject
from bridge.store import audit, transitions
from bridge.store import tables as t
from bridge.store.audit import Change
from transforms.location import Location

_CHUNK = 400

_SUBJECT_COLUMN = {
    Subject.MESSAGE: t.dead_letter.c.message_id,
    Subject.DOCUMENT: t.dead_letter.c.document_id,
    Subject.DELIVERY: t.dead_letter.c.delivery_id,
}
"""A part is no row of its own, so its letters are never about the same thing twice."""

_PUT_BACK: dict[Subject, tuple[Table, tuple[str, ...], str, dict[str, None]]] = {
    Subject.MESSAGE: (t.message, (MessageState.DEAD,), MessageState.ACCEPTED, {}),
    Subject.DOCUMENT: (t.document, (DocumentState.DEAD,), DocumentState.READY, {}),
    Subject.DELIVERY: (
        t.delivery,
        (DeliveryState.DEAD, DeliveryState.PARKED),
        DeliveryState.PENDING,
        {"due_at": None},
    ),
}
"""Where each subject goes on: its table, the states it stopped in, the state it starts from."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What the pipeline knows when something stops."""

    subject: Subject
    message_id: int
    lane_id: int
    source: str
    step: Step
    code: str
    sentence: str
    document_id: int | None = None
    delivery_id: int | None = None
    endpoint: str | None = None
    type: str | None = None
    number: str | None = None
    location: Location | None = None
    value: str | None = None
    fragment: bytes | None = None
    release_condition: str | None = None

    @property
    def subject_id(self) -> int | None:
        """Internal id of what it is about; ``None`` for a part."""
        ids = {
            Subject.MESSAGE: self.message_id,
            Subject.DOCUMENT: self.document_id,
            Subject.DELIVERY: self.delivery_id,
        }
        return ids.get(self.subject)


# -- the pipeline's side -----------------------------------------------------------------------------


def bury(connection: Connection, letters: Sequence[Letter], *, at: datetime) -> None:
    """Write letters. What has one already that is open or replaying gets it back, counted up."""
    known: dict[tuple[Subject, int | None], Any] = dict(_unresolved(connection, letters))
    fresh, again, moves = [], [], list[transitions.Move]()
    for letter in letters:
        row = known.get((letter.subject, letter.subject_id))
        if row is None:
            fresh.append(_new(letter, at))
            continue
        again.append({"row_id": row.id, "at": at, **_what(letter)})
        if row.state != LetterState.OPEN:
            moves.append((Subject.LETTER, row.id, row.state, LetterState.OPEN, letter.code))
    if fresh:
        connection.execute(t.dead_letter.insert(), fresh)
    if again:
        connection.execute(_AGAIN, again)
    transitions.record(connection, moves, at=at)


_ANY_REPLAYING = select(t.dead_letter.c.id).where(text("dead_letter.state = 'replaying'")).limit(1)


def resolve(
    connection: Connection,
    *,
    message_ids: Sequence[int] = (),
    document_ids: Sequence[int] = (),
    delivery_ids: Sequence[int] = (),
    at: datetime,
) -> None:
    """What was replayed has advanced. Costs one look into an index while nothing is being replayed."""
    letter = t.dead_letter
    if connection.execute(_ANY_REPLAYING).first() is None:
        return
    wanted = {
        Subject.MESSAGE: message_ids,
        Subject.DOCUMENT: document_ids,
        Subject.DELIVERY: delivery_ids,
    }
    for subject, ids in wanted.items():
        found = [row.id for row in _about(connection, subject, ids) if row.state == LetterState.REPLAYING]
        if found:
            rows = [(row_id, LetterState.REPLAYING) for row_id in found]
            transitions.move_all(
                connection, letter, Subject.LETTER, rows, LetterState.RESOLVED, at=at, reason="advanced"
            )


def release(connection: Connection, condition: str, *, actor: str, reason: str, at: datetime) -> list[int]:
    """Put back everything that waits for ``condition``; returns the lanes whose bells are to be set."""
    letter = t.dead_letter
    rows: list[Any] = []
    for chunk in _chunks(connection.execute(waiting_for(condition)).scalars().all()):
        rows += connection.execute(
            update(letter)
            .where(letter.c.id.in_(chunk), letter.c.state == LetterState.OPEN)
            .values(state=LetterState.REPLAYING, resolution="released")
            .returning(*letter_columns())
        ).all()
    note_moves(
        connection,
        rows,
        LetterState.REPLAYING,
        action="dead_letter.release",
        actor=actor,
        reason=reason,
        at=at,
    )
    return put_back(connection, rows, actor=actor, reason=reason, at=at)


def waiting_for(condition: str) -> Select[int]:
    """Open letters of a release condition. SQLite, which keeps no statistics, is told which index."""
    letter = t.dead_letter
    return (
        select(letter.c.id)
        .with_hint(letter, "INDEXED BY ix_dead_letter_release", "sqlite")
        .where(letter.c.release_condition == condition, text("state = 'open'"))
        .order_by(letter.c.id)
    )


# -- shared with bridge.replay -----------------------------------------------------------------------


def letter_columns() -> tuple[ColumnElement[Any], ...]:
    """What acting on a letter needs of it."""
    c = t.dead_letter.c
    return (
        c.id, c.public_id, c.subject, c.message_id, c.document_id, c.delivery_id, c.lane_id, c.source,
        c.count, c.fragment, c.code,
    )  # fmt: skip


def note_moves(
    connection: Connection,
    rows: Sequence[Any],
    state: LetterState,
    *,
    action: str,
    actor: str,
    reason: str,
    at: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """History and audit of letters that have just left ``open``."""
    moves: list[transitions.Move] = [
        (Subject.LETTER, row.id, LetterState.OPEN, state, reason) for row in rows
    ]
    transitions.record(connection, moves, at=at, by=actor)
    changes = [
        Change(
            row.public_id,
            before={"state": LetterState.OPEN, "count": row.count, **(before or {})},
            after={"state": state, **(after or {})},
        )
        for row in rows
    ]
    audit.write_all(
        connection, changes, actor=actor, action=action, subject="dead_letter", reason=reason, at=at
    )


def put_back(
    connection: Connection, rows: Iterable[Any], *, actor: str, reason: str, at: datetime
) -> list[int]:
    """Let the subjects of letters go on from the step that stopped them; returns their lanes."""
    ids: dict[Subject, list[int]] = {}
    touched: set[int] = set()
    for row in rows:
        subject = Subject(row.subject)
        if subject in _PUT_BACK:
            ids.setdefault(subject, []).append(getattr(row, _SUBJECT_COLUMN[subject].name))
            touched.add(row.lane_id)
    for subject, subject_ids in sorted(ids.items()):
        table, stopped, start, values = _PUT_BACK[subject]
        move(
            connection, table, subject, subject_ids, stopped=stopped, to=start,
            actor=actor, reason=reason, at=at, **values,
        )  # fmt: skip
    return sorted(touched)


def move(
    connection: Connection,
    table: Table,
    subject: Subject,
    ids: Sequence[int],
    *,
    stopped: Sequence[str],
    to: str,
    actor: str,
    reason: str,
    at: datetime,
    **values: object,
) -> None:
    """Compare and set: only rows that still are in a state of ``stopped`` move, and are recorded."""
    for state in stopped:
        for chunk in _chunks(sorted(ids)):
            moved = connection.execute(
                update(table)
                .where(table.c.id.in_(chunk), table.c.state == state)
                .values(state=to, **values)
                .returning(table.c.id)
            ).scalars()
            moves: list[transitions.Move] = [(subject, row_id, state, to, reason) for row_id in moved]
            transitions.record(connection, moves, at=at, by=actor)


# -- writing -----------------------------------------------------------------------------------------


def _unresolved(
    connection: Connection, letters: Sequence[Letter]
) -> Iterator[tuple[tuple[Subject, int | None], Any]]:
    for subject in _SUBJECT_COLUMN:
        ids = sorted({one.subject_id for one in letters if one.subject is subject and one.subject_id})
        for row in _about(connection, subject, ids):
            if row.state in {LetterState.OPEN, LetterState.REPLAYING}:
                yield (subject, row.subject_id), row


def _about(connection: Connection, subject: Subject, ids: Sequence[int]) -> Iterator[Any]:
    """Letters of these subjects. Their state is no part of the query, lest SQLite go by its index."""
    letter, column = t.dead_letter, _SUBJECT_COLUMN[subject]
    for chunk in _chunks(ids):
        yield from connection.execute(
            select(letter.c.id, letter.c.state, column.label("subject_id")).where(
                letter.c.subject == subject, column.in_(chunk)
            )
        ).all()


def _what(letter: Letter) -> dict[str, object]:
    """The part of a letter that a second failure may change, as parameters of ``_AGAIN``."""
    return {
        "new_step": letter.step,
        "new_code": letter.code,
        "new_sentence": _storable(letter.sentence),
        "new_location": letter.location.as_dict() if letter.location else None,
        "new_value": _storable(letter.value),
        "new_condition": letter.release_condition,
    }


_AGAIN = (
    update(t.dead_letter)
    .where(t.dead_letter.c.id == bindparam("row_id"))
    .values(
        state=LetterState.OPEN.value,
        count=t.dead_letter.c.count + 1,
        last_at=bindparam("at"),
        step=bindparam("new_step"),
        code=bindparam("new_code"),
        sentence=bindparam("new_sentence"),
        location=bindparam("new_location"),
        value=bindparam("new_value"),
        release_condition=bindparam("new_condition"),
        resolution=None,
    )
)


def _new(letter: Letter, at: datetime) -> dict[str, object]:
    return {
        "public_id": str(uuid.uuid4()),
        "subject": letter.subject,
        "message_id": letter.message_id,
        "document_id": letter.document_id,
        "delivery_id": letter.delivery_id,
        "lane_id": letter.lane_id,
        "source": letter.source,
        "endpoint": letter.endpoint,
        "type": letter.type,
        "number": letter.number,
        "step": letter.step,
        "code": letter.code,
        "sentence": _storable(letter.sentence),
        "location": letter.location.as_dict() if letter.location else None,
        "value": _storable(letter.value),
        "fragment": letter.fragment,
        "release_condition": letter.release_condition,
        "state": LetterState.OPEN,
        "first_at": at,
        "last_at": at,
    }


def _storable(text: str | None) -> str | None:
    """What is wrong may be wrong in characters that no database takes: NUL, half of a surrogate pair."""
    return text and text.encode(errors="backslashreplace").decode().replace("\0", "\\x00")


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
