"""What an endpoint's answer means for each document of a request: a receipt, or an error by its type.

Pure: status, headers and bytes in, results out. Only what surely was refused is said to be so; an answer
that is not what it should be (a proxy's HTML page, a list of the wrong length) leaves the outcome open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from bridge.connectors.contract import Receipt, Result
from bridge.errors import (
    CrossdockError,
    DestinationAuth,
    DestinationLimited,
    DestinationLocked,
    DestinationRejected,
    DestinationUnavailable,
    ResultUnknown,
)

WORDS = 500
"""Characters of an endpoint's own explanation that are kept."""
LONGEST_WISH = 86_400.0
"""Seconds of a Retry-After that are honoured; more is taken for a mistake."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How this endpoint's answers are to be read."""

    expect_json: bool = True
    duplicate_status: int | None = None

    def results(
        self, status: int, headers: Mapping[str, str], answer: bytes, *, count: int
    ) -> Sequence[Result]:
        """One result for each of ``count`` documents, in order."""
        data = parsed(answer)
        if status == self.duplicate_status:
            return [Receipt(status, reference(data))] * count
        if 200 <= status < 300:
            if data is None and self.expect_json and status != 204:
                return [ResultUnknown("the answer is not JSON", status=status)] * count
            return self._each(status, data, headers, count)
        return [failure(status, _words(data, answer), retry_after(headers.get("Retry-After")))] * count

    def _each(self, status: int, data: Any, headers: Mapping[str, str], count: int) -> Sequence[Result]:
        """The endpoint's own list of results, else all were taken."""
        results = data.get("results") if isinstance(data, dict) else None
        if not isinstance(results, list):
            return [Receipt(status, reference(data) or _location(headers))] * count
        if len(results) != count:
            return [ResultUnknown(f"{len(results)} results for {count} documents", status=status)] * count
        return [self._one(result) for result in results]

    def _one(self, result: Any) -> Result:
        status = result.get("status") if isinstance(result, dict) else None
        if type(status) is not int:
            return ResultUnknown("the result of this document has no status")
        if 200 <= status < 300 or status == self.duplicate_status:
            return Receipt(status, reference(result))
        return failure(status, _words(result, b""), None)

    def found(self, status: int, answer: bytes) -> Receipt | None:
        """What a look-up says. Raises :class:`ResultUnknown` when it says neither yes nor no."""
        data = parsed(answer)
        if status == 200 and data is not None:
            return Receipt(200, reference(data))
        if status == 404 and (data is not None or not self.expect_json):
            return None  # a 404 in HTML is a wrong address, and no reason to send again
        raise ResultUnknown(f"the look-up answered {status}, which says neither yes nor no", status=status)


def failure(status: int, words: str, wish: float | None) -> CrossdockError:
    """The error of a status that is no success; ``wish`` is the endpoint's Retry-After."""
    text = f"{status}: {words}" if words else f"the endpoint answered {status}"
    if 300 <= status < 400:
        text = f"{status}: redirects are not followed; set `url` to where the endpoint really is"
        return DestinationRejected(text, status=status)
    if status in (401, 403):
        return DestinationAuth(text, status=status)
    if status == 429:
        return DestinationLimited(text, retry_after=wish, status=status)
    if status == 423:
        return DestinationLocked(text, retry_after=wish, status=status)
    if status in (408, 504):  # 504: a gateway sent it on and got no answer
        return ResultUnknown(text, retry_after=wish, status=status)
    if status >= 500:
        return DestinationUnavailable(text, retry_after=wish, status=status)
    return DestinationRejected(text, status=status)


def parsed(answer: bytes) -> Any:
    """The JSON of an answer, or ``None``."""
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None


def reference(data: Any) -> str | None:
    """The endpoint's own number for what it made of a document."""
    if not isinstance(data, dict):
        return None
    found = data.get("reference") or data.get("id")
    return said(str(found)) if isinstance(found, str | int) else None


def _location(headers: Mapping[str, str]) -> str | None:
    found = headers.get("Location")
    return said(found) if found else None


def _words(data: Any, answer: bytes) -> str:
    """The endpoint's own explanation, shortened and without control characters."""
    if isinstance(data, dict):
        for name in ("detail", "message", "error", "title"):
            if data.get(name):
                return said(str(data[name]))
    return said(answer[: 4 * WORDS].decode("utf-8", "replace"))


def said(text: str) -> str:
    """Words of others, fit for a log and a page."""
    return "".join(mark if mark.isprintable() else " " for mark in text[: 2 * WORDS])[:WORDS].strip()


def retry_after(value: str | None) -> float | None:
    """Seconds, from either form of the header (RFC 9110, section 10.2.3), at most ``LONGEST_WISH``."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(float(value), LONGEST_WISH)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        return None
    return min(max(0.0, (at - datetime.now(UTC)).total_seconds()), LONGEST_WISH)
