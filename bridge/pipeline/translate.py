"""Translate (Message Translator): raw bytes become canonical documents, each with its place.

Reading is pure and happens outside transactions; what was read is written in chunks. Documents of a
part whose trailer has not been seen are *staged*; the trailer releases or rejects them. A chunk that
is read again after a crash finds its rows there and leaves them alone.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, select, text, update

from bridge import dead_letters, registry
from bridge.company import Company
from bridge.dead_letters import Letter
from bridge.errors import InternalBug, Poison
from bridge.message import DocumentState, MessageState, Step, Subject
from bridge.pipeline import drafts
from bridge.pipeline.drafts import Draft
from bridge.store import raw, transitions
from bridge.store import tables as t
from transforms.errors import ElementInvalid, Problem, TransformError, Unreadable
from transforms.location import Location
from transforms.reading import Context, Drafted, PartClosed

CHUNK_LINES = 4_000
"""Lines after which what was read is committed, problems counted with them."""
MAX_TEXT = 500
"""Characters of the longest text that a document may hold; PostgreSQL's indices end at some 2,700 bytes."""
_OVERLONG = re.compile(rf'"[^"]{{{MAX_TEXT + 1}}}')
SMALL_BYTES = 1 << 22
"""Bytes of inline messages worked in one batch, so that a batch of large ones stays small."""


@dataclass(slots=True)
class Chunk:
    """What was read since the last commit, of one message or of many."""

    drafts: list[Draft] = field(default_factory=list)
    closed: list[tuple[int, str, bool]] = field(default_factory=list)
    """Parts of which an earlier chunk, or an earlier reading, may have staged documents: message, part,
    accepted."""
    problems: list[tuple[Any, Problem]] = field(default_factory=list)
    finished: list[tuple[Any, TransformError | None]] = field(default_factory=list)
    lines: int = 0

    def ready(self) -> list[Draft]:
        return [draft for draft in self.drafts if draft.state is DocumentState.READY]


def take(connection: Connection, lane_id: int, limit: int) -> Sequence[Any]:
    """The next messages of a source, in order of arrival, with their bytes when those are inline."""
    return _within(connection.execute(_NEXT, {"lane": lane_id, "rows": limit}).all())


_NEXT = (
    select(
        t.message.c.id, t.message.c.lane_id, t.message.c.source, t.message.c.key, t.message.c.format,
        t.message.c.name, t.message.c.received_at, t.message.c.size, t.raw.c.body, t.raw.c.url,
    )
    .join(t.raw, t.raw.c.message_id == t.message.c.id)
    .where(t.message.c.lane_id == bindparam("lane"), text("message.state = 'accepted'"))
    .order_by(t.message.c.id)
    .limit(bindparam("rows"))
)  # fmt: skip


def _within(rows: Sequence[Any]) -> Sequence[Any]:
    total = 0
    for count, row in enumerate(rows):
        total += row.size
        if total > SMALL_BYTES:
            return rows[: max(count, 1)]
    return rows


def read(rows: Sequence[Any], *, company: Company, store: Path) -> Iterator[Chunk]:
    """Read messages one after the other; yields a chunk whenever enough has come together."""
    chunk = Chunk()
    for row in rows:
        chunk = yield from _read_message(row, chunk, company=company, store=store)
    if chunk.finished:
        yield chunk


def _read_message(row: Any, chunk: Chunk, *, company: Company, store: Path) -> Generator[Chunk, None, Chunk]:
    """Fills ``chunk``, yields it when it is full, and returns the one that is still being filled."""
    source = company.sources[row.source]
    context = Context(
        company=company.name,
        source=row.source,
        partner=source.partner,
        message_key=row.key,
        received_at=row.received_at,
        name=row.name,
        options=source.options,
        unit_alias=source.unit_alias,
    )
    reader = registry.load("format", row.format).reader
    open_parts: dict[str, list[Draft]] = {}
    staged: set[str] = set()
    refused: set[str] = set()
    ordinal = 0
    error: TransformError | None = None
    try:
        with raw.open_row(row.body, row.url, store) as file:
            for event in reader.read(file, context):
                if chunk.lines >= CHUNK_LINES and not isinstance(event, PartClosed):
                    for part, held in open_parts.items():
                        chunk.drafts += held
                        staged.add(part)
                    open_parts.clear()
                    yield chunk
                    chunk = Chunk()
                if isinstance(event, Drafted):
                    ordinal += 1
                    draft = Draft.of(row, ordinal, event)
                    held = open_parts.setdefault(event.part, [])
                    if (problem := _overlong(draft)) is None:
                        held.append(draft)
                    else:
                        chunk.problems.append((row, problem))
                        refused.add(event.part)
                    chunk.lines += event.document.size
                elif isinstance(event, PartClosed):
                    held = open_parts.pop(event.part, [])
                    if event.part in refused:
                        event = PartClosed(event.part, accepted=False)  # noqa: PLW2901  # whatever its format says
                    _close(chunk, row, event, held, was_staged=event.part in staged)
                    staged.discard(event.part)
                else:
                    chunk.problems.append((row, event))
                    chunk.lines += 1
    except TransformError as stopped:
        error = stopped
    except OSError as missing:
        error = Unreadable(f"its bytes are not in the raw store ({type(missing).__name__})")
    chunk.closed += [(row.id, part, False) for part in (*staged, *open_parts)]
    chunk.finished.append((row, error))
    return chunk


