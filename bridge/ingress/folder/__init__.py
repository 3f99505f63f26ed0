"""A watched folder (Channel Adapter in), polled by the schedule: legacy file drops.

A file is taken when it is complete: unchanged in size and time over two looks, or at first sight where
the sender renames into the folder. It is taken by renaming it into ``processing/``, which only one
poller can do; from there it goes to ``archive/<day>/`` or, with the reason beside it, to ``error/``.
What a poller that was killed left in ``processing/`` is taken up by the next one: the accept step
knows a file by its content.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
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
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9 ._+#@()=-]{0,199}$")


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

    def __init__(self, source: str, home: Path, name: str) -> None:
        self._home, self._name = home, name
        self.content = Content(source, name=name, path=home / PROCESSING / name)

    def confirm(self) -> None:
        day = datetime.now(UTC).date().isoformat()
        self._move(self._home / ARCHIVE / day)

    def refuse(self, error: Refused) -> None:
        target = self._move(self._home / ERROR)
        if target is not None:
            target.with_name(f"{target.name}.reason.txt").write_text(f"{error.code}: {error.text}\n")

    def _move(self, folder: Path) -> Path | None:
        folder.mkdir(parents=True, exist_ok=True)
        target = free_name(folder / self._name)
        try:
            (self._home / PROCESSING / self._name).rename(target)
        except FileNotFoundError:  # confirmed before a crash, and now again
            return None
        return target


def look(source: Source, settings: Settings, looks: Looks, data: Path) -> Iterator[FileArrival]:
    """What is complete in the folder now, oldest first; claims each before yielding it."""
    home = settings.path if settings.path.is_absolute() else data / "drop" / settings.path
    for folder in (home, home / PROCESSING):
        folder.mkdir(parents=True, exist_ok=True)
    for left in sorted((home / PROCESSING).iterdir()):
        yield FileArrival(source.name, home, left.name)
    for name, info in _candidates(home, settings.pattern):
        problem = _problem(name, info)
        if problem is not None:
            _set_aside(home, name, problem)
        elif _is_complete(settings, looks, name, info) and _claim(home, name):
            looks.forget(name)
            yield FileArrival(source.name, home, name)


def _is_complete(settings: Settings, looks: Looks, name: str, info: os.stat_result) -> bool:
    return settings.complete_by == "rename" or looks.seen(name, info.st_size, info.st_mtime_ns) >= 2


def _candidates(home: Path, pattern: str) -> list[tuple[str, os.stat_result]]:
    """Files whose name fits, by age; folders and what is still being written are not looked at."""
    found = []
    with os.scandir(home) as entries:
        for entry in entries:
            name = entry.name
            if name.startswith(".") or name.endswith(UNFINISHED) or entry.is_dir(follow_symlinks=False):
                continue
            if fnmatchcase(name, pattern):
                found.append((name, entry.stat(follow_symlinks=False)))
    return sorted(found, key=lambda pair: (pair[1].st_mtime_ns, pair[0]))


def _problem(name: str, info: os.stat_result) -> NameRefused | None:
    if not stat.S_ISREG(info.st_mode):
        return NameRefused("links, devices and pipes are not taken, only files")
    if not _NAME.match(name) or ".." in name:
        return NameRefused(
            "the name has characters that are not taken: letters, digits, blank and ._+#@()=- are"
        )
    return None


def _claim(home: Path, name: str) -> bool:
    """Rename into ``processing/``: of two pollers one succeeds. A file of that name there goes first."""
    target = home / PROCESSING / name
    if target.exists():
        return False
    try:
        (home / name).rename(target)
    except FileNotFoundError:
        return False
    return not target.is_symlink()


def _set_aside(home: Path, name: str, problem: NameRefused) -> None:
    folder = home / ERROR
    folder.mkdir(parents=True, exist_ok=True)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".") or "unnamed"
    target = free_name(folder / plain[:150])
    (home / name).rename(target)
    target.with_name(f"{target.name}.reason.txt").write_text(f"{problem.code}: {problem.text}\n")


def free_name(path: Path) -> Path:
    """The path itself, or with a number behind its stem when a file of that name exists."""
    number, free = 1, path
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
