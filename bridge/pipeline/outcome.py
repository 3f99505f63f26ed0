"""The one function that decides what becomes of something that went wrong.

Three outcomes: advance, retry at a time, dead letter. The type of the error decides, never its text.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.company import Retry
from bridge.connectors.contract import Features, Receipt
from bridge.errors import (
    CrossdockError,
    DestinationTimeout,
    InternalBug,
    NotYet,
    ResultParked,
    ResultUnknown,
    Stopped,
)
from transforms.errors import TransformError


@dataclass(frozen=True, slots=True)
class Advance:
    """It went through."""


@dataclass(frozen=True, slots=True)
class RetryAt:
    """It goes on by itself at ``at``."""

    at: datetime
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A person, or a missing record, is needed."""

    code: str
    text: str
    release: str | None = None
    value: str | None = None
    parked: bool = False
    """It was sent and may have taken effect."""


Outcome = Advance | RetryAt | DeadLetter

ADVANCE = Advance()


def decide(
    result: Receipt | BaseException | None,
    *,
    tries: int = 0,
    at: datetime,
    retry: Retry | None = None,
    features: Features | None = None,
) -> Outcome:
    """``tries`` counts this one; ``at`` is now. Without ``retry`` nothing is tried again."""
    if not isinstance(result, BaseException):
        return ADVANCE
    if isinstance(result, ResultUnknown) and features and not (features.idempotency_key or features.lookup):
        return DeadLetter(ResultParked.code, f"{result.text}: {ResultParked().text}", parked=True)
    if isinstance(result, NotYet) and retry:
        if tries >= retry.tries:
            text = f"{tries} tries, the last one: {result.text}"
            return DeadLetter(DestinationTimeout.code, text, parked=isinstance(result, ResultUnknown))
        return RetryAt(at + backoff(retry, tries, result.retry_after), result.code, result.text)
    if isinstance(result, Stopped):
        return DeadLetter(result.code, result.text, result.release, result.details.get("value"))
    if isinstance(result, TransformError | CrossdockError):
        return DeadLetter(result.code, result.text, value=getattr(result, "value", None))
    return DeadLetter(InternalBug.code, f"{InternalBug().text} ({type(result).__name__})")


def backoff(retry: Retry, tries: int, wish: float | None = None) -> timedelta:
    """Doubles with every try, with jitter against stampedes; never earlier than the other side wishes."""
    steps = min(tries - 1, 30)
    seconds = min(retry.longest, retry.first * 2.0 ** max(steps, 0))
    jittered = seconds * random.uniform(0.75, 1.25)  # noqa: S311  # nosec B311  # no secret hangs on it
    return timedelta(seconds=max(jittered, wish or 0.0))
