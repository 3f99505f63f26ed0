"""What is old goes in small steps; keys, movements and whatever is still open stay."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bridge import clock, retention
from bridge.ingress.contract import Content
from bridge.integrity import checks
from bridge.retention import Pruned
from bridge.store import raw
from bridge.store import tables as t
from tests import company, effects
from tests.effects import Works

pytestmark = pytest.mark.integration
YEARS = timedelta(days=800)


@pytest.fixture
def works(tmp_path: Path, ledger_url: str) -> Iterator[Works]:
    opened = effects.open_works(tmp_path, ledger_url)
    yield opened
    opened.close()


def age(works: Works) -> None:
    """Everything there is now came long ago."""
    with works.ledger.write() as connection:
        connection.execute(update(t.message).values(received_at=clock.now() - YEARS))
        connection.execute(update(t.attempt).values(at=clock.now() - YEARS))
    long_ago = (clock.now() - YEARS).timestamp()
    for path in works.bridge.settings.raw_store.rglob("*"):
        os.utime(path, (long_ago, long_ago))


def test_what_is_old_and_settled_goes_and_is_still_recognised(works, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 7)
    store = works.bridge.settings.raw_store
    old = [company.event("dc1-a", f"old-{n}") for n in range(30)]
    large = effects.many(2_000, name="large.csv")
    works.take_in(*old, large, Content("dc1-a", key="wh/x", body=b"{"))
    age(works)
    works.take_in(company.event("dc1-a", "new"))
    planned = retention.plan(works.ledger, now=clock.now(), days=400)
    deleted = retention.prune(works.ledger, store, now=clock.now(), days=400)
    assert deleted == planned == Pruned(31, planned.attempts, 1)
    assert planned.attempts >= 30
    assert list(store.rglob("?" * 64)) == []
    with works.ledger.read() as connection:
        assert (
            connection.execute(select(func.count()).select_from(t.raw)).scalar_one() == 2
        )  # new, and unreadable
    again = works.bridge.accept_all([*old, large])
    assert all(answer.duplicate for answer in again)
    found = checks.verify(works.ledger, raw_store=store)
    assert [one.problems for one in found if one.problems] == []
    assert retention.prune(works.ledger, store, now=clock.now(), days=400) == Pruned(0, 0, 0)


def test_bytes_that_came_again_are_not_taken_from_under_the_new_message(works):
    """Two messages with the same bytes share a file; it goes with the last of them, and not while it is kept anew."""
    store = works.bridge.settings.raw_store
    large = effects.many(2_000, name="large.csv")
    works.take_in(large)
    age(works)
    sha256 = works.rows(t.message)[0].sha256
    with (store / sha256[:2] / sha256).open("rb") as file:
        raw.keep(store, file, sha256)  # an acceptor that has not committed yet
    deleted = retention.prune(works.ledger, store, now=clock.now(), days=400)
    assert (deleted.raw, deleted.files) == (1, 0)
    assert (store / sha256[:2] / sha256).exists()
