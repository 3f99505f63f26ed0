"""The invariant checker: proves from three independent logs that nothing was lost, doubled or reversed.

    I1  accepted: exactly one row of the ledger, with the same bytes; delivered: an effect with the same content
    I2  at most one effect per idempotency key, and per message, at an endpoint
    I3  at rest everything is at its end, or waits behind a dead head of its own key
    I4  no effect that nobody sent
    I5  whatever stopped has a reason and a letter; if it took effect, it does not claim that it did not
    I6  tries, and workers that one message killed, are bounded
    I7  effects of one stream come in the order in which its messages were accepted
    I8  changes of state are legal, without gaps, and end in the row's state
    I9  what came in is what went on: every message has its documents, every document its deliveries and
        movements, every balance is the sum of its movements

Each ``_check`` reads the evidence and yields what contradicts it. Nothing here asks the bridge.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bridge.message import LEGAL, Subject
from tests.faults.evidence import Book, Evidence


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the run allows."""

    endpoints: tuple[str, ...]
    """Every message is to reach all of them."""
    requests: int
    """Most requests for one delivery."""
    kills: int
    """Most workers that one message may kill."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One contradiction between the logs."""

    invariant: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.text}"


def check(evidence: Evidence, bounds: Bounds) -> list[Violation]:
    """Every contradiction that can be found; none means that the run kept its promises."""
    checks = {
        "I1": _kept, "I2": _once, "I3": _at_rest, "I4": _no_phantom, "I5": _reasons, "I6": _bounded,
        "I7": _in_order, "I8": _history, "I9": _conserved,
    }  # fmt: skip
    return [Violation(name, text) for name, find in checks.items() for text in find(evidence, bounds)]


def _kept(evidence: Evidence, _: Bounds) -> Iterator[str]:
    book = evidence.book
    by_key = defaultdict(list)
    for row in book.messages.values():
        by_key[row.key].append(row)
    for one in evidence.sent.values():
        rows = by_key[one.key]
        if one.accepted and len(rows) != 1:
            yield f"{one.number} was answered with a yes and is {len(rows)} times in the ledger"
        for row in rows:
            body = book.bodies.get(row.id)
            if row.sha256 != one.sha256 or body is None or hashlib.sha256(body).hexdigest() != one.sha256:
                yield f"{one.number}: the ledger does not hold the bytes that were sent"
    effects = {(effect.endpoint, effect.key): effect for effect in evidence.effects}
    for delivery in book.deliveries.values():
        if delivery.state != "delivered":
            continue
        effect = effects.get((delivery.endpoint, delivery.key))
        if effect is None:
            yield f"{delivery.key} is delivered, and {delivery.endpoint} knows nothing of it"
            continue
        sent = evidence.sent.get(effect.number)
        if sent is not None and (effect.item, Decimal(effect.quantity)) != (
            sent.item,
            Decimal(sent.quantity),
        ):
            yield f"{effect.endpoint} booked {effect.item} {effect.quantity} for {sent}"


def _once(evidence: Evidence, _: Bounds) -> Iterator[str]:
    keys = Counter((effect.endpoint, effect.key) for effect in evidence.effects)
    numbers = Counter((effect.endpoint, effect.number) for effect in evidence.effects)
    for (endpoint, name), count in (keys | numbers).items():
        if count > 1:
            yield f"{name} took effect {count} times at {endpoint}"


