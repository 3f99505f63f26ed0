"""What the console's handlers work with: the ledger, the raw store, a way to accept, and who may log in."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from bridge.bootstrap import open_bridge
from bridge.errors import Refused
from bridge.ingress.contract import Content
from bridge.permissions import Logins, Principal, Role
from bridge.replay import Accept
from bridge.settings import Settings
from bridge.store.ledger import Ledger

DEMO = Principal("demo", Role.APPROVER)
"""Everybody, in a demo without logins: may do all but control workers."""


@dataclass(frozen=True, slots=True)
class Console:
    """One Flower process's way into the bridge."""

    ledger: Ledger
    raw_store: Path
    accept: Accept
    logins: Logins

    def authenticate(self, authorization: str) -> Principal | None:
        """Who an ``Authorization`` header is; in a demo without logins, anybody."""
        if not self.logins:
            return DEMO
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(credentials, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return None
        return self.logins.by_password(name, password) if colon else None


HERE = frozenset({"127.0.0.1", "::1", "localhost"})
"""Addresses that only this machine reaches."""


def open_console(settings: Settings, *, address: str = "127.0.0.1", demo: bool = False) -> Console:
    """Open the bridge for Flower. Ends the process when nobody could log in, or everybody could."""
    logins = Logins(settings.flower_users.get_secret_value())
    if not logins and not (demo and address in HERE):
        raise SystemExit(
            "Flower does not start without logins: set CROSSDOCK_FLOWER_USERS=name:role:password "
            "(roles: viewer, operator, approver, admin), or CROSSDOCK_DEMO=1 for a demo that only this machine reaches."
        )
    bridge = open_bridge(settings)

    def accept(content: Content) -> None:
        (answer,) = bridge.accept_all([content])
        if isinstance(answer, Refused):
            raise answer

    return Console(bridge.ledger, settings.raw_store, accept, logins)
