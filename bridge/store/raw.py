"""Raw bytes of messages: inline in the ledger when small, else a claim check into the raw store.

The raw store is a folder on a volume that all processes share; a file is named after its sha256 and
written before the ledger row commits, file and folder flushed to the disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from bridge.store import tables as t
from bridge.store.ledger import Ledger

BLOCK = 1 << 20


def hash_file(path: Path) -> tuple[str, int]:
    """sha256 and size of a file, read once in blocks."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def keep(store: Path, source: BinaryIO, sha256: str) -> str:
    """Copy ``source`` into the raw store, durably; returns its URL. Keeping the same bytes again is free."""
    folder = store / sha256[:2]
    target = folder / sha256
    folder.mkdir(parents=True, exist_ok=True)
    with _folder(folder, fcntl.LOCK_SH):
        if target.exists():
            os.utime(target)  # whoever forgets what is old sees that it is wanted again
        else:
            _copy(source, target)
    return f"file:{sha256[:2]}/{sha256}"


def forget(store: Path, url: str, *, before: float) -> bool:
    """Delete a file that nobody has kept since ``before`` (seconds since 1970); says whether it did."""
    path = store / url.removeprefix("file:")
    if not path.exists():
        return False
    with _folder(path.parent, fcntl.LOCK_EX):
        if path.stat().st_mtime >= before:
            return False
        path.unlink()
    return True


def _copy(source: BinaryIO, target: Path) -> None:
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            while block := source.read(BLOCK):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).rename(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _flush_folder(target.parent)
    _flush_folder(target.parent.parent)


def open_raw(ledger: Ledger, store: Path, message_id: int) -> BinaryIO:
    """The bytes as they came. Raises ``KeyError`` when the ledger has no such message."""
    with ledger.read() as connection:
        row = connection.execute(
            select(t.raw.c.body, t.raw.c.url).where(t.raw.c.message_id == message_id)
        ).one_or_none()
    if row is None:
        raise KeyError(message_id)
    return open_row(row.body, row.url, store)


def open_row(body: bytes | None, url: str | None, store: Path) -> BinaryIO:
    if body is not None:
        return io.BytesIO(body)
    assert url is not None
    return (store / url.removeprefix("file:")).open("rb")


@contextmanager
def _folder(folder: Path, how: int) -> Iterator[None]:
    """Lock a folder of the store: any number keep files in it at a time, or one forgets some."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
