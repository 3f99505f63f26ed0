"""Deliver: retries, rests, unknown outcomes and what they mean for the order of a key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bridge import replay
from bridge.connectors.contract import Receipt
from bridge.errors import DestinationLimited, DestinationRejected, DestinationUnavailable, ResultUnknown
from bridge.pipeline import deliver, stations
from bridge.store import keys, lanes
from bridge.store import tables as t
from tests import company, effects
from tests.effects import IDEMPOTENT, LOOKUP, NEITHER, Works

pytestmark = pytest.mark.integration

AT = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path: Path, ledger_url: str):
    """Opens the company with endpoints of given features."""
    found: list[Works] = []

    def open_works(features=IDEMPOTENT, **outlet) -> Works:
        found.append(effects.open_works(tmp_path, ledger_url, features=features, outlet=outlet))
        return found[-1]

    yield open_works
    for works in found:
        works.close()


def number(one) -> str:
    return one.document["data"]["number"]


def failing(error: Exception, *numbers: str, times: int = 99):
    """An answer that fails documents of these numbers, so many times."""
    return lambda one, count: error if number(one) in numbers and count <= times else Receipt(200)


def events(*numbers: str, sku: str = "SKU-1"):
    return [company.event("dc1-a", one, sku=sku) for one in numbers]


def lane(works: Works):
    (row,) = works.rows(t.lane, t.lane.c.id == works.endpoint())
    return row


def until_settled(works: Works, rounds: int = 12) -> None:
    for _ in range(rounds):
        works.wake()
        works.work()


def test_a_retry_holds_its_key_and_no_other(opened):
    works = opened()
    works.erp.answer = failing(DestinationUnavailable(), "a1")
    works.take_in(*events("a1", "a2"), *events("b1", "b2", sku="SKU-2"))
    assert works.erp.numbers == ["b1", "b2"]
    assert works.states(t.delivery) == {"delivered": 2, "retry": 1, "waiting": 1}
    works.erp.answer = failing(DestinationUnavailable())
    works.wake()
    works.work()
    assert works.erp.numbers == ["b1", "b2", "a1", "a2"]
    assert works.rows(t.blocked_key) == []


def test_tries_used_up_become_a_letter_and_the_key_stays_held(opened):
    works = opened()
    works.erp.answer = failing(DestinationUnavailable("nobody there"), "a1")
    works.take_in(*events("a1", "a2", "a3"))
    until_settled(works)
    (letter,) = works.letters()
    assert (letter.code, letter.subject, letter.endpoint) == ("DST_TIMEOUT", "delivery", "erp")
    assert "nobody there" in letter.sentence
    assert len(works.erp.requests) == 3
    assert works.states(t.delivery) == {"dead": 1, "waiting": 2}
    assert works.count(t.attempt) == 3


def test_a_refusal_keeps_the_endpoints_own_words(opened):
    works = opened()
    works.erp.answer = failing(DestinationRejected("customer is blocked", status=422), "a1")
    works.take_in(*events("a1"))
    (letter,) = works.letters()
    assert (letter.code, letter.sentence) == ("DST_REJECTED", "customer is blocked")
    (attempt,) = works.rows(t.attempt)
    assert (attempt.outcome, attempt.status, attempt.detail) == ("DST_REJECTED", 422, "customer is blocked")


def test_a_replayed_delivery_keeps_its_key_and_the_order_of_those_behind_it(opened):
    works = opened()
    works.erp.answer = failing(DestinationRejected(), "a1")
    works.take_in(*events("a1", "a2", "a3"))
    (letter,) = works.letters()
    works.erp.answer = failing(DestinationRejected())
    replay.replay(works.ledger, [letter.public_id], actor="olaf", reason="unblocked", ring=lambda _: None)
    works.work()
    assert works.erp.numbers == ["a1", "a2", "a3"]
    assert works.erp.requests[0] == works.erp.requests[1]
    assert works.letters()[0].state == "resolved"


def test_the_key_of_a_delivery_is_its_documents_and_its_endpoints(opened):
    works = opened()
    works.take_in(*events("a1"))
    (document,) = works.rows(t.document)
    assert works.erp.requests == [[f"out/{document.public_id}/erp"]]


def test_an_unknown_outcome_is_sent_again_under_its_key_where_keys_are_known(opened):
    works = opened(IDEMPOTENT)

    def lost(one, count):
        works.erp.take_effect(one)
        return ResultUnknown("cut off") if count == 1 else Receipt(200)

    works.erp.answer = lost
    works.take_in(*events("a1"))
    until_settled(works, 2)
    assert works.erp.numbers == ["a1"]
    assert len(works.erp.requests) == 2
    assert works.states(t.delivery) == {"delivered": 1}


@pytest.mark.parametrize("keys", [1, 3])
def test_an_unknown_outcome_is_asked_for_where_the_endpoint_can_be_asked(opened, keys):
    """Also when so many keys fail that the whole lane rests and no try is counted."""
    works = opened(LOOKUP)

    def lost(one, count):
        works.erp.take_effect(one)
        return ResultUnknown("cut off")

    works.erp.answer = lost
    for n in range(keys):
        works.bridge.accept_all(events(f"a{n}", sku=f"SKU-{n + 1}"))
    works.work()
    until_settled(works, 4)
    assert len(works.erp.asked) == keys
    assert sorted(works.erp.numbers) == [f"a{n}" for n in range(keys)]
    assert works.states(t.delivery) == {"delivered": keys}


def test_what_did_not_take_effect_is_sent_again_after_asking(opened):
    works = opened(LOOKUP)
    works.erp.answer = failing(ResultUnknown(), "a1", times=1)
    works.take_in(*events("a1"))
    until_settled(works, 2)
    assert (len(works.erp.asked), works.erp.numbers) == (1, ["a1"])


@pytest.mark.parametrize("broken", [ResultUnknown("no answer"), KeyError("a bug of the connector")])
def test_who_cannot_be_asked_is_not_sent_again(opened, broken):
    works = opened(LOOKUP)
    works.erp.answer = failing(ResultUnknown(), "a1")

    async def look_up(key, *, timeout):
        raise broken

    works.erp.look_up = look_up
    works.take_in(*events("a1"))
    until_settled(works, 1)
    assert len(works.erp.requests) == 1


def test_an_unknown_outcome_that_nobody_can_settle_is_parked_and_holds_its_key(opened):
    works = opened(NEITHER)
    works.erp.answer = failing(ResultUnknown("cut off"), "a1")
    works.take_in(*events("a1", "a2"), *events("b1", sku="SKU-2"))
    until_settled(works)
    assert works.states(t.delivery) == {"parked": 1, "waiting": 1, "delivered": 1}
    assert len(works.erp.requests) == 2
    (letter,) = works.letters()
    assert letter.code == "DST_UNKNOWN_RESULT"


def test_a_wish_for_a_pause_rests_the_whole_lane_for_so_long(opened):
    works = opened()
    works.erp.answer = failing(DestinationLimited(retry_after=120.0), "a1")
    before = datetime.now(UTC)
    works.take_in(*events("a1"))
    assert lane(works).paused_until >= before + timedelta(seconds=120)
    works.take_in(*events("b1", sku="SKU-2"))
    assert works.erp.numbers == []
    assert len(works.erp.requests) == 1
    works.erp.answer = failing(DestinationLimited())
    works.wake()
    works.work()
    assert works.erp.numbers == ["a1", "b1"]
    assert lane(works).failures == 0


@pytest.mark.parametrize("tries", [1, 3])
def test_an_outage_rests_the_lane_and_uses_up_nobodys_tries(opened, tries):
    works = opened(retry={**effects.RETRY, "tries": tries})
    works.erp.answer = lambda _one, _count: DestinationUnavailable()
    works.bridge.accept_all([one for n in range(1, 7) for one in events(f"k{n}", sku=f"SKU-{n}")])
    works.work()
    until_settled(works, 8)
    assert works.letters() == []
    assert lane(works).failures > 3
    assert lane(works).paused_until is not None
    first, later = len({key for request in works.erp.requests[:6] for key in request}), works.erp.requests[6:]
    assert first == 6
    assert len(later) <= 8 * 4  # while it is down only a few are tried
    works.erp.answer = lambda _one, _count: Receipt(200)
    until_settled(works, 6)
    assert sorted(works.erp.numbers) == [f"k{n}" for n in range(1, 7)]


def test_one_key_that_fails_does_not_rest_the_lane(opened):
    works = opened()
    works.erp.answer = failing(DestinationUnavailable(), "a1")
    works.take_in(*events("a1"))
    assert lane(works).paused_until is None
    works.take_in(*events("b1", sku="SKU-2"))
    assert works.erp.numbers == ["b1"]


@pytest.mark.parametrize("given", ["too few", "exception"])
def test_a_connectors_bug_is_a_letter_of_what_it_was_about_and_nothing_is_sent_twice(opened, given):
    works = opened(NEITHER)
    deliver = works.erp.deliver

    async def buggy(batch, *, timeout):
        results = await deliver(batch, timeout=timeout)
        if number(batch[0]) != "a1":
            return results
        if given == "too few":
            return []
        raise KeyError("oops")

    works.erp.deliver = buggy
    works.bridge.accept_all([*events("a1"), *events("b1", sku="SKU-2")])
    works.work()
    (letter,) = works.letters()
    assert letter.code == "INT_BUG"
    assert sorted(works.erp.numbers) == ["a1", "b1"]
    assert len(works.erp.requests) == 2


def test_an_endpoint_that_cannot_be_opened_loses_nothing(opened):
    works = opened()
    del works.endpoints["erp"]
    works.take_in(*events("a1"), *events("b1", sku="SKU-2"))
    assert works.letters() == []
    works.endpoints["erp"] = works.erp
    until_settled(works, 3)
    assert sorted(works.erp.numbers) == ["a1", "b1"]


@pytest.mark.parametrize("features", [IDEMPOTENT, LOOKUP, NEITHER], ids=["key", "lookup", "neither"])
def test_what_a_holder_was_sending_when_it_ended_is_settled_by_what_the_endpoint_can_do(opened, features):
    works = opened(features)
    works.bridge.accept_all([*events("a1", "a2"), *events("b1", sku="SKU-2")])
    works.runner.work(works.source())
    assert works.states(t.delivery) == {"delivered": 3}
    reset(works)
    works.work()
    if features is NEITHER:
        assert works.states(t.delivery) == {"parked": 3}
        assert {letter.code for letter in works.letters()} == {"DST_UNKNOWN_RESULT"}
        assert len(works.erp.effects) == 3
    else:
        until_settled(works, 2)
        assert works.states(t.delivery) == {"delivered": 3}
        assert sorted(works.erp.numbers) == ["a1", "a2", "b1"]
        assert len(works.erp.asked) == (3 if features is LOOKUP else 0)


def reset(works: Works) -> None:
    """As if the holder of the endpoint's lane had ended after sending and before its commit."""
    ids = [row.id for row in works.rows(t.delivery)]
    with works.ledger.write() as connection:
        connection.execute(update(t.delivery).values(state="pending", tries=0, delivered_at=None))
        connection.execute(
            update(t.lane)
            .where(t.lane.c.id == works.endpoint())
            .values(holder="gone", lease_until=1, step="deliver", range_from=min(ids), range_to=max(ids))
        )


