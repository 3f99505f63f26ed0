"""The guard ahead of Flower: who sees what, who may change what, and what browsers are told."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests import consoles

pytestmark = pytest.mark.integration
PAGES = [
    "/",
    "/workers",
    "/tasks",
    "/broker",
    "/metrics",
    "/dead-letters",
    "/api/workers",
    "/api/tasks",
    "/nothing",
]
CHANGES = [
    "/api/worker/shutdown/w", "/api/worker/pool/restart/w", "/api/worker/pool/grow/w",
    "/api/worker/pool/shrink/w", "/api/worker/pool/autoscale/w", "/api/worker/queue/add-consumer/w",
    "/api/worker/queue/cancel-consumer/w", "/api/task/apply/t", "/api/task/async-apply/t",
    "/api/task/send-task/t", "/api/task/abort/t", "/api/task/timeout/t", "/api/task/rate-limit/t",
    "/api/task/revoke/t",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_anything_without_a_login(console, page):
    with console.client() as client:
        assert client.get(page).status_code == 401
        assert client.get(page, auth=("vera", "wrong")).status_code == 401
        assert client.get(page, headers={"Authorization": "Basic !!"}).status_code == 401
        assert client.get(page, headers={"Authorization": "Bearer look"}).status_code == 401


@pytest.mark.parametrize("path", CHANGES)
def test_changes_to_workers_and_tasks_need_an_admin(console, path):
    with console.client() as client:
        assert client.post(path).status_code == 401
    for name in ("vera", "olaf", "anna"):
        assert console.post(name, path).status_code == 403
    assert console.post("adam", path).status_code not in {401, 403}


def test_every_changing_address_of_flower_is_in_the_list_above():
    """A new version of Flower may bring another one; the guard covers it, this list should name it."""
    import flower.urls
    from flower.views.tasks import TasksDataTable

    posting = [
        route
        for route in flower.urls.handlers
        if not isinstance(route, tuple) or len(route) == 2
        for cls in [route.handler_class if hasattr(route, "handler_class") else route[1]]
        if "post" in cls.__dict__ and cls is not TasksDataTable and "NotFound" not in cls.__name__
    ]
    assert len(posting) == len(CHANGES)


@pytest.mark.parametrize("page", ["/", "/tasks", "/broker", "/metrics", "/dead-letters", "/nothing", "/healthcheck",
                                  "/static/js/flower.js", "/dead-letters/static/crossdock.css"])  # fmt: skip
def test_every_answer_carries_the_headers(console, page):
    with console.client("vera") as client:
        headers = client.get(page).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


def test_flowers_own_pages_work_and_have_the_tab(console):
    with console.client("vera") as client:
        for page in ("/", "/tasks", "/broker", "/dead-letters"):
            answer = client.get(page)
            assert answer.status_code == 200
            assert 'href="/dead-letters"' in answer.text
        nonce = client.get("/").headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
        assert nonce not in client.get("/").text
        answer = client.get("/tasks")
        table = {"draw": 1, "start": 0, "length": 10, "search[value]": "", "order[0][column]": 0,
                 "order[0][dir]": "asc", "columns[0][data]": "name"}  # fmt: skip
        assert client.post("/tasks/datatable", data=table).status_code == 200


def test_the_health_check_is_open(console):
    with console.client() as client:
        assert client.get("/healthcheck").text == "OK"


def test_flower_does_not_start_without_logins(tmp_path, redis_url):
    env = consoles.environment(tmp_path, redis_url, 1) | {"CROSSDOCK_FLOWER_USERS": ""}
    env.pop("CROSSDOCK_DEMO", None)
    ended = subprocess.run(
        consoles.command(),
        env=env,
        cwd=consoles.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "CROSSDOCK_FLOWER_USERS=name:role:password" in ended.stderr
    assert os.environ.get("CROSSDOCK_DEMO") != "1"
