"""Wrong variants of the pipeline, one mistake each: what the checker and the simulation must notice.

A mutant is a change to the bridge's own code that lasts for one run. Each names the invariants that it may
break; that it breaks one of them within a few seeds is what proves that the checker looks.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bridge import dead_letters
from bridge.bootstrap import Bridge
from bridge.inventory import book
from bridge.message import DeliveryState
from bridge.pipeline import accept, apply, deliver, sending, stations, translate
from bridge.pipeline.outcome import DeadLetter, RetryAt
from bridge.store import keys, lanes, transitions
from tests.faults.scheduler import Ended
from tests.faults.simulation import Simulation

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake."""

    name: str
    breaks: str
    """Invariants, any of which may notice it."""
    make: Callable[[Patch], None]


def _yes_before_commit(patch: Patch) -> None:
    def send(simulation: Simulation, one: Any) -> None:
        one.accepted = True
        try:
            simulation.bridge.accept_one(simulation._content(one.number))
        except Ended:
            simulation.scheduler.revive()

    patch.setattr(Simulation, "_send", send)


def _no_sweep(patch: Patch) -> None:
    patch.setattr(Bridge, "tick", lambda self, holder: 0)


def _no_recognition(patch: Patch) -> None:
    patch.setattr(accept, "_key", lambda content, sha256, identity: f"wh/{content.source}/{uuid.uuid4()}")


def _new_key_for_every_try(patch: Patch) -> None:
    right = sending.send

    async def send(batch: Any, **how: Any) -> Any:
        fresh = [replace(one, outgoing=replace(one.outgoing, key=f"out/{uuid.uuid4()}")) for one in batch]
        return await right(fresh, **how)

    patch.setattr(sending, "send", send)


def _no_gate(patch: Patch) -> None:
    patch.setattr(keys, "holders", lambda connection, lane_id, ordering_keys: {})


def _delivered_before_it_is_sent(patch: Patch) -> None:
    take = stations.EndpointStation.take

    def wrong(self: Any, connection: Any, limit: int, *, at: Any) -> Any:
        batch = take(self, connection, limit, at=at)
        if batch is not None:
            rows = [(row.id, row.state) for row in batch.rows]
            transitions.move_all(
                connection, deliver.t.delivery, deliver.Subject.DELIVERY, rows, DeliveryState.DELIVERED, at=at
            )
        return batch

    patch.setattr(stations.EndpointStation, "take", wrong)
    patch.setattr(stations.EndpointStation, "write", lambda self, connection, batch, *, at: set())


def _no_fence(patch: Patch) -> None:
    def write(connection: Any, lease: Any, **values: Any) -> None:
        lane = lanes.t.lane
        connection.execute(lanes.update(lane).where(lane.c.id == lease.lane_id).values(**values))

    patch.setattr(lanes, "_write_fenced", write)


def _no_range(patch: Patch) -> None:
    right = lanes._write_fenced

    def write(connection: Any, lease: Any, **values: Any) -> None:
        right(connection, lease, **{**values, **({"range_from": None} if "range_from" in values else {})})

    patch.setattr(lanes, "_write_fenced", write)


def _no_reason(patch: Patch) -> None:
    right = transitions.record

    def record(connection: Any, moves: Any, **about: Any) -> None:
        right(connection, [(*move[:4], None) for move in moves], **about)

    patch.setattr(transitions, "record", record)


def _a_row_is_dropped(patch: Patch) -> None:
    right = apply._gather_applied

    def gather(writing: Any, result: Any, *rest: Any) -> None:
        right(writing, result, *rest)
        if result.row.id % 7 == 0 and writing.deliveries:
            writing.deliveries.pop()

    patch.setattr(apply, "_gather_applied", gather)


def _tries_are_not_counted(patch: Patch) -> None:
    right = deliver.decide
    patch.setattr(deliver, "decide", lambda result, *, tries, **about: right(result, tries=1, **about))
    patch.setattr(lanes.Suspect, "is_poison", property(lambda _: False))


def _no_letter(patch: Patch) -> None:
    patch.setattr(dead_letters, "bury", lambda connection, letters, *, at: None)


