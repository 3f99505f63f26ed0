"""Acting on dead letters: replay, edit and replay, discard (Invalid Message Channel, turned around).

Every action is a compare-and-set on the letter's state, so that two people who press a button at once
do it once; every action has a reason and leaves an audit entry for each letter. Nothing here sends: what
goes on re-enters the step that stopped it, behind its ordering key, under its own idempotency key. An
edit is a new operation with a link to the old one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text, update

from bridge import clock, dead_letters, dispatch, edits, source_text
from bridge.edits import EditInvalid
from bridge.errors import Refused
from bridge.ingress.contract import Content
from bridge.message import DeliveryState, DocumentState, LetterState, MessageState, Subject
from bridge.store import keys, lanes
from bridge.store import tables as t
from bridge.store.ledger import Ledger

Accept = Callable[[Content], object]
"""Says yes to new content, durably. Raises a leaf of :class:`bridge.errors.Refused`."""
Ring = Callable[[Iterable[int]], None]

_CHUNK = 400


class ReplayRefused(Exception):
    """The action was not done; the text says what to do instead."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A letter that was left as it is, and why."""

    public_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action came to, by public id. Letters that somebody else acted on first are skipped."""

    done: tuple[str, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class _Action:
    """Who does what and why; the same for all letters of one action."""

    name: str
    actor: str
    reason: str
    at: datetime


def replay(
    ledger: Ledger,
    public_ids: Sequence[str],
    *,
    actor: str,
    reason: str,
    accept: Accept | None = None,
    ring: Ring = dispatch.ring,
) -> Outcome:
    """Let what stopped go on, as it is. ``accept`` is needed for parts, which are read anew."""
    action = _action("dead_letter.replay", actor, reason)
    with ledger.write() as connection:
        rows = _claim(connection, public_ids, LetterState.REPLAYING, "replayed", parts=False)
        _note(connection, rows, LetterState.REPLAYING, action)
        touched = dead_letters.put_back(connection, rows, actor=actor, reason=action.reason, at=action.at)
        bells = lanes.set_bells(connection, ledger, touched)
        parts = _open_parts(connection, public_ids)
    ring(bells)
    done = {row.public_id for row in rows}
    skipped: dict[str, str] = {}
    for part in parts:
        why = _replay_part(ledger, part, action, accept)
        if why is None:
            done.add(part.public_id)
        else:
            skipped[part.public_id] = why
    return _outcome(public_ids, done, skipped)


def replay_waiting(
    ledger: Ledger, condition: str, *, actor: str, reason: str, ring: Ring = dispatch.ring
) -> int:
    """Let everything that waits for ``condition`` try again; returns how many lanes that woke."""
    action = _action("dead_letter.release", actor, reason)
    with ledger.write() as connection:
        touched = dead_letters.release(connection, condition, actor=actor, reason=action.reason, at=action.at)
        bells = lanes.set_bells(connection, ledger, touched)
    ring(bells)
    return len(touched)


def discard(
    ledger: Ledger,
    public_ids: Sequence[str],
    *,
    actor: str,
    reason: str,
    ring: Ring = dispatch.ring,
) -> Outcome:
    """What stopped shall never take effect; what waited behind it goes on."""
    action = _action("dead_letter.discard", actor, reason)
    with ledger.write() as connection:
        rows = _claim(connection, public_ids, LetterState.DISCARDED, "discarded")
        _note(connection, rows, LetterState.DISCARDED, action)
        for row in rows:
            _discard_subject(connection, row, action)
        freed = {row.lane_id for row in rows if row.subject in {Subject.DOCUMENT, Subject.DELIVERY}}
        bells = lanes.set_bells(connection, ledger, freed)
    ring(bells)
    return _outcome(public_ids, {row.public_id for row in rows}, {})


def edit_and_replay(
    ledger: Ledger,
    public_id: str,
    content: str,
    *,
    actor: str,
    reason: str,
    accept: Accept | None = None,
    ring: Ring = dispatch.ring,
) -> Outcome:
    """Let what stopped go on with other content: canonical JSON, or the text of the source's part.

    Raises :class:`bridge.edits.EditInvalid` with each fault and its place when the content is wrong.
    """
    action = _action("dead_letter.edit", actor, reason)
    with ledger.read() as connection:
        letter = connection.execute(
            select(*dead_letters.letter_columns()).where(
                t.dead_letter.c.public_id == public_id, text("dead_letter.state = 'open'")
            )
        ).one_or_none()
    if letter is None:
        return _outcome([public_id], set(), {})
    if letter.subject in {Subject.MESSAGE, Subject.PART}:
        why = _edit_source(ledger, letter, content, action, accept)
        return _outcome([public_id], set() if why else {public_id}, {public_id: why} if why else {})
    with ledger.write() as connection:
        rows = _claim(connection, [public_id], LetterState.REPLAYING, "edited")
        for row in rows:
            before = edits.replace(connection, row, content, actor=actor, reason=action.reason, at=action.at)
            _note(connection, [row], LetterState.REPLAYING, action, before=before, after=content)
        bells = lanes.set_bells(connection, ledger, {row.lane_id for row in rows})
    ring(bells)
    return _outcome([public_id], {row.public_id for row in rows}, {})


# -- letters -----------------------------------------------------------------------------------------


def _action(name: str, actor: str, reason: str) -> _Action:
    if not reason.strip():
        raise ReplayRefused("give a reason: it is what the next person will read in the audit trail")
    return _Action(name, actor, reason.strip(), clock.now())


def _claim(
    connection: Connection,
    public_ids: Sequence[str],
    state: LetterState,
    resolution: str,
    *,
    parts: bool = True,
) -> list[Any]:
    """Compare and set: only letters that are still open, and each only for one caller."""
    letter = t.dead_letter
    wanted = sorted(set(public_ids))
    rows: list[Any] = []
    for start in range(0, len(wanted), _CHUNK):
        query = update(letter).where(
            letter.c.public_id.in_(wanted[start : start + _CHUNK]), text("state = 'open'")
        )
        if not parts:
            query = query.where(letter.c.subject != Subject.PART)
        query = query.values(state=state, resolution=resolution)
        rows += connection.execute(query.returning(*dead_letters.letter_columns())).all()
    return rows


def _note(
    connection: Connection,
    rows: Sequence[Any],
    state: LetterState,
    action: _Action,
    *,
    before: str | None = None,
    after: str | None = None,
) -> None:
    dead_letters.note_moves(
        connection,
        rows,
        state,
        action=action.name,
        actor=action.actor,
        reason=action.reason,
        at=action.at,
        before=None if before is None else {"content": before},
        after=None if after is None else {"content": after},
    )


def _outcome(public_ids: Sequence[str], done: set[str], skipped: dict[str, str]) -> Outcome:
    asked = list(dict.fromkeys(public_ids))
    return Outcome(
        tuple(one for one in asked if one in done),
        tuple(
            Skipped(one, skipped.get(one, "it is not open: somebody has acted on it already"))
            for one in asked
            if one not in done
        ),
    )


# -- sources: what is read anew ----------------------------------------------------------------------


def _open_parts(connection: Connection, public_ids: Sequence[str]) -> list[Any]:
    letter = t.dead_letter
    wanted = sorted(set(public_ids))
    rows: list[Any] = []
    for start in range(0, len(wanted), _CHUNK):
        rows += connection.execute(
            select(*dead_letters.letter_columns()).where(
                letter.c.public_id.in_(wanted[start : start + _CHUNK]),
                letter.c.subject == Subject.PART,
                text("state = 'open'"),
            )
        ).all()
    return rows


def _replay_part(ledger: Ledger, part: Any, action: _Action, accept: Accept | None) -> str | None:
    """Returns why not, if it was not done."""
    if part.fragment is None:
        return "nothing could be cut out of its source; the sender has to send it again"
    return _accept_anew(ledger, part, part.fragment, action, accept, resolution="replayed")


def _edit_source(
    ledger: Ledger, letter: Any, content: str, action: _Action, accept: Accept | None
) -> str | None:
    original = letter.fragment if letter.subject == Subject.PART else _inline(ledger, letter.message_id)
    if original is None:
        return "its source cannot be edited here; correct the file and send it again"
    try:
        body = source_text.encode_like(content, original)
    except ValueError as error:
        raise EditInvalid([edits.Fault("", str(error))]) from error
    known = source_text.readable(original)
    before = known[0] if known else None
    return _accept_anew(
        ledger, letter, body, action, accept, resolution="edited", before=before, after=content
    )


def _accept_anew(
    ledger: Ledger,
    letter: Any,
    body: bytes,
    action: _Action,
    accept: Accept | None,
    *,
    resolution: str,
    before: str | None = None,
    after: str | None = None,
) -> str | None:
    """Accept first, under a key that belongs to this letter: a crash in between repeats nothing."""
    if accept is None:
        return "it is replayed by reading its source anew, which needs a bridge that accepts"
    key = f"edit/{letter.public_id}/{letter.count}"
    try:
        accept(Content(source=letter.source, key=key, body=body, caused_by=letter.public_id))
    except Refused as refused:
        return refused.text
    with ledger.write() as connection:
        rows = _claim(connection, [letter.public_id], LetterState.RESOLVED, resolution)
        _note(connection, rows, LetterState.RESOLVED, action, before=before, after=after)
        for row in rows:
            if row.subject == Subject.MESSAGE:
                _discard_subject(connection, row, action)
    return None if rows else "it is not open: somebody has acted on it already"


def _inline(ledger: Ledger, message_id: int) -> bytes | None:
    with ledger.read() as connection:
        row = connection.execute(select(t.raw.c.body).where(t.raw.c.message_id == message_id)).one_or_none()
    return row.body if row else None


# -- discarding --------------------------------------------------------------------------------------

_STOPPED: dict[str, tuple[Any, str, tuple[str, ...], str, str]] = {
    Subject.MESSAGE: (t.message, "message_id", (MessageState.DEAD,), MessageState.DISCARDED, ""),
    Subject.DOCUMENT: (
        t.document, "document_id", (DocumentState.DEAD,), DocumentState.DISCARDED, DocumentState.READY,
    ),
    Subject.DELIVERY: (
        t.delivery, "delivery_id", (DeliveryState.DEAD, DeliveryState.PARKED), DeliveryState.DISCARDED,
        DeliveryState.PENDING,
    ),
}  # fmt: skip
"""Table, the letter's column, the states it stopped in, the state it ends in, and how followers go on."""


def _discard_subject(connection: Connection, row: Any, action: _Action) -> None:
    if row.subject not in _STOPPED:
        return
    table, column, stopped, end, followers = _STOPPED[row.subject]
    subject_id = getattr(row, column)
    dead_letters.move(
        connection, table, Subject(row.subject), [subject_id], stopped=stopped, to=end,
        actor=action.actor, reason=action.reason, at=action.at,
    )  # fmt: skip
    if followers:
        held = t.blocked_key
        ordering_keys = connection.execute(
            select(held.c.ordering_key).where(held.c.lane_id == row.lane_id, held.c.holder_id == subject_id)
        ).scalars()
        pairs = [(row.lane_id, ordering_key) for ordering_key in ordering_keys]
        keys.unblock(connection, pairs, table=table, ready_state=followers, at=action.at)
