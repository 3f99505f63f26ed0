"""The guard ahead of every handler of Flower, ours and its own: login, role, and headers.

Flower knows logins but no roles, leaves ``/metrics`` open, and sends neither a content security policy
nor a refusal to be framed. The guard closes these: whoever is not logged in sees nothing but the health
check, whatever changes something needs the permission for it, and a refusal is logged.
"""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from flower.views import BaseHandler
from flower.views.tasks import TasksDataTable
from tornado.web import HTTPError, RequestHandler

from bridge.flower.console import Console
from bridge.permissions import Permission, Principal

log = structlog.get_logger(__name__)

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Headers(RequestHandler):  # type: ignore[misc]  # tornado is not followed by mypy
    """What every answer says to the browser. Only scripts of our own, or with this answer's nonce, run."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.csp_nonce = secrets.token_urlsafe(16)
        policy = {
            "default-src": "'none'",
            "script-src": f"'self' 'nonce-{self.csp_nonce}'",
            "style-src": "'self' 'unsafe-inline'",  # Flower's tables set styles
            "img-src": "'self' data:",
            "font-src": "'self'",
            "connect-src": "'self'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
        }
        self.set_header("Content-Security-Policy", "; ".join(f"{k} {v}" for k, v in policy.items()))
        self.set_header("X-Frame-Options", "DENY")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Server", "crossdock")


class Guarded(Headers, BaseHandler):  # type: ignore[misc]  # Flower has no types
    """Mixed in ahead of a handler of Flower. What changes something needs ``workers.control``."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")  # what only a login shows stays in no cache

    @property
    def console(self) -> Console:
        console: Console = self.settings["crossdock"]
        return console

    @property
    def principal(self) -> Principal:
        principal: Principal = self.current_user
        return principal

    def get_current_user(self) -> Principal:
        given = self.request.headers.get("Authorization", "")
        principal = self.console.authenticate(given)
        if principal is None:
            if given:  # what was given is not logged: people type passwords into the wrong field
                log.warning("flower.login_failed", remote=self.request.remote_ip, path=self.request.path)
            raise HTTPError(401)
        return principal

    def check_xsrf_cookie(self) -> None:
        """Tornado asks for this first, so that whoever is not logged in is told so."""
        self.get_current_user()
        super().check_xsrf_cookie()

    def prepare(self) -> Any:
        self.require(self.needed())
        return super().prepare()

    def needed(self) -> Permission:
        reading = self.request.method in READING or isinstance(self, TasksDataTable)  # it posts its query
        return Permission.READ if reading else Permission.WORKERS_CONTROL

    def require(self, permission: Permission) -> None:
        if not self.principal.may(permission):
            log.warning(
                "flower.refused",
                actor=self.principal.name,
                role=self.principal.role.title,
                permission=permission.value,
                method=self.request.method,
                path=self.request.path,
            )
            raise HTTPError(
                403, f"Your role ({self.principal.role.title}) does not allow {permission.value}."
            )


def guard(handler: type[RequestHandler]) -> type[RequestHandler]:
    """The same handler with the guard ahead of it."""
    if issubclass(handler, Guarded):
        return handler
    ahead = Guarded if issubclass(handler, BaseHandler) else Headers
    return type(f"Guarded{handler.__name__}", (ahead, handler), {"__doc__": handler.__doc__})


def with_headers(handler: type[RequestHandler]) -> type[RequestHandler]:
    """The same handler, open to everybody, with our headers."""
    return type(f"Open{handler.__name__}", (Headers, handler), {"__doc__": handler.__doc__})
