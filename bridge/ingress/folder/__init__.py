"""A watched folder (Channel Adapter in), polled by the schedule: legacy file drops.

A file is taken when it is complete: unchanged in size and time over two looks, or at first sight where
the sender renames into the folder. It is taken by renaming it into ``processing/`` under a name of its
own, which only one poller can do; from there it goes to ``archive/<day>/`` or, with the reason beside
it, to ``error/``. What a poller that was killed left in ``processing/`` is taken up by the next one: the
accept step knows a file by its content. Links, pipes, odd names and what cannot be opened are put aside.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from bridge.company import Source
from bridge.errors import NameRefused, Refused
from bridge.ingress.contract import Content

UNFINISHED = (".tmp", ".part", ".filepart")
PROCESSING, ARCHIVE, ERROR = "processing", "archive", "error"
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._+#@()=-]{0,199}\Z")
_CLAIM = re.compile(r"^[0-9a-f]{8}-(.+)\Z", re.DOTALL)
_ODD_NAME = NameRefused(
    "the name has characters that are not taken: letters, digits, blank and ._+#@()=- are"
)
_NOT_A_FILE = NameRefused("links, devices and pipes are not taken, only files")


class Settings(BaseModel):
    """What stands under ``settings`` of a source whose door is ``folder``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Field(description="The folder; relative paths are below `data`/drop.")
    pattern: str = Field("*", description="Names that are taken, such as `*.x12`.")
    complete_by: Literal["stable", "rename"] = Field(
        "stable", description="`stable`: unchanged over two looks. `rename`: senders rename into the folder."
    )
    every: float = Field(1.0, gt=0, description="Seconds between two looks.")


class Looks(Protocol):
    """Remembers, between polls and pollers, what a file looked like."""

    def seen(self, name: str, size: int, mtime: int) -> int: ...

    def forget(self, name: str) -> None: ...


class FileArrival:
    """A file that this poller has claimed."""

    def __init__(self, source: str, home: Path, claim: Path) -> None:
        self._home, self._claim = home, claim
        self._name = _name_of(claim)
        self.content = Content(source, name=self._name, path=claim)

    def confirm(self) -> None:
        day = datetime.now(UTC).date().isoformat()
        _move(self._claim, self._home / ARCHIVE / day, self._name)

    def refuse(self, error: Refused) -> None:
        _set_aside(self._claim, self._home, self._name, error)


def look(source: Source, settings: Settings, looks: Looks, data: Path) -> Iterator[FileArrival]:
    """What is complete in the folder now, oldest first; claims each before yielding it."""
    home = settings.path if settings.path.is_absolute() else data / "drop" / settings.path
    for folder in (home, home / PROCESSING):
        folder.mkdir(parents=True, exist_ok=True)
    for name, _ in _files(home / PROCESSING, "*"):
        yield from _taken(source, home, home / PROCESSING / name)
    for name, info in _files(home, settings.pattern):
        if not _NAME.match(name) or ".." in name:
            _set_aside(home / name, home, name, _ODD_NAME)
        elif _is_complete(settings, looks, name, info):
            claim = _claim(home, name)
            looks.forget(name)
            if claim is not None:
                yield from _taken(source, home, claim)


def _files(folder: Path, pattern: str) -> list[tuple[str, os.stat_result]]:
    """What is there by age; not folders, what is still being written, or what another poller just took."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name.endswith(UNFINISHED) or not fnmatchcase(name, pattern):
                continue
            with suppress(FileNotFoundError):
                if not entry.is_dir(follow_symlinks=False):
                    found.append((name, entry.stat(follow_symlinks=False)))
    return sorted(found, key=lambda pair: (pair[1].st_mtime_ns, pair[0]))


def _is_complete(settings: Settings, looks: Looks, name: str, info: os.stat_result) -> bool:
    return settings.complete_by == "rename" or looks.seen(name, info.st_size, info.st_mtime_ns) >= 2


def _claim(home: Path, name: str) -> Path | None:
    """Rename into ``processing/``; of two pollers one succeeds.

    The random part keeps a newer file of that name apart: confirming the one never archives the other.
    """
    claim = home / PROCESSING / f"{secrets.token_hex(4)}-{name}"
    try:
        (home / name).rename(claim)
    except FileNotFoundError:
        return None
    return claim


def _name_of(claim: Path) -> str:
    """The sender's name of a claimed file, or its own if somebody else put it there."""
    match = _CLAIM.match(claim.name)
    return match[1] if match else claim.name


def _taken(source: Source, home: Path, claim: Path) -> Iterator[FileArrival]:
    """The claimed file, if it is one: checked now that the sender can no longer exchange it."""
    problem = _problem(claim)
    if problem is None:
        yield FileArrival(source.name, home, claim)
    else:
        _set_aside(claim, home, _name_of(claim), problem)


def _problem(path: Path) -> NameRefused | None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            return _NOT_A_FILE
        return NameRefused(f"the file cannot be opened: {error.strerror}; correct its rights, send it again")
    try:
        return None if stat.S_ISREG(os.fstat(handle).st_mode) else _NOT_A_FILE
    finally:
        os.close(handle)


def _set_aside(path: Path, home: Path, name: str, why: Refused) -> None:
    """Into ``error/``, under a harmless name and with the reason beside it."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".")[:150] or "unnamed"
    target = _move(path, home / ERROR, plain)
    if target is not None:
        target.with_name(f"{target.name}.reason.txt").write_text(f"{why.code}: {why.text}\n")


def _move(path: Path, folder: Path, name: str) -> Path | None:
    folder.mkdir(parents=True, exist_ok=True)
    target = free_name(folder / name)
    try:
        path.rename(target)
    except FileNotFoundError:  # moved before a crash and now again, or by another poller
        return None
    return target


def free_name(path: Path) -> Path:
    """The path itself, or with a number behind its stem when a file of that name exists."""
    number, free = 1, path
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
