"""Migrations and tables say the same, on both databases, however often they are applied."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from bridge.store import migrate
from bridge.store.tables import metadata

pytestmark = pytest.mark.integration


def shape(connection) -> dict[str, list]:
    look = inspect(connection)
    return {
        name: [
            sorted((column["name"], str(column["type"]), column["nullable"]) for column in look.get_columns(name)),
            sorted(
                (index["name"], tuple(index["column_names"]), bool(index["unique"]),
                 str(next(iter(index.get("dialect_options", {}).values()), "")))
                for index in look.get_indexes(name)
            ),
            sorted(tuple(one["column_names"]) for one in look.get_unique_constraints(name)),
            sorted((tuple(key["constrained_columns"]), key["referred_table"]) for key in look.get_foreign_keys(name)),
            look.get_pk_constraint(name)["constrained_columns"],
        ]
        for name in metadata.tables
    }  # fmt: skip


def test_what_the_migrations_make_is_what_the_tables_say(ledger):
    with ledger.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        migrated = shape(connection)
    with ledger.write() as connection:
        connection.execute(text("drop table alembic_version"))
        metadata.drop_all(connection)
        metadata.create_all(connection)
    with ledger.read() as connection:
        assert shape(connection) == migrated


def test_migrating_again_changes_nothing(ledger):
    with ledger.read() as connection:
        before = shape(connection)
    migrate.upgrade(ledger)
    with ledger.read() as connection:
        assert shape(connection) == before


def test_every_table_is_strict_on_sqlite(ledger):
    if not ledger.is_sqlite:
        pytest.skip("PostgreSQL is always strict")
    with ledger.read() as connection:
        tables = connection.execute(text("select name, strict from pragma_table_list where schema = 'main'"))
        strict = {row.name: row.strict for row in tables}
    assert {name for name in metadata.tables if not strict[name]} == set()
