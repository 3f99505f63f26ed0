"""The page that shows the API and lets people try it: the only one of the API that runs scripts.

Its scripts are Swagger UI's, from where FastAPI takes them; its policy lets nothing else run, and lets
the page speak to this API alone.
"""

from __future__ import annotations

import base64
import hashlib
import re

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SOURCE = re.compile(r"""<(?:script|link)[^>]+(?:src|href)="(https://[^/"]+)/""")


def router(*, path: str, openapi_url: str) -> APIRouter:
    """The one route of the page."""
    page = get_swagger_ui_html(openapi_url=openapi_url, title="Crossdock")
    page.headers["Content-Security-Policy"] = policy(bytes(page.body).decode())
    routes = APIRouter()

    @routes.get(path, include_in_schema=False)
    def documentation() -> HTMLResponse:
        return page

    return routes


def policy(page: str) -> str:
    """What the scripts and styles that stand in ``page`` need, and no more."""
    own = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in own)
    hosts = " ".join(sorted(set(_SOURCE.findall(page))))
    rules = {
        "default-src": "'none'",
        "script-src": f"{hosts} {scripts}",
        "style-src": f"{hosts} 'unsafe-inline'",  # Swagger UI sets styles
        "img-src": f"{hosts} data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())
