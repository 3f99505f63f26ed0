"""The connection to the ledger and the two kinds of transaction on it.

On SQLite every writing transaction is ``BEGIN IMMEDIATE`` and waits for the lock in small even steps:
SQLite's own back-off sleeps up to 100 ms and starves an acceptor while workers write. On PostgreSQL
writing transactions are ordinary ones. Neither contains parsing or network.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError

from bridge.store.steady import SteadyClock
from bridge.store.types import from_microseconds

LOCK_STEP = 0.0005
"""Seconds between two looks at SQLite's write lock, for those whom a sender waits for."""
PATIENT_STEP = 0.004
"""The same for workers, so that an acceptor wins against any number of them."""
LOCK_PATIENCE = 15.0
"""Seconds after which a writer gives up."""


class DatabaseBusy(Exception):
    """The write lock was not to be had in time."""


_PROGRAM_LIMIT = "54"
"""Class of PostgreSQL's states for what no waiting mends: a value too large for an index, say."""


def is_passing(error: BaseException) -> bool:
    """Whether the database is the trouble and not what it was given: trying again later may help."""
    if isinstance(error, OperationalError):
        state = getattr(error.orig, "sqlstate", None) or ""
        return not state.startswith(_PROGRAM_LIMIT)
    return isinstance(error, (InterfaceError, DatabaseBusy))


class Ledger:
    """A database with the ledger's tables in it. Safe to share between threads, not across a fork."""

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.lock_step = LOCK_STEP
        self._clock = SteadyClock()
        self.engine = _sqlite(url) if self.is_sqlite else _postgresql(url, pool_size)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; commits at the end, rolls back on any exception."""
        with self.engine.connect() as connection:
            writing = connection.execution_options(ledger_write=self.lock_step)
            with writing.begin():
                yield writing

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def now(self, connection: Connection) -> int:
        """The database's clock in microseconds: what leases and due times go by."""
        if self.is_sqlite:
            return self._clock.now(connection)
        micros = text("select (extract(epoch from clock_timestamp()) * 1000000)::bigint")
        return int(connection.execute(micros).scalar_one())

    def at(self, connection: Connection) -> datetime:
        """The same as a point in time."""
        return from_microseconds(self.now(connection))

    def dispose(self) -> None:
        self.engine.dispose()


def insert_new(connection: Connection, table: Table, *returning: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that leaves rows alone whose key is there, and returns columns of those it wrote."""
    return _insert_new(connection.dialect.name, table, returning)


@lru_cache(maxsize=64)
def _insert_new(dialect: str, table: Table, returning: tuple[str, ...]) -> sqlite.Insert | postgresql.Insert:
    new: Any = insert_of(dialect, table).on_conflict_do_nothing()
    return new.returning(*(table.c[name] for name in returning)) if returning else new  # type: ignore[no-any-return]


def execute_many(connection: Connection, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement for many rows, whose values all have the same names; nothing is returned.

    The library's own way makes up each row's parameters anew, which costs more than SQLite needs to
    write the row. Here the statement is compiled once and the driver is given what it takes.
    """
    if not rows:
        return
    plan = _plan(statement, connection.dialect, tuple(rows[0]))
    connection.exec_driver_sql(plan.sql, plan.parameters(rows))


@dataclass(frozen=True, slots=True)
class _Plan:
    sql: str
    names: tuple[str, ...]
    """Of the parameters, in the order in which they stand in the statement."""
    bind: Mapping[str, Callable[[Any], Any]]
    """What turns a value into the driver's, for the types that need it."""
    is_positional: bool

    def parameters(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        get = itemgetter(*self.names) if len(self.names) > 1 else lambda row: (row[self.names[0]],)
        columns = list(zip(*map(get, rows), strict=True))
        for index, name in enumerate(self.names):
            if (convert := self.bind.get(name)) is not None:
                columns[index] = tuple(map(convert, columns[index]))
        made = zip(*columns, strict=True)
        if self.is_positional:
            return list(made)
        return [dict(zip(self.names, row, strict=True)) for row in made]


@lru_cache(maxsize=64)
def _plan(statement: Any, dialect: Dialect, names: tuple[str, ...]) -> _Plan:
    compiled = statement.compile(dialect=dialect, column_keys=names if statement.is_insert else None)
    binds = {
        name: convert
        for name, parameter in compiled.binds.items()
        if (convert := parameter.type.bind_processor(dialect)) is not None
    }
    order = tuple(compiled.positiontup) if compiled.positional else names
    return _Plan(compiled.string, order, binds, compiled.positional)


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of this database's dialect, which knows ON CONFLICT."""
    return insert_of(connection.dialect.name, table)


def insert_of(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def _postgresql(url: str, pool_size: int) -> Engine:
    engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _settings(dbapi_connection: Any, _record: Any) -> None:
        with dbapi_connection.cursor() as cursor:
            cursor.execute("set synchronous_commit = on; set lock_timeout = '10s'; set timezone = 'UTC'")
        dbapi_connection.commit()

    return engine


def _sqlite(url: str) -> Engine:
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 0, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _pragmas(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            "busy_timeout = 5000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "cache_size = -16000",
            "wal_autocheckpoint = 4000",
            "busy_timeout = 0",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    """BEGIN, or for a writer BEGIN IMMEDIATE as soon as the lock is free."""
    lock_step = connection.get_execution_options().get("ledger_write")
    if lock_step is None:
        connection.exec_driver_sql("BEGIN")
        return
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError as error:
            if "locked" not in str(error.orig):
                raise
            if time.monotonic() > deadline:
                raise DatabaseBusy(f"no write lock within {LOCK_PATIENCE:.0f} s") from error
            time.sleep(lock_step)
        else:
            return
