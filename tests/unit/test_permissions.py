"""Who may do what, and the check of names, passwords and keys."""

from __future__ import annotations

import pytest

from bridge.permissions import NEEDS, Logins, LoginsInvalid, Permission, Principal, Role, allows

LOGINS = Logins("vera:viewer:look, olaf:operator:op:with:colons ,anna:approver:grün")


def test_every_permission_stands_in_the_table():
    assert set(NEEDS) == set(Permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_higher_role_may_all_that_a_lower_one_may(permission):
    assert [allows(role, permission) for role in Role] == sorted(allows(role, permission) for role in Role)
    assert allows(Role.ADMIN, permission)


def test_viewing_and_replaying_are_different_permissions():
    assert allows(Role.VIEWER, Permission.READ)
    assert not allows(Role.VIEWER, Permission.REPLAY)
    assert allows(Role.OPERATOR, Permission.REPLAY)
    assert not allows(Role.OPERATOR, Permission.DISCARD)
    assert not allows(Role.APPROVER, Permission.WORKERS_CONTROL)


def test_a_right_password_tells_who_it_is():
    assert LOGINS.by_password("olaf", "op:with:colons") == Principal("olaf", Role.OPERATOR)
    assert LOGINS.by_password("anna", "grün") == Principal("anna", Role.APPROVER)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("vera", "op:with:colons"),
        ("vera", ""),
        ("", "look"),
        ("Vera", "look"),
        ("nobody", "look"),
        ("ä", "ö"),
    ],
)
def test_a_wrong_password_tells_nothing(name, password):
    assert LOGINS.by_password(name, password) is None


def test_a_key_alone_tells_who_it_is():
    assert LOGINS.by_key("look") == Principal("vera", Role.VIEWER)
    assert LOGINS.by_key("looks") is None


@pytest.mark.parametrize("listed", ["vera:viewer", "vera::look", "vera:king:look", "a:viewer:x,a:admin:y"])
def test_a_bad_list_is_refused_without_showing_a_secret(listed):
    with pytest.raises(LoginsInvalid) as refused:
        Logins(listed)
    assert "look" not in str(refused.value)


def test_an_empty_list_is_false():
    assert not Logins("")
    assert Logins(" ").by_key("") is None
