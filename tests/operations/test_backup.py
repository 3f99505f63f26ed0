"""Back to a point: what was backed up is put back, doors and senders bring the rest again, nothing is doubled."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bridge import backup
from bridge.backup import BackupRefused
from bridge.ingress.contract import Content
from bridge.integrity import checks
from bridge.store import migrate
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from tests import company, effects
from tests.effects import Works

pytestmark = pytest.mark.integration


@pytest.fixture
def works(tmp_path: Path, ledger_url: str) -> Iterator[Works]:
    opened = effects.open_works(tmp_path, ledger_url)
    yield opened
    opened.close()


def events(start: int, end: int) -> list[Content]:
    return [company.event("dc1-a", f"n{number}", sku=f"SKU-{number % 9 + 1}") for number in range(start, end)]


def file_of(number: int) -> Content:
    """Larger than what stands inline, so that it is in the raw store."""
    return effects.many(2_000, start=number * 10_000, name=f"f{number}.csv")


def test_restored_and_brought_again_is_as_if_nothing_had_happened(works, tmp_path, ledger_url):
    before, later = [*events(0, 10), file_of(1)], [*events(10, 20), file_of(2)]
    works.take_in(*before)
    made = backup.make(works.bridge.settings, tmp_path / "backup")
    assert (made.files, made.schema) == (1, migrate.revisions()[-1])
    works.take_in(*later)
    effects_before = list(works.erp.effects)
    with works.ledger.read() as connection:
        balances = connection.execute(
            t.balance.select().order_by(t.balance.c.item_id, t.balance.c.site)
        ).all()
    works.close()

    shutil.rmtree(works.bridge.settings.raw_store)
    backup.restore(works.bridge.settings, tmp_path / "backup", force=True)
    again = effects.open_works(tmp_path, ledger_url)
    again.erp.effects = effects_before  # the ERP was not set back
    answers = again.bridge.accept_all(
        [*before, *later]
    )  # the archives of the doors, and senders that send again
    again.work()

    assert [answer.duplicate for answer in answers] == [True] * len(before) + [False] * len(later)
    keys = [effect.key for effect in again.erp.effects]
    assert len(keys) == len(set(keys))
    assert set(again.erp.numbers) >= {f"n{number}" for number in range(20)}
    with again.ledger.read() as connection:
        assert (
            connection.execute(t.balance.select().order_by(t.balance.c.item_id, t.balance.c.site)).all()
            == balances
        )
    found = checks.verify(again.ledger, raw_store=again.bridge.settings.raw_store)
    assert [one.problems for one in found if one.problems] == []
    again.close()


def test_what_cannot_be_right_is_refused_with_the_remedy(works, tmp_path):
    settings, target = works.bridge.settings, tmp_path / "backup"
    backup.make(settings, target)
    with pytest.raises(BackupRefused, match="not empty"):
        backup.make(settings, target)
    with pytest.raises(BackupRefused, match="--force"):
        backup.restore(settings, target)
    about = json.loads((target / "backup.json").read_text())
    (target / "backup.json").write_text(json.dumps({**about, "schema": "9999"}))
    with pytest.raises(BackupRefused, match="newer version"):
        backup.restore(settings, target, force=True)
    other = "postgresql" if works.ledger.is_sqlite else "sqlite"
    (target / "backup.json").write_text(json.dumps({**about, "database": other}))
    with pytest.raises(BackupRefused, match=f"is of {other}"):
        backup.restore(settings, target, force=True)
    (target / "backup.json").unlink()
    with pytest.raises(BackupRefused, match="no whole backup"):
        backup.restore(settings, target, force=True)


def test_a_backup_is_one_moment_of_a_ledger_that_is_being_written(works, tmp_path):
    works.take_in(*events(0, 5))
    with works.ledger.write() as connection:
        connection.execute(text("update balance set on_hand = on_hand"))
        if not works.ledger.is_sqlite:  # the dump reads beside an open transaction
            backup.make(works.bridge.settings, tmp_path / "backup")
    if works.ledger.is_sqlite:
        backup.make(works.bridge.settings, tmp_path / "backup")
        copy = Ledger(f"sqlite:///{tmp_path}/backup/ledger.db")
        assert [one.problems for one in checks.verify(copy) if one.problems] == []
        copy.dispose()
