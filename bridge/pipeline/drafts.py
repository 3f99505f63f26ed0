"""Writing what was read: which drafted documents are new, repeated, or at odds with an earlier one.

Two keys tell. The idempotency key comes from control numbers: the same key from another message is a
duplicate and has no effect. The business key (partner and document number) with a content hash finds
the same document under new control numbers; the same number with other content is a conflict that a
person settles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, delete, select

from bridge import dead_letters
from bridge.dead_letters import Letter
from bridge.errors import ContentConflict
from bridge.message import DocumentState, Step, Subject
from bridge.store import documents
from bridge.store import tables as t
from bridge.store.ledger import insert_new
from transforms.reading import Drafted


@dataclass(frozen=True, slots=True)
class Draft:
    """A document about to be written, dumped already: the transaction is to be short."""

    message: Any
    ordinal: int
    drafted: Drafted
    state: DocumentState
    public_id: str
    body: str

    @classmethod
    def of(cls, message: Any, ordinal: int, drafted: Drafted) -> Draft:
        """Staged until its part is closed."""
        public_id, body = documents.public_id(drafted.key), documents.dump(drafted.document)
        return cls(message, ordinal, drafted, DocumentState.STAGED, public_id, body)


def insert(connection: Connection, drafts: Sequence[Draft], *, at: datetime) -> dict[str, int]:
    """Write drafts; returns the internal ids of those that are new and ready, by public id."""
    if not drafts:
        return {}
    by_public: dict[str, Draft] = {}
    for draft in drafts:
        by_public.setdefault(draft.public_id, draft)  # the first one has the key
    conflicts = _at_odds(connection, list(by_public.values()))
    states = {}
    rows: dict[str, dict[str, Any]] = {}
    for public, draft in by_public.items():
        states[public] = conflicts.get(public, draft.state)
        rows[public] = _row(draft, public, states[public], at)
    inserted = {
        row.public_id: row.id
        for row in connection.execute(
            insert_new(connection, t.document, "id", "public_id"),
            list(rows.values()),
        )
    }
    _remember(connection, [(by_public[p], inserted[p]) for p in inserted if p not in conflicts])
    dead = [p for p, state in conflicts.items() if state is DocumentState.DEAD and p in inserted]
    _bury(connection, [(by_public[public], inserted[public]) for public in dead], at)
    if len(inserted) < len(drafts):
        repeated = [
            draft
            for draft in drafts
            if draft.public_id not in inserted or by_public[draft.public_id] is not draft
        ]
        _note_duplicates(connection, repeated, at)
    return {public: row_id for public, row_id in inserted.items() if states[public] is DocumentState.READY}


def _row(draft: Draft, public: str, state: DocumentState, at: datetime) -> dict[str, Any]:
    drafted = draft.drafted
    return {
        "public_id": public,
        "message_id": draft.message.id,
        "ordinal": draft.ordinal,
        "lane_id": draft.message.lane_id,
        "type": drafted.document.type,
        "number": drafted.document.number,
        "ordering_key": drafted.document.ordering_key,
        "key": drafted.key,
        "part": drafted.part,
        "position": drafted.position,
        "state": state,
        "created_at": at,
        "body": draft.body,
    }


def _at_odds(connection: Connection, drafts: Sequence[Draft]) -> dict[str, DocumentState]:
    """Drafts whose business key is known: repeated when the content is the same, else in conflict."""
    keyed = [draft for draft in drafts if draft.drafted.business_key is not None]
    if not keyed:
        return {}
    table = t.business_key
    known = {
        row.key: (row.content_hash, row.document_id)
        for row in connection.execute(
            select(table).where(table.c.key.in_(sorted({_business_key(draft) for draft in keyed})))
        )
    }
    own = _own_documents(connection, keyed, known)
    found: dict[str, DocumentState] = {}
    for draft in keyed:
        key, public = _business_key(draft), draft.public_id
        content_hash = draft.drafted.content_hash or ""
        if key not in known:
            known[key] = (content_hash, 0)  # a second one in the same chunk meets the first
        elif known[key][1] not in own:
            same = known[key][0] == content_hash
            found[public] = DocumentState.DUPLICATE if same else DocumentState.DEAD
    return found


def _own_documents(
    connection: Connection, keyed: Sequence[Draft], known: dict[str, tuple[str, int]]
) -> set[int]:
    """Documents that are these very drafts, written by a first reading of the same message."""
    document = t.document
    ids = sorted({document_id for _, document_id in known.values()})
    publics = {draft.public_id for draft in keyed}
    rows = connection.execute(select(document.c.id, document.c.public_id).where(document.c.id.in_(ids)))
    return {row.id for row in rows if row.public_id in publics}


def _business_key(draft: Draft) -> str:
    return f"{draft.message.source}/{draft.drafted.business_key}"


def _remember(connection: Connection, inserted: Sequence[tuple[Draft, int]]) -> None:
    rows = [
        {
            "key": _business_key(draft),
            "content_hash": draft.drafted.content_hash or "",
            "document_id": document_id,
        }
        for draft, document_id in inserted
        if draft.drafted.business_key is not None
    ]
    if rows:
        connection.execute(insert_new(connection, t.business_key), rows)


def _bury(connection: Connection, dead: Sequence[tuple[Draft, int]], at: datetime) -> None:
    """One letter for each document at odds with an earlier one; says which one, so that both can be compared."""
    if not dead:
        return
    earlier = _earlier(connection, {_business_key(draft) for draft, _ in dead})
    letters = []
    for draft, document_id in dead:
        document = draft.drafted.document
        came = f"{_short(document.type)} {document.number} came before with other content"
        letters.append(
            Letter(
                subject=Subject.DOCUMENT,
                message_id=draft.message.id,
                document_id=document_id,
                lane_id=draft.message.lane_id,
                source=draft.message.source,
                type=document.type,
                number=document.number,
                step=Step.TRANSLATE,
                code=ContentConflict.code,
                sentence=came + earlier.get(_business_key(draft), ""),
            )
        )
    dead_letters.bury(connection, letters, at=at)


def _earlier(connection: Connection, keys: set[str]) -> dict[str, str]:
    """When and in which message the documents came that have these business keys, as the end of a sentence."""
    rows = connection.execute(
        select(t.business_key.c.key, t.message.c.received_at, t.message.c.name, t.message.c.public_id)
        .join_from(t.business_key, t.document, t.document.c.id == t.business_key.c.document_id)
        .join(t.message, t.message.c.id == t.document.c.message_id)
        .where(t.business_key.c.key.in_(sorted(keys)))
    )
    return {
        row.key: f", on {row.received_at.astimezone(UTC):%Y-%m-%d %H:%M UTC}"
        f" in {row.name + ', ' if row.name else ''}message {row.public_id}"
        for row in rows
    }


def _short(document_type: str) -> str:
    return document_type.removeprefix("crossdock.").removesuffix(".v1")


def given_up_keys() -> dict[str, Any]:
    """What a rejected document lets go of, so that a corrected file, or a second reading, can have it."""
    document = t.document
    return {
        "public_id": document.c.public_id.op("||")("/rejected/").op("||")(cast(document.c.id, Text)),
        "ordinal": -document.c.id * documents.DERIVED,
    }


def forget(connection: Connection, document_ids: Sequence[int]) -> None:
    """Rejected documents no longer stand for their business keys."""
    if document_ids:
        connection.execute(delete(t.business_key).where(t.business_key.c.document_id.in_(document_ids)))


def _note_duplicates(connection: Connection, repeated: Sequence[Draft], at: datetime) -> None:
    """Leave a trace of documents that another message had brought before."""
    document = t.document
    publics = [draft.public_id for draft in repeated]
    owner = {
        row.public_id: row.message_id
        for row in connection.execute(
            select(document.c.public_id, document.c.message_id).where(document.c.public_id.in_(publics))
        )
    }
    rows = []
    for draft, public in zip(repeated, publics, strict=True):
        if owner.get(public) not in (None, draft.message.id):
            marker = documents.public_id(f"{draft.drafted.key}@{draft.message.key}")
            rows.append(_row(draft, marker, DocumentState.DUPLICATE, at))
    if rows:
        connection.execute(insert_new(connection, document), rows)
