"""Translate: staged parts, restarts in the middle, duplicates and conflicts, what cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge import replay
from bridge.ingress.contract import Content
from bridge.pipeline import translate
from bridge.store import raw
from bridge.store import tables as t
from tests import effects
from tests.effects import Works

pytestmark = pytest.mark.integration


@pytest.fixture
def works(tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(translate, "CHUNK_LINES", 1_000)  # small files of many chunks
    opened = effects.open_works(tmp_path, ledger_url)
    yield opened
    opened.close()


def chunks(works: Works, source: str, *, limit: int = 256) -> Any:
    """What the translate step reads from the messages of a source, chunk by chunk."""
    with works.ledger.read() as connection:
        rows = translate.take(connection, works.source(source), limit)
    return translate.read(rows, company=works.bridge.company, store=works.bridge.settings.raw_store)


def write_first(works: Works, source: str, count: int) -> None:
    """Translate as a worker does that ends after so many commits."""
    for _, chunk in zip(range(count), chunks(works, source), strict=False):
        with works.ledger.write() as connection:
            translate.write(connection, chunk, at=datetime.now(UTC))


def on_hand(works: Works) -> int:
    return int(sum(row.on_hand for row in works.rows(t.balance) if row.site == "DC1"))


def feed(*sets: str, control: str = "000000001") -> Content:
    body = (
        f"ISA*00*          *00*          *ZZ*KEEPER         *ZZ*SMALL          *261102*0930*U*00401*{control}*0*P*>~"
        f"GS*IB*KEEPER*SMALL*20261102*0930*{int(control)}*X*004010~" + "".join(sets)
        + f"GE*{len(sets)}*{int(control)}~IEA*1*{control}~"
    )  # fmt: skip
    return Content("stock", name=f"{control}.x12", body=body.encode())


def stock_set(number: str, lines: int, *, control: str = "0001", counted: int | None = None) -> str:
    segments = [f"ST*846*{control}", f"BIA*00*SI*{number}*20261102*0930", "N1*WH*DC1*92*DC1"]
    for line in range(1, lines + 1):
        segments += [f"LIN*{line}*SK*SKU-{line % 20 + 1}", f"QTY*17*{line}*EA"]
    segments += [f"CTT*{lines}"]
    segments += [f"SE*{len(segments) + 1 if counted is None else counted}*{control}"]
    return "".join(f"{segment}~" for segment in segments)


def test_a_file_of_many_chunks_comes_through_whole(works):
    works.take_in(effects.many(2_750))
    assert on_hand(works) == 2_750
    assert works.states(t.document) == {"applied": 6}
    assert works.states(t.message) == {"translated": 1}


@pytest.mark.parametrize("commits", [1, 2, 3])
def test_a_restart_in_the_middle_of_a_large_file_is_harmless(works, commits):
    works.bridge.accept_one(effects.many(2_750))
    write_first(works, "counts", commits)
    works.work()
    assert on_hand(works) == 2_750
    assert works.states(t.document) == {"applied": 6}


def test_what_was_staged_behind_another_message_is_released_when_it_is_read_alone(works):
    """The chunks of the second reading need not be cut where those of the first were."""
    works.bridge.accept_one(feed(stock_set("S-1", 700)))
    works.bridge.accept_one(feed(stock_set("S-2", 1_200), control="000000002"))
    write_first(works, "stock", 1)
    assert works.states(t.document) == {"ready": 2, "staged": 1}
    assert works.states(t.message) == {"translated": 1, "accepted": 1}
    works.work()
    assert works.states(t.document) == {"applied": 5}
    assert works.wms.numbers == ["S-1"] * 2 + ["S-2"] * 3


def test_a_good_trailer_releases_a_set_that_was_staged_over_many_chunks(works):
    works.take_in(feed(stock_set("S-1", 2_300)))
    assert works.states(t.document) == {"applied": 5}
    assert len(works.wms.effects) == 5


def test_a_wrong_trailer_rejects_its_set_and_the_neighbour_goes_on(works):
    works.take_in(feed(stock_set("S-1", 2_300, counted=7), stock_set("S-2", 3, control="0002")))
    assert works.states(t.document) == {"applied": 1}
    (letter,) = works.letters()
    assert (letter.subject, letter.code) == ("part", "ENV_CONTROL_MISMATCH")
    assert works.wms.numbers == ["S-2"]


def test_a_set_that_was_rejected_may_come_again_with_the_right_trailer(works):
    works.take_in(feed(stock_set("S-1", 2_300, counted=7)))
    assert works.wms.effects == []
    works.take_in(feed(stock_set("S-1", 2_300)))
    assert works.states(t.document) == {"applied": 5}
    assert len(works.wms.effects) == 5


def test_what_an_earlier_chunk_staged_is_rejected_by_its_trailer_and_lets_go_of_its_keys(works):
    works.bridge.accept_one(feed(stock_set("S-1", 1_200)))
    write_first(works, "stock", 1)
    staged = works.rows(t.document, t.document.c.state == "staged")
    refused = translate.Chunk(closed=[(staged[0].message_id, staged[0].part, False)])
    with works.ledger.write() as connection:
        translate.write(connection, refused, at=datetime.now(UTC))
    assert works.states(t.document) == {"rejected": 2}
    works.work()
    assert works.states(t.document) == {"applied": 3, "rejected": 2}
    assert works.wms.numbers == ["S-1"] * 3


def test_a_message_that_broke_off_is_read_anew_when_it_is_replayed(works):
    """Its bytes were out of reach for a while; what the first reading staged is no hindrance."""
    content = effects.many(2_750)
    works.bridge.accept_one(content)
    (message,) = works.rows(t.message)
    (kept,) = works.rows(t.raw)
    write_first(works, "counts", 1)
    store = works.bridge.settings.raw_store
    (store / kept.url.removeprefix("file:")).rename(store / "away")
    works.work()
    (letter,) = works.letters()
    assert (letter.subject, letter.code) == ("message", "ENV_UNREADABLE")
    (store / "away").rename(store / kept.url.removeprefix("file:"))
    replay.replay(works.ledger, [letter.public_id], actor="olaf", reason="mounted again", ring=lambda _: None)
    works.work()
    assert on_hand(works) == 2_750
    assert works.states(t.message) == {"translated": 1}


def test_a_document_that_another_message_brought_before_has_no_second_effect(works):
    works.take_in(feed(stock_set("S-1", 3)))
    again = feed(stock_set("S-1", 3))
    works.take_in(Content("stock", name="again.x12", body=again.body + b"\n"))
    assert works.states(t.document) == {"applied": 1, "duplicate": 1}
    assert len(works.wms.effects) == 1


def test_two_messages_with_the_same_document_in_one_chunk_count_once_and_the_first_wins(works):
    one = feed(stock_set("S-1", 3))
    pair = [one, Content("stock", name="again.x12", body=one.body + b"\n")]
    works.bridge.accept_all(pair)
    works.work()
    assert works.states(t.document) == {"applied": 1, "duplicate": 1}
    (first, second) = sorted(works.rows(t.message), key=lambda row: row.id)
    owners = {row.state: row.message_id for row in works.rows(t.document)}
    assert owners == {"applied": first.id, "duplicate": second.id}
    assert works.letters() == []


def test_the_same_number_with_other_content_waits_for_a_person(works):
    works.take_in(feed(stock_set("S-1", 3)))
    works.take_in(feed(stock_set("S-1", 4), control="000000002"))
    assert works.states(t.document) == {"applied": 1, "dead": 1}
    (letter,) = works.letters()
    assert (letter.step, letter.code, letter.number) == ("translate", "DUP_CONTENT_CONFLICT", "S-1")
    assert letter.sentence == came_before(works.rows(t.message)[0])
    assert len(works.wms.effects) == 1


def test_the_same_number_twice_in_one_file_with_other_content_waits_for_a_person(works):
    works.take_in(feed(stock_set("S-1", 3), stock_set("S-1", 4, control="0002")))
    assert works.states(t.document) == {"applied": 1, "dead": 1}
    (letter,) = works.letters()
    assert letter.sentence == came_before(works.rows(t.message)[0])


def came_before(message: Any) -> str:
    return (
        "inventory.snapshot S-1 came before with other content, "
        f"on {message.received_at:%Y-%m-%d %H:%M UTC} in 000000001.x12, message {message.public_id}"
    )


def test_the_same_number_with_the_same_content_is_a_duplicate_whatever_its_control_number(works):
    works.take_in(feed(stock_set("S-1", 3)))
    works.take_in(feed(stock_set("S-1", 3), control="000000002"))
    assert works.states(t.document) == {"applied": 1, "duplicate": 1}
    assert works.letters() == []


def test_what_cannot_be_read_at_all_is_a_letter_of_the_message_and_its_bytes_are_kept(works):
    body = b'{"event_type": "inventory.adjusted", '
    works.take_in(Content("dc1-a", key="e1", body=body))
    (message,) = works.rows(t.message)
    (letter,) = works.letters()
    assert (message.state, letter.subject, letter.code) == ("dead", "message", "ENV_UNREADABLE")
    assert letter.location
    with raw.open_raw(works.ledger, works.bridge.settings.raw_store, message.id) as file:
        assert file.read() == body
