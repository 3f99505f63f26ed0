"""How a batch of deliveries goes out: different keys at once, one key in sequence.

Documents of one ordering key never stand in the same request and never travel at the same time; the
first of a key that does not advance keeps the rest of its key back. Sending stops when what is left
of the lease could not cover another request, or when the process is to end. Then what is in flight is
waited for a while; what has no answer by then may have taken effect, and counts as unknown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge.connectors.contract import Connector, Outgoing, Receipt, Result
from bridge.errors import CrossdockError, InternalBug, ResultUnknown
from bridge.stop import PATIENCE, StopSign

_LOOK = 0.2
"""Seconds between two looks at the stop sign."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One try: what came of it, when it began and how long it took (microseconds)."""

    row: Any
    result: Result
    at: datetime
    duration: int


@dataclass(frozen=True, slots=True)
class Outbound:
    """A delivery with what is to be sent; ``tries`` of the row do not count this one."""

    row: Any
    outgoing: Outgoing


async def send(
    batch: Sequence[Outbound],
    *,
    connector: Connector,
    seconds: float,
    concurrency: int,
    may_start: Callable[[], bool],
    ask_first: Callable[[Any], bool],
    stop: StopSign,
) -> list[Sent]:
    """Send what can be sent; what is missing in the answer was not tried.

    ``may_start`` says whether there is lease for another request, ``ask_first`` whether an earlier
    try of a delivery is in doubt and the endpoint is to be asked before it is sent again.
    """
    sender = _Sender(connector, seconds, asyncio.Semaphore(concurrency), may_start, ask_first)
    chains: dict[str, list[Outbound]] = {}
    for one in batch:
        chains.setdefault(one.row.ordering_key, []).append(one)
    watch = asyncio.create_task(sender.cut_off(stop))
    try:
        if connector.features.batch > 1:
            await sender.waves(list(chains.values()))
        else:
            await asyncio.gather(*(sender.chain(chain) for chain in chains.values()))
    finally:
        watch.cancel()
    return sender.sent


class _Sender:
    def __init__(
        self,
        connector: Connector,
        seconds: float,
        slots: asyncio.Semaphore,
        may_start: Callable[[], bool],
        ask_first: Callable[[Any], bool],
    ) -> None:
        self.sent: list[Sent] = []
        self._in_flight: set[asyncio.Task[Any]] = set()
        self._connector, self._seconds, self._slots = connector, seconds, slots
        self._may_start, self._ask_first = may_start, ask_first

    async def chain(self, chain: list[Outbound]) -> None:
        """One key, one request after the other."""
        for one in chain:
            if not await self._request([one]):
                return

    async def waves(self, chains: list[list[Outbound]]) -> None:
        """The first of every key in as few requests as possible, then the second of every key …"""
        size = self._connector.features.batch
        while chains:
            heads = [chain[0] for chain in chains]
            requests = [heads[start : start + size] for start in range(0, len(heads), size)]
            through = await asyncio.gather(*(self._request(request) for request in requests))
            advanced = set().union(*through)
            chains = [chain[1:] for chain in chains if chain[0].row.id in advanced and len(chain) > 1]

    async def cut_off(self, stop: StopSign) -> None:
        """After the stop sign and some patience nothing is waited for any more."""
        while not stop.is_given:  # noqa: ASYNC110  # another process gives it: there is no event to wait for
            await asyncio.sleep(_LOOK)
        await asyncio.sleep(PATIENCE)
        for task in self._in_flight:
            task.cancel()

    async def _request(self, batch: list[Outbound]) -> set[int]:
        """Returns the ids of those that advanced."""
        async with self._slots:
            if not self._may_start():
                return set()
            at, start = datetime.now(UTC), time.perf_counter_ns()
            results = await self._answers(batch)
            duration = (time.perf_counter_ns() - start) // 1000
        self.sent += [Sent(one.row, result, at, duration) for one, result in zip(batch, results, strict=True)]
        return {one.row.id for one, result in zip(batch, results, strict=True) if isinstance(result, Receipt)}

    async def _answers(self, batch: list[Outbound]) -> Sequence[Result]:
        task = asyncio.current_task()
        assert task is not None, "requests are made by tasks"
        self._in_flight.add(task)
        try:
            return await self._deliver(batch)
        except asyncio.CancelledError:
            unknown = ResultUnknown(f"no answer within {PATIENCE:.0f} s after its worker was told to stop")
            return [unknown] * len(batch)
        finally:
            self._in_flight.discard(task)

    async def _deliver(self, batch: list[Outbound]) -> Sequence[Result]:
        known = {one.row.id: await self._look_up(one) for one in batch if self._ask_first(one.row)}
        unsent = [one for one in batch if known.get(one.row.id) is None]
        fresh: Sequence[Result] = []
        if unsent:
            try:
                fresh = await self._connector.deliver([one.outgoing for one in unsent], timeout=self._seconds)
                if len(fresh) != len(unsent):
                    raise ValueError(f"{len(fresh)} results for {len(unsent)} documents")  # noqa: TRY301  # told below
            except Exception as error:  # noqa: BLE001  # a connector's bug must not take the lane down
                fresh = [InternalBug(f"the connector failed: {type(error).__name__}: {error}")] * len(unsent)
        answers = iter(fresh)
        return [known.get(one.row.id) or next(answers) for one in batch]

    async def _look_up(self, one: Outbound) -> Result | None:
        try:
            return await self._connector.look_up(one.outgoing.key, timeout=self._seconds)
        except CrossdockError as error:
            return ResultUnknown(f"could not be asked whether it took effect: {error.text}")
        except Exception as error:  # noqa: BLE001  # a connector's bug must not take the lane down
            return InternalBug(f"the connector failed when asked: {type(error).__name__}: {error}")