def test_what_is_in_doubt_stays_so_however_small_the_next_batches_are(opened):
    """Found by the simulation: a holder that ended twice forgot what the first one may have sent."""
    works = opened(LOOKUP)
    works.take_in(*events("a1"), *events("b1", sku="SKU-2"), *events("c1", sku="SKU-3"))
    reset(works)
    first, *_ = sorted(row.id for row in works.rows(t.delivery))
    with works.ledger.write() as connection:
        lease = lanes.take(connection, works.ledger, works.endpoint(), holder="second", seconds=30)
        assert lease is not None
        station = stations.station(works.runner, lease)
        station.after_crash(connection, lease.suspect, at=datetime.now(UTC))
        lanes.advance(connection, works.ledger, lease, seconds=30, step="deliver", ids=[first])
    works.expire(works.endpoint())  # it ends as well, at the first of three
    works.work()
    assert works.states(t.delivery) == {"delivered": 3}
    assert sorted(works.erp.numbers) == ["a1", "b1", "c1"]


def test_of_several_that_were_parked_each_holds_the_key_in_its_turn(opened):
    """Found by the simulation: settling the oldest let what was replayed overtake what was still parked."""
    works = opened(NEITHER)
    works.take_in(*events("a1", "a2", "a3"))
    reset(works)
    works.erp.effects.clear()
    works.work()
    letters = {letter.number: letter.public_id for letter in works.letters()}
    assert works.states(t.delivery) == {"parked": 3}

    def act(what, number: str) -> None:
        what(works.ledger, [letters[number]], actor="olga", reason="looked", ring=lambda _: None)
        works.work()

    act(replay.replay, "a3")
    act(replay.discard, "a1")
    assert works.erp.numbers == []
    act(replay.replay, "a2")
    assert works.erp.numbers == ["a2", "a3"]
    assert works.rows(t.blocked_key) == []


