"""The API around a real bridge on a small company, asked in this process or through a real server."""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import Table, func, select
from standardwebhooks import Webhook

from bridge.api.app import create_app
from bridge.bootstrap import Bridge
from bridge.store.ledger import Ledger
from tests import company, servers

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
KEYS = "vera:viewer:key-v,olaf:operator:key-o,anna:approver:key-a"


def signed(body: bytes, number: str = "m-1") -> dict[str, str]:
    at = datetime.fromtimestamp(time.time(), UTC)
    signature = Webhook(SECRET).sign(number, at, body.decode())
    stamp = str(int(at.timestamp()))
    return {"webhook-id": number, "webhook-timestamp": stamp, "webhook-signature": signature}


def count_rows(ledger: Ledger, table: Table) -> int:
    with ledger.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


@dataclass
class Api:
    bridge: Bridge

    def ask(self, method: str, path: str, *, key: str | None = None, **more: Any) -> httpx.Response:
        """One request, without a server between."""

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(create_app(self.bridge), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                if key is not None:
                    client.headers["Authorization"] = f"Bearer {key}"
                return await client.request(method, path, **more)

        return asyncio.run(run())

    def hook(self, body: bytes, number: str = "m-1", source: str = "dc1-a") -> httpx.Response:
        return self.ask("POST", f"/hooks/{source}", content=body, headers=signed(body, number))

    @contextmanager
    def served(self) -> Iterator[int]:
        """On a real uvicorn in a thread; gives its port."""
        port = servers.free_port()
        config = uvicorn.Config(
            create_app(self.bridge),
            port=port,
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            servers.wait_for_port(port)
            yield port
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def opened(
    tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch, **settings: Any
) -> Iterator[Api]:
    monkeypatch.setenv("SMALL_SECRET", SECRET)
    bridge = company.open_small(tmp_path, ledger_url, api_keys=KEYS, **settings)
    try:
        yield Api(bridge)
    finally:
        bridge.close()
