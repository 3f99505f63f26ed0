"""The webhook routes: verify, check that it is JSON at all, accept. Nothing is mapped in the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bridge.api import problems
from bridge.bootstrap import Bridge
from bridge.company import Source
from bridge.errors import Refused, TooLarge
from bridge.ingress import webhook
from bridge.ingress.contract import Content
from transforms.errors import TransformError
from transforms.formats import json as json_format

Handler = Callable[[Request], Awaitable[Response]]


def routes(bridge: Bridge) -> list[Route]:
    """One route for each source whose door is a webhook."""
    found = []
    for source in bridge.company.sources.values():
        if source.door == "webhook":
            settings = webhook.Settings.model_validate(source.settings)
            found.append(Route(settings.path, _handler(bridge, source, settings), methods=["POST"]))
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
            accepted = await bridge.accept(Content(source.name, key=message_id, body=body))
        except Refused as error:
            return problems.of(error)
        except TransformError as error:
            return problems.problem(422, error.code, error.text, location=str(error.location))
        answer = {"id": accepted.public_id, "duplicate": accepted.duplicate}
        return Response(orjson.dumps(answer), status_code=202, media_type="application/json")

    return receive


async def _read(request: Request, limit: int) -> bytes:
    """The whole body, but never more than ``limit`` bytes of it."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"a body has at most {limit} bytes here")
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > limit:
            raise TooLarge(f"a body has at most {limit} bytes here")
    return bytes(body)
