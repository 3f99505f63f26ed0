"""What stands around the bridge in a simulated run: senders, a broker and endpoints, all of them faulty.

They keep the two logs that are independent of the ledger: what was sent and answered with a yes, and what
took effect.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bridge.connectors.contract import Features, Outgoing, Receipt, Result
from bridge.errors import (
    DestinationLimited,
    DestinationRejected,
    DestinationUnavailable,
    ResultUnknown,
)
from bridge.ingress.contract import Content
from tests import company
from tests.faults.evidence import Effect, Sent
from tests.faults.scheduler import Scheduler

SITE = "DC1"


@dataclass(slots=True)
class Broker:
    """Bells that get lost, come twice, and come in any order."""

    scheduler: Scheduler
    loss: float = 0.0
    twice: float = 0.0
    bells: list[int] = field(default_factory=list)

    def ring(self, lane_ids: Iterable[int]) -> None:
        chance = self.scheduler.random
        for lane_id in lane_ids:
            if chance.random() >= self.loss:
                self.bells += [lane_id] * (2 if chance.random() < self.twice else 1)

    def take(self) -> int | None:
        if not self.bells:
            return None
        return self.bells.pop(self.scheduler.random.randrange(len(self.bells)))

    def flush(self) -> None:
        self.bells.clear()


FAULTS = ("down", "limited", "failing", "cut", "slow", "html")


@dataclass(slots=True)
class Endpoint:
    """The books of an ERP or a WMS. Without ``idempotent`` it books whatever it is sent."""

    name: str
    scheduler: Scheduler
    features: Features
    trouble: float = 0.0
    """How often a request goes wrong."""
    refused: set[str] = field(default_factory=set)
    """Numbers that it rejects, until a person has seen to it."""
    poison: set[str] = field(default_factory=set)
    """Numbers that kill whoever sends them."""
    outage_until: int = 0
    effects: list[Effect] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    log: list[Effect] = field(default_factory=list)
    """Of all endpoints, in order."""

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        # A process that sleeps between its last look at the lease and the request cannot be told from a slow
        # network: only an endpoint that knows the key is safe against it (docs/why/unknown-outcomes.md).
        self.scheduler.point(f"before {self.name}", may_freeze=self.features.idempotency_key)
        for one in batch:
            self.requests[self.name, one.key] += 1
            number = one.document["data"]["number"]
            if number in self.poison:
                self.kills[number] += 1
                self.scheduler.trace.append(f"{number} kills its worker")
                self.scheduler.die()
        fault = self._fault()
        if fault in {"down", "limited", "failing"}:
            return [_failure(fault)] * len(batch)
        results = [self._take(one) for one in batch]
        if fault == "slow":
            self.scheduler.sleep(timeout)
        self.scheduler.point(f"after {self.name}")
        return results if fault == "" else [ResultUnknown("no usable answer")] * len(batch)

    def _fault(self) -> str:
        if self.scheduler.now < self.outage_until:
            return "down"
        chance = self.scheduler.random
        return chance.choice(FAULTS) if chance.random() < self.trouble else ""

    def _take(self, one: Outgoing) -> Result:
        data = one.document["data"]
        if one.key in self.keys and self.features.idempotency_key:
            return Receipt(200, one.key)
        if data["number"] in self.refused:
            return DestinationRejected("422: the posting period is closed")
        self.keys.add(one.key)
        (line,) = data["lines"]
        effect = Effect(self.name, one.key, data["number"], line["item_id"], str(line["quantity"]))
        self.effects.append(effect)
        self.log.append(effect)
        return Receipt(201, one.key)

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        self.scheduler.point(f"asking {self.name}", may_freeze=False)
        if self.scheduler.now < self.outage_until:
            raise DestinationUnavailable("no connection")
        return Receipt(200, key) if key in self.keys else None

    async def close(self) -> None:
        pass


def _failure(fault: str) -> Result:
    if fault == "limited":
        return DestinationLimited("429: slow down", retry_after=2.0)
    return DestinationUnavailable("no connection" if fault == "down" else "500: internal error")


def content(sent: Sent, *, code: str | None = None) -> Content:
    """The webhook of a message; ``code`` is what its sender calls the item, if not as we do."""
    return company.event(sent.source, sent.number, sku=code or sent.item, qty=int(sent.quantity))


def sha256(one: Content) -> str:
    return hashlib.sha256(one.body or b"").hexdigest()


def broken(sent: Sent) -> Content:
    """The same message with a quantity that is none."""
    whole = json.loads(content(sent).body or b"")
    return Content(sent.source, key=sent.number, body=json.dumps({**whole, "qty": "1O"}).encode())
