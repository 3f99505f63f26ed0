"""Documents in the ledger: their public ids, their stored form, and the envelope they travel in."""

from __future__ import annotations

import uuid
from typing import Any

import orjson

from transforms.canonical import TYPES
from transforms.canonical.document import Document

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:crossdock:document")
DERIVED = 1_000


def public_id(key: str) -> str:
    """UUIDv5 of the idempotency key: the same input gives the same id."""
    return str(uuid.uuid5(NAMESPACE, key))


def derived_ordinal(document_id: int, number: int) -> int:
    """Ordinal of a document that was split off or edited, out of the way of those still to be read."""
    return -(document_id * DERIVED + number % DERIVED)


def dump(document: Document) -> str:
    """Stored form: JSON without what is default."""
    return document.model_dump_json(exclude_defaults=True)


def load(document_type: str, body: str | bytes) -> Document:
    return TYPES[document_type].model_validate_json(body)


def resolved(body: dict[str, Any], found: dict[str, Any] | None) -> dict[str, Any]:
    """A stored document with what apply found out about it: our own codes, and only the lines it kept.

    ``found`` holds ``site_id`` and ``to_site_id``, under ``lines`` a list for each field that lines get,
    and under ``kept`` which lines these are, unless it is all of them. Changes ``body`` and returns it.
    """
    if not found:
        return body
    for name in ("site_id", "to_site_id"):
        if name in found:
            body[name] = found[name]
    columns = found.get("lines")
    if columns:
        lines = body["lines"]
        if "kept" in found:
            lines = body["lines"] = [lines[index] for index in found["kept"]]
        for name, values in columns.items():
            for line, value in zip(lines, values, strict=True):
                line[name] = value
    return body


def envelope(row: Any, *, company: str) -> dict[str, Any]:
    """CloudEvents 1.0 JSON of an applied document (structured mode, DOMAIN A1)."""
    data = resolved(orjson.loads(row.body), orjson.loads(row.found) if row.found else None)
    return {
        "specversion": "1.0",
        "id": row.public_id,
        "source": f"urn:crossdock:{company}:{row.source}",
        "type": row.type,
        "subject": row.ordering_key,
        "time": data["occurred_at"],
        "datacontenttype": "application/json",
        "partitionkey": row.ordering_key,
        "correlationid": data.get("references", {}).get("po") or row.number,
        "causationid": row.message_public_id,
        "idemkey": row.document_key,
        "rawref": f"message:{row.message_public_id}#{row.position}",
        "messagename": row.name,
        "data": data,
    }
