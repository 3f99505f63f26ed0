"""Every route of the API and every handler of the console, asked by every role and by nobody.

What is asked for is not listed here but found in the applications themselves, so that a route that
nobody thought of stands before this test as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flower.urls
import pytest
from flower.views.tasks import TasksDataTable
from starlette.routing import Route
from structlog.testing import capture_logs
from tornado.web import RequestHandler, StaticFileHandler, URLSpec

from bridge.api.guard import Needs
from bridge.flower import install
from bridge.flower.guard import Headers
from bridge.permissions import NEEDS, Permission, Role
from tests import consoles
from tests.consoles import Console
from tests.integration.api import apis
from tests.integration.api.apis import Api

pytestmark = pytest.mark.integration
NOWHERE = "00000000-0000-0000-0000-000000000000"


# -- the API --------------------------------------------------------------------------------------

OPEN = {"/health/live", "/health/ready", "/metrics", "/v1/openapi.json", "/v1/docs"}
KEYS = {None: None, Role.VIEWER: "key-v", Role.OPERATOR: "key-o", Role.APPROVER: "key-a", Role.ADMIN: "key-z"}


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr(apis, "KEYS", f"{apis.KEYS},adam:admin:key-z")
    with apis.opened(tmp_path, f"sqlite:///{tmp_path}/ledger.db", monkeypatch) as opened:
        yield opened


def routes_of(app: Any) -> Iterator[Route]:
    """All routes below an application, whatever wraps, mounts or includes it."""
    if isinstance(app, Route):
        yield app
        return
    inner = next((name for name in ("_app", "original_router") if hasattr(app, name)), None)
    for below in [getattr(app, inner)] if inner else app.routes:
        yield from routes_of(below)


def permission_of(route: Route) -> Permission | None:
    """What a route's dependencies ask for; the strictest, if there are several."""
    dependant = getattr(route, "dependant", None)
    needs = (
        [one.call.permission for one in dependant.dependencies if isinstance(one.call, Needs)]
        if dependant
        else []
    )
    return max(needs, key=NEEDS.__getitem__, default=None)


def asked(api: Api) -> list[tuple[str, str, Permission]]:
    found = []
    for route in routes_of(apis.create_app(api.bridge)):
        permission = permission_of(route)
        assert permission or route.path in OPEN, f"{route.path} is open to everybody"
        found += [(method, route.path, permission) for method in sorted(route.methods or ()) if permission]
    return found


def test_every_route_of_the_api_answers_each_role_as_the_table_says(api):
    asked_for = asked(api)
    assert len(asked_for) >= 7
    for method, path, permission in asked_for:
        for role, key in KEYS.items():
            answer = api.ask(
                method, path.replace("{public_id}", NOWHERE), key=key, params={"key": "x"},
                json=None if method == "GET" else {"reason": "because", "content": "{}"},
            )  # fmt: skip
            told = f"{method} {path} as {role}: {answer.status_code}"
            if role is None:
                assert answer.status_code == 401, told
            elif role < NEEDS[permission]:
                assert answer.status_code == 403, told
            else:
                assert answer.status_code in {200, 404, 422}, told


def test_what_changes_something_needs_more_than_reading(api):
    assert [one for one in asked(api) if one[0] not in {"GET", "HEAD"} and one[2] is Permission.READ] == []


def test_what_stands_open_tells_nothing_of_the_company(api):
    api.hook(b'{"canary": "canary-5d1f"}')
    for path in OPEN:
        answer = api.ask("GET", path)
        assert answer.status_code == 200
        assert "canary" not in answer.text


def test_a_refusal_by_the_api_is_logged_with_who_what_and_from_where(api):
    with capture_logs() as logs:
        api.ask("POST", f"/v1/dead-letters/{NOWHERE}/discard", key="key-v", json={"reason": "because"})
        api.ask("GET", "/v1/dead-letters", key="canary-5d1f")
    refused, failed = logs
    assert (refused["event"], refused["actor"], refused["role"]) == ("api.refused", "vera", "viewer")
    assert (refused["permission"], refused["method"], refused["remote"]) == ("discard", "POST", "127.0.0.1")
    assert (failed["event"], failed["path"]) == ("api.login_failed", "/v1/dead-letters")
    assert "canary" not in str(logs)
    assert "key-v" not in str(logs)


