"""Bringing a ledger to the schema that this version of the bridge works with."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from bridge.store.ledger import Ledger


def upgrade(ledger: Ledger, revision: str = "head") -> None:
    """Apply all migrations that are missing. Harmless to repeat."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with ledger.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
