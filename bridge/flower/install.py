"""Puts the console into Flower: handlers, templates, the tab, and the guard.

All of it leans on names that Flower does not document (``flower.urls``, ``BaseHandler``, the text of its
navbar), so Flower is pinned and a test loads every page. When an anchor has moved, the pages still work
without the tab, and the log says so.
"""

from __future__ import annotations

from pathlib import Path

import flower.urls
import structlog
from flower.views.auth import LoginHandler
from flower.views.error import NotFoundErrorHandler
from flower.views.monitor import Healthcheck
from tornado.template import DictLoader
from tornado.web import RequestHandler, StaticFileHandler, URLSpec, url

from bridge.flower import handlers
from bridge.flower.console import Console
from bridge.flower.guard import guard, with_headers

log = structlog.get_logger(__name__)

HERE = Path(__file__).parent
NAVBAR_ANCHOR = ">Broker</a>\n        </li>\n"
TAB = """        <li class="nav-item">
          <a class="nav-link{% if active_tab == 'dead-letters' %} active{% end %}"
            href="{{ reverse_url('dead-letters') }}"
            {% if active_tab == 'dead-letters' %}aria-current="page"{% end %}>Dead letters</a>
        </li>
"""
SCRIPT_ANCHOR = '<script type="text/javascript">'
SCRIPT = '<script nonce="{{ handler.csp_nonce }}">'

_UUID = "[0-9a-f-]{36}"
"""Without groups inside, so that tornado can make the addresses again."""


def install(console: Console) -> None:
    """Change Flower's routes and settings in place, before its application is built."""
    static = with_headers(StaticFileHandler)
    routes = flower.urls.handlers
    routes[:] = [_guarded(route) for route in routes]
    routes[-1:-1] = [
        url(r"/dead-letters", handlers.DeadLettersHandler, name="dead-letters"),
        url(r"/dead-letters/static/(.*)", static, {"path": str(HERE / "static")}),
        url(r"/dead-letters/(replay|discard|release)", handlers.ManyLettersHandler, name="dead-letters-act"),
        url(rf"/dead-letters/({_UUID})", handlers.DeadLetterHandler, name="dead-letter"),
        url(
            rf"/dead-letters/({_UUID})/(replay|edit|discard|cross-reference|item-unit)",
            handlers.OneLetterHandler,
            name="dead-letter-act",
        ),
    ]
    flower.urls.settings["template_loader"] = DictLoader(_templates())
    flower.urls.settings["static_handler_class"] = static
    flower.urls.settings["xsrf_cookie_kwargs"] = {"samesite": "Strict"}
    flower.urls.settings["crossdock"] = console


def _guarded(route: URLSpec | tuple[str, type[RequestHandler]]) -> URLSpec:
    spec = route if isinstance(route, URLSpec) else url(*route)
    handler = spec.handler_class
    if handler is LoginHandler:  # only for OAuth, which this console does not offer
        handler = NotFoundErrorHandler
    handler = with_headers(handler) if handler is Healthcheck else guard(handler)
    return url(spec.regex.pattern, handler, spec.kwargs, spec.name)


def _templates() -> dict[str, str]:
    """Flower's templates and ours, with the tab in its navbar and a nonce on its one inline script."""
    folder = Path(flower.urls.settings["template_path"])
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}
    found["navbar.html"] = _after(found["navbar.html"], NAVBAR_ANCHOR, TAB)
    found["workers.html"] = _instead(found["workers.html"], SCRIPT_ANCHOR, SCRIPT)
    found |= {path.name: path.read_text(encoding="utf-8") for path in (HERE / "pages").glob("*.html")}
    return found


def _after(text: str, anchor: str, addition: str) -> str:
    return _instead(text, anchor, anchor + addition)


def _instead(text: str, anchor: str, replacement: str) -> str:
    if text.count(anchor) != 1:
        log.warning("flower.anchor_moved", anchor=anchor.strip())
        return text
    return text.replace(anchor, replacement)
