"""The webhook routes: verify, check that it is JSON at all, accept. Nothing is mapped in the request.

A yes (202) is said after the commit only. Whatever keeps the message from being kept, a full disk as
well as a database that is away, is a 503 and an invitation to send it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import orjson
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bridge import observability
from bridge.api import problems
from bridge.bootstrap import Bridge
from bridge.company import Source
from bridge.errors import CrossdockError, Overloaded, Refused, TooLarge
from bridge.ingress import webhook
from bridge.ingress.contract import Content
from transforms.errors import TransformError
from transforms.formats import json as json_format

log = structlog.get_logger(__name__)

BODY_SECONDS = 20.0
"""How long a sender may take for a body; none that is taken here is large."""

Handler = Callable[[Request], Awaitable[Response]]


def handlers(bridge: Bridge) -> dict[str, Handler]:
    """One for the path of each source whose door is a webhook."""
    found = {}
    for source in bridge.company.sources.values():
        if source.door == "webhook":
            settings = webhook.Settings.model_validate(source.settings)
            found[settings.path] = _handler(bridge, source, settings)
    return found


def _handler(bridge: Bridge, source: Source, settings: webhook.Settings) -> Handler:
    signing_keys = webhook.keys(settings)
    limit = bridge.settings.webhook_limit

    async def receive(request: Request) -> Response:
        try:
            body = await _read(request, limit)
            message_id = webhook.verify(
                request.headers, body, signing_keys=signing_keys, tolerance=settings.tolerance
            )
            if source.format == "json":
                json_format.parse(body, max_bytes=limit)
        except Refused as error:
            _turned_away(source, error.code)
            return problems.of(error)
        except TransformError as error:
            _turned_away(source, error.code)
            return problems.problem(422, error.code, error.text, location=str(error.location))
        except (TimeoutError, ClientDisconnect):
            return problems.problem(408, "ENV_UNREADABLE", f"the body did not come in {BODY_SECONDS:.0f} s")
        return await _accept(bridge, Content(source.name, key=message_id, body=body))

    return receive


def _turned_away(source: Source, code: str) -> None:
    observability.count_refused(source.name, code)
    log.warning("webhook.refused", source=source.name, code=code)


async def _accept(bridge: Bridge, content: Content) -> Response:
    try:
        accepted = await bridge.accept(content)
    except CrossdockError as error:
        return problems.of(error)
    except OSError as error:
        log.error("webhook.not_kept", source=content.source, error=str(error.strerror))  # noqa: TRY400  # no bug of ours
        return problems.of(Overloaded())
    answer = {"id": accepted.public_id, "duplicate": accepted.duplicate}
    return Response(orjson.dumps(answer), status_code=202, media_type="application/json")


async def _read(request: Request, limit: int) -> bytes:
    """The whole body, but never more than ``limit`` bytes of it."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"a body has at most {limit} bytes here")
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for block in request.stream():
            body += block
            if len(body) > limit:
                raise TooLarge(f"a body has at most {limit} bytes here")
    return bytes(body)
