"""A demo ERP or WMS: a real HTTP server that takes transactions once per key, with faults to switch on.

It keeps a log of every effect (one JSON line each), which tests and the demo use as a witness that is
independent of the ledger. ``python -m bridge.demo.endpoint --port 9101 --name erp --log erp.jsonl``
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web

MODES = ("none", "down", "slow", "429", "500", "reset_after", "html", "reject")


@dataclass
class Fault:
    """What goes wrong with requests. ``match`` limits it to bodies that contain the text."""

    mode: str = "none"
    seconds: float = 5.0
    """How slow, or what Retry-After says."""
    count: int = -1
    """For how many requests; -1 until it is switched off."""
    after_n: int = 0
    """How many requests go through before."""
    match: str = ""

    def strikes(self, body: bytes) -> bool:
        if self.mode == "none" or self.count == 0 or self.match.encode() not in body:
            return False
        if self.after_n > 0:
            self.after_n -= 1
            return False
        self.count -= 1
        return True


@dataclass
class Endpoint:
    """The books of one demo system."""

    name: str
    log: Path
    dedup: bool = True
    fault: Fault = field(default_factory=Fault)
    effects: dict[str, str] = field(default_factory=dict)
    stats: Counter[str] = field(default_factory=Counter)
    count: int = 0
    """Effects, of this run and of those before."""

    def __post_init__(self) -> None:
        """Remember what took effect before a restart."""
        if self.log.exists():
            lines = [orjson.loads(line) for line in self.log.read_bytes().splitlines()]
            self.effects.update((line["key"], line["reference"]) for line in lines)
            self.count = len(lines)

    def take(self, key: str, transaction: Any) -> dict[str, Any]:
        """Take effect, once per key if there is one; returns the result of this transaction."""
        if self.dedup and key and key in self.effects:
            self.stats["repeated"] += 1
            return {"status": 200, "reference": self.effects[key]}
        self.count += 1
        reference = f"{self.name.upper()}-{self.count:06d}"
        self.effects[key] = reference
        self.stats["effects"] += 1
        sha256 = hashlib.sha256(orjson.dumps(transaction, option=orjson.OPT_SORT_KEYS)).hexdigest()
        line = {"key": key, "reference": reference, "at": time.time(), "sha256": sha256,
                "transaction": transaction}  # fmt: skip
        with self.log.open("ab") as log:
            log.write(orjson.dumps(line) + b"\n")
        return {"status": 201, "reference": reference}


def create_app(endpoint: Endpoint) -> web.Application:
    """The server's routes."""
    app = web.Application(client_max_size=64 << 20)
    app.add_routes(
        [
            web.post("/transactions", lambda request: _transactions(endpoint, request)),
            web.get("/transactions/{key}", lambda request: _look_up(endpoint, request)),
            web.post("/_faults", lambda request: _set_fault(endpoint, request)),
            web.get("/_stats", lambda _: _stats(endpoint)),
            web.get("/_effects", lambda _: _effects(endpoint)),
        ]
    )
    return app


async def _transactions(endpoint: Endpoint, request: web.Request) -> web.StreamResponse:
    body = await request.read()
    endpoint.stats["requests"] += 1
    fault = endpoint.fault
    strikes = fault.strikes(body)
    if strikes and fault.mode != "reset_after":
        answer = await _fault_answer(fault, request)
        if answer is not None:
            return answer
    answer = _take(endpoint, request, body)
    if strikes and fault.mode == "reset_after":
        _reset(request)
    return answer


def _take(endpoint: Endpoint, request: web.Request, body: bytes) -> web.Response:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return web.json_response({"detail": "that is not JSON"}, status=400)
    if isinstance(data, list):
        results = [endpoint.take(one.get("idempotency_key", ""), one) for one in data]
        return web.json_response({"results": results})
    result = endpoint.take(request.headers.get("Idempotency-Key", ""), data)
    return web.json_response(result, status=result["status"])


async def _fault_answer(fault: Fault, request: web.Request) -> web.Response | None:
    if fault.mode == "down":
        _reset(request)
    if fault.mode == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.mode == "429":
        headers = {"Retry-After": str(int(fault.seconds))}
        return web.json_response({"detail": "too many requests"}, status=429, headers=headers)
    if fault.mode == "html":
        return web.Response(text="<html><body>Please log in</body></html>", content_type="text/html")
    if fault.mode == "reject":
        return web.json_response({"detail": "posting period 10/2026 is closed for this item"}, status=422)
    return web.json_response({"detail": "internal error"}, status=500)


def _reset(request: web.Request) -> None:
    """Cut the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()


async def _look_up(endpoint: Endpoint, request: web.Request) -> web.Response:
    reference = endpoint.effects.get(request.match_info["key"])
    if reference is None:
        return web.json_response({"detail": "no transaction has this key"}, status=404)
    return web.json_response({"status": 200, "reference": reference})


async def _set_fault(endpoint: Endpoint, request: web.Request) -> web.Response:
    try:
        wanted = orjson.loads(await request.read())
        dedup = wanted.pop("dedup", endpoint.dedup)
        fault = Fault(**wanted)
    except (AttributeError, TypeError, ValueError) as error:
        return web.json_response({"detail": f"that is no fault: {error}"}, status=422)
    if fault.mode not in MODES:
        return web.json_response({"detail": f"modes are {', '.join(MODES)}"}, status=422)
    endpoint.dedup, endpoint.fault = dedup, fault
    return web.json_response({"mode": fault.mode})


async def _stats(endpoint: Endpoint) -> web.Response:
    return web.json_response({"name": endpoint.name, "mode": endpoint.fault.mode, **endpoint.stats})


async def _effects(endpoint: Endpoint) -> web.Response:
    """The log, one JSON line for each effect."""
    body = endpoint.log.read_bytes() if endpoint.log.exists() else b""
    return web.Response(body=body, content_type="application/jsonl")


def main() -> None:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--log", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.log.parent.mkdir(parents=True, exist_ok=True)
    endpoint = Endpoint(arguments.name, arguments.log)
    web.run_app(create_app(endpoint), host="127.0.0.1", port=arguments.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