def test_who_is_older_than_what_holds_its_key_goes_first(opened):
    """Found by the simulation: a letter about a younger delivery does not hold back an older one."""
    works = opened()
    works.erp.answer = failing(DestinationUnavailable(), "a1")
    works.bridge.accept_all(events("a1", "a2", "a3"))
    works.runner.work(works.source())
    rows = sorted(works.rows(t.delivery), key=lambda row: row.id)
    with works.ledger.write() as connection:
        connection.execute(update(t.delivery).values(state="pending", due_at=None))
        connection.execute(t.blocked_key.delete())
        deliver.park(connection, _detailed(connection, rows[1]), code="DST_UNKNOWN_RESULT", text="?", at=AT)
    works.erp.answer = failing(DestinationUnavailable(), "a1", times=2)
    works.work()
    assert works.states(t.delivery) == {"retry": 1, "parked": 1, "waiting": 1}
    until_settled(works)
    assert works.erp.numbers == ["a1"]
    (letter,) = [letter for letter in works.letters() if letter.state == "open"]
    replay.replay(works.ledger, [letter.public_id], actor="olga", reason="not booked", ring=lambda _: None)
    works.work()
    assert works.erp.numbers == ["a1", "a2", "a3"]


def _detailed(connection, row):
    return connection.execute(
        deliver._detailed(select(t.delivery.c.id).where(t.delivery.c.id == row.id))
    ).all()


