"""Apply: a document takes effect. Codes and units are resolved, movements posted, deliveries made.

All of it in one transaction per batch. Resolving happens before, outside the transaction; if somebody
changed master data in between and a line failed for want of it, the batch is worked again. A document
behind a held key waits. The good lines of a ``per_line`` document go on; a bad one becomes a document
of its own that a person or a new cross reference releases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import Connection, bindparam, literal_column, select, text, type_coerce, update
from sqlalchemy.types import Text

from bridge import acknowledgements, dead_letters, routing
from bridge.company import Company
from bridge.dead_letters import Letter
from bridge.errors import InternalBug, Poison
from bridge.inventory import book, postings
from bridge.inventory.postings import Movement
from bridge.master_data.lookup import Lookup
from bridge.message import DeliveryState, DocumentState, Step, Subject
from bridge.pipeline import resolve
from bridge.pipeline.drafts import Draft
from bridge.pipeline.outcome import DeadLetter
from bridge.pipeline.resolve import Resolved
from bridge.store import control_numbers, documents, keys, transitions
from bridge.store import tables as t
from bridge.store.ledger import Ledger, execute_many, insert_new
from transforms.canonical.acknowledgements import AcknowledgementReceived
from transforms.canonical.document import Document

log = structlog.get_logger(__name__)

BATCH_LINES = 4_000
"""Lines worked in one batch, so that a transaction stays short."""


_NEXT = (
    select(
        t.document.c.id, t.document.c.public_id, t.document.c.message_id, t.document.c.lane_id,
        t.document.c.type, t.document.c.number, t.document.c.ordering_key, t.document.c.key,
        t.document.c.part, t.document.c.position, t.document.c.split_from, t.message.c.source,
        type_coerce(t.document.c.body, Text).label("body"),
    )
    .join(t.message, t.message.c.id == t.document.c.message_id)
    .where(t.document.c.lane_id == bindparam("lane"), text("document.state = 'ready'"))
    .order_by(t.document.c.id)
    .limit(bindparam("rows"))
)  # fmt: skip


_UNREADABLE = DeadLetter(
    InternalBug.code,
    "what is stored is no document that this release can read; edit it, or replay it under the release "
    "that wrote it",
)


class WorkAgain(Exception):
    """Something changed while a batch was resolved; nothing of it was written, and it is worked again."""


class MasterDataChanged(WorkAgain):
    """What was missing may be there now."""


class OutOfTurn(WorkAgain):
    """An older document has become ready, and goes first."""


@dataclass(slots=True)
class Writing:
    """What a batch comes to, gathered row by row and written table by table."""

    applied: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    dead: list[tuple[int, str]] = field(default_factory=list)
    booked: list[tuple[int, Movement]] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[int, AcknowledgementReceived]] = field(default_factory=list)
    sets: dict[int, int] = field(default_factory=dict)
    """How many sets a document becomes where it leaves as EDI."""
    letters: list[Letter] = field(default_factory=list)
    children: list[tuple[dict[str, Any], Letter]] = field(default_factory=list)
    freed: list[tuple[int, str]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Fresh:
    """A document that was just read, as far as applying needs it: as a row that :func:`take` gives."""

    public_id: str
    message_id: int
    lane_id: int
    type: str
    number: str
    ordering_key: str
    key: str
    part: str
    position: str
    source: str
    split_from: None = None
    id: int = 0
    """Set when it was written."""

    @classmethod
    def of(cls, draft: Draft) -> Fresh:
        message, drafted = draft.message, draft.drafted
        document = drafted.document
        return cls(
            draft.public_id, message.id, message.lane_id, document.type, document.number,
            document.ordering_key, drafted.key, drafted.part, drafted.position, message.source,
        )  # fmt: skip


Ready = tuple[Any, Document | None]
"""A row and its document; none where this release cannot read what is stored."""


def take(connection: Connection, lane_id: int, limit: int) -> list[Ready]:
    """The next ready documents of a source in order, as they are stored."""
    taken: list[Ready] = []
    lines = 0
    with connection.execute(_NEXT, {"lane": lane_id, "rows": limit}) as rows:
        for row in rows:
            document = _load(row)
            lines += len(document.lines) if document else 0
            if taken and lines > BATCH_LINES:
                break
            taken.append((row, document))
    return taken


def _load(row: Any) -> Document | None:
    try:
        return documents.load(row.type, row.body)
    except (KeyError, ValidationError):
        log.exception("document.unreadable", document=row.public_id, type=row.type)
        return None


def work(ledger: Ledger, rows: Sequence[Ready], *, company: Company, lookup: Lookup) -> list[Resolved]:
    """Resolve a batch against master data. No error escapes; each row carries its own."""
    known = [document for _, document in rows if document is not None]
    with ledger.read() as connection:
        lookup.refresh(connection)
        lookup.fetch(
            connection,
            items=(line.item for document in known for line in document.lines),
            sites=(site for document in known for site in resolve.sites(document)),
        )
        originals = _originals(connection, rows)
    return [
        resolve.resolve(row, document, company=company, lookup=lookup, originals=originals)
        if document is not None
        else Resolved(row, dead=_UNREADABLE)
        for row, document in rows
    ]


def _originals(connection: Connection, rows: Sequence[Ready]) -> set[tuple[str, str]]:
    """What the reversals of a batch may take back: type and number of documents that took effect."""
    wanted = {(postings.REVERSES[row.type], row.number) for row, _ in rows if row.type in postings.REVERSES}
    if not wanted:
        return set()
    document = t.document
    found = connection.execute(
        select(document.c.type, document.c.number).where(
            document.c.number.in_(sorted({number for _, number in wanted})),
            document.c.lane_id == rows[0][0].lane_id,
            document.c.state == DocumentState.APPLIED,
        )
    )
    return {(row.type, row.number) for row in found} | {(row.type, row.number) for row, _ in rows}


def write(
    connection: Connection,
    results: Sequence[Resolved],
    *,
    company: Company,
    endpoint_lanes: Mapping[str, int],
    lookup: Lookup,
    at: datetime,
) -> set[int]:
    """Write a batch; returns the endpoint lanes that got work.

    Raises :class:`MasterDataChanged` or :class:`OutOfTurn` when the batch has to be worked again.
    """
    lacking = any(result.dead and result.dead.release for result in results) or any(
        dead.release for result in results for _, dead in result.bad_lines
    )
    if lacking and lookup.refresh(connection, hold=True):
        raise MasterDataChanged
    writing = _gather(connection, results, company, endpoint_lanes, at)
    _write_documents(connection, writing, at)
    _check_turn(connection, results)
    if writing.freed:
        keys.unblock(connection, writing.freed, table=t.document, ready_state=DocumentState.READY, at=at)
    book.post(connection, writing.booked, at=at, watch_negative=company.policies.negative_stock == "task")
    _insert_deliveries(connection, writing, company)
    acknowledgements.match(connection, writing.answers, at=at)
    return {delivery["lane_id"] for delivery in writing.deliveries}


def _insert_deliveries(connection: Connection, writing: Writing, company: Company) -> None:
    """What leaves as EDI takes its control numbers with its delivery; most does not and needs no ids."""
    series = {name: one.control_series for name, one in company.endpoints.items()}
    numbered = [one for one in writing.deliveries if series[one["endpoint"]] is not None]
    plain = [one for one in writing.deliveries if series[one["endpoint"]] is None]
    execute_many(connection, insert_new(connection, t.delivery), plain)
    if numbered:
        new = connection.execute(
            insert_new(connection, t.delivery, "id", "endpoint", "document_id"), numbered
        ).all()
        control_numbers.assign(
            connection,
            {row.id: (series[row.endpoint] or "", writing.sets[row.document_id]) for row in new},
        )


def _gather(
    connection: Connection,
    results: Sequence[Resolved],
    company: Company,
    endpoint_lanes: Mapping[str, int],
    at: datetime,
) -> Writing:
    writing = Writing()
    lane_id = results[0].row.lane_id
    holders = keys.holders(connection, lane_id, {result.row.ordering_key for result in results})
    for result in results:
        row = result.row
        holder = holders.get(row.ordering_key)
        is_line = row.split_from is not None and holder != row.id
        if holder not in (None, row.id) and not is_line:
            writing.waiting.append(row.id)
        elif result.dead is not None:
            writing.dead.append((row.id, result.dead.code))
            writing.letters.append(_letter(row, result.dead))
            if holder is None and not is_line:
                holders[row.ordering_key] = row.id
                writing.held.append(
                    {"lane_id": lane_id, "ordering_key": row.ordering_key, "holder_id": row.id, "since": at}
                )
        else:
            _gather_applied(writing, result, company, endpoint_lanes, at)
            if holder == row.id:  # what follows of its key waits, until what waited before has gone
                writing.freed.append((lane_id, row.ordering_key))
    return writing


def _gather_applied(
    writing: Writing, result: Resolved, company: Company, endpoint_lanes: Mapping[str, int], at: datetime
) -> None:
    row = result.row
    writing.applied.append({"row_id": row.id, "found": result.found})
    if result.answer is not None:
        writing.answers.append((row.id, result.answer))
    writing.booked += [(row.id, movement) for movement in result.movements]
    for number, (child, dead) in enumerate(result.bad_lines, start=1):
        writing.children.append(_child(row, number, child, dead, at))
    if result.is_empty:
        return
    writing.sets[row.id] = result.sets
    targets = routing.endpoints(company.routes, document_type=row.type, source=row.source, site=result.site)
    writing.deliveries += [
        {
            "key": f"out/{row.public_id}/{endpoint}",
            "document_id": row.id,
            "lane_id": endpoint_lanes[endpoint],
            "endpoint": endpoint,
            "ordering_key": result.ordering_key,
            "state": DeliveryState.PENDING,
            "created_at": at,
        }
        for endpoint in targets
    ]


def _child(
    row: Any, number: int, child: Document, dead: DeadLetter, at: datetime
) -> tuple[dict[str, Any], Letter]:
    """A held line as a document of its own."""
    key = f"{row.key}/line/{child.lines[0].line}/{number}"
    values = {
        "public_id": documents.public_id(key),
        "message_id": row.message_id,
        "ordinal": documents.derived_ordinal(row.id, number),
        "lane_id": row.lane_id,
        "type": row.type,
        "number": row.number,
        "ordering_key": row.ordering_key,
        "key": key,
        "part": row.part,
        "position": f"{row.position}, line {child.lines[0].line}",
        "state": DocumentState.DEAD,
        "created_at": at,
        "body": documents.dump(child),
        "split_from": row.id,
    }
    return values, _letter(row, dead)


def _letter(row: Any, dead: DeadLetter) -> Letter:
    return Letter(
        subject=Subject.DOCUMENT,
        message_id=row.message_id,
        document_id=row.id,
        lane_id=row.lane_id,
        source=row.source,
        type=row.type,
        number=row.number,
        step=Step.APPLY,
        code=dead.code,
        sentence=dead.text,
        location=resolve.location(row, dead),
        value=dead.value,
        release_condition=dead.release,
    )


_APPLY = (
    update(t.document)
    .where(t.document.c.id == bindparam("row_id"))
    .values(state=literal_column(f"'{DocumentState.APPLIED}'"), found=bindparam("found"))
)


def _write_documents(connection: Connection, writing: Writing, at: datetime) -> None:
    ready = DocumentState.READY
    moves: list[transitions.Move] = []
    if writing.applied:
        execute_many(connection, _APPLY, writing.applied)
        moves += [
            (Subject.DOCUMENT, one["row_id"], ready, DocumentState.APPLIED, None) for one in writing.applied
        ]
        dead_letters.resolve(connection, document_ids=[one["row_id"] for one in writing.applied], at=at)
    if writing.waiting:
        transitions.set_state(connection, t.document, writing.waiting, DocumentState.WAITING)
        moves += [
            (Subject.DOCUMENT, one, ready, DocumentState.WAITING, "ordering key held")
            for one in writing.waiting
        ]
    if writing.dead:
        transitions.set_state(connection, t.document, [one for one, _ in writing.dead], DocumentState.DEAD)
        moves += [(Subject.DOCUMENT, one, ready, DocumentState.DEAD, code) for one, code in writing.dead]
    transitions.record(connection, moves, at=at)
    if writing.held:
        keys.hold(connection, writing.held)
    letters = writing.letters + _insert_children(connection, writing.children)
    if letters:
        dead_letters.bury(connection, letters, at=at)


def _insert_children(connection: Connection, children: list[tuple[dict[str, Any], Letter]]) -> list[Letter]:
    if not children:
        return []
    inserted = {
        row.public_id: row.id
        for row in connection.execute(
            insert_new(connection, t.document, "id", "public_id"),
            [values for values, _ in children],
        )
    }
    return [
        replace(letter, document_id=inserted[values["public_id"]])
        for values, letter in children
        if values["public_id"] in inserted
    ]


def _check_turn(connection: Connection, results: Sequence[Resolved]) -> None:
    """Raises :class:`OutOfTurn` when documents older than the last of these are still ready.

    A person may have let go of their key since the batch was taken. By now what was written is ready no
    more, the keys that somebody might let go of are locked, and what this batch frees is not yet ready.
    """
    newest = max((result.row for result in results), key=lambda row: row.id)
    if connection.execute(_OLDER, {"lane": newest.lane_id, "last": newest.id}).first() is not None:
        raise OutOfTurn


_OLDER = (
    select(t.document.c.id)
    .where(
        t.document.c.lane_id == bindparam("lane"),
        text("document.state = 'ready'"),
        t.document.c.id < bindparam("last"),
    )
    .limit(1)
)


def give_up(connection: Connection, row: Any, error: InternalBug | Poison, *, at: datetime) -> None:
    """A document that cannot be worked even alone becomes a dead letter; the lane goes on."""
    writing = Writing()
    dead = DeadLetter(error.code, error.text)
    writing.dead.append((row.id, error.code))
    writing.letters.append(_letter(row, dead))
    holders = keys.holders(connection, row.lane_id, {row.ordering_key})
    if row.ordering_key not in holders and row.split_from is None:
        writing.held.append(
            {"lane_id": row.lane_id, "ordering_key": row.ordering_key, "holder_id": row.id, "since": at}
        )
    _write_documents(connection, writing, at)
