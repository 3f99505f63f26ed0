"""A folder that a partner collects from (Channel Adapter): each document becomes one file.

A file appears whole, by rename. Writing the same document again writes the same bytes under the same
name, so the endpoint is idempotent by nature.
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zlib import crc32

import orjson
from pydantic import BaseModel, ConfigDict, Field

from bridge.connectors.contract import Features, Outgoing, Payload, Receipt, Result
from bridge.errors import CrossdockError, DestinationRejected, DestinationUnavailable
from transforms.canonical.acknowledgements import DocumentAcknowledged

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$")


class Settings(BaseModel):
    """What stands under ``settings`` of an endpoint whose connector is ``file_drop``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path = Field(
        description="Where files appear; give it whole, a relative path is below the working folder."
    )
    name: str = Field("{number}.{id}", description="File name, from fields of the CloudEvents envelope.")
    encoder: Literal["json", "x12-997"] = "json"


def connect(settings: Settings, payload: Payload | None) -> FileDrop:
    return FileDrop(settings, payload)


class FileDrop:
    """One folder."""

    features = Features(idempotency_key=True)

    def __init__(self, settings: Settings, payload: Payload | None) -> None:
        self._settings, self._payload = settings, payload
        self._encode: Callable[[dict[str, Any]], bytes] = (
            _as_997 if settings.encoder == "x12-997" else self._as_json
        )

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        return [await asyncio.wait_for(asyncio.to_thread(self._write, one), timeout) for one in batch]

    def _write(self, one: Outgoing) -> Result:
        try:
            path = self._path(one.document)
            content = self._encode(one.document)
            if path.exists() and path.read_bytes() != content:
                path = path.with_name(f"{path.stem}-{crc32(one.key.encode()):08x}{path.suffix}")
            _write_whole(path, content)
        except CrossdockError as error:
            return error
        except OSError as error:
            return DestinationUnavailable(f"cannot write to {self._settings.folder}: {error.strerror}")
        return Receipt(reference=path.name)

    def _path(self, document: dict[str, Any]) -> Path:
        fields = {**document, "number": document["data"]["number"]}
        name = self._settings.name.format_map({key: str(value) for key, value in fields.items()})
        if not _NAME.match(name) or ".." in name:
            raise DestinationRejected(f"{name!r} is not a name for a file: letters, digits and ._+- only")
        return self._settings.folder / name

    def _as_json(self, document: dict[str, Any]) -> bytes:
        return orjson.dumps(self._payload(document) if self._payload else document)

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        raise NotImplementedError("a folder is idempotent and is never asked")

    async def close(self) -> None:
        pass


def _as_997(document: dict[str, Any]) -> bytes:
    from transforms.formats.x12.writer import write  # noqa: PLC0415  # only folders that need it load it

    acknowledged = DocumentAcknowledged.model_validate(document["data"])
    control = crc32(document["id"].encode()) % 999_999_999 + 1
    at = datetime.fromisoformat(document["time"]).astimezone(UTC)
    return write(acknowledged, control=control, at=at)


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
