"""One dead letter with everything a person needs to judge it: reason, source, document, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, and_, false, or_, select

from bridge import dead_letters, reasons, source_text
from bridge.message import LetterState, Subject
from bridge.reasons import Reason
from bridge.source_text import Excerpt
from bridge.store import audit, documents, raw
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from transforms.location import Location

EDITABLE = 65_536
"""Bytes of a source up to which it can be edited by hand."""
_ATTEMPTS = 50
_HISTORY = 200


@dataclass(frozen=True, slots=True)
class MasterDataGap:
    """What a release condition says is missing, in the words of a form."""

    kind: str
    """``cross_reference`` or ``item_unit``."""
    domain: str = ""
    partner: str = ""
    qualifier: str = ""
    source_code: str = ""
    item_id: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the letter or to what it is about."""

    at: datetime
    subject: str
    what: str
    reason: str | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Detail:
    """Rows as the ledger has them; what is JSON in it comes as indented text."""

    letter: Any
    reason: Reason
    location: str
    waiting: int
    """Open letters with the same release condition, this one included."""
    message: Any
    excerpt: Excerpt
    document: Any | None
    body: str | None
    resolved: str | None
    delivery: Any | None
    acknowledgement: Any | None
    """What the partner says of the delivery, where that is awaited or known."""
    attempts: tuple[Any, ...]
    history: tuple[Event, ...]
    gap: MasterDataGap | None
    editable: str | None
    """What an edit starts from: the source's part, or the document as JSON. ``None``: not editable."""

    @property
    def is_open(self) -> bool:
        return bool(self.letter.state == LetterState.OPEN)

    @property
    def can_replay(self) -> bool:
        """A part that could not be cut out of its source has nothing to be replayed."""
        return self.is_open and (self.letter.subject != Subject.PART or self.letter.fragment is not None)


def show(ledger: Ledger, public_id: str, *, raw_store: Path) -> Detail:
    """Raises ``KeyError`` when there is no such letter."""
    with ledger.read() as connection:
        letter = connection.execute(
            select(t.dead_letter).where(t.dead_letter.c.public_id == public_id)
        ).one_or_none()
        if letter is None:
            raise KeyError(public_id)
        message = connection.execute(
            select(t.message, t.raw.c.body.label("inline"), t.raw.c.url)
            .outerjoin(t.raw, t.raw.c.message_id == t.message.c.id)
            .where(t.message.c.id == letter.message_id)
        ).one()
        document = _one(connection, t.document, letter.document_id)
        delivery = _one(connection, t.delivery, letter.delivery_id)
        acknowledgement = connection.execute(
            select(t.acknowledgement).where(t.acknowledgement.c.delivery_id == letter.delivery_id)
        ).one_or_none()
        attempts = _attempts(connection, letter.delivery_id)
        history = _history(connection, letter)
        waiting = _waiting(connection, letter.release_condition)
    body = _pretty(document.body) if document else None
    resolved = None
    if document is not None and document.found is not None:
        resolved = _pretty(documents.resolved(document.body, document.found))
    return Detail(
        letter=letter,
        reason=reasons.of(letter.code),
        location=str(Location(**(letter.location or {}))),
        waiting=waiting,
        message=message,
        excerpt=_excerpt(letter, message, raw_store),
        document=document,
        body=body,
        resolved=resolved,
        delivery=delivery,
        acknowledgement=acknowledgement,
        attempts=attempts,
        history=history,
        gap=gap(letter.release_condition),
        editable=_editable(letter, message, body, resolved),
    )


def gap(condition: str | None) -> MasterDataGap | None:
    """What a form can fill, from ``xref:<domain>:<partner>:<qualifier>:<code>`` or ``unit:<item>:<unit>``."""
    kind, _, rest = (condition or "").partition(":")
    parts = rest.split(":", 3)
    if kind == "xref" and len(parts) == 4:
        domain, partner, qualifier, code = parts
        return MasterDataGap(
            "cross_reference", domain=domain, partner=partner, qualifier=qualifier, source_code=code
        )
    item_id, colon, unit = rest.rpartition(":")
    if kind == "unit" and colon:
        return MasterDataGap("item_unit", item_id=item_id, unit=unit)
    return None


def _one(connection: Connection, table: Any, row_id: int | None) -> Any | None:
    if row_id is None:
        return None
    return connection.execute(select(table).where(table.c.id == row_id)).one_or_none()


def _attempts(connection: Connection, delivery_id: int | None) -> tuple[Any, ...]:
    """The newest attempts, in their order."""
    attempt = t.attempt
    newest = connection.execute(
        select(attempt)
        .where(attempt.c.delivery_id == delivery_id)
        .order_by(attempt.c.id.desc())
        .limit(_ATTEMPTS)
    ).all()
    return tuple(reversed(newest))


def _history(connection: Connection, letter: Any) -> tuple[Event, ...]:
    move = t.transition
    subjects = {
        Subject.LETTER: letter.id,
        Subject.MESSAGE: letter.message_id,
        Subject.DOCUMENT: letter.document_id,
        Subject.DELIVERY: letter.delivery_id,
    }
    moved = connection.execute(
        select(move)
        .where(
            or_(
                false(),
                *(
                    and_(move.c.subject == subject, move.c.subject_id == row_id)
                    for subject, row_id in subjects.items()
                    if row_id is not None
                ),
            )
        )
        .order_by(move.c.id.desc())
        .limit(_HISTORY)
    ).all()
    events = [
        Event(row.at, row.subject, f"{row.from_state} → {row.to_state}", row.reason, row.by) for row in moved
    ]
    events += [
        Event(row.at, "audit", row.action, row.reason, row.actor)
        for row in audit.of(connection, letter.public_id)
    ]
    events.append(Event(letter.first_at, Subject.LETTER, "opened", letter.code, None))
    return tuple(sorted(events, key=lambda event: event.at))


def _waiting(connection: Connection, condition: str | None) -> int:
    if condition is None:
        return 0
    return len(connection.execute(dead_letters.waiting_for(condition).limit(10_000)).all())


def _excerpt(letter: Any, message: Any, raw_store: Path) -> Excerpt:
    if message.inline is None and message.url is None:
        return Excerpt(note="The raw bytes are no longer kept.")
    try:
        with raw.open_row(message.inline, message.url, raw_store) as file:
            return source_text.excerpt(
                file, format_name=message.format, location=letter.location, value=letter.value
            )
    except OSError as error:
        return Excerpt(note=f"The raw store does not give the bytes: {type(error).__name__}.")


def _editable(letter: Any, message: Any, body: str | None, resolved: str | None) -> str | None:
    """Documents are edited as JSON, sources as their own text."""
    if letter.subject == Subject.DOCUMENT:
        return body
    if letter.subject == Subject.DELIVERY:
        return resolved or body
    original = letter.fragment if letter.subject == Subject.PART else message.inline
    if original is None or len(original) > EDITABLE:
        return None
    known = source_text.readable(original)
    return known[0] if known else None


def _pretty(data: Any) -> str | None:
    return None if data is None else orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
