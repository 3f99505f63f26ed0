"""Lanes: one holder, a fence, a bell, and what a crash leaves behind."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bridge.store import lanes
from bridge.store import tables as t
from bridge.store.lanes import ALONE, CALM, FULL, POISON, SMALL, LeaseLost
from bridge.store.ledger import Ledger

pytestmark = pytest.mark.integration
AT = datetime(2026, 3, 1, tzinfo=UTC)


class Lane:
    """One lane and what is done to it, each in a transaction of its own."""

    def __init__(self, ledger: Ledger, kind: str = lanes.SOURCE, name: str = "wms") -> None:
        self.ledger = ledger
        with ledger.write() as connection:
            self.id = lanes.ensure(connection, kind, name)

    def take(self, holder: str = "a", seconds: float = 30):
        with self.ledger.write() as connection:
            return lanes.take(connection, self.ledger, self.id, holder=holder, seconds=seconds)

    def advance(self, lease, *ids: int, step: str = "apply", same_range: bool = False, seconds: float = 30):
        with self.ledger.write() as connection:
            lanes.advance(
                connection, self.ledger, lease, seconds=seconds, step=step, ids=ids, same_range=same_range
            )

    def give_back(self, lease) -> None:
        with self.ledger.write() as connection:
            lanes.give_back(connection, lease)

    def ring(self) -> list[int]:
        with self.ledger.write() as connection:
            return lanes.set_bells(connection, self.ledger, [self.id])

    def expire(self) -> None:
        self.set(lease_until=1)

    def set(self, **values: object) -> None:
        with self.ledger.write() as connection:
            connection.execute(update(t.lane).where(t.lane.c.id == self.id).values(**values))

    def row(self):
        with self.ledger.read() as connection:
            return connection.execute(select(t.lane).where(t.lane.c.id == self.id)).one()

    def bell(self) -> int | None:
        with self.ledger.read() as connection:
            return connection.execute(select(t.bell.c.set_at)).scalar_one()

    def unattended(self, older_than: float = 5.0) -> list[int]:
        with self.ledger.read() as connection:
            return lanes.unattended(connection, self.ledger, older_than=older_than)

    def due(self) -> list[int]:
        with self.ledger.read() as connection:
            return lanes.due(connection, self.ledger)

    def crash_on(self, *ids: int):
        """A holder takes the lane, begins with these rows and is never heard of again."""
        lease = self.take()
        same = lease.suspect is not None and lease.suspect.is_about("apply", ids)
        self.advance(lease, *ids, same_range=same)
        self.expire()
        return lease

    def add_message(self, state: str = "accepted") -> int:
        with self.ledger.write() as connection:
            return int(
                connection.execute(
                    t.message.insert()
                    .values(public_id="m", lane_id=self.id, source="wms", key="k", sha256="", size=1, format="json",
                            state=state, received_at=AT)
                    .returning(t.message.c.id)
                ).scalar_one()
            )  # fmt: skip

    def add_document(self, message_id: int, state: str) -> int:
        values = dict.fromkeys(("type", "number", "ordering_key", "key", "part", "position"), "x")
        with self.ledger.write() as connection:
            return int(
                connection.execute(
                    t.document.insert()
                    .values(public_id="d", message_id=message_id, ordinal=1, lane_id=self.id, state=state,
                            created_at=AT, body="{}", **values)
                    .returning(t.document.c.id)
                ).scalar_one()
            )  # fmt: skip

    def add_delivery(self, document_id: int, state: str, due_at: datetime | None = None) -> None:
        with self.ledger.write() as connection:
            connection.execute(
                t.delivery.insert().values(key="out", document_id=document_id, lane_id=self.id, endpoint="erp",
                                           ordering_key="x", state=state, due_at=due_at, created_at=AT)
            )  # fmt: skip


@pytest.fixture
def lane(ledger: Ledger) -> Lane:
    return Lane(ledger)


@pytest.fixture
def outlet(lane: Lane) -> Lane:
    return Lane(lane.ledger, lanes.ENDPOINT, "erp")


def test_making_a_lane_again_finds_the_same_one(lane):
    assert Lane(lane.ledger).id == lane.id


def test_a_lane_has_one_holder(lane):
    lease = lane.take("a")
    assert lease is not None
    assert lane.take("b") is None
    lane.give_back(lease)
    assert lane.take("b") is not None


def test_of_many_that_take_a_lane_at_once_one_gets_it(lane):
    leases, start = [], threading.Barrier(6)

    def take(name: str) -> None:
        start.wait()
        leases.append(lane.take(name))

    threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([lease for lease in leases if lease is not None]) == 1


@pytest.mark.parametrize("late", ["advance", "renew", "give_back"])
def test_a_holder_whose_lease_was_taken_can_write_nothing(lane, late):
    frozen = lane.take("a")
    lane.expire()
    assert lane.take("b") is not None
    before = lane.row()
    with pytest.raises(LeaseLost), lane.ledger.write() as connection:
        if late == "advance":
            lanes.advance(connection, lane.ledger, frozen, seconds=9, step="apply", ids=[1])
        elif late == "renew":
            lanes.renew(connection, lane.ledger, frozen, seconds=9)
        else:
            lanes.give_back(connection, frozen)
    assert lane.row() == before


def test_what_a_late_holder_wrote_beside_the_lane_is_rolled_back(lane):
    frozen = lane.take("a")
    lane.expire()
    lane.take("b")
    with pytest.raises(LeaseLost), lane.ledger.write() as connection:
        connection.execute(t.stamp.insert().values(name="late", version=1))
        lanes.give_back(connection, frozen)
    with lane.ledger.read() as connection:
        assert connection.execute(select(t.stamp)).all() == []


def test_the_holder_may_keep_a_lane_whose_lease_ran_out_while_nobody_took_it(lane):
    lease = lane.take(seconds=0)
    lane.advance(lease, 1)
    assert lane.row().lease_until > 1


def test_a_bell_is_set_once_and_cleared_by_whoever_takes_the_lane(lane):
    assert lane.ring() == [lane.id]
    assert lane.ring() == []
    lane.take()
    assert lane.bell() is None
    assert lane.ring() == [lane.id]


def test_a_bell_is_cleared_even_when_the_lane_is_held(lane):
    lane.take("a")
    lane.ring()
    assert lane.take("b") is None
    assert lane.bell() is None


def test_a_crash_is_counted_for_the_range_and_batches_shrink(lane):
    lane.crash_on(*range(1, 257))
    lease = lane.take()
    assert (lease.batch, lease.crashes) == (SMALL, 1)
    assert (lease.suspect.first, lease.suspect.last) == (1, 256)
    lane.advance(lease, *range(1, 17))
    lane.expire()
    lease = lane.take()
    assert (lease.batch, lease.crashes) == (ALONE, 1)
    assert lane.row().batch == ALONE


def test_a_range_is_no_poison_however_often_it_crashes(lane):
    for _ in range(POISON + 2):
        lane.crash_on(1, 2)
    assert not lane.take().suspect.is_poison


def test_a_row_worked_alone_is_poison_after_three_crashes(lane):
    for _ in range(POISON):
        lane.crash_on(7)
    suspect = lane.take().suspect
    assert (suspect.first, suspect.crashes, suspect.is_poison) == (7, POISON, True)


def test_crashes_of_different_rows_are_not_added(lane):
    lane.crash_on(7)
    lane.crash_on(7)
    lane.crash_on(8)
    assert lane.take().suspect.crashes == 1


def test_a_lease_that_ran_out_before_any_range_was_written_is_no_crash(lane):
    lane.take()
    lane.expire()
    lease = lane.take()
    assert (lease.suspect, lease.batch) == (None, FULL)


def test_a_lane_given_back_has_no_suspect(lane):
    lease = lane.take()
    lane.advance(lease, 1)
    lane.give_back(lease)
    assert lane.take().suspect is None


def test_batches_grow_back_after_calm(lane):
    lane.set(batch=ALONE)
    lease = lane.take()
    for _ in range(CALM):
        lanes.count_calm(lease)
    assert lease.batch == SMALL
    for _ in range(CALM):
        lanes.count_calm(lease)
    assert lease.batch == FULL
    lanes.shrink(lease)
    assert lease.batch == SMALL


def test_who_lets_go_in_the_middle_leaves_its_range_and_is_no_crash(lane):
    lease = lane.take()
    lane.advance(lease, 3, 4, 5)
    with lane.ledger.write() as connection:
        lanes.abandon(connection, lease)
    for _ in range(4):  # however often the database is away
        lease = lane.take(holder="b")
        assert lease.suspect == lanes.Suspect("apply", 3, 5, 0)
        lane.advance(lease, 3, 4, 5, same_range=True)
        with lane.ledger.write() as connection:
            lanes.abandon(connection, lease)


def test_batches_grow_back_on_a_database_so_slow_that_a_lease_sees_only_a_few(lane):
    lane.set(batch=ALONE)
    for expected in (SMALL, FULL, FULL):
        lease = lane.take()
        lanes.count_calm(lease)
        lane.give_back(lease)
        assert lane.row().batch == expected


def test_batches_do_not_grow_in_the_lease_after_a_crash_nor_without_work(lane):
    lane.set(batch=ALONE)
    lane.give_back(lane.take())
    assert lane.row().batch == ALONE
    lane.crash_on(1)
    lease = lane.take()
    assert lease.suspect is not None
    lanes.count_calm(lease)
    lane.give_back(lease)
    assert lane.row().batch == ALONE


def test_an_old_flag_is_unattended_a_young_one_is_not(lane):
    lane.ring()
    assert lane.unattended() == []
    assert lane.unattended(older_than=-1) == [lane.id]


def test_a_lease_that_ran_out_is_unattended(lane):
    lane.take()
    assert lane.unattended() == []
    lane.expire()
    assert lane.unattended() == [lane.id]


def test_work_that_nobody_rang_for_is_unattended_until_somebody_holds_the_lane(lane):
    assert lane.unattended() == []
    lane.add_message()
    assert lane.unattended() == [lane.id]
    lane.take()
    assert lane.unattended() == []


@pytest.mark.parametrize(("state", "found"), [("ready", True), ("waiting", False), ("dead", False)])
def test_a_ready_document_is_work_one_that_waits_or_is_dead_is_not(lane, state, found):
    lane.add_document(lane.add_message("translated"), state)
    assert lane.unattended() == ([lane.id] if found else [])


@pytest.mark.parametrize(
    ("state", "seconds", "found"),
    [
        ("pending", None, True),
        ("retry", -1, True),
        ("retry", 60, False),
        ("waiting", None, False),
        ("dead", None, False),
    ],
)
def test_deliveries_are_work_when_their_time_has_come(lane, outlet, state, seconds, found):
    due_at = None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
    document_id = lane.add_document(lane.add_message("translated"), "applied")
    outlet.add_delivery(document_id, state, due_at)
    wanted = [outlet.id] if found else []
    assert outlet.unattended() == wanted
    assert outlet.due() == (wanted if state == "retry" else [])
    outlet.set(paused_until=datetime.now(UTC) + timedelta(seconds=60))
    assert outlet.unattended() == []
    assert outlet.due() == []


def test_a_lane_that_has_rested_is_due(lane, outlet):
    outlet.add_delivery(lane.add_document(lane.add_message("translated"), "applied"), "pending")
    outlet.set(paused_until=datetime.now(UTC) - timedelta(seconds=1))
    assert outlet.due() == [outlet.id]
    outlet.take()
    assert outlet.due() == []


def test_the_rest_of_a_lane_is_kept_by_the_next_holder(outlet):
    lease = outlet.take()
    until = datetime.now(UTC).replace(microsecond=123_456) + timedelta(seconds=60)
    lease.failures, lease.paused_until = 3, until
    outlet.give_back(lease)
    lease = outlet.take()
    assert (lease.failures, lease.paused_until) == (3, until)
