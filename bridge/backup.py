"""Backup and restore of a whole installation's memory: the ledger, then the raw store that it points into.

The ledger comes first: raw files never change and are written before their row commits, so whatever the
copied ledger names is there when the store is copied after it. Restoring goes back to one point; what doors
archived since then is taken in again, and keys tell what was there already.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bridge import clock
from bridge.settings import Settings
from bridge.store import migrate
from bridge.store.ledger import Ledger

_LEDGER, _DUMP, _RAW, _ABOUT = "ledger.db", "ledger.dump", "raw", "backup.json"


class BackupRefused(Exception):
    """Nothing was written; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup is of."""

    made_at: str
    database: str
    """``sqlite`` or ``postgresql``."""
    schema: str
    """Revision of the ledger's tables."""
    files: int
    """Files of the raw store."""


def make(settings: Settings, target: Path) -> Backup:
    """Write a backup into ``target``, an empty or new folder. Work goes on meanwhile.

    Raises :class:`BackupRefused`.
    """
    if target.exists() and any(target.iterdir()):
        raise BackupRefused(f"{target} is not empty; name a folder of its own for each backup")
    target.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger)
    try:
        schema = _schema(ledger)
        if schema is None:
            raise BackupRefused("there is no ledger to back up; look at CROSSDOCK_LEDGER_URL")
        if ledger.is_sqlite:
            _copy_sqlite(Path(ledger.url.database or ""), target / _LEDGER)
        else:
            _run(ledger, "pg_dump", "--format=custom", f"--file={target / _DUMP}")
    finally:
        ledger.dispose()
    if settings.raw_store.exists():
        shutil.copytree(settings.raw_store, target / _RAW, ignore=shutil.ignore_patterns("tmp*"))
    files = sum(path.is_file() for path in (target / _RAW).rglob("*"))
    database = "sqlite" if ledger.is_sqlite else "postgresql"
    backup = Backup(clock.now().isoformat(), database, schema, files)
    (target / _ABOUT).write_text(json.dumps(asdict(backup), indent=1) + "\n")
    return backup


def read(target: Path) -> Backup:
    """What a backup is of. Raises :class:`BackupRefused` where there is none."""
    try:
        return Backup(**json.loads((target / _ABOUT).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BackupRefused(f"{target} holds no whole backup: {_ABOUT} is written last") from error


def restore(settings: Settings, target: Path, *, force: bool = False) -> Backup:
    """Put a backup in place of the ledger and add its raw files. Everything must be stopped.

    Raises :class:`BackupRefused` for a ledger that holds something (``force`` overwrites it), for another
    kind of database, and for a backup that a newer version made.
    """
    backup = read(target)
    ledger = Ledger(settings.ledger)
    try:
        database = "sqlite" if ledger.is_sqlite else "postgresql"
        if backup.database != database:
            raise BackupRefused(f"the backup is of {backup.database}, CROSSDOCK_LEDGER_URL names {database}")
        if backup.schema not in migrate.revisions():
            raise BackupRefused(
                f"the backup has schema {backup.schema}, made by a newer version; install that one"
            )
        if not force and _schema(ledger) is not None:
            raise BackupRefused("there is a ledger already; --force overwrites it")
        if ledger.is_sqlite:
            _put_sqlite(target / _LEDGER, Path(ledger.url.database or ""))
        else:
            options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
            _run(ledger, "pg_restore", *options, str(target / _DUMP))
    finally:
        ledger.dispose()
    if (target / _RAW).exists():
        shutil.copytree(target / _RAW, settings.raw_store, dirs_exist_ok=True)
    return backup


def _schema(ledger: Ledger) -> str | None:
    with ledger.read() as connection:
        return migrate.revision_of(connection)


def _copy_sqlite(source: Path, target: Path) -> None:
    """By SQLite's own backup: one moment of a database that is being written."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy, pages=4_096)


def _put_sqlite(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
        leftover.unlink(missing_ok=True)
    shutil.copyfile(source, target)


def _run(ledger: Ledger, program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs; the password goes where no other user of the machine can read it."""
    if shutil.which(program) is None:
        raise BackupRefused(f"{program} is not on the PATH; install PostgreSQL's client programs")
    address = ledger.url.set(drivername="postgresql", password=None).render_as_string()
    secret = {} if ledger.url.password is None else {"PGPASSWORD": str(ledger.url.password)}
    done = subprocess.run(  # noqa: S603  # nosec B603  # no shell, our own words
        [program, f"--dbname={address}", *arguments],
        env={**os.environ, **secret},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupRefused(f"{program}: {done.stderr.strip().splitlines()[-1] if done.stderr else 'failed'}")
