"""HTTP endpoints that take JSON (Channel Adapter): one document a request, or an array of them.

Every request carries the idempotency key in a header; in a batch each element carries its own in
``key_field``. Redirects are never followed and certificates always verified. A failure to connect says
that nothing was sent; whatever goes wrong later leaves the outcome open. What the endpoint answers is
read in :mod:`bridge.connectors.http.answers`.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

import aiohttp
import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from yarl import URL

from bridge.company import CompanyInvalid, secret
from bridge.connectors.contract import Features, Outgoing, Payload, Receipt, Result
from bridge.connectors.http.addresses import PublicResolver, check_literal
from bridge.connectors.http.answers import Reading, said
from bridge.errors import CrossdockError, DestinationUnavailable, ResultUnknown

ANSWER = 1 << 20
"""Bytes of an answer that are read."""
_TOKEN = re.compile(r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")


class Settings(BaseModel):
    """What stands under ``settings`` of an endpoint whose connector is ``http``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(pattern="^https?://", description="Where documents are posted.")
    headers: dict[str, str] = Field(default_factory=dict, description="Further headers, without secrets.")
    secret_headers: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Further headers whose values are secrets, as env:NAME or file:PATH.",
    )
    bearer: SecretStr | None = Field(None, description="Bearer token, as env:NAME or file:PATH.")
    basic: SecretStr | None = Field(None, description="`user:password`, as env:NAME or file:PATH.")
    idempotent: bool = Field(False, description="The endpoint takes effect once per idempotency key.")
    idempotency_header: str = Field(
        "Idempotency-Key",
        pattern=_TOKEN.pattern,
        description="Header that carries the idempotency key of a request.",
    )
    duplicate_status: int | None = Field(
        None,
        ge=400,
        le=499,
        description="Status that says the key took effect before, such as 409: a success.",
    )
    lookup_url: str | None = Field(
        None,
        pattern=r"^https?://.*\{key\}",
        description="URL with {key}: 200 when the key took effect, 404 when it did not.",
    )
    batch: int = Field(1, ge=1, le=1000, description="Documents in one request, as a JSON array.")
    key_field: str = Field("idempotency_key", description="Where an element of a batch carries its key.")
    expect_json: bool = Field(True, description="A 2xx whose body is not JSON leaves the outcome open.")
    public_only: bool = Field(False, description="Refuse addresses of private networks and this machine.")

    @field_validator("headers")
    @classmethod
    def _plain_values(cls, value: dict[str, str]) -> dict[str, str]:
        for text in value.values():
            _check_value(text)
        return value

    @field_validator("headers", "secret_headers")
    @classmethod
    def _plain_names(cls, value: dict[str, object]) -> dict[str, object]:
        if odd := [name for name in value if not _TOKEN.match(name)]:
            raise ValueError(f"{odd[0]!r} is not the name of a header")
        return value


def _check_value(text: str) -> str:
    """A header has no line ends in it; the message does not show what it may have of a secret."""
    if not text.isascii() or any(mark < " " for mark in text):
        raise ValueError("a header is ASCII and has no line ends or other control characters in it")
    return text


def connect(settings: Settings, payload: Payload | None) -> HttpConnector:
    """Open an endpoint; secrets are read now, the connection is made with the first request."""
    return HttpConnector(settings, payload)


class HttpConnector:
    """One endpoint with its kept-alive connections."""

    def __init__(self, settings: Settings, payload: Payload | None) -> None:
        self._settings, self._payload = settings, payload
        self._headers = {**settings.headers, **_secrets(settings)}
        self._reading = Reading(settings.expect_json, settings.duplicate_status)
        self._session: aiohttp.ClientSession | None = None
        self.features = Features(
            idempotency_key=settings.idempotent,
            lookup=settings.lookup_url is not None,
            batch=settings.batch,
        )

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        try:
            body, key = self._body(batch)
            self._check_address(self._settings.url)
            async with self._client().post(
                self._settings.url,
                data=body,
                headers={"Content-Type": "application/json", self._settings.idempotency_header: key},
                timeout=_within(timeout),
                allow_redirects=False,
            ) as response:
                answer = await _read(response)
                return self._reading.results(response.status, response.headers, answer, count=len(batch))
        except CrossdockError as error:
            return [error] * len(batch)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            return [DestinationUnavailable(f"no connection: {said(str(error))}")] * len(batch)
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

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        assert self._settings.lookup_url is not None
        address = self._settings.lookup_url.replace("{key}", quote(key, safe=""))
        try:
            self._check_address(address)
            url = URL(address, encoded=True)  # as quoted here: a slash in a key is no folder
            async with self._client().get(url, timeout=_within(timeout), allow_redirects=False) as response:
                return self._reading.found(response.status, await _read(response))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise DestinationUnavailable(f"the look-up got no answer ({type(error).__name__})") from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _check_address(self, url: str) -> None:
        if self._settings.public_only:
            try:
                check_literal(urlsplit(url).hostname or "")
            except OSError as error:
                raise DestinationUnavailable(f"no connection: {error}") from error

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers,
                connector=aiohttp.TCPConnector(
                    limit=64,
                    # A kept connection may be closed by the endpoint as the next request is being sent.
                    # Where nobody could tell what came of that one, each gets a connection of its own.
                    force_close=not (self.features.idempotency_key or self.features.lookup),
                    resolver=PublicResolver() if self._settings.public_only else None,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _secrets(settings: Settings) -> dict[str, str]:
    """Headers with secrets in them, read where they are kept. Raises :class:`CompanyInvalid`."""
    read = {name: secret(value.get_secret_value()) for name, value in settings.secret_headers.items()}
    if settings.bearer is not None:
        read["Authorization"] = f"Bearer {secret(settings.bearer.get_secret_value())}"
    elif settings.basic is not None:
        login = secret(settings.basic.get_secret_value()).encode()
        read["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
    for name, value in read.items():
        try:
            _check_value(value)
        except ValueError as error:
            raise CompanyInvalid(f"the secret of header {name}: {error}") from None
    return read


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The whole answer, however many pieces it comes in, but at most ``ANSWER`` bytes of it."""
    answer = bytearray()
    async for block in response.content.iter_any():
        answer += block
        if len(answer) > ANSWER:
            break
    return bytes(answer[:ANSWER])


def _within(seconds: float) -> aiohttp.ClientTimeout:
    """Half of the time for the connection, so that one that cannot be made is known not to have sent."""
    return aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)
