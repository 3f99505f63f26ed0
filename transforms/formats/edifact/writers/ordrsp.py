"""ORDRSP: what we promise of a customer's order."""

from __future__ import annotations

from datetime import datetime

from transforms.canonical.orders import ReservationConfirmed, ReservationRejected, ReservedLine
from transforms.formats.edifact.maps.ordrsp import (
    ANSWERS,
    BACKORDERED,
    CONFIRMED,
    KIND,
    LINE_ANSWERS,
    PROMISED,
)
from transforms.formats.edifact.writers.assembly import Body, Profile

_ANSWERS = {answer: code for code, answer in ANSWERS.items()}
_ACTIONS = {answer: code for code, answer in LINE_ANSWERS.items()}
_ORDERED = "21"
_BACKORDER, _NO_MORE = "BP", "CP"
"""4221: the rest follows, or never comes."""


def body(document: ReservationConfirmed, profile: Profile, _at: datetime) -> Body:
    answers = [_answer(line) for line in document.lines]
    if isinstance(document, ReservationRejected):
        whole = "rejected"
    else:
        whole = "accepted" if set(answers) == {"accepted"} else "changed"
    made = Body()
    made.add("BGM", KIND, document.number, _ANSWERS[whole])
    made.date("137", document.occurred_at)
    made.reference("ON", document.references.get("customer_po", document.number))
    for line, answer in zip(document.lines, answers, strict=True):
        _line(made, line, answer, profile)
    made.add("UNS", "S")
    made.add("CNT", ("2", len(document.lines)))
    return made


def _answer(line: ReservedLine) -> str:
    if line.reason is None and line.quantity_confirmed >= line.quantity:
        return "accepted"
    return "changed" if line.quantity_confirmed or line.quantity_backordered else "rejected"


def _line(made: Body, line: ReservedLine, answer: str, profile: Profile) -> None:
    made.line(line.line, line.item, profile, _ACTIONS[answer])
    made.number(_ORDERED, line.quantity, line.unit)
    made.number(CONFIRMED, line.quantity_confirmed, line.unit)
    made.number(BACKORDERED, line.quantity_backordered, line.unit)
    made.date(PROMISED, line.promise_date)
    if line.quantity_confirmed != line.quantity:
        reason = _BACKORDER if line.quantity_backordered else _NO_MORE
        made.add("QVR", (line.quantity_confirmed - line.quantity, _ORDERED), reason)