def _overlong(draft: Draft) -> Problem | None:
    """A text that no number, code or name needs, and no index of the ledger takes."""
    found = _OVERLONG.search(draft.body)
    if found is None:
        return None
    text = f"a text of more than {MAX_TEXT} characters: numbers, codes and names are shorter"
    error = ElementInvalid(text, location=Location(path=draft.drafted.position), value=found[0][1:80])
    return Problem.of(error)


def _close(chunk: Chunk, row: Any, event: PartClosed, held: list[Draft], *, was_staged: bool) -> None:
    if event.accepted:
        chunk.drafts += [replace(draft, state=DocumentState.READY) for draft in held]
    if was_staged or not event.accepted:
        chunk.closed.append((row.id, event.part, event.accepted))


def write(connection: Connection, chunk: Chunk, *, at: datetime) -> dict[str, int]:
    """Write a chunk; returns the internal ids of the documents of it that are ready, by public id.

    It is empty when documents of earlier chunks became ready with them, for those come first.
    """
    ready = drafts.insert(connection, chunk.drafts, at=at)
    settled = [*chunk.closed, *_read_before(chunk, ready)]
    for message_id, part, accepted in settled:
        _settle_staged(connection, message_id, part, accepted=accepted, at=at)
    letters = [_part_letter(row, problem) for row, problem in chunk.problems if not problem.warning]
    moves: list[transitions.Move] = []
    for row, error in chunk.finished:
        state = MessageState.TRANSLATED if error is None else MessageState.DEAD
        moves.append((Subject.MESSAGE, row.id, MessageState.ACCEPTED, state, error.code if error else None))
        if error is not None:
            letters.append(_message_letter(row, error))
    for state in (MessageState.TRANSLATED, MessageState.DEAD):
        ids = [move[1] for move in moves if move[3] is state]
        transitions.set_state(connection, t.message, ids, state)
    transitions.record(connection, moves, at=at)
    if letters:
        dead_letters.bury(connection, _unburied(connection, letters), at=at)
    good = [row.id for row, error in chunk.finished if error is None]
    dead_letters.resolve(connection, message_ids=good, at=at)
    return {} if any(accepted for _, _, accepted in settled) else ready


def _read_before(chunk: Chunk, ready: dict[str, int]) -> list[tuple[int, str, bool]]:
    """Parts that a reading before a crash cut elsewhere: what it staged of them is released now."""
    drafted = chunk.ready()
    if len(drafted) == len(ready):
        return []
    return [
        (message_id, part, True) for message_id, part in {(d.message.id, d.drafted.part) for d in drafted}
    ]


def _settle_staged(
    connection: Connection, message_id: int, part: str, *, accepted: bool, at: datetime
) -> None:
    """Release or reject what was staged of a part."""
    document = t.document
    state = DocumentState.READY if accepted else DocumentState.REJECTED
    values = {"state": state} if accepted else {"state": state, **drafts.given_up_keys()}
    changed = (
        connection.execute(
            update(document)
            .where(document.c.message_id == message_id, document.c.part == part, text("state = 'staged'"))
            .values(values)
            .returning(document.c.id)
        )
        .scalars()
        .all()
    )
    if not accepted:
        drafts.forget(connection, changed)
    moves: list[transitions.Move] = [
        (Subject.DOCUMENT, row_id, DocumentState.STAGED, state, None) for row_id in changed
    ]
    transitions.record(connection, moves, at=at)


def _part_letter(row: Any, problem: Problem) -> Letter:
    return Letter(
        subject=Subject.PART,
        message_id=row.id,
        lane_id=row.lane_id,
        source=row.source,
        step=Step.TRANSLATE,
        code=problem.code,
        sentence=problem.text,
        location=problem.location,
        value=problem.value,
        fragment=problem.fragment,
    )


def _message_letter(row: Any, error: TransformError) -> Letter:
    return Letter(
        subject=Subject.MESSAGE,
        message_id=row.id,
        lane_id=row.lane_id,
        source=row.source,
        step=Step.TRANSLATE,
        code=error.code,
        sentence=error.text,
        location=error.location,
        value=error.value,
    )


def _unburied(connection: Connection, letters: list[Letter]) -> list[Letter]:
    """Without those that a first reading of the same message has left already."""
    letter = t.dead_letter
    parts = {one.message_id for one in letters if one.subject is Subject.PART}
    known = {
        (row.message_id, row.code, orjson.dumps(row.location))
        for row in connection.execute(
            select(letter.c.message_id, letter.c.code, letter.c.location).where(
                letter.c.message_id.in_(sorted(parts)), letter.c.subject == Subject.PART
            )
        )
    }
    return [
        one
        for one in letters
        if (one.message_id, one.code, orjson.dumps(one.location.as_dict() if one.location else None))
        not in known
    ]


def give_up(connection: Connection, row: Any, error: InternalBug | Poison, *, at: datetime) -> None:
    """A message that cannot be worked even alone becomes a dead letter; the lane goes on."""
    transitions.move_all(
        connection, t.message, Subject.MESSAGE, [(row.id, MessageState.ACCEPTED)], MessageState.DEAD,
        at=at, reason=error.code,
    )  # fmt: skip
    letter = Letter(
        subject=Subject.MESSAGE,
        message_id=row.id,
        lane_id=row.lane_id,
        source=row.source,
        step=Step.TRANSLATE,
        code=error.code,
        sentence=error.text,
    )
    dead_letters.bury(connection, [letter], at=at)
