"""A real Flower with the console in it, started as an operator would start it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bridge import bootstrap
from bridge.settings import Settings
from bridge.store.ledger import Ledger
from tests import company, servers
from tests.letters import Yard

ROOT = Path(__file__).parent.parent
USERS = "vera:viewer:look,olaf:operator:op:3,anna:approver:yes,adam:admin:root"
PASSWORDS = {"vera": "look", "olaf": "op:3", "anna": "yes", "adam": "root"}


@dataclass(frozen=True)
class Console:
    """A running Flower and the ledger behind it."""

    url: str
    yard: Yard

    def client(self, name: str | None = None) -> httpx.Client:
        auth = (name, PASSWORDS[name]) if name else None
        return httpx.Client(base_url=self.url, auth=auth, follow_redirects=False, timeout=30)

    def token(self, client: httpx.Client) -> str:
        """The token against forgery, which every form carries."""
        client.get("/dead-letters")
        return client.cookies["_xsrf"]

    def post(self, name: str, path: str, **fields: object) -> httpx.Response:
        """What a browser sends when ``name`` presses the button of a form."""
        with self.client(name) as client:
            data = {"_xsrf": self.token(client), **fields}
            return client.post(path, data=data, headers={"Origin": self.url})


def environment(folder: Path, redis_url: str, port: int) -> dict[str, str]:
    company.write(folder / "company", erp={"connector": "http"}, wms={"connector": "http"})
    return {
        **os.environ,
        "CROSSDOCK_COMPANY": str(folder / "company"),
        "CROSSDOCK_DATA": str(folder / "var"),
        "CROSSDOCK_BROKER_URL": redis_url,
        "CROSSDOCK_FLOWER_PORT": str(port),
        "CROSSDOCK_FLOWER_USERS": USERS,
        "CROSSDOCK_FLOWER_COOKIE_SECRET": "a secret of this test",
        "SMALL_SECRET": "whsec_c21hbGwgc2VjcmV0IG9mIHRoZSB0ZXN0cw==",
    }


def command() -> list[str]:
    config = ROOT / "bridge/flower/flowerconfig.py"
    return [sys.executable, "-m", "celery", "-A", "tasks.app", "flower", f"--conf={config}"]


@contextmanager
def console(folder: Path, redis_url: str) -> Iterator[Console]:
    port = servers.free_port()
    env = environment(folder, redis_url, port)
    settings = Settings(company=folder / "company", data=folder / "var", broker_url=redis_url)
    bootstrap.prepare(settings)
    ledger = Ledger(settings.ledger)
    with servers.running(command(), env=env, cwd=ROOT):
        servers.wait_for_port(port)
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(url)
        yield Console(url, Yard(ledger))
    ledger.dispose()


def _wait_until_ready(url: str) -> None:
    for _ in range(100):
        if httpx.get(f"{url}/healthcheck").text == "OK":
            return
        time.sleep(0.1)
    raise TimeoutError("Flower does not answer its health check")
