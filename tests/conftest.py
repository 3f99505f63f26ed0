"""Fixtures that every tier shares: a ledger on both databases, a broker, the folder of shared material."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from bridge.store import migrate
from bridge.store.ledger import Ledger
from tests import servers

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with _folder() as folder, servers.redis_server(folder) as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with _folder() as folder, servers.postgresql_server(folder) as url:
        yield url


@pytest.fixture(scope="session", autouse=True)
def metrics() -> Iterator[None]:
    """One folder of metrics for all tests: the library keeps to the first one that it sees."""
    with _folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMETHEUS_MULTIPROC_DIR", str(folder))
        yield


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for a server; pytest's own are cleared away by other runs of pytest."""
    with tempfile.TemporaryDirectory(prefix="crossdock-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a migrated, empty ledger of its own, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "ledger.db")
        yield f"sqlite:///{tmp_path}/ledger.db"
        return
    with _database(request.getfixturevalue("postgresql_template")) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template() -> Iterator[Path]:
    """A migrated ledger to copy: migrating anew takes longer than most tests."""
    with _folder() as folder:
        _migrate(f"sqlite:///{folder}/ledger.db")
        yield folder / "ledger.db"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_url: str) -> Iterator[str]:
    with _database(postgresql_url) as url:
        _migrate(url)
        yield url


def _migrate(url: str) -> None:
    made = Ledger(url)
    migrate.upgrade(made)
    made.dispose()


@contextmanager
def _database(template: str) -> Iterator[str]:
    """A database of its own, made from another one."""
    source = make_url(template)
    name = f"ledger_{uuid.uuid4().hex[:12]}"
    admin = create_engine(source.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template {source.database}"))
    try:
        yield source.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        admin.dispose()


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    opened = Ledger(ledger_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material beside the project; tests that need it skip where the project stands alone."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the shared material is not beside this checkout")
    return folder
