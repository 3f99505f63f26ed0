"""A seeded scheduler: actors take turns, one at a time, and may be ended or frozen wherever they hand over.

Each actor is a thread that runs only while it holds the turn. It hands over at *points*: around every
commit, around every request to an endpoint, while it sleeps. Which actor goes on, how the clock moves and
who is ended or frozen is drawn from one seed, so that a run can be repeated exactly. The clock is the
scheduler's own; a sleep costs nothing.
"""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

START = 4_000_000_000_000_000
"""Microseconds since 1970 at which every run begins: later than what any template was made at."""
STEP = (50, 4_000)
"""Microseconds that pass from one point to the next."""


class Ended(BaseException):
    """The actor's process was ended by SIGKILL; nothing of it goes on but what the database undoes."""


class Stuck(Exception):
    """Time ran out and somebody still was at work."""


@dataclass(eq=False, slots=True)
class Actor:
    """One process of the simulated installation."""

    name: str
    thread: threading.Thread | None = None
    turn: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    wakes_at: int = 0
    is_done: bool = False
    must_end: bool = False
    error: BaseException | None = None


@dataclass(slots=True)
class Faults:
    """How often something goes wrong at a point; all of it stops when the run is to come to rest."""

    end: float = 0.0
    freeze: float = 0.0
    longest_freeze: float = 12.0


class Scheduler:
    """Runs actors until all are done or the time is over."""

    def __init__(self, seed: int, faults: Faults) -> None:
        self.random = random.Random(seed)
        self.faults = faults
        self.now = START
        self.trace: list[str] = []
        self._actors: list[Actor] = []
        self._back = threading.Semaphore(0)
        self._local = threading.local()
        self._is_closing = False

    # -- what actors call ----------------------------------------------------------------------------

    def point(self, name: str, *, may_freeze: bool = True) -> None:
        """Hand over. Raises :class:`Ended` when the actor was ended here."""
        actor: Actor | None = getattr(self._local, "actor", None)
        if actor is None:
            return  # the test itself looks at the ledger
        if actor.must_end:
            raise Ended
        actor.wakes_at = 0
        self.trace.append(f"{actor.name}: {name}")
        if self.random.random() < self.faults.end:
            actor.must_end = True
            self.trace.append(f"{actor.name}: ended")
        elif may_freeze and self.random.random() < self.faults.freeze:
            seconds = self.random.uniform(0.5, self.faults.longest_freeze)
            actor.wakes_at = self.now + int(seconds * 1e6)
            self.trace.append(f"{actor.name}: frozen for {seconds:.1f} s")
        self._hand_over(actor)

    def sleep(self, seconds: float) -> None:
        actor: Actor = self._local.actor
        if actor.must_end:
            raise Ended
        actor.wakes_at = self.now + int(seconds * 1e6)
        self._hand_over(actor)

    def die(self) -> None:
        """End the actor here and now."""
        self._local.actor.must_end = True
        raise Ended

    def revive(self) -> None:
        """The actor that was ended begins a new life; raises :class:`Ended` when the run is over."""
        if self._is_closing:
            raise Ended
        self._local.actor.must_end = False

    def _hand_over(self, actor: Actor) -> None:
        self._back.release()
        actor.turn.acquire()
        if actor.must_end:
            raise Ended

    # -- what the test calls -------------------------------------------------------------------------

    def spawn(self, name: str, life: Callable[[], None]) -> None:
        actor = Actor(name)
        actor.thread = threading.Thread(target=self._live, args=(actor, life), name=name, daemon=True)
        self._actors.append(actor)
        actor.thread.start()

    def _live(self, actor: Actor, life: Callable[[], None]) -> None:
        self._local.actor = actor
        actor.turn.acquire()
        try:
            if not actor.must_end:
                life()
        except Ended:
            pass
        except BaseException as error:  # noqa: BLE001  # told by the run, in the test's own thread
            actor.error = error
        finally:
            actor.is_done = True
            self._back.release()

    def run(self, *, seconds: float, until: Callable[[], bool]) -> None:
        """Until ``until`` says so, which is asked after every second. Raises :class:`Stuck`."""
        end, look = self.now + int(seconds * 1e6), self.now
        while True:
            if self.now >= look:
                if until():
                    return
                look = self.now + 1_000_000
            if self.now > end:
                raise Stuck(f"not at rest after {seconds:.0f} s")
            self._step()

    def _step(self) -> None:
        awake = [actor for actor in self._actors if not actor.is_done and actor.wakes_at <= self.now]
        if not awake:
            waiting = [actor.wakes_at for actor in self._actors if not actor.is_done]
            if not waiting:
                raise Stuck("every actor is done")
            self.now = min(waiting)
            return
        self._give_turn(self.random.choice(awake))
        self.now += self.random.randint(*STEP)

    def _give_turn(self, actor: Actor) -> None:
        actor.turn.release()
        self._back.acquire()
        if actor.error is not None:
            raise actor.error

    def close(self) -> None:
        """End every actor that is left."""
        self._is_closing = True
        for actor in self._actors:
            while not actor.is_done:
                actor.must_end = True
                actor.turn.release()
                self._back.acquire()
        for actor in self._actors:
            if actor.thread is not None:
                actor.thread.join()

    @property
    def digest(self) -> str:
        """The same for two runs that went the same way."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()
