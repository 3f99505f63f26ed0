"""What every answer says to a browser, whatever was asked and however it ended, and what it does not say."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
from collections.abc import Iterator

import httpx
import pytest

from bridge import bootstrap
from tests import company, consoles, servers
from tests.consoles import Console
from tests.integration.api import apis

pytestmark = pytest.mark.integration

LETTER = "/v1/dead-letters/00000000-0000-0000-0000-000000000000"
ASKED = {
    ("GET", "/health/live"): 200,
    ("GET", "/metrics"): 200,
    ("GET", "/v1/openapi.json"): 200,
    ("GET", "/v1/docs"): 200,
    ("GET", "/v1/dead-letters"): 401,
    ("GET", "/nowhere"): 404,
    ("GET", "/v1/%0A"): 404,
    ("GET", "/hooks/dc1-a"): 404,
    ("POST", "/hooks/dc1-a"): 401,
    ("DELETE", "/v1/trace"): 405,
    ("POST", LETTER + "/edit"): 413,
}


@pytest.fixture(scope="module")
def api_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API as production starts it."""
    folder = tmp_path_factory.mktemp("headers")
    company.write(folder / "company", erp={"connector": "http"}, wms={"connector": "http"})
    port = servers.free_port()
    env = {
        **os.environ,
        "CROSSDOCK_COMPANY": str(folder / "company"),
        "CROSSDOCK_DATA": str(folder / "data"),
        "CROSSDOCK_API_PORT": str(port),
        "CROSSDOCK_API_KEYS": apis.KEYS,
        "SMALL_SECRET": apis.SECRET,
    }
    bootstrap.prepare(company.settings(folder, f"sqlite:///{folder}/data/ledger.db"))
    with servers.running([sys.executable, "-m", "bridge.api.server"], env=env):
        servers.wait_for_port(port)
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_every_answer_of_the_api_carries_the_headers(api_url, method, path):
    body = b"x" * (9 << 20) if ASKED[method, path] == 413 else b""
    answer = httpx.request(method, api_url + path, content=body, timeout=30)
    assert answer.status_code == ASKED[method, path]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(("method", "path"), ASKED)
def test_no_answer_of_the_api_says_what_it_runs_on(api_url, method, path):
    answer = httpx.request(method, api_url + path, timeout=30)
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers
    assert not re.search(r"uvicorn|starlette|fastapi/|python", str(answer.headers).lower())


def test_the_page_of_the_api_runs_only_the_scripts_that_stand_in_it(api_url):
    answer = httpx.get(f"{api_url}/v1/docs")
    rules = answer.headers["Content-Security-Policy"].split("; ")
    allowed = next(rule for rule in rules if rule.startswith("script-src "))
    inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in inline]
    assert len(hashes) == 1
    assert f"'sha256-{hashes[0]}'" in allowed
    assert not re.search(r"unsafe|\*|https:(?!//)|data:", allowed)
    assert "connect-src 'self'" in rules


# -- the console ----------------------------------------------------------------------------------

PAGES = ["/", "/workers", "/tasks", "/broker", "/metrics", "/dead-letters", "/api/workers", "/nothing"]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Console]:
    with consoles.console(tmp_path_factory.mktemp("flower"), redis_url) as running:
        yield running


@pytest.mark.parametrize("name", ["vera", None])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_the_console_stays_in_a_cache_or_tells_where_it_was(console, page, name):
    with console.client(name) as client:
        headers = client.get(page).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Server"] == "crossdock"


def test_the_token_against_forgery_goes_to_no_other_site(console):
    with console.client("vera") as client:
        cookie = client.get("/dead-letters").headers["Set-Cookie"]
    assert "_xsrf=" in cookie
    assert "SameSite=Strict" in cookie
