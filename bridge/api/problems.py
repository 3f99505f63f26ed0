"""Errors on the wire: problem details (RFC 9457) with the reason code, never a stack trace."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from bridge.errors import ContentConflict, CrossdockError, Overloaded, SignatureInvalid, TooLarge

STATUS: dict[type[CrossdockError], int] = {
    SignatureInvalid: 401,
    ContentConflict: 409,
    TooLarge: 413,
    Overloaded: 503,
}


def problem(
    status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    """One problem document."""
    body = {
        "type": f"urn:crossdock:problem:{code}", "title": code, "status": status, "detail": detail,
        "code": code, **more,
    }  # fmt: skip
    return Response(
        orjson.dumps(body), status_code=status, media_type="application/problem+json", headers=headers
    )


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same for a route's description of itself."""
    schema = {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            **{name: {"type": "string"} for name in ("type", "title", "detail", "code")},
            "status": {"type": "integer"},
        },
    }
    content = {"application/problem+json": {"schema": schema}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def of(error: CrossdockError) -> Response:
    """The problem document of an error of ours."""
    status = STATUS.get(type(error), 422)
    headers = {"Retry-After": "1"} if status == 503 else None
    return problem(status, error.code, error.text, headers=headers)
