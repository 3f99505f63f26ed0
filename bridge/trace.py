"""Trace (Message History): from any business key to all that happened with it.

A purchase order, an advice, an item, a lot, a file's name, a message, a document, a delivery, a dead
letter: whatever a person has in hand leads to messages, and from them to documents, movements,
deliveries, attempts and letters. Keys and document numbers are found by index, however old. Numbers
that only stand inside documents, and file names, are looked for among the newest rows; ``cut`` says
when there was more than is shown or looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import Connection, Table, func, or_, select, type_coerce
from sqlalchemy.types import Text

from bridge.store import documents
from bridge.store import tables as t
from bridge.store.ledger import Ledger

MOST = 50
"""Messages, and documents of each of them, that a trace shows."""
WINDOW = 20_000
"""Newest rows of a table that are looked through where no index helps."""
_PER_DOCUMENT = 200


@dataclass(frozen=True, slots=True)
class AttemptTrace:
    at: datetime
    outcome: str
    status: int | None
    detail: str | None
    duration: int
    """Microseconds."""


@dataclass(frozen=True, slots=True)
class AcknowledgementTrace:
    state: str
    interchange: int | None
    """The number under which it left."""
    kind: str | None
    detail: str | None
    """The partner's words."""
    due_at: datetime | None
    received_at: datetime | None
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryTrace:
    key: str
    endpoint: str
    state: str
    tries: int
    created_at: datetime
    delivered_at: datetime | None
    receipt: str | None
    attempts: tuple[AttemptTrace, ...]
    acknowledgement: AcknowledgementTrace | None
    """What the partner says of it, where that is awaited or known."""


@dataclass(frozen=True, slots=True)
class MovementTrace:
    effect_key: str
    kind: str
    item_id: str
    quantity: Decimal
    lot: str
    from_site: str
    from_status: str
    to_site: str
    to_status: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class LetterTrace:
    public_id: str
    subject: str
    step: str
    code: str
    sentence: str
    state: str
    resolution: str | None
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentTrace:
    public_id: str
    type: str
    number: str
    key: str
    position: str
    ordering_key: str
    state: str
    created_at: datetime
    movements: tuple[MovementTrace, ...]
    deliveries: tuple[DeliveryTrace, ...]
    letters: tuple[LetterTrace, ...]


