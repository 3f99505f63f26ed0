"""The production stack as it is written: hardened, healthy, and without a password of ours in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge import stack
from bridge.settings import Settings

ROOT = Path(__file__).parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (ROOT / "ops" / "crossdock.env.example").read_text()


def test_everything_that_production_needs_is_there() -> None:
    assert {"postgres", "redis", "migrate", "sftp", "prometheus", *stack.ROLES} == set(SERVICES)
    assert SERVICES["prometheus"]["profiles"] == ["observability"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened(name: str) -> None:
    service = SERVICES[name]
    user, _, group = service["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "privileged" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "migrate"])
def test_every_service_that_stays_has_a_health_check(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert check["retries"] > 0


def test_migrating_runs_once_and_before_everything_else() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for role in stack.ROLES:
        assert SERVICES[role]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("role", stack.ROLES)
def test_the_processes_are_those_of_crossdock_run(role: str) -> None:
    assert SERVICES[role]["command"] == ["run", role]
    assert SERVICES[role]["healthcheck"]["test"] == ["CMD", "crossdock", "health", role]


def test_flower_does_not_start_without_logins() -> None:
    users = SERVICES["flower"]["environment"]["CROSSDOCK_FLOWER_USERS"]
    assert users.startswith("${CROSSDOCK_FLOWER_USERS:?")
    assert "CROSSDOCK_DEMO" not in SERVICES["flower"]["environment"]


def test_no_secret_has_a_value_here() -> None:
    assert not re.findall(r"^(\w*(?:PASSWORD|SECRET|USERS|KEYS)\w*)=.+$", EXAMPLE, re.MULTILINE)
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable or "SECRET" in variable:
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), f"{name}: {variable}"


def test_what_compose_needs_stands_in_the_example() -> None:
    needed = set(re.findall(r"\$\{(\w+):\?", (ROOT / "compose.yaml").read_text()))
    assert needed <= set(re.findall(r"^(\w+)=", EXAMPLE, re.MULTILINE))


def test_ports_are_open_to_this_machine_only_unless_told_otherwise() -> None:
    for service in SERVICES.values():
        for port in service.get("ports", []):
            assert re.match(r"(\$\{\w+:-)?127\.0\.0\.1\}?:", port), port


def test_the_database_and_the_broker_are_not_reachable_from_outside() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]
        assert "ports" not in SERVICES[name]


def test_images_are_of_a_named_version() -> None:
    for service in SERVICES.values():
        _, _, tag = service["image"].partition(":")
        assert tag
        assert tag != "latest"


def test_volumes_and_networks_are_declared() -> None:
    used = {
        mount.split(":")[0]
        for service in SERVICES.values()
        for mount in service.get("volumes", [])
        if not mount.startswith((".", "$", "/"))
    }
    assert used == set(COMPOSE["volumes"])
    assert {network for service in SERVICES.values() for network in service["networks"]} == set(
        COMPOSE["networks"]
    )


def test_variables_of_ours_are_settings_of_ours() -> None:
    known = {f"CROSSDOCK_{name.upper()}" for name in Settings.model_fields}
    known |= {
        "CROSSDOCK_VERSION",
        "CROSSDOCK_COMPANY_FOLDER",
        "CROSSDOCK_API_BIND",
        "CROSSDOCK_FLOWER_BIND",
        "CROSSDOCK_SFTP_BIND",
    }
    text = (ROOT / "compose.yaml").read_text() + EXAMPLE + (ROOT / "Dockerfile").read_text()
    assert set(re.findall(r"CROSSDOCK_[A-Z_]+", text)) <= known


def test_the_image_runs_as_nobody_and_installs_by_hash() -> None:
    text = (ROOT / "Dockerfile").read_text()
    final = text.rsplit("FROM ", 1)[1]
    assert "USER 10001:10001" in final
    assert "HEALTHCHECK" in final
    installs = re.findall(r"pip install.*", text)
    assert installs
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)


def test_what_the_image_is_built_from_reaches_docker() -> None:
    allowed = {
        line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert {one.rstrip("/") for line in copied for one in line.split()} == allowed
