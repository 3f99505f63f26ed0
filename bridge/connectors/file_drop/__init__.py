"""A folder that a partner collects from (Channel Adapter): each document becomes one file.

A file appears whole, by rename. Writing the same document again writes the same bytes under the same
name, so the endpoint is idempotent for as long as the file lies there; another document of that name
gets a name of its own. A name that is no plain file name is refused, for parts of it come from partners.
"""

from __future__ import annotations

import asyncio
import os
import re
import string
import tempfile
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bridge.connectors.contract import Features, Outgoing, Payload, Receipt, Result
from bridge.errors import CrossdockError, DestinationRejected, DestinationUnavailable, ResultUnknown
from bridge.store.control_numbers import HIGHEST, Numbers
from transforms.canonical import TYPES
from transforms.errors import TransformError
from transforms.formats.x12.writers.envelope import Control, Profile

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}\Z")


class Settings(BaseModel):
    """What stands under ``settings`` of an endpoint whose connector is ``file_drop``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(
        description="Where files appear; give it whole, a relative path is below the working folder."
    )
    name: str = Field("{number}.{id}", description="File name, from fields of the CloudEvents envelope.")
    encoder: Literal[
        "json", "x12-846", "x12-855", "x12-856", "x12-940", "x12-943", "x12-997", "x12-999", "x12-ta1"
    ] = Field("json", description="What is written: JSON, or an X12 interchange with this set.")
    x12: Profile = Field(Profile(), description="How the partner wants its X12.")

    @field_validator("name")
    @classmethod
    def _plain_fields(cls, value: str) -> str:
        fields = [name for _, name, _, _ in string.Formatter().parse(value) if name is not None]
        if odd := [name for name in fields if not name.isidentifier()]:
            raise ValueError(f"{{{odd[0]}}} is not a field of the envelope, such as {{number}} or {{id}}")
        return value


def connect(settings: Settings, payload: Payload | None) -> FileDrop:
    return FileDrop(settings, payload)


class FileDrop:
    """One folder."""

    features = Features(idempotency_key=True)

    def __init__(self, settings: Settings, payload: Payload | None) -> None:
        self._settings, self._payload = settings, payload
        self._naming = threading.Lock()
        kind = settings.encoder.removeprefix("x12-")
        self._encode: Callable[[Outgoing], bytes] = (
            self._as_json if kind == "json" else _as_x12(kind, settings.x12)
        )

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        return [await self._within(timeout, one) for one in batch]

    async def _within(self, timeout: float, one: Outgoing) -> Result:
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._write, one), timeout)
        except TimeoutError:
            return ResultUnknown(f"{self._settings.folder} did not take the file within {timeout:g} s")

    def _write(self, one: Outgoing) -> Result:
        try:
            path = self._path(one.document)
            content = self._encode(one)
            with self._naming:  # of two documents with one name the second must see the first
                if path.exists() and path.read_bytes() != content:
                    path = path.with_name(f"{path.stem}-{crc32(one.key.encode()):08x}{path.suffix}")
                _write_whole(path, content)
        except (CrossdockError, TransformError) as error:
            return error
        except OSError as error:
            return DestinationUnavailable(f"cannot write to {self._settings.folder}: {error.strerror}")
        return Receipt(reference=path.name)

    def _path(self, document: dict[str, Any]) -> Path:
        fields = {**document, "number": document["data"]["number"]}
        try:
            name = self._settings.name.format_map({key: str(value) for key, value in fields.items()})
        except KeyError as error:
            raise DestinationRejected(
                f"the file is named by {error}, which this document has not; correct `name`"
            ) from error
        if not _NAME.match(name) or ".." in name:
            raise DestinationRejected(f"{name!r} is not a name for a file: letters, digits and ._+- only")
        return self._settings.folder / name

    def _as_json(self, one: Outgoing) -> bytes:
        return orjson.dumps(self._payload(one.document) if self._payload else one.document)

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        raise NotImplementedError("a folder is idempotent and is never asked")

    async def close(self) -> None:
        pass


def _as_x12(kind: str, profile: Profile) -> Callable[[Outgoing], bytes]:
    from transforms.formats.x12 import writers  # noqa: PLC0415  # only folders that need them load them

    def encode(one: Outgoing) -> bytes:
        document = TYPES[one.document["type"]].model_validate(one.document["data"])
        numbers = one.numbers or _made_up(one.document["id"])
        control = Control(numbers.interchange, numbers.group, numbers.first_set)
        at = datetime.fromisoformat(one.document["time"]).astimezone(UTC)
        return writers.write(kind, document, profile=profile, control=control, at=at)

    return encode


def _made_up(document_id: str) -> Numbers:
    """Where no series is kept: the same number each time it is written, but no order in them."""
    number = crc32(document_id.encode()) % HIGHEST + 1
    return Numbers(number, number, 1)


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).rename(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """Make the rename survive a power cut, as the content already does."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
