"""The ledger's tables (Message Store of Enterprise Integration Patterns), for SQLite and PostgreSQL.

Narrow tables carry keys and state and stay whole; wide ones (``raw``, ``attempt``, ``transition``) may
be partitioned by month. A row's birth is its first state, ``transition`` tells what came after.
Internal ids order and join and are never public. Absent parts of a key are empty strings, because
NULLs would escape uniqueness.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, MetaData, Table, UniqueConstraint, text

from bridge.store.types import BigInt, Bytes, Instant, Json, Quantity, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts, sqlite_strict=True)


def _id() -> Column[int]:
    return Column("id", BigInt, primary_key=True, autoincrement=True)


def _some(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """A partial index: it holds only rows that are still to be worked, however old the ledger grows."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


# -- lanes: who works what ---------------------------------------------------------------------------

lane = _table(
    "lane",
    _id(),
    Column("kind", Word, nullable=False),  # source | endpoint
    Column("name", Word, nullable=False),
    Column("shard", BigInt, nullable=False, server_default="0"),
    Column("holder", Word),
    Column("fence", BigInt, nullable=False, server_default="0"),
    Column("lease_until", BigInt, nullable=False, server_default="0"),  # database clock, microseconds
    Column("step", Word),  # the range being worked: which step, from which row to which
    Column("range_from", BigInt),
    Column("range_to", BigInt),
    Column("crashes", BigInt, nullable=False, server_default="0"),
    Column("batch", BigInt, nullable=False, server_default="128"),
    Column("checkpoint", Json),
    Column("paused_until", Instant),  # the endpoint asked for a pause, or cannot be reached
    Column("failures", BigInt, nullable=False, server_default="0"),  # of the endpoint, in a row
    UniqueConstraint("kind", "name", "shard"),
)

bell = _table(
    "bell",
    Column("lane_id", BigInt, ForeignKey("lane.id"), primary_key=True, autoincrement=False),
    Column("set_at", BigInt),  # database clock; NULL when nothing was added since the last look
)

blocked_key = _table(
    "blocked_key",
    Column("lane_id", BigInt, ForeignKey("lane.id"), primary_key=True, autoincrement=False),
    Column("ordering_key", Word, primary_key=True),
    Column("holder_id", BigInt, nullable=False),  # document (source lane) or delivery (endpoint lane)
    Column("since", Instant, nullable=False),
)