def _newest_first(patch: Patch) -> None:
    right = translate.take
    patch.setattr(
        translate, "take", lambda connection, lane_id, limit: list(right(connection, lane_id, limit))[::-1]
    )


def _a_key_in_parallel(patch: Patch) -> None:
    async def send(batch: Any, *, connector: Any, seconds: float, **_: Any) -> list[Any]:
        sent = []
        for one in reversed(batch):
            (result,) = await connector.deliver([one.outgoing], timeout=seconds)
            sent.append(sending.Sent(one.row, result, stations.datetime.now(stations.UTC), 0))
        return sent

    patch.setattr(sending, "send", send)


def _a_retry_does_not_hold_its_key(patch: Patch) -> None:
    patch.setattr(deliver, "_hold", lambda writing, row, held, at: None)


def _a_key_is_never_let_go(patch: Patch) -> None:
    patch.setattr(keys, "unblock", lambda connection, pairs, **about: None)


def _balances_take_what_was_booked_before(patch: Patch) -> None:
    right = book._change_balances

    def change(connection: Any, changes: Any, **about: Any) -> None:
        right(connection, {key: 2 * change for key, change in changes.items()}, **about)

    patch.setattr(book, "_change_balances", change)


def _bytes_are_changed(patch: Patch) -> None:
    right = accept.prepare

    def prepare(content: Any, **about: Any) -> Any:
        made = right(content, **about)
        return replace(made, body=(made.body or b"") + b" ")

    patch.setattr(accept, "prepare", prepare)


def _doubt_is_forgotten(patch: Patch) -> None:
    patch.setattr(stations.EndpointStation, "after_crash", lambda self, connection, suspect, *, at: None)


def _unknown_is_taken_for_failed(patch: Patch) -> None:
    right = deliver.decide

    def decide(result: Any, **about: Any) -> Any:
        outcome = right(result, **about)
        if isinstance(outcome, RetryAt) and isinstance(result, deliver.NotYet):
            return DeadLetter(result.code, result.text)
        return outcome

    patch.setattr(deliver, "decide", decide)


def _the_lease_is_not_looked_at(patch: Patch) -> None:
    right = lanes.take

    def take(connection: Any, ledger: Any, lane_id: int, **how: Any) -> Any:
        connection.execute(lanes.update(lanes.t.lane).where(lanes.t.lane.c.id == lane_id).values(holder=None))
        return right(connection, ledger, lane_id, **how)

    patch.setattr(lanes, "take", take)


MUTANTS = (
    Mutant("a yes before the commit", "I1", _yes_before_commit),
    Mutant("no sweep", "I3", _no_sweep),
    Mutant("no recognition of what came before", "I1 I2 I9", _no_recognition),
    Mutant("a new idempotency key for every try", "I1 I2 I4", _new_key_for_every_try),
    Mutant("no gate behind a blocked key", "I3 I7", _no_gate),
    Mutant("delivered is committed before it is sent", "I1", _delivered_before_it_is_sent),
    Mutant("no fence", "I3 I8 I9", _no_fence),
    Mutant("the range is not written", "I2 I3 I6", _no_range),
    Mutant("no reason", "I5", _no_reason),
    Mutant("a row is dropped", "I9", _a_row_is_dropped),
    Mutant("tries are not counted", "I3 I6", _tries_are_not_counted),
    Mutant("no letter for what stopped", "I5", _no_letter),
    Mutant("the order of a source is ignored", "I7", _newest_first),
    Mutant("a key is sent in parallel", "I7", _a_key_in_parallel),
    Mutant("a retry does not hold its key", "I7", _a_retry_does_not_hold_its_key),
    Mutant("a key is never let go", "I3", _a_key_is_never_let_go),
    Mutant("balances change twice", "I9", _balances_take_what_was_booked_before),
    Mutant("the bytes are changed", "I1", _bytes_are_changed),
    Mutant("doubt is forgotten after a crash", "I2", _doubt_is_forgotten),
    Mutant("an unknown outcome is called a failure", "I5", _unknown_is_taken_for_failed),
    Mutant("leases are not looked at", "I2 I3 I6 I7 I8", _the_lease_is_not_looked_at),
)
