"""The dependency that every route below ``/v1`` stands behind: a valid API key whose role may do it.

Which key may do what is said by :mod:`bridge.permissions` alone; a refusal is logged with who, what and
from where, never with what was given as a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import HTTPException, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bridge.permissions import Logins, Permission, Principal

log = structlog.get_logger(__name__)

_bearer = HTTPBearer(
    auto_error=False, scheme_name="key", description="An API key of `CROSSDOCK_API_KEYS`."
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Needs:
    """Lets a request pass whose key may do ``permission``, and says whose it is."""

    logins: Logins
    permission: Permission

    def __call__(
        self,
        request: Request,
        given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
    ) -> Principal:
        principal = self.logins.by_key(given.credentials) if given else None
        about = {
            "permission": self.permission.value,
            "method": request.method,
            "path": request.url.path,
            "remote": request.client.host if request.client else None,
        }
        if principal is None:
            log.warning("api.login_failed", **about)
            raise HTTPException(401, "an API key is needed", {"WWW-Authenticate": "Bearer"})
        if not principal.may(self.permission):
            log.warning("api.refused", actor=principal.name, role=principal.role.title, **about)
            raise HTTPException(403, f"role {principal.role.title} may not {self.permission}")
        return principal
