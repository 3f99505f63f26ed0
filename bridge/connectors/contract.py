"""What a connector (Channel Adapter out) is: ``bridge/connectors/<name>/__init__.py`` offers

``Settings``
    a frozen pydantic model of the endpoint's settings; secrets are ``SecretStr``
``connect(settings, payload) -> Connector``
    ``payload`` turns a canonical document (CloudEvents JSON) into the endpoint's own shape

A connector knows nothing of the ledger. It says what became of each document, and says it by type:
a :class:`Receipt`, or one of :class:`bridge.errors.NotYet` and :class:`bridge.errors.Stopped`, or the
:class:`transforms.errors.TransformError` for which it could not be written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bridge.errors import CrossdockError
from bridge.store.control_numbers import Numbers
from transforms.errors import TransformError

Payload = Callable[[dict[str, Any]], Any]
"""Canonical document → the endpoint's own JSON."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the endpoint can do; decides how an unknown outcome is settled."""

    idempotency_key: bool = False
    """Takes effect once per key, however often it is sent."""
    lookup: bool = False
    """Can be asked by key whether something took effect."""
    batch: int = 1
    """How many documents it takes in one request, each with its own key."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One document on its way out."""

    key: str
    """Idempotency key: the same for every try, ``out/<document id>/<endpoint>``."""
    document: dict[str, Any]
    """CloudEvents JSON with the canonical document under ``data``."""
    numbers: Numbers | None = None
    """Control numbers that were kept for it, where its endpoint names a series."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The endpoint took it."""

    status: int | None = None
    reference: str | None = None
    """The endpoint's own number for what it made of it."""


Result = Receipt | CrossdockError | TransformError


class Connector(Protocol):
    """One endpoint, opened once per worker process and kept open."""

    features: Features

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        """Send one request with at most ``features.batch`` documents; one result each, in order.

        ``timeout`` (seconds) bounds the whole request. Never raises for what the endpoint does:
        errors are results. A failure before anything was sent is ``DestinationUnavailable``, one
        after that is ``ResultUnknown``.
        """
        ...

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        """Ask whether ``key`` took effect; only called when ``features.lookup``."""
        ...

    async def close(self) -> None: ...
