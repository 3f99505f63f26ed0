"""HTTP endpoints that take JSON (Channel Adapter): one document a request, or an array of them.

Every request carries the idempotency key in a header; in a batch each element carries its own in
``key_field``. Redirects are never followed and certificates always verified. What the endpoint answers
becomes a receipt or an error by its status: only what surely was not sent, or surely was refused, is
said to be so. An answer of 200 that is not the JSON it should be (a proxy's HTML page, say) leaves the
outcome open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from bridge.company import secret
from bridge.connectors.contract import Features, Outgoing, Payload, Receipt, Result
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
ANSWER = 1 << 20
"""Bytes of an answer that are read."""


class Settings(BaseModel):
    """What stands under ``settings`` of an endpoint whose connector is ``http``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern="^https?://", description="Where documents are posted.")
    headers: dict[str, str] = Field(default_factory=dict, description="Further headers, without secrets.")
    bearer: SecretStr | None = Field(None, description="Bearer token, as env:NAME or file:PATH.")
    idempotent: bool = Field(False, description="The endpoint takes effect once per idempotency key.")
    idempotency_header: str = "Idempotency-Key"
    lookup_url: str | None = Field(
        None, description="URL with {key}: 200 when the key took effect, 404 when it did not."
    )
    batch: int = Field(1, ge=1, le=1000, description="Documents in one request, as a JSON array.")
    key_field: str = Field("idempotency_key", description="Where an element of a batch carries its key.")
    expect_json: bool = Field(True, description="A 2xx whose body is not JSON leaves the outcome open.")

    @field_validator("headers")
    @classmethod
    def _no_line_ends(cls, value: dict[str, str]) -> dict[str, str]:
        if any(mark in part for pair in value.items() for part in pair for mark in "\r\n\0"):
            raise ValueError("a header has no line ends in it")
        return value


def connect(settings: Settings, payload: Payload | None) -> HttpConnector:
    """Open an endpoint; the connection itself is made with the first request."""
    return HttpConnector(settings, payload)


class HttpConnector:
    """One endpoint with its kept-alive connections."""

    def __init__(self, settings: Settings, payload: Payload | None) -> None:
        self._settings, self._payload = settings, payload
        self._session: aiohttp.ClientSession | None = None
        self.features = Features(
            idempotency_key=settings.idempotent,
            lookup=settings.lookup_url is not None,
            batch=settings.batch,
        )

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        body, key = self._body(batch)
        headers = {"Content-Type": "application/json", self._settings.idempotency_header: key}
        try:
            async with self._client().post(
                self._settings.url,
                data=body,
                headers=headers,
                timeout=_within(timeout),
                allow_redirects=False,
            ) as response:
                answer = await response.content.read(ANSWER)
                return self._results(response, answer, len(batch))
        except CrossdockError as error:
            return [error] * len(batch)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            return [DestinationUnavailable(f"no connection: {_said(str(error))}")] * len(batch)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return [ResultUnknown(f"sent, but no answer came ({type(error).__name__})")] * len(batch)

    def _body(self, batch: Sequence[Outgoing]) -> tuple[bytes, str]:
        shapes = [self._payload(one.document) if self._payload else one.document for one in batch]
        if self._settings.batch == 1:
            return orjson.dumps(shapes[0]), batch[0].key
        field = self._settings.key_field
        if field:
            shapes = [{field: one.key, **shape} for one, shape in zip(batch, shapes, strict=True)]
        digest = hashlib.sha256("\n".join(one.key for one in batch).encode()).hexdigest()
        return orjson.dumps(shapes), f"batch/{digest[:40]}"

    def _results(self, response: aiohttp.ClientResponse, answer: bytes, count: int) -> Sequence[Result]:
        data = _json(answer)
        if 200 <= response.status < 300:
            if data is None and self._settings.expect_json and response.status != 204:
                return [ResultUnknown("the answer is not JSON", status=response.status)] * count
            return _each(response.status, data, count)
        wish = _retry_after(response.headers.get("Retry-After"))
        return [_failure(response.status, _words(data, answer), wish)] * count

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        assert self._settings.lookup_url is not None
        url = self._settings.lookup_url.replace("{key}", key.replace("/", "%2F"))
        try:
            async with self._client().get(url, timeout=_within(timeout), allow_redirects=False) as response:
                data = _json(await response.content.read(ANSWER))
                if response.status == 404:
                    return None
                if response.status == 200 and data is not None:
                    return Receipt(200, _reference(data))
                raise ResultUnknown(f"the look-up answered {response.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DestinationUnavailable(f"the look-up got no answer ({type(error).__name__})") from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = dict(self._settings.headers)
            if self._settings.bearer is not None:
                headers["Authorization"] = f"Bearer {secret(self._settings.bearer.get_secret_value())}"
            self._session = aiohttp.ClientSession(
                headers=headers,
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=30),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _within(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds)


def _each(status: int, data: Any, count: int) -> Sequence[Result]:
    """One result per document: the endpoint's own list of them, else all were taken."""
    results = data.get("results") if isinstance(data, dict) else None
    if not isinstance(results, list):
        return [Receipt(status, _reference(data))] * count
    if len(results) != count:
        return [ResultUnknown(f"{len(results)} results for {count} documents", status=status)] * count
    return [_one(result) for result in results]


def _one(result: Any) -> Result:
    status = result.get("status") if isinstance(result, dict) else None
    if not isinstance(status, int):
        return ResultUnknown("the result of this document has no status")
    if 200 <= status < 300:
        return Receipt(status, _reference(result))
    return _failure(status, _words(result, b""), None)


def _failure(status: int, words: str, wish: float | None) -> CrossdockError:
    text = f"{status}: {words}" if words else f"the endpoint answered {status}"
    if status in (401, 403):
        return DestinationAuth(text, status=status)
    if status == 429:
        return DestinationLimited(text, retry_after=wish, status=status)
    if status == 423:
        return DestinationLocked(text, retry_after=wish, status=status)
    if status == 408:
        return ResultUnknown(text, status=status)
    if status >= 500:
        return DestinationUnavailable(text, retry_after=wish, status=status)
    return DestinationRejected(text, status=status)


def _json(answer: bytes) -> Any:
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None


def _reference(data: Any) -> str | None:
    if not isinstance(data, dict):
        return None
    found = data.get("reference") or data.get("id")
    return None if found is None else _said(str(found))


def _words(data: Any, answer: bytes) -> str:
    """The endpoint's own explanation, shortened and without control characters."""
    if isinstance(data, dict):
        for name in ("detail", "message", "error", "title"):
            if data.get(name):
                return _said(str(data[name]))
    return _said(answer.decode("utf-8", "replace"))


def _said(text: str) -> str:
    return "".join(mark if mark.isprintable() else " " for mark in text)[:WORDS].strip()


def _retry_after(value: str | None) -> float | None:
    """Seconds, from either form of the header (RFC 9110, section 10.2.3)."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at - datetime.now(UTC)).total_seconds()) if at.tzinfo else None