def test_a_delivery_that_ends_its_worker_three_times_is_set_aside_and_its_neighbours_go_on(opened):
    works = opened()
    works.erp.answer = failing(DestinationUnavailable(), "a1", "b1")
    works.take_in(*events("a1"))
    works.take_in(*events("b1", sku="SKU-2"))
    works.erp.answer = failing(DestinationUnavailable())
    works.wake()
    (first, _) = sorted(row.id for row in works.rows(t.delivery))

    with works.ledger.write() as connection:
        connection.execute(
            update(t.lane)
            .where(t.lane.c.id == works.endpoint())
            .values(
                holder="gone",
                lease_until=1,
                step="deliver",
                range_from=first,
                range_to=first,
                crashes=2,
                batch=1,
            )
        )
    works.work()
    assert works.erp.numbers == ["b1"]
    (letter,) = works.letters()
    assert letter.code == "INT_POISON"
    assert works.states(t.delivery) == {"parked": 1, "delivered": 1}


def test_what_a_person_lets_go_of_while_rows_are_taken_goes_first(opened, monkeypatch):
    """On SQLite nobody can: one writes at a time."""
    works = opened()
    if works.ledger.is_sqlite:
        return
    works.erp.answer = failing(DestinationRejected(), "a1")
    works.take_in(*events("a1", "a2"))
    works.bridge.accept_all(events("a3"))
    (letter,) = works.letters()
    real, looks = keys.holders, []

    def holders(connection, lane_id, wanted):
        looks.append(lane_id)
        if lane_id == works.endpoint() and looks.count(lane_id) == 1:
            replay.discard(works.ledger, [letter.public_id], actor="anna", reason="x", ring=lambda _: None)
        return real(connection, lane_id, wanted)

    monkeypatch.setattr(keys, "holders", holders)
    works.work()
    assert works.erp.numbers == ["a2", "a3"]
