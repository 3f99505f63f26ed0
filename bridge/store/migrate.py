"""Bringing a ledger to the schema that this version of the bridge works with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bridge.store.ledger import Ledger


def upgrade(ledger: Ledger, revision: str = "head") -> None:
    """Apply all migrations that are missing. Harmless to repeat."""
    config = _config()
    with ledger.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def revision(ledger: Ledger) -> str | None:
    """The revision of a ledger's tables; ``None`` where there are none."""
    with ledger.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str:
    """The revision that this version works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def knows(found: str) -> bool:
    """Whether this version knows a revision: it is its own, or an older one."""
    return found in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
