"""Bringing a ledger to the schema that this version of the bridge works with, and saying whether it has it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bridge.store.ledger import Ledger


def upgrade(ledger: Ledger, revision: str = "head") -> None:
    """Apply all migrations that are missing. Harmless to repeat."""
    config = _config()
    with ledger.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def revision_of(connection: Connection) -> str | None:
    """The schema that a ledger has; ``None`` before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def mismatch(found: str | None) -> str | None:
    """Why this program cannot work with a schema, with the remedy in it; ``None`` when it can.

    A newer one is fine: a migration only adds what an older program need not know.
    """
    *older, head = revisions()
    if found is None:
        return "the ledger has no tables yet; make them with: crossdock migrate"
    if found in older:
        return f"the ledger's schema {found} is older than this program's, {head}; run: crossdock migrate"
    return None


@lru_cache(maxsize=1)
def revisions() -> tuple[str, ...]:
    """All schemas that this program knows, the oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    return tuple(reversed([script.revision for script in scripts.walk_revisions()]))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
