"""What a document looks like on its way out: JSON, an X12 or EDIFACT interchange, or a SAP IDoc.

Control numbers come with the delivery where its endpoint keeps a series. Elsewhere they follow from the
document's id, so that writing it again gives the same bytes.
"""

# ruff: noqa: PLC0415  # only endpoints that need a writer load it
from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal
from zlib import crc32

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bridge.connectors.contract import Outgoing, Payload
from bridge.store.control_numbers import HIGHEST, Numbers
from transforms.canonical import TYPES
from transforms.canonical.document import Document
from transforms.formats.edifact.writers.assembly import Profile as EdifactProfile
from transforms.formats.idoc.writing.agreement import Agreement
from transforms.formats.x12.writers.envelope import Control, Profile

Encode = Callable[[Outgoing], bytes]
"""Raises :class:`transforms.errors.TransformError` for a document that cannot be said in the format."""


class Encoding(BaseModel):
    """The settings of every endpoint that takes files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoder: Literal[
        "json", "x12-846", "x12-855", "x12-856", "x12-940", "x12-943", "x12-ack", "edifact", "idoc",
    ] = Field(
        "json",
        description="What is written: JSON, an X12 interchange with this set (`x12-ack`: with the 997, 999 or TA1 "
        "that the profile of the source asks for), an EDIFACT interchange with the message that the document "
        "becomes, or SAP IDocs.",
    )  # fmt: skip
    edifact: EdifactProfile = Field(EdifactProfile(), description="How the partner wants its EDIFACT.")
    x12: Profile = Field(Profile(), description="How the partner wants its X12.")
    idoc: Agreement | None = Field(None, description="How IDocs are written; encoder `idoc` needs it.")

    @model_validator(mode="after")
    def _says_how(self) -> Encoding:
        if (self.encoder == "idoc") != (self.idoc is not None):
            raise ValueError("`idoc` goes with `encoder: idoc`, and it needs it")
        return self


def encoder(settings: Encoding, payload: Payload | None) -> Encode:
    """The one that an endpoint's settings name."""
    if settings.idoc is not None:
        return _idoc(settings.idoc)
    if settings.encoder == "edifact":
        return _edifact(settings.edifact)
    if settings.encoder == "json":
        return lambda one: orjson.dumps(payload(one.document) if payload else one.document)
    return _x12(settings.encoder.removeprefix("x12-"), settings.x12)


def _x12(kind: str, profile: Profile) -> Encode:
    from transforms.formats.x12 import writers

    def encode(one: Outgoing) -> bytes:
        numbers = one.numbers or _made_up(one.document["id"])
        control = Control(numbers.interchange, numbers.group, numbers.first_set)
        return writers.write(kind, _document(one), profile=profile, control=control, at=_time(one))

    return encode


def _edifact(profile: EdifactProfile) -> Encode:
    from transforms.formats.edifact.writers import write

    def encode(one: Outgoing) -> bytes:
        numbers = one.numbers or _made_up(one.document["id"])
        return write(_document(one), profile, control=numbers.interchange, at=_time(one))

    return encode


def _idoc(agreement: Agreement) -> Encode:
    from transforms.formats.idoc.writing import write

    def encode(one: Outgoing) -> bytes:
        digest = hashlib.sha256(one.document["id"].encode()).digest()
        number = one.numbers.interchange if one.numbers else int.from_bytes(digest[:6])
        key = base64.b32encode(digest).decode()[:16]
        return write(_document(one), agreement, number=number, at=_time(one), key=key)

    return encode


def _document(one: Outgoing) -> Document:
    return TYPES[one.document["type"]].model_validate(one.document["data"])


def _time(one: Outgoing) -> datetime:
    return datetime.fromisoformat(one.document["time"]).astimezone(UTC)


def _made_up(document_id: str) -> Numbers:
    """Where no series is kept: the same number each time it is written, but no order in them."""
    number = crc32(document_id.encode()) % HIGHEST + 1
    return Numbers(number, number, 1)
