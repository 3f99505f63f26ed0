"""Logins of the console, and what happens when Flower's templates have changed."""

from __future__ import annotations

import base64
from pathlib import Path

import flower.urls
import pytest
import structlog

from bridge.flower import install
from bridge.flower.console import DEMO, Console, open_console
from bridge.permissions import Logins, Permission, Principal, Role
from bridge.settings import Settings
from bridge.store.ledger import Ledger


def console(users: str) -> Console:
    return Console(Ledger("sqlite://"), Path(), print, Logins(users))


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_the_name_in_the_header_is_who_acts():
    assert console("a:operator:grün:1").authenticate(basic("a:grün:1")) == Principal("a", Role.OPERATOR)


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic !", basic("a"), basic("a:x"), "Bearer x", "Basic /w=="]
)
def test_any_other_header_is_nobody(header):
    assert console("a:operator:secret").authenticate(header) is None


def test_a_demo_without_logins_lets_everybody_do_all_but_control_workers():
    assert console("").authenticate("") == DEMO
    assert DEMO.may(Permission.MASTER_DATA_WRITE)
    assert not DEMO.may(Permission.WORKERS_CONTROL)


@pytest.mark.parametrize("address", ["0.0.0.0", "", "::", "192.0.2.7"])
def test_a_demo_without_logins_is_for_this_machine_only(tmp_path, address):
    """Regression: on all addresses, everybody in the network could have approved."""
    with pytest.raises(SystemExit, match="only this machine"):
        open_console(Settings(company=tmp_path, data=tmp_path, flower_users=""), address=address, demo=True)


def test_without_logins_flower_does_not_start(tmp_path):
    with pytest.raises(SystemExit, match="CROSSDOCK_FLOWER_USERS"):
        open_console(Settings(company=tmp_path, data=tmp_path, flower_users=""))


def test_a_moved_anchor_costs_the_tab_and_nothing_else():
    with structlog.testing.capture_logs() as logs:
        assert install._instead("<ul></ul>", install.NAVBAR_ANCHOR, "x") == "<ul></ul>"
    assert [line["event"] for line in logs] == ["flower.anchor_moved"]


def test_the_anchors_stand_in_this_flower():
    folder = Path(flower.urls.settings["template_path"])
    assert (folder / "navbar.html").read_text().count(install.NAVBAR_ANCHOR) == 1
    assert (folder / "workers.html").read_text().count(install.SCRIPT_ANCHOR) == 1


def test_every_inline_script_of_flower_gets_a_nonce():
    templates = install._templates()
    for name, text in templates.items():
        assert text.count("<script>") == 0, name
        assert "<script type" not in text, name