# -- the console ----------------------------------------------------------------------------------

ROLES = {"vera": Role.VIEWER, "olaf": Role.OPERATOR, "anna": Role.APPROVER, "adam": Role.ADMIN}
POSTS = {
    "replay": Permission.REPLAY,
    "release": Permission.REPLAY,
    "edit": Permission.EDIT,
    "discard": Permission.DISCARD,
    "cross-reference": Permission.MASTER_DATA_WRITE,
    "item-unit": Permission.MASTER_DATA_WRITE,
}
"""The last word of an address of ours; whatever else is posted needs an admin."""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Console]:
    with consoles.console(tmp_path_factory.mktemp("flower"), redis_url) as running:
        yield running


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[URLSpec]:
    """All that Flower serves once the console is installed in it."""
    monkeypatch.setattr(flower.urls, "handlers", list(flower.urls.handlers))
    monkeypatch.setattr(flower.urls, "settings", dict(flower.urls.settings))
    install.install(None)  # type: ignore[arg-type]  # no request is made here
    return flower.urls.handlers


def paths_of(spec: URLSpec) -> list[str]:
    """An address that fits, for each choice that the pattern gives."""
    pattern = spec.regex.pattern.rstrip("$").replace("[0-9a-f-]{36}", NOWHERE)
    choice = re.search(r"\(([a-z-]+(?:\|[a-z-]+)+)\)", pattern)
    words = choice[1].split("|") if choice else [""]
    filled = [pattern.replace(choice[0], word) if choice else pattern for word in words]
    return [
        re.sub(r"\(?\.[+*]\)?", "celery@w", path).translate({40: None, 41: None}).rstrip("/?") or "/"
        for path in filled
    ]


def methods_of(handler: type[RequestHandler]) -> list[str]:
    blank = RequestHandler._unimplemented_method
    methods = ("get", "post", "put", "patch", "delete")
    return [method.upper() for method in methods if getattr(handler, method) is not blank]


def needed(method: str, path: str, handler: type[RequestHandler]) -> Permission:
    if method == "GET" or issubclass(handler, TasksDataTable):
        return Permission.READ
    is_ours = path.startswith("/dead-letters/")
    return POSTS[path.rsplit("/", 1)[1]] if is_ours else Permission.WORKERS_CONTROL


def is_open(handler: type[RequestHandler]) -> bool:
    return "Healthcheck" in handler.__name__ or issubclass(handler, StaticFileHandler)


def test_every_handler_of_the_console_answers_each_role_as_the_table_says(console, addresses):
    asked_for = [
        (method, path, spec.handler_class)
        for spec in addresses
        for path in paths_of(spec)
        for method in methods_of(spec.handler_class)
        if not is_open(spec.handler_class)
    ]
    assert len(asked_for) >= 35
    for method, path, handler in asked_for:
        permission = needed(method, path, handler)
        with console.client() as client:
            assert client.request(method, path).status_code == 401, f"{method} {path} without login"
        for name, role in ROLES.items():
            answer = ask(console, name, method, path)
            is_refused = answer.status_code in {401, 403}
            assert is_refused == (role < NEEDS[permission]), (
                f"{method} {path} as {name}: {answer.status_code}"
            )


def ask(console: Console, name: str, method: str, path: str) -> Any:
    if method == "GET":
        with console.client(name) as client:
            return client.get(path)
    return console.post(name, path, reason="because", content="{}", id=NOWHERE, condition="xref:item:A:VN:B")


def test_only_the_health_check_and_static_files_are_served_without_a_login(addresses):
    assert {spec.regex.pattern for spec in addresses if is_open(spec.handler_class)} == {
        "/healthcheck$", "/static/(.*)$", "/dead-letters/static/(.*)$",
    }  # fmt: skip
    assert all(issubclass(spec.handler_class, Headers) for spec in addresses)
