"""The ASGI application: webhooks straight from the server, everything else on FastAPI below ``/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy import func, select, text
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge import observability, status
from bridge.api import documentation, operations, problems, webhooks
from bridge.bootstrap import Bridge
from bridge.errors import InternalBug, Overloaded
from bridge.store import tables as t
from bridge.store.ledger import DatabaseBusy

log = structlog.get_logger(__name__)

DOCS = "/v1/docs"
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)


def create_app(bridge: Bridge) -> ASGIApp:
    """The application around one bridge."""
    routes = [
        Route("/health/live", _live),
        Route("/health/ready", _ready(bridge)),
        Route("/metrics", _metrics(bridge)),
        Mount("/", _v1(bridge)),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_problem, Exception: _bug})
    return _SecurityHeaders(_Webhooks(webhooks.handlers(bridge), app))


def _v1(bridge: Bridge) -> FastAPI:
    app = FastAPI(
        title="Crossdock", version="1", docs_url=None, redoc_url=None, openapi_url="/v1/openapi.json"
    )
    app.include_router(documentation.router(path=DOCS, openapi_url="/v1/openapi.json"))
    app.include_router(operations.router(bridge))
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DatabaseBusy, _busy)
    app.add_exception_handler(Exception, _bug)
    return app


async def _http_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problems.problem(
        error.status_code, f"HTTP_{error.status_code}", str(error.detail), headers=dict(error.headers or {})
    )


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problems.problem(422, "VALUE_RANGE", f"{where}: {first['msg']}")


async def _busy(_request: Request, _error: Exception) -> Response:
    return problems.of(Overloaded())


async def _bug(_request: Request, _error: Exception) -> Response:
    """The last resort: the server logs the error, and the caller learns nothing of our insides."""
    return problems.problem(500, InternalBug.code, str(InternalBug()))


async def _live(_request: Request) -> Response:
    return Response("alive\n", media_type="text/plain")


def _ready(bridge: Bridge) -> Any:
    def ready(_request: Request) -> Response:
        """Ready when what is taken can be kept. What only makes it slower is said behind the word."""
        found = status.readiness(bridge.ledger, bridge.settings)
        if not found.is_ready:
            return problems.problem(503, Overloaded.code, "; ".join(found.faults))
        return Response("\n".join(["ready", *found.degraded, ""]), media_type="text/plain")

    return ready


def _metrics(bridge: Bridge) -> Any:
    def metrics(_request: Request) -> Response:
        body = observability.exposition(_gauges(bridge))
        return Response(body, media_type="text/plain; version=0.0.4")

    return metrics


def _gauges(bridge: Bridge) -> dict[str, float]:
    """What is waiting or dead, from partial indexes that hold nothing else."""
    wanted = {
        "crossdock_messages_to_translate": (t.message, "state = 'accepted'"),
        "crossdock_documents_to_apply": (t.document, "state = 'ready'"),
        "crossdock_deliveries_to_send": (t.delivery, "state = 'pending'"),
        "crossdock_deliveries_to_retry": (t.delivery, "state = 'retry'"),
        "crossdock_dead_letters_open": (t.dead_letter, "state = 'open'"),
        "crossdock_alerts_open": (t.alert, "state = 'open'"),
        "crossdock_acknowledgements_awaited": (t.acknowledgement, "state = 'awaited'"),
        "crossdock_acknowledgements_overdue": (t.acknowledgement, "state = 'overdue'"),
    }
    with bridge.ledger.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table).where(text(where))).scalar_one()
            for name, (table, where) in wanted.items()
        }


class _Webhooks:
    """Gives a webhook to its handler; routers and middleware would take longer than accepting it."""

    def __init__(self, handlers: Mapping[str, webhooks.Handler], app: ASGIApp) -> None:
        self._handlers, self._app = handlers, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_post = scope["type"] == "http" and scope["method"] == "POST"
        handler = self._handlers.get(scope["path"]) if is_post else None
        if handler is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await handler(request)
        except Exception as error:
            log.exception("webhook.failed", path=scope["path"])
            response = await _bug(request, error)
        await response(scope, receive, send)


class _SecurityHeaders:
    """Adds the headers that belong on every answer; a page that runs scripts brings a policy of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                has_policy = any(name == _POLICY[0] for name, _ in message["headers"])
                policy = [] if has_policy else [_POLICY]
                message["headers"] = [*message["headers"], *_HEADERS, *policy]
            await send(message)

        await self._app(scope, receive, with_headers)
