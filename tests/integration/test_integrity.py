"""The ledger's own checks: silent about a sound one, and each tampering found by the check that is meant for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bridge import clock
from bridge.cli.commands import app
from bridge.errors import DestinationRejected
from bridge.ingress.contract import Content
from bridge.integrity import checks, rebuild, seals
from bridge.integrity.rebuild import RebuildRefused
from bridge.store import tables as t
from tests import company, effects

pytestmark = pytest.mark.integration
LATER = timedelta(hours=1)


@pytest.fixture
def works(tmp_path: Path, ledger_url: str):
    """A day with all that may happen: delivered, refused, unreadable, waiting for a code, behind a held key."""
    opened = effects.open_works(tmp_path, ledger_url)
    opened.erp.answer = lambda one, _count: (
        DestinationRejected("no such period", status=422)
        if "bad" in one.document["data"]["number"]
        else effects.Receipt(200)
    )
    opened.take_in(
        *(company.event("dc1-a", f"n{number}", sku=f"SKU-{number % 5 + 1}") for number in range(12)),
        company.event("dc1-a", "bad-1", sku="SKU-9"), company.event("dc1-a", "behind-1", sku="SKU-9"),
        company.event("dc1-b", "unknown-1", sku="NEVER"), company.event("dc1-b", "unknown-2", sku="NEVER"),
        Content("dc1-a", key="wh/x", body=b"{"), effects.counts("c1", "c2,DC1,SKU-2", "c3,DC1,NEVER"),
    )  # fmt: skip
    yield opened
    opened.close()


def problems(works) -> dict[str, list[str]]:
    found = checks.verify(works.ledger, raw_store=works.bridge.settings.raw_store)
    return {one.name: one.problems for one in found if one.problems}


def test_a_sound_ledger_has_no_problem_and_every_check_looked_at_rows(works):
    assert seals.seal(works.ledger, now=clock.now() + LATER) > 20
    found = checks.verify(works.ledger, raw_store=works.bridge.settings.raw_store)
    assert {one.name: one.problems for one in found if one.problems} == {}
    assert [one.name for one in found if one.rows == 0] == []
    assert len(found) == len(checks.CHECKS) + 1


TAMPERINGS = {
    "an audit row is changed": ("update transition set reason = 'X' where id = 3", {"seals"}),
    "a row of the history is removed": ("delete from transition where id = 2", {"seals"}),
    "a movement is made larger": ("update movement set quantity = quantity + 1 where id = 1", {"seals", "balances"}),
    "a movement is removed": ("delete from movement where id = 2", {"seals", "balances"}),
    "a balance is set by hand": (
        "update balance set on_hand = on_hand + 5 where site = 'DC1' and item_id = 'SKU-2'", {"balances", "conservation"},
    ),
    "a balance is removed": ("delete from balance where site = 'DC1' and item_id = 'SKU-3'", {"balances", "conservation"}),
    "a state that does not exist": ("update document set state = 'lost' where id = 1", {"states", "history"}),
    "a delivery is set back": ("update delivery set state = 'pending' where id = 1", {"history"}),
    "a history that is not legal": (
        "insert into transition (subject, subject_id, from_state, to_state, at) values ('document', 1, 'applied', 'staged', 1)",
        {"moves", "history"},
    ),
    "a history with a gap": (
        "insert into transition (subject, subject_id, from_state, to_state, at) values ('document', 1, 'dead', 'ready', 1)",
        {"history"},
    ),
    "a letter is closed by hand": ("update dead_letter set state = 'discarded' where subject = 'delivery'", {"letters"}),
    "a letter without a reason": ("update dead_letter set sentence = '' where subject = 'document'", {"reasons"}),
    "a key is let go of by hand": ("delete from blocked_key", {"keys"}),
    "a key is held by nobody": ("update blocked_key set holder_id = 1", {"keys"}),
    "an effect of what was not applied": (
        "update document set state = 'ready' where id = (select max(document_id) from movement)", {"effects", "history"},
    ),
    "kept bytes are changed": ("update raw set body = BLOB where message_id = 1", {"raw"}),
}  # fmt: skip


def test_each_tampering_is_found(works):
    """Each in a transaction that is taken back."""
    seals.seal(works.ledger, now=clock.now() + LATER)
    blob = "x'78'" if works.ledger.is_sqlite else "'x'::bytea"
    for tampering, (statement, expected) in TAMPERINGS.items():
        with works.ledger.engine.connect() as connection, connection.begin() as transaction:
            assert connection.execute(text(statement.replace("BLOB", blob))).rowcount > 0, tampering
            found = checks.look(connection, raw_store=works.bridge.settings.raw_store)
            transaction.rollback()
        named = {one.name for one in found if one.problems}
        assert expected <= named, tampering
        assert all(one.remedy for one in found if one.problems)
    assert problems(works) == {}


def test_something_about_nothing_is_found_where_the_database_lets_it_happen(works):
    with works.ledger.write() as connection:
        connection.execute(text("delete from business_key"))
        connection.execute(
            text("insert into business_key (key, content_hash, document_id) values ('k', 'h', 999999)")
        )
    assert set(problems(works)) == {"orphans"}


def test_a_row_slipped_into_what_was_sealed_is_found(works):
    seals.seal(works.ledger, now=clock.now() + LATER)
    with works.ledger.write() as connection:
        connection.execute(text("delete from seal where trail != 'audit'"))
        connection.execute(text("update transition set id = id + 1000000 where id > 5"))
    seals.seal(works.ledger, now=clock.now() + LATER)
    with works.ledger.write() as connection:
        connection.execute(text("update transition set id = 500 where id = (select max(id) from transition)"))
    assert "seals" in problems(works)


def test_what_is_young_is_not_sealed_and_segments_hang_together(works, monkeypatch):
    assert seals.seal(works.ledger, now=clock.now()) == 0
    monkeypatch.setattr(seals, "SEGMENT", 7)
    monkeypatch.setattr(seals, "_AT_ONCE", 3)
    sealed = seals.seal(works.ledger, now=clock.now() + LATER)
    with works.ledger.read() as connection:
        rows = sum(one.rows for trail in seals.TRAILS for one in seals.of(connection, trail))
        assert rows == sealed > 21
    assert problems(works) == {}
    works.take_in(company.event("dc1-a", "later", sku="SKU-4"))
    seals.seal(works.ledger, now=clock.now() + LATER)
    assert problems(works) == {}
    with works.ledger.write() as connection:
        connection.execute(text("update seal set sha256 = 'x' where trail = 'transition' and first_id = 1"))
    assert len(problems(works)["seals"]) == 2  # its own segment, and the one that holds its digest


def test_balances_are_rebuilt_with_a_reason_and_an_audit_entry(works):
    with works.ledger.write() as connection:
        connection.execute(
            text("update balance set on_hand = on_hand + 2500000 where site = 'DC1' and item_id = 'SKU-2'")
        )
        connection.execute(text("delete from balance where site = 'DC1' and item_id = 'SKU-3'"))
    with works.ledger.read() as connection:
        found = rebuild.differences(connection)
    assert [(one.item_id, one.on_hand - one.rebuilt) for one in found] == [
        ("SKU-2", Decimal("2.5")), ("SKU-3", -found[1].rebuilt),
    ]  # fmt: skip
    with pytest.raises(RebuildRefused, match="give a reason"):
        rebuild.apply(works.ledger, actor="olaf", reason=" ", at=datetime.now(UTC))
    assert (
        rebuild.apply(works.ledger, actor="olaf", reason="a repair went wrong", at=datetime.now(UTC)) == found
    )
    assert problems(works) == {}
    entries = works.rows(t.audit, t.audit.c.action == "balance.rebuild")
    assert [(entry.actor, entry.subject_id, entry.reason) for entry in entries] == [
        ("olaf", "SKU-2@DC1", "a repair went wrong"), ("olaf", "SKU-3@DC1", "a repair went wrong"),
    ]  # fmt: skip


def test_the_commands_say_it_and_end_with_one(works, monkeypatch):
    monkeypatch.setenv("CROSSDOCK_LEDGER_URL", works.ledger.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CROSSDOCK_DATA", str(works.bridge.settings.data))
    ask = CliRunner().invoke
    sound = ask(app, ["ledger", "verify", "--raw", "--json"])
    assert (sound.exit_code, json.loads(sound.stdout)["sound"]) == (0, True)
    assert ask(app, ["ledger", "rebuild", "--shadow"]).exit_code == 0
    with works.ledger.write() as connection:
        connection.execute(
            text("update balance set on_hand = on_hand + 1 where site = 'DC1' and item_id = 'SKU-2'")
        )
    wrong = ask(app, ["ledger", "verify"])
    assert wrong.exit_code == 1
    assert "rebuild --shadow" in wrong.stdout
    assert ask(app, ["ledger", "rebuild", "--shadow", "--json"]).exit_code == 1
    assert ask(app, ["ledger", "rebuild", "--apply"]).exit_code == 1
    assert ask(app, ["ledger", "rebuild"]).exit_code == 1
    assert ask(app, ["ledger", "rebuild", "--apply", "--reason", "by hand"]).exit_code == 0
    assert ask(app, ["ledger", "verify"]).exit_code == 0