@dataclass(frozen=True, slots=True)
class MessageTrace:
    public_id: str
    source: str
    key: str
    name: str | None
    format: str
    size: int
    state: str
    received_at: datetime
    duplicates: int
    caused_by: str | None
    documents: tuple[DocumentTrace, ...]
    letters: tuple[LetterTrace, ...]
    """Of the message itself and of parts that never became documents."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Oldest message first."""

    text: str
    messages: tuple[MessageTrace, ...]
    cut: bool

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON: times as ISO 8601, quantities as strings."""
        plain: dict[str, Any] = orjson.loads(orjson.dumps(asdict(self), default=_plain))
        return plain


def trace(ledger: Ledger, text: str) -> Trace:
    """Everything that has to do with ``text``. An unknown text gives an empty trace."""
    text = text.strip()
    if not text:
        return Trace(text, (), cut=False)
    with ledger.read() as connection:
        found = _Found(connection, text)
        shown = sorted(found.documents)[-MOST:]
        of_documents = _message_ids(connection, shown)
        repairs = _repairs(connection, {*found.messages, *of_documents})
        message_ids = sorted({*found.messages, *of_documents, *repairs})[-MOST:]
        whole = (found.messages | repairs) & set(message_ids)
        wanted, more = _documents(connection, whole, shown)
        messages = _messages(connection, message_ids, wanted)
    cut = found.cut or more or len(found.documents) > MOST or len({*found.messages, *of_documents}) > MOST
    return Trace(text, messages, cut)


def _plain(value: object) -> str:
    assert isinstance(value, Decimal)
    return format(value, "f")


# -- finding -----------------------------------------------------------------------------------------


class _Found:
    """Internal ids of what fits: whole messages, and single documents."""

    def __init__(self, connection: Connection, text: str) -> None:
        self._connection, self._text = connection, text
        self.cut = False
        self.messages: set[int] = set()
        self.documents: set[int] = set()
        self._by_key()
        if not self.messages and not self.documents:
            self._by_number()
            self._by_looking()

    def _ids(self, column: Any, *conditions: Any) -> set[int]:
        rows = self._connection.execute(
            select(column).where(*conditions).order_by(column.desc()).limit(MOST + 1)
        )
        return set(rows.scalars())

    def _by_key(self) -> None:
        """What names one thing only: each is one look into a unique index."""
        text, message, document = self._text, t.message.c, t.document.c
        delivery, letter = t.delivery.c, t.dead_letter.c
        self.messages = self._ids(message.id, or_(message.public_id == text, message.key == text))
        self.documents = self._ids(document.id, document.public_id.in_([text, documents.public_id(text)]))
        self.documents |= self._ids(delivery.document_id, delivery.key == text)
        for row in self._connection.execute(
            select(letter.message_id, letter.document_id).where(letter.public_id == text)
        ):
            if row.document_id is None:
                self.messages.add(row.message_id)
            else:
                self.documents.add(row.document_id)

    def _by_number(self) -> None:
        self.documents |= self._ids(t.document.c.id, t.document.c.number == self._text)

    def _by_looking(self) -> None:
        """References, items, lots and serials inside documents, movements of an item, file names."""
        quoted = orjson.dumps(self._text).decode()
        document, movement, message = t.document.c, t.movement.c, t.message.c
        inside = (
            type_coerce(column, Text).contains(quoted, autoescape=True)
            for column in (document.body, document.found)
        )
        self.documents |= self._ids(document.id, self._newest(t.document), or_(*inside))
        of_item = or_(
            movement.item_id == self._text, movement.lot == self._text, movement.serial == self._text
        )
        self.documents |= self._ids(movement.document_id, self._newest(t.movement), of_item)
        self.messages |= self._ids(message.id, self._newest(t.message), message.name == self._text)

    def _newest(self, table: Table) -> Any:
        highest = self._connection.execute(select(func.max(table.c.id))).scalar_one() or 0
        lowest = self._connection.execute(select(func.min(table.c.id))).scalar_one() or 0
        if highest - WINDOW >= lowest:
            self.cut = True
        return table.c.id > highest - WINDOW


def _message_ids(connection: Connection, document_ids: Sequence[int]) -> set[int]:
    document = t.document.c
    rows = connection.execute(select(document.message_id).where(document.id.in_(document_ids)))
    return set(rows.scalars())


def _repairs(connection: Connection, message_ids: set[int]) -> set[int]:
    """Messages that came from replaying or editing a letter of these, found by the key this gave them."""
    letter, message = t.dead_letter.c, t.message.c
    letters = connection.execute(
        select(letter.public_id, letter.count.label("times"))
        .where(letter.message_id.in_(sorted(message_ids)[-MOST:]), letter.document_id.is_(None))
        .order_by(letter.id.desc())
        .limit(_PER_DOCUMENT)
    )
    keys = [f"edit/{row.public_id}/{number}" for row in letters for number in range(1, row.times + 1)]
    return set(connection.execute(select(message.id).where(message.key.in_(keys[:_PER_DOCUMENT]))).scalars())


def _documents(
    connection: Connection, whole_messages: Iterable[int], document_ids: Sequence[int]
) -> tuple[list[Any], bool]:
    """The documents of whole messages, the single ones, and what was split off or edited from these."""
    document = t.document
    related = connection.execute(
        select(document.c.split_from).where(
            document.c.id.in_(document_ids), document.c.split_from.is_not(None)
        )
    ).scalars()
    origins = {*document_ids, *related}
    of_messages = _message_ids(connection, sorted(origins))
    family = (document.c.message_id.in_(sorted(of_messages))) & or_(
        document.c.id.in_(sorted(origins)), document.c.split_from.in_(sorted(origins))
    )
    rows = connection.execute(
        select(document)
        .where(or_(document.c.message_id.in_(sorted(whole_messages)), family))
        .order_by(document.c.id)
        .limit(4 * MOST + 1)
    ).all()
    return list(rows[: 4 * MOST]), len(rows) > 4 * MOST


# -- gathering ---------------------------------------------------------------------------------------


def _messages(
    connection: Connection, message_ids: Sequence[int], rows: Sequence[Any]
) -> tuple[MessageTrace, ...]:
    letter = t.dead_letter
    letters = connection.execute(
        select(letter)
        .where(
            letter.c.message_id.in_(message_ids),
            or_(letter.c.document_id.is_(None), letter.c.document_id.in_([row.id for row in rows])),
        )
        .order_by(letter.c.id)
        .limit(_PER_DOCUMENT)
    ).all()
    traced = _document_traces(connection, rows, letters)
    found = connection.execute(
        select(t.message).where(t.message.c.id.in_(message_ids)).order_by(t.message.c.id)
    )
    of_message = _grouped(rows, lambda row: row.message_id)
    loose = _grouped((one for one in letters if one.document_id is None), lambda one: one.message_id)
    return tuple(
        _fill(
            MessageTrace,
            row,
            documents=tuple(traced[one.id] for one in of_message.get(row.id, ())),
            letters=tuple(_fill(LetterTrace, one) for one in loose.get(row.id, ())),
        )
        for row in found
    )


def _document_traces(
    connection: Connection, rows: Sequence[Any], letters: Sequence[Any]
) -> dict[int, DocumentTrace]:
    ids = [row.id for row in rows]
    movements = _by_document(connection, t.movement, ids)
    deliveries = _by_document(connection, t.delivery, ids)
    delivery_ids = [one.id for some in deliveries.values() for one in some]
    attempts = _attempts(connection, delivery_ids)
    said = _acknowledgements(connection, delivery_ids)
    of_document = _grouped(letters, lambda one: one.document_id)
    return {
        row.id: _fill(
            DocumentTrace,
            row,
            movements=tuple(_fill(MovementTrace, one) for one in movements.get(row.id, ())),
            deliveries=tuple(
                _fill(DeliveryTrace, one, attempts=attempts.get(one.id, ()), acknowledgement=said.get(one.id))
                for one in deliveries.get(row.id, ())
            ),
            letters=tuple(_fill(LetterTrace, one) for one in of_document.get(row.id, ())),
        )
        for row in rows
    }


def _by_document(connection: Connection, table: Table, ids: Sequence[int]) -> dict[int, list[Any]]:
    rows = connection.execute(
        select(table).where(table.c.document_id.in_(ids)).order_by(table.c.id).limit(_PER_DOCUMENT * MOST)
    )
    return _grouped(rows, lambda row: row.document_id)


def _attempts(connection: Connection, delivery_ids: Sequence[int]) -> dict[int, tuple[AttemptTrace, ...]]:
    attempt = t.attempt
    rows = connection.execute(
        select(attempt)
        .where(attempt.c.delivery_id.in_(delivery_ids))
        .order_by(attempt.c.id)
        .limit(_PER_DOCUMENT * MOST)
    )
    grouped = _grouped(rows, lambda row: row.delivery_id)
    return {key: tuple(_fill(AttemptTrace, row) for row in some) for key, some in grouped.items()}


def _acknowledgements(connection: Connection, delivery_ids: Sequence[int]) -> dict[int, AcknowledgementTrace]:
    said, sent = t.acknowledgement, t.interchange
    rows = connection.execute(
        select(said, sent.c.interchange)
        .outerjoin(sent, sent.c.delivery_id == said.c.delivery_id)
        .where(said.c.delivery_id.in_(delivery_ids))
    )
    return {row.delivery_id: _fill(AcknowledgementTrace, row) for row in rows}


def _grouped(rows: Iterable[Any], key: Callable[[Any], int]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _fill(cls: Any, row: Any, **more: object) -> Any:
    """A dataclass from the columns of a row that bear its fields' names."""
    columns = row._mapping  # noqa: SLF001  # SQLAlchemy's public name for a row as a mapping
    return cls(**{name: columns[name] for name in cls.__slots__ if name not in more}, **more)
