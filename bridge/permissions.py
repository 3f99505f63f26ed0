"""Who may do what: one table for API keys and Flower's logins, and the check of a given secret.

A role may do what its permissions say and everything that the roles below it may. Secrets are compared
in constant time, and every login is compared, so that an answer's time tells nothing.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Self


class Role(IntEnum):
    """In the order of what they may do."""

    VIEWER = 1
    OPERATOR = 2
    APPROVER = 3
    ADMIN = 4

    @property
    def title(self) -> str:
        return self.name.lower()


class Permission(StrEnum):
    """What a route or a form may ask for, each with the words of its line on the page of permissions."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        one = str.__new__(cls, value)
        one._value_, one.meaning = value, meaning
        return one

    READ = "read", "See messages, documents, stock and dead letters."
    SUBMIT = "submit", "Send messages and orders in."
    REPLAY = "replay", "Let what stopped go on as it is."
    EDIT = "edit", "Let what stopped go on with other content."
    DISCARD = "discard", "Decide that what stopped shall never take effect."
    MASTER_DATA_WRITE = "master_data.write", "Approve cross references and pack factors."
    WORKERS_CONTROL = (
        "workers.control",
        "Stop workers, send tasks, change limits: everything of Flower that changes something.",
    )


NEEDS: dict[Permission, Role] = {
    Permission.READ: Role.VIEWER,
    Permission.SUBMIT: Role.OPERATOR,
    Permission.REPLAY: Role.OPERATOR,
    Permission.EDIT: Role.OPERATOR,
    Permission.DISCARD: Role.APPROVER,
    Permission.MASTER_DATA_WRITE: Role.APPROVER,
    Permission.WORKERS_CONTROL: Role.ADMIN,
}
"""The permission table: the lowest role that may."""


def allows(role: Role, permission: Permission) -> bool:
    return role >= NEEDS[permission]


class LoginsInvalid(ValueError):
    """The list of logins cannot be used; the text says what to correct and shows no secret."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has shown a valid secret. ``name`` is what the audit trail says."""

    name: str
    role: Role

    def may(self, permission: Permission) -> bool:
        return allows(self.role, permission)


@dataclass(frozen=True, slots=True)
class _Login:
    principal: Principal
    secret: bytes


class Logins:
    """The people or programs of a ``name:role:secret, …`` list. A secret may hold colons, no commas."""

    def __init__(self, listed: str) -> None:
        self._logins = tuple(_parse(entry.strip()) for entry in listed.split(",") if entry.strip())
        names = [login.principal.name for login in self._logins]
        if twice := {name for name in names if names.count(name) > 1}:
            raise LoginsInvalid(
                f"a name may stand once in the list of logins; twice: {', '.join(sorted(twice))}"
            )

    def __bool__(self) -> bool:
        return bool(self._logins)

    def by_password(self, name: str, password: str) -> Principal | None:
        """Who logs in with name and password (HTTP basic authentication)."""
        given = (name.encode(), password.encode())
        found = None
        for login in self._logins:
            same_name = hmac.compare_digest(login.principal.name.encode(), given[0])
            same_password = hmac.compare_digest(login.secret, given[1])
            if same_name and same_password:
                found = login.principal
        return found

    def by_key(self, key: str) -> Principal | None:
        """Who a bare key belongs to (``Authorization: Bearer``)."""
        given = key.encode()
        found = None
        for login in self._logins:
            if hmac.compare_digest(login.secret, given):
                found = login.principal
        return found


def _parse(entry: str) -> _Login:
    parts = entry.split(":", 2)
    if len(parts) != 3 or not all(parts):
        raise LoginsInvalid("each login is name:role:secret, separated by commas")
    name, role, secret = parts
    if role.upper() not in Role.__members__:
        roles = ", ".join(one.title for one in Role)
        raise LoginsInvalid(f"login {name!r}: {role!r} is no role; roles are {roles}")
    return _Login(Principal(name, Role[role.upper()]), secret.encode())