schedule = _table(
    "schedule",
    Column("name", Word, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("arguments", Json, nullable=False),
    Column("every", BigInt, nullable=False),  # microseconds
    Column("due_at", BigInt, nullable=False),  # database clock
    Column("holder", Word),
    Column("lease_until", BigInt, nullable=False, server_default="0"),
    Column("last_error", Word),
)

# -- what moves --------------------------------------------------------------------------------------

message = _table(
    "message",
    _id(),
    Column("public_id", Word, nullable=False, unique=True),
    Column("lane_id", BigInt, ForeignKey("lane.id"), nullable=False),
    Column("source", Word, nullable=False),
    Column("key", Word, nullable=False, unique=True),
    Column("sha256", Word, nullable=False),
    Column("size", BigInt, nullable=False),
    Column("format", Word, nullable=False),
    Column("name", Word),
    Column("state", Word, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("caused_by", Word),  # public id of what this repairs or answers
    Column("duplicates", BigInt, nullable=False, server_default="0"),
    _some("ix_message_work", "lane_id", "id", where="state = 'accepted'"),
)

raw = _table(
    "raw",
    Column("message_id", BigInt, ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("body", Bytes),  # inline when small …
    Column("url", Word),  # … else a claim check into the raw store
)

document = _table(
    "document",
    _id(),
    Column("public_id", Word, nullable=False, unique=True),
    Column("message_id", BigInt, ForeignKey("message.id"), nullable=False),
    Column("ordinal", BigInt, nullable=False),
    Column("lane_id", BigInt, ForeignKey("lane.id"), nullable=False),
    Column("type", Word, nullable=False),
    Column("number", Word, nullable=False),
    Column("ordering_key", Word, nullable=False),
    Column("key", Word, nullable=False),
    Column("part", Word, nullable=False),
    Column("position", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("body", Json, nullable=False),  # as translated
    Column("found", Json),  # our own codes for it, set by apply; see documents.resolved
    Column("split_from", BigInt),  # the document whose held line, or edited copy, this is
    UniqueConstraint("message_id", "ordinal"),
    _some("ix_document_work", "lane_id", "id", where="state = 'ready'"),
    _some("ix_document_staged", "message_id", "part", where="state = 'staged'"),
    _some("ix_document_waiting", "lane_id", "ordering_key", "id", where="state = 'waiting'"),
    Index("ix_document_number", "number"),
)

business_key = _table(
    "business_key",
    Column("key", Word, primary_key=True),
    Column("content_hash", Word, nullable=False),
    Column("document_id", BigInt, nullable=False),
)

delivery = _table(
    "delivery",
    _id(),
    Column("key", Word, nullable=False, unique=True),
    Column("document_id", BigInt, ForeignKey("document.id"), nullable=False),
    Column("lane_id", BigInt, ForeignKey("lane.id"), nullable=False),
    Column("endpoint", Word, nullable=False),
    Column("ordering_key", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("due_at", Instant),
    Column("tries", BigInt, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("delivered_at", Instant),
    Column("receipt", Word),
    Column("replaces", BigInt),
    _some("ix_delivery_work", "lane_id", "id", where="state = 'pending'"),
    _some("ix_delivery_retry", "lane_id", "due_at", where="state = 'retry'"),
    _some("ix_delivery_waiting", "lane_id", "ordering_key", "id", where="state = 'waiting'"),
    _some(
        "ix_delivery_stopped", "lane_id", "ordering_key", "id", where="state in ('dead', 'parked', 'retry')"
    ),
    Index("ix_delivery_document", "document_id"),
)

control_number = _table(
    "control_number",  # of what leaves as EDI; taken with the delivery, see store/control_numbers.py
    Column("series", Word, primary_key=True),
    Column("kind", Word, primary_key=True),  # interchange | group | set
    Column("last", BigInt, nullable=False),
)

interchange = _table(
    "interchange",  # the numbers under which a delivery leaves, and a partner's answer names it
    Column("delivery_id", BigInt, ForeignKey("delivery.id"), primary_key=True, autoincrement=False),
    Column("series", Word, nullable=False),
    Column("interchange", BigInt, nullable=False),
    Column("group", BigInt, nullable=False),
    Column("first_set", BigInt, nullable=False),
    Index("ix_interchange_group", "series", "group"),
    Index("ix_interchange_interchange", "series", "interchange"),
)

acknowledgement = _table(
    "acknowledgement",  # what a partner says of a delivery, or that it is still to say it
    Column("delivery_id", BigInt, ForeignKey("delivery.id"), primary_key=True, autoincrement=False),
    Column("state", Word, nullable=False),
    Column("due_at", Instant),  # until when it was agreed to come
    Column("received_at", Instant),  # when the partner said that it has the interchange
    Column("acknowledged_at", Instant),
    Column("kind", Word),  # 997 | 999 | TA1 | CONTRL
    Column("detail", Word),  # the partner's words
    Column("document_id", BigInt),  # which told it
    _some("ix_acknowledgement_awaited", "due_at", where="state = 'awaited'"),
    _some("ix_acknowledgement_overdue", "delivery_id", where="state = 'overdue'"),
)

attempt = _table(
    "attempt",
    _id(),
    Column("delivery_id", BigInt, nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("duration", BigInt, nullable=False),  # microseconds
    Column("outcome", Word, nullable=False),  # delivered, or a reason code
    Column("status", BigInt),
    Column("detail", Word),
)

transition = _table(
    "transition",
    _id(),
    Column("subject", Word, nullable=False),
    Column("subject_id", BigInt, nullable=False),
    Column("from_state", Word, nullable=False),
    Column("to_state", Word, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Word),
    Column("by", Word),
    Index("ix_transition_subject", "subject_id", "subject"),
)

# -- what stopped ------------------------------------------------------------------------------------

dead_letter = _table(
    "dead_letter",
    _id(),
    Column("public_id", Word, nullable=False, unique=True),
    Column("subject", Word, nullable=False),  # message | part | document | delivery
    Column("message_id", BigInt, ForeignKey("message.id"), nullable=False),
    Column("document_id", BigInt, ForeignKey("document.id")),
    Column("delivery_id", BigInt, ForeignKey("delivery.id")),
    Column("lane_id", BigInt, ForeignKey("lane.id"), nullable=False),
    Column("source", Word, nullable=False),
    Column("endpoint", Word),
    Column("type", Word),
    Column("number", Word),
    Column("step", Word, nullable=False),
    Column("code", Word, nullable=False),
    Column("sentence", Word, nullable=False),
    Column("location", Json),
    Column("value", Word),
    Column("fragment", Bytes),  # a part that can be repaired and read by itself
    Column("release_condition", Word),
    Column("state", Word, nullable=False),
    Column("count", BigInt, nullable=False, server_default="1"),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("resolution", Word),  # replayed | edited | released | discarded
    Index("ix_dead_letter_state", "state", "id"),
    _some("ix_dead_letter_release", "release_condition", where="state = 'open'"),
    Index("ix_dead_letter_document", "document_id"),
    Index("ix_dead_letter_delivery", "delivery_id"),
    Index("ix_dead_letter_message", "message_id"),
)

alert = _table(
    "alert",
    _id(),
    Column("code", Word, nullable=False),
    Column("subject", Word, nullable=False),
    Column("text", Word, nullable=False),
    Column("state", Word, nullable=False),  # open | closed
    Column("count", BigInt, nullable=False, server_default="1"),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    _some("ux_alert_open", "code", "subject", where="state = 'open'", unique=True),
)

audit = _table(
    "audit",
    _id(),
    Column("at", Instant, nullable=False),
    Column("actor", Word, nullable=False),
    Column("action", Word, nullable=False),
    Column("subject", Word, nullable=False),
    Column("subject_id", Word, nullable=False, index=True),  # public id
    Column("reason", Word),
    Column("before", Json),
    Column("after", Json),
)

seal = _table(
    "seal",  # over a segment of an append-only table; each holds the digest of the one before
    Column("trail", Word, primary_key=True),  # audit | transition | movement
    Column("first_id", BigInt, primary_key=True, autoincrement=False),
    Column("last_id", BigInt, nullable=False),
    Column("rows", BigInt, nullable=False),
    Column("sha256", Word, nullable=False),
    Column("at", Instant, nullable=False),
)

# -- the book ----------------------------------------------------------------------------------------

movement = _table(
    "movement",
    _id(),
    Column("effect_key", Word, nullable=False, unique=True),
    Column("document_id", BigInt, nullable=False, index=True),
    Column("kind", Word, nullable=False),  # movement class: receipt_po, issue_sale, count_gain …
    Column("item_id", Word, nullable=False),
    Column("quantity", Quantity, nullable=False),  # positive, in the item's base unit
    Column("pieces", Quantity),
    Column("lot", Word, nullable=False),
    Column("serial", Word, nullable=False),
    Column("from_site", Word, nullable=False),  # a site of ours, or a virtual one: @supplier, @adjust …
    Column("from_location", Word, nullable=False),
    Column("from_status", Word, nullable=False),
    Column("from_owner", Word, nullable=False),
    Column("to_site", Word, nullable=False),
    Column("to_location", Word, nullable=False),
    Column("to_status", Word, nullable=False),
    Column("to_owner", Word, nullable=False),
    Column("occurred_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("reverses", Word),  # effect key of what this takes back
)

balance = _table(
    "balance",
    Column("item_id", Word, primary_key=True),
    Column("site", Word, primary_key=True),
    Column("location", Word, primary_key=True),
    Column("lot", Word, primary_key=True),
    Column("serial", Word, primary_key=True),
    Column("stock_status", Word, primary_key=True),
    Column("owner", Word, primary_key=True),
    Column("on_hand", Quantity, nullable=False),
    Column("pieces", Quantity),
)

# -- master data -------------------------------------------------------------------------------------

item = _table(
    "item",
    Column("item_id", Word, primary_key=True),
    Column("description", Word, nullable=False),
    Column("base_unit", Word, nullable=False),
    Column("unit_precision", BigInt, nullable=False),
    Column("tracking", Word, nullable=False),
    Column("lifecycle", Word, nullable=False),
    Column("version", BigInt, nullable=False, server_default="1"),
)

item_unit = _table(
    "item_unit",
    Column("item_id", Word, ForeignKey("item.item_id"), primary_key=True),
    Column("unit", Word, primary_key=True),
    Column("numerator", BigInt, nullable=False),
    Column("denominator", BigInt, nullable=False),
)

cross_reference = _table(
    "cross_reference",
    Column("domain", Word, primary_key=True),  # item | site | party
    Column("partner", Word, primary_key=True),  # '*' for everybody
    Column("qualifier", Word, primary_key=True),
    Column("source_code", Word, primary_key=True),
    Column("target_code", Word, nullable=False),
    Column("status", Word, nullable=False),  # proposed | approved | retired
    Column("steward", Word),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
)

stamp = _table(
    "stamp",  # counts changes that processes keep copies of, such as master data
    Column("name", Word, primary_key=True),
    Column("version", BigInt, nullable=False),
)

# -- doors -------------------------------------------------------------------------------------------

file_look = _table(
    "file_look",
    Column("source", Word, primary_key=True),
    Column("name", Word, primary_key=True),
    Column("size", BigInt, nullable=False),
    Column("mtime", BigInt, nullable=False),  # nanoseconds
    Column("looks", BigInt, nullable=False),
)