def _at_rest(evidence: Evidence, _: Bounds) -> Iterator[str]:
    book = evidence.book
    heads: dict[tuple[int, str], int] = {(row.lane_id, row.ordering_key): row.holder_id for row in book.held}
    kinds = {lane.id: lane.kind for lane in book.lanes}
    stopped = {"source": (book.documents, {"dead"}), "endpoint": (book.deliveries, {"dead", "parked"})}
    for (lane_id, ordering_key), holder in heads.items():
        rows, states = stopped[kinds[lane_id]]
        if holder not in rows or rows[holder].state not in states:
            yield f"key {ordering_key} is held by {holder}, which has not stopped"
    for lane in book.lanes:
        if lane.holder is not None:
            yield f"lane {lane.name} is still held by {lane.holder}"
    moving = [
        ("message", book.messages, {"accepted"}),
        ("document", book.documents, {"staged", "ready"}),
        ("delivery", book.deliveries, {"pending", "retry"}),
    ]
    for name, rows, states in moving:
        for row in rows.values():
            if row.state in states:
                yield f"{name} {row.id} is still {row.state}"
            elif row.state == "waiting" and heads.get((row.lane_id, row.ordering_key), row.id) == row.id:
                yield f"{name} {row.id} waits for key {row.ordering_key}, which nobody holds"
    waiting = {
        (name, row_id) for name, rows, _ in moving for row_id, row in rows.items() if row.state == "waiting"
    }
    for letter in book.letters:
        if letter.state == "replaying" and _subject(letter) not in waiting:
            yield f"letter {letter.public_id} is still being replayed"


def _no_phantom(evidence: Evidence, _: Bounds) -> Iterator[str]:
    known = {(row.endpoint, row.key) for row in evidence.book.deliveries.values()}
    for effect in evidence.effects:
        if (effect.endpoint, effect.key) not in known:
            yield f"{effect.endpoint} booked {effect.key}, which is no delivery of the ledger"
        if effect.number not in evidence.sent:
            yield f"{effect.endpoint} booked {effect.number}, which nobody sent"


_NEEDS_REASON = {"dead", "parked", "retry", "discarded"}


def _reasons(evidence: Evidence, _: Bounds) -> Iterator[str]:
    book = evidence.book
    for change in book.transitions:
        if change.to_state in _NEEDS_REASON and not change.reason:
            yield f"{change.subject} {change.subject_id} became {change.to_state} without a reason"
    for letter in book.letters:
        if letter.code == "INT_BUG":
            yield f"the bridge itself failed: letter {letter.public_id} about {letter.number}"
    letters = _letters_by_subject(book)
    tables = [("message", book.messages), ("document", book.documents), ("delivery", book.deliveries)]
    for name, rows in tables:
        for row in rows.values():
            open_ones = [one for one in letters[name, row.id] if one.state == "open"]
            if row.state in {"dead", "parked"} and len(open_ones) != 1:
                yield f"{name} {row.id} is {row.state} with {len(open_ones)} open letters"
            if row.state not in {"dead", "parked"} and open_ones:
                yield f"{name} {row.id} is {row.state}, and letter {open_ones[0].public_id} is open"
    booked = {(effect.endpoint, effect.key) for effect in evidence.effects}
    for delivery in book.deliveries.values():
        if delivery.state == "dead" and (delivery.endpoint, delivery.key) in booked:
            yield f"{delivery.key} is dead as if {delivery.endpoint} had not booked it"


def _letters_by_subject(book: Book) -> dict[tuple[str, int | None], list[Any]]:
    found = defaultdict(list)
    for letter in book.letters:
        found[_subject(letter)].append(letter)
    return found


def _subject(letter: Any) -> tuple[str, int | None]:
    """What a letter is about; a part is no row, so it has no id."""
    ids = {"message": letter.message_id, "document": letter.document_id, "delivery": letter.delivery_id}
    return letter.subject, ids.get(letter.subject)


def _bounded(evidence: Evidence, bounds: Bounds) -> Iterator[str]:
    for (endpoint, key), count in evidence.requests.items():
        if count > bounds.requests:
            yield f"{endpoint} was asked {count} times for {key}"
    for number, count in evidence.kills.items():
        if count > bounds.kills:
            yield f"{number} killed {count} workers"


