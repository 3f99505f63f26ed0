"""Accept: one yes per key, given only for what is durably kept."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import pytest
from sqlalchemy import event

from bridge.errors import ContentConflict, Overloaded, TooLarge
from bridge.ingress.contract import Content
from bridge.pipeline.accept import Accepted
from bridge.store import raw
from bridge.store import tables as t
from tests import company, effects
from tests.effects import Works

pytestmark = pytest.mark.integration


@pytest.fixture
def works(tmp_path: Path, ledger_url: str):
    opened = effects.open_works(tmp_path, ledger_url, raw_inline_limit=1_000, raw_limit=5_000)
    yield opened
    opened.close()


def kept(works: Works, message_id: int) -> bytes:
    with raw.open_raw(works.ledger, works.bridge.settings.raw_store, message_id) as file:
        return file.read()


def test_the_same_again_gets_the_same_yes_and_is_counted(works):
    first = works.bridge.accept_one(company.event("dc1-a", "e1"))
    again = [works.bridge.accept_one(company.event("dc1-a", "e1")) for _ in range(2)]
    assert first == Accepted(first.public_id, duplicate=False)
    assert again == [Accepted(first.public_id, duplicate=True)] * 2
    (message,) = works.rows(t.message)
    assert message.duplicates == 2


def test_the_same_key_from_another_source_is_another_message(works):
    one = works.bridge.accept_one(company.event("dc1-a", "e1"))
    other = works.bridge.accept_one(company.event("dc1-b", "e1"))
    assert one.public_id != other.public_id
    assert not other.duplicate


def test_the_same_key_with_other_content_is_refused_and_somebody_is_told(works):
    works.bridge.accept_one(company.event("dc1-a", "e1", qty=1))
    for _ in range(2):
        with pytest.raises(ContentConflict, match="with other content"):
            works.bridge.accept_one(company.event("dc1-a", "e1", qty=2))
    assert works.count(t.message) == 1
    (alert,) = works.rows(t.alert)
    assert (alert.code, alert.subject, alert.count) == ("DUP_CONTENT_CONFLICT", "wh/dc1-a/e1", 2)


def test_a_group_shares_one_commit_and_each_gets_its_own_answer(works):
    commits = []
    event.listen(works.ledger.engine, "commit", lambda _connection: commits.append(1))
    contents = [company.event("dc1-a", f"e{n}") for n in range(30)]
    contents += [company.event("dc1-a", "e0"), company.event("dc1-a", "e1", qty=9)]
    answers = works.bridge.accept_all(contents)
    assert len(commits) == 1
    assert len({answer.public_id for answer in answers[:30]}) == 30
    assert answers[30] == Accepted(answers[0].public_id, duplicate=True)
    assert isinstance(answers[31], ContentConflict)
    assert works.count(t.message) == 30


def test_arrivals_that_wait_while_one_commits_share_the_next(works):
    commits = []
    event.listen(works.ledger.engine, "commit", lambda _connection: commits.append(1))

    async def knock() -> list[Accepted]:
        knocks = (works.bridge.accept(company.event("dc1-a", f"e{n}")) for n in range(32))
        return await asyncio.gather(*knocks)

    answers = asyncio.run(knock())
    assert len({answer.public_id for answer in answers}) == 32
    assert len(commits) <= 3


def test_one_refusal_in_a_group_is_nobody_elses(works):
    contents = [company.event("dc1-a", "e1"), Content("dc1-a", key="e2", body=b"x" * 5_001)]
    good, refused = works.bridge.accept_all(contents)
    assert isinstance(good, Accepted)
    assert isinstance(refused, TooLarge)
    with pytest.raises(TooLarge, match="at most 5000"):
        asyncio.run(works.bridge.accept(contents[1]))


def test_yes_is_said_after_the_commit_and_the_bell_is_set_with_it(works):
    works.bridge.accept_one(company.event("dc1-a", "e1"))
    (message,) = works.rows(t.message)
    assert (message.state, message.source, message.lane_id) == ("accepted", "dc1-a", works.source())
    assert [row.lane_id for row in works.rows(t.bell) if row.set_at] == [works.source()]


def test_a_duplicate_rings_for_nobody(works):
    works.take_in(company.event("dc1-a", "e1"))
    works.bridge.accept_one(company.event("dc1-a", "e1"))
    assert [row.lane_id for row in works.rows(t.bell) if row.set_at] == []


def test_small_bytes_stand_in_the_ledger_as_they_came(works):
    body = b'\x00\xff{"a":1}\r\n'
    works.bridge.accept_one(Content("dc1-a", key="e1", body=body))
    (row,) = works.rows(t.raw)
    assert (row.body, row.url) == (body, None)


@pytest.mark.parametrize("way", ["body", "path"])
def test_large_bytes_are_flushed_to_the_store_before_the_row_commits(works, tmp_path, monkeypatch, way):
    body = os.urandom(3_000)
    sha256 = hashlib.sha256(body).hexdigest()
    flushed, committed = [], []
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        assert committed == []
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    event.listen(works.ledger.engine, "commit", lambda _connection: committed.append(1))
    (tmp_path / "big").write_bytes(body)
    content = {"body": {"body": body}, "path": {"path": tmp_path / "big"}}[way]
    works.bridge.accept_one(Content("counts", name="big", **content))
    store = works.bridge.settings.raw_store
    assert (store / sha256[:2] / sha256).read_bytes() == body
    assert {str((store / sha256[:2]).resolve()), str(store.resolve())} <= set(flushed)
    assert len(flushed) == 3
    assert committed == [1]
    (row,) = works.rows(t.raw)
    assert (row.body, row.url) == (None, f"file:{sha256[:2]}/{sha256}")
    assert kept(works, row.message_id) == body
    assert sorted(path.name for path in (store / sha256[:2]).iterdir()) == [sha256]


def test_keeping_large_bytes_that_fail_half_way_leaves_nothing_behind(works, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        works.bridge.accept_one(Content("counts", body=b"x" * 3_000))
    assert works.count(t.message) == 0
    assert [path for path in works.bridge.settings.raw_store.rglob("*") if path.is_file()] == []


def test_a_file_is_known_by_its_content(works):
    first = works.bridge.accept_one(effects.many(2, name="monday.csv"))
    again = works.bridge.accept_one(effects.many(2, name="tuesday.csv"))
    assert again == Accepted(first.public_id, duplicate=True)


def test_a_file_is_known_by_its_content_and_name_where_the_source_says_so(works):
    works.bridge.company.sources["counts"].options["identity"] = "content+name"
    first = works.bridge.accept_one(effects.many(2, name="monday.csv"))
    other = works.bridge.accept_one(effects.many(2, name="tuesday.csv"))
    again = works.bridge.accept_one(effects.many(2, name="monday.csv"))
    assert not other.duplicate
    assert again == Accepted(first.public_id, duplicate=True)


def test_an_empty_arrival_is_kept_too(works):
    works.bridge.accept_one(Content("counts", name="empty.csv", body=b""))
    (message,) = works.rows(t.message)
    assert (message.size, kept(works, message.id)) == (0, b"")


def test_without_room_on_the_disk_nothing_is_taken_and_nothing_is_lost(tmp_path, ledger_url):
    full = effects.open_works(tmp_path, ledger_url, free_space=1 << 60)
    with pytest.raises(Overloaded, match="MB are free"):
        full.bridge.accept_one(company.event("dc1-a", "e1"))
    (content,) = [effects.many(3)]
    drop = full.bridge.settings.data / "drop" / "in"
    drop.mkdir(parents=True)
    (drop / "rows.csv").write_bytes(content.body or b"")
    for _ in range(3):
        with full.ledger.write() as connection:
            connection.execute(t.schedule.update().values(due_at=0))
        full.bridge.tick("test")
    assert full.rows(t.message) == []
    (row,) = full.rows(t.schedule, t.schedule.c.name == "poll:counts")
    assert "nothing is accepted until there is room again" in row.last_error
    full.close()
    roomy = effects.open_works(tmp_path, ledger_url)
    for _ in range(3):
        roomy.bridge.poll("counts")
    assert [message.name for message in roomy.rows(t.message)] == ["rows.csv"]
    roomy.close()
