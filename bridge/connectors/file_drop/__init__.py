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
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from pydantic import Field, field_validator

from bridge.connectors.contract import Features, Outgoing, Payload, Receipt, Result
from bridge.connectors.encoders import Encoding, encoder
from bridge.errors import CrossdockError, DestinationRejected, DestinationUnavailable, ResultUnknown
from transforms.errors import TransformError

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}\Z")


class Settings(Encoding):
    """What stands under ``settings`` of an endpoint whose connector is ``file_drop``."""

    folder: Path = Field(
        description="Where files appear; give it whole, a relative path is below the working folder."
    )
    name: str = Field("{number}.{id}", description="File name, from fields of the CloudEvents envelope.")

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
        self._encode = encoder(settings, payload)

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

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        raise NotImplementedError("a folder is idempotent and is never asked")

    async def close(self) -> None:
        pass


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