def _in_order(evidence: Evidence, _: Bounds) -> Iterator[str]:
    last: dict[tuple[str, tuple[str, str]], tuple[int, str]] = {}
    seen: set[tuple[str, str]] = set()
    for effect in evidence.effects:
        sent = evidence.sent.get(effect.number)
        if sent is None or not sent.in_order or (effect.endpoint, effect.number) in seen:
            continue
        seen.add((effect.endpoint, effect.number))
        stream = (effect.endpoint, sent.stream)
        turn, number = last.get(stream, (-1, ""))
        if sent.turn < turn:
            yield f"{effect.endpoint} booked {sent.number} after {number}, which was sent later"
        last[stream] = max((sent.turn, sent.number), (turn, number))


def _history(evidence: Evidence, _: Bounds) -> Iterator[str]:
    book = evidence.book
    told: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for change in book.transitions:
        told[change.subject, change.subject_id].append(change)
        if (change.from_state, change.to_state) not in LEGAL[Subject(change.subject)]:
            yield f"{change.subject} {change.subject_id} went from {change.from_state} to {change.to_state}"
    for (name, row_id), changes in told.items():
        for before, after in itertools.pairwise(changes):
            if before.to_state != after.from_state:
                yield (
                    f"{name} {row_id} became {before.to_state} and next left {after.from_state}: "
                    "something in between is not written down"
                )
    states: Sequence[tuple[str, dict[int, Any]]] = [
        ("message", book.messages), ("document", book.documents), ("delivery", book.deliveries),
        ("letter", {letter.id: letter for letter in book.letters}),
    ]  # fmt: skip
    births = {"message": {"accepted"}, "delivery": {"pending"}, "letter": {"open"}}
    for name, rows in states:
        for row_id, row in rows.items():
            changes = told.get((name, row_id), [])
            if changes and changes[-1].to_state != row.state:
                yield f"{name} {row_id} is {row.state}, its history ends with {changes[-1].to_state}"
            born = changes[0].from_state if changes else row.state
            if name in births and born not in births[name]:
                yield f"{name} {row_id} began as {born}"


def _conserved(evidence: Evidence, bounds: Bounds) -> Iterator[str]:
    yield from _went_on(evidence, bounds)
    yield from _booked(evidence)


def _went_on(evidence: Evidence, bounds: Bounds) -> Iterator[str]:
    book = evidence.book
    documents = defaultdict(list)
    for row in book.documents.values():
        documents[row.message_id].append(row)
    told_of = {letter.message_id for letter in book.letters}
    for message in book.messages.values():
        if message.state == "translated" and not documents[message.id] and message.id not in told_of:
            yield f"message {message.key} is translated, and nothing came of it"
    heard = defaultdict(set)
    for row in book.deliveries.values():
        heard[row.document_id].add(row.endpoint)
    for row in book.documents.values():
        if row.state == "applied" and (missing := set(bounds.endpoints) - heard[row.id]):
            yield f"document {row.number} took effect, and {', '.join(sorted(missing))} does not hear of it"


def _booked(evidence: Evidence) -> Iterator[str]:
    book = evidence.book
    posted = defaultdict(list)
    for movement in book.movements:
        posted[movement.document_id].append(movement)
    for row in book.documents.values():
        sent = evidence.sent.get(row.number)
        if row.state != "applied" or sent is None:
            continue
        moved = [(one.item_id, one.quantity) for one in posted[row.id]]
        if moved != [(sent.item, abs(Decimal(sent.quantity)))]:
            yield f"{row.number} is to move {sent.item} {sent.quantity}; the book has {moved}"
    applied = Counter(row.number for row in book.documents.values() if row.state == "applied")
    for number, count in applied.items():
        if count > 1:
            yield f"{number} was booked {count} times"
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for one in book.movements:
        for side, sign in (("to", 1), ("from", -1)):
            site = getattr(one, f"{side}_site")
            if not site.startswith("@"):
                sums[one.item_id, site] += sign * one.quantity
    live: dict[Any, Decimal] = defaultdict(Decimal)
    for row in book.balances:
        if not row.site.startswith("@"):
            live[row.item_id, row.site] += row.on_hand
    for key in {*sums, *live}:
        if sums[key] != live[key]:
            yield f"{key}: the balance is {live[key]}, its movements come to {sums[key]}"
