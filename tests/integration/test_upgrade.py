"""Versions beside each other: a ledger of an earlier schema is worked by today's code, and the other way round."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, inspect, text

from bridge.integrity import checks
from bridge.store import migrate
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from tests import company, effects

pytestmark = pytest.mark.integration
FIRST = "0001"


@pytest.fixture
def first(tmp_path: Path, ledger_url: str) -> Iterator[Ledger]:
    """A ledger as the first version made it."""
    ledger = Ledger(ledger_url)
    with ledger.write() as connection:
        connection.execute(text("drop table alembic_version"))
        t.metadata.drop_all(connection)
    migrate.upgrade(ledger, FIRST)
    yield ledger
    ledger.dispose()


def columns(ledger: Ledger) -> dict[str, dict[str, dict]]:
    look = inspect(ledger.engine)
    return {
        table: {column["name"]: column for column in look.get_columns(table)}
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def test_a_new_schema_only_adds_what_an_old_program_need_not_know(first):
    """Expand now, contract a version later: nothing is taken away, nothing new is demanded."""
    before = columns(first)
    migrate.upgrade(first)
    after = columns(first)
    assert set(before) <= set(after)
    assert set(after) > set(before)
    for table, known in before.items():
        assert set(known) <= set(after[table]), table
        for name, column in after[table].items():
            assert name in known or column["nullable"] or column["default"] is not None, f"{table}.{name}"


def test_an_old_program_goes_on_beside_the_new_schema(first, tmp_path):
    """Its own idea of every table still takes rows."""
    old = MetaData()
    old.reflect(first.engine)
    migrate.upgrade(first)
    with first.write() as connection:
        connection.execute(old.tables["lane"].insert().values(kind="source", name="old"))
        lane = connection.execute(old.tables["lane"].select()).one()
        connection.execute(
            old.tables["message"].insert().values(
                public_id="p", lane_id=lane.id, source="old", key="k", sha256="s", size=1, format="json",
                state="accepted", received_at=1,
            )
        )  # fmt: skip
        connection.execute(
            old.tables["transition"]
            .insert()
            .values(subject="message", subject_id=1, from_state="accepted", to_state="translated", at=1)
        )
        assert connection.execute(old.tables["message"].select()).one().key == "k"


def test_what_an_old_schema_holds_is_worked_after_the_migration(first, tmp_path, monkeypatch):
    monkeypatch.setattr(migrate, "upgrade", lambda *_: None)
    url = first.url.render_as_string(hide_password=False)
    works = effects.open_works(tmp_path, url)
    works.bridge.accept_all([company.event("dc1-a", f"old-{n}") for n in range(5)])
    works.take_in(company.event("dc1-b", "old-unknown", sku="NEVER"))
    works.bridge.accept_all([company.event("dc1-a", f"left-{n}") for n in range(5)])
    monkeypatch.undo()
    migrate.upgrade(works.ledger)
    works.take_in(company.event("dc1-a", "new"))
    assert set(works.erp.numbers) == {
        *(f"old-{n}" for n in range(5)),
        *(f"left-{n}" for n in range(5)),
        "new",
    }
    assert [letter.code for letter in works.letters()] == ["XREF_ITEM_UNKNOWN"]
    assert [one.name for one in checks.verify(works.ledger) if one.problems] == []
    works.close()


def test_a_migration_under_load_loses_nothing(first, tmp_path, monkeypatch):
    monkeypatch.setattr(migrate, "upgrade", lambda *_: None)
    works = effects.open_works(tmp_path, first.url.render_as_string(hide_password=False))
    monkeypatch.undo()
    is_over, said_yes = threading.Event(), []

    def send() -> None:
        while not is_over.is_set():
            number = f"n{len(said_yes)}"
            works.bridge.accept_one(company.event("dc1-a", number))
            said_yes.append(number)
            time.sleep(0.005)

    def work_a_while() -> None:
        for _ in range(5):
            for lane in (*works.bridge.source_lanes.values(), *works.bridge.endpoint_lanes.values()):
                works.runner.work(lane)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        work_a_while()
        migrate.upgrade(works.ledger)
        work_a_while()
    finally:
        is_over.set()
        sender.join()
    works.work()
    assert works.erp.numbers == said_yes
    assert len(said_yes) > 5
    works.close()
