"""The vocabulary of the ledger: what moves, through which steps, in which states.

    message   accepted ─► translated            (or ─► dead)
    document  staged ─► ready ─► applied        ready ─► waiting ─► ready   (its key is blocked)
                 └► rejected  └► dead ─► ready | discarded | replaced
    delivery  pending ─► delivered              pending ─► retry | waiting ─► pending
                 └► dead | parked ─► pending | discarded | replaced

Every change of state is a row of ``transition``; :data:`LEGAL` says which changes exist.
"""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """The four steps, in their one direction."""

    ACCEPT = "accept"
    TRANSLATE = "translate"
    APPLY = "apply"
    DELIVER = "deliver"


class Subject(StrEnum):
    """What a transition or a dead letter is about. A ``part`` never became a document."""

    MESSAGE = "message"
    PART = "part"
    DOCUMENT = "document"
    DELIVERY = "delivery"
    LETTER = "letter"


class MessageState(StrEnum):
    ACCEPTED = "accepted"
    TRANSLATED = "translated"
    DEAD = "dead"
    DISCARDED = "discarded"


class DocumentState(StrEnum):
    STAGED = "staged"
    """Read, but the trailer of its part has not been seen."""
    READY = "ready"
    WAITING = "waiting"
    """Behind a document that holds its ordering key."""
    APPLIED = "applied"
    DEAD = "dead"
    REJECTED = "rejected"
    """Its part turned out to be wrong."""
    DUPLICATE = "duplicate"
    DISCARDED = "discarded"
    REPLACED = "replaced"
    """A person's edited version took its place."""


class DeliveryState(StrEnum):
    PENDING = "pending"
    RETRY = "retry"
    WAITING = "waiting"
    """Behind a delivery that holds its ordering key."""
    DELIVERED = "delivered"
    DEAD = "dead"
    PARKED = "parked"
    """Sent, outcome unknown, endpoint cannot be asked: a person decides."""
    SUPERSEDED = "superseded"
    """A newer absolute state of the same key was waiting behind it."""
    DISCARDED = "discarded"
    REPLACED = "replaced"


class AcknowledgementState(StrEnum):
    """What is known of a partner's answer to a delivery. Where it is awaited or overdue, it may still come."""

    AWAITED = "awaited"
    OVERDUE = "overdue"
    RECEIVED = "received"
    """The partner has the interchange and has not said yet what it thinks of it."""
    ACCEPTED = "accepted"
    ACCEPTED_WITH_ERRORS = "accepted_with_errors"
    PARTLY_ACCEPTED = "partly_accepted"
    REJECTED = "rejected"


class LetterState(StrEnum):
    OPEN = "open"
    REPLAYING = "replaying"
    RESOLVED = "resolved"
    DISCARDED = "discarded"


_D, _X = DocumentState, DeliveryState
LEGAL: dict[Subject, frozenset[tuple[str, str]]] = {
    Subject.MESSAGE: frozenset(
        {
            ("", MessageState.ACCEPTED),
            (MessageState.ACCEPTED, MessageState.TRANSLATED),
            (MessageState.ACCEPTED, MessageState.DEAD),
            (MessageState.DEAD, MessageState.ACCEPTED),
            (MessageState.DEAD, MessageState.DISCARDED),
        }
    ),
    Subject.DOCUMENT: frozenset(
        {
            ("", _D.STAGED),
            ("", _D.READY),
            ("", _D.DEAD),
            ("", _D.DUPLICATE),
            ("", _D.APPLIED),
            (_D.STAGED, _D.READY),
            (_D.STAGED, _D.REJECTED),
            (_D.READY, _D.APPLIED),
            (_D.READY, _D.WAITING),
            (_D.READY, _D.DEAD),
            (_D.WAITING, _D.READY),
            (_D.DEAD, _D.READY),
            (_D.DEAD, _D.DISCARDED),
            (_D.DEAD, _D.REPLACED),
        }
    ),
    Subject.DELIVERY: frozenset(
        {
            ("", _X.PENDING),
            (_X.PENDING, _X.DELIVERED),
            (_X.PENDING, _X.RETRY),
            (_X.PENDING, _X.WAITING),
            (_X.PENDING, _X.DEAD),
            (_X.PENDING, _X.PARKED),
            (_X.PENDING, _X.SUPERSEDED),
            (_X.RETRY, _X.DELIVERED),
            (_X.RETRY, _X.RETRY),
            (_X.RETRY, _X.WAITING),
            (_X.RETRY, _X.DEAD),
            (_X.RETRY, _X.PARKED),
            (_X.WAITING, _X.PENDING),
            (_X.WAITING, _X.SUPERSEDED),
            (_X.DEAD, _X.PENDING),
            (_X.PARKED, _X.PENDING),
            (_X.DEAD, _X.DISCARDED),
            (_X.PARKED, _X.DISCARDED),
            (_X.PARKED, _X.DELIVERED),
            (_X.DEAD, _X.REPLACED),
            (_X.PARKED, _X.REPLACED),
        }
    ),
    Subject.LETTER: frozenset(
        {
            ("", LetterState.OPEN),
            (LetterState.OPEN, LetterState.REPLAYING),
            (LetterState.OPEN, LetterState.DISCARDED),
            (LetterState.OPEN, LetterState.RESOLVED),
            (LetterState.REPLAYING, LetterState.OPEN),
            (LetterState.REPLAYING, LetterState.RESOLVED),
        }
    ),
}
