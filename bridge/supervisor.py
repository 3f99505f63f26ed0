"""Starts real processes, waits until they are ready, starts again what died, and leaves none behind.

Each process leads a group of its own and writes to a log of its own. Stopping asks first (SIGTERM) and
then ends the whole group. Should the supervisor itself be killed, :mod:`bridge.keeper` ends the groups.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

_LOOK = 0.05
"""Seconds between two looks at something that is awaited."""
_TAIL = 12
"""Lines of a log that an error shows."""
_FIRST_PAUSE, _LONGEST_PAUSE, _HEALTHY = 1.0, 60.0, 60.0
"""Seconds before a died process is started again: doubled each time, back to the first once it has lived."""


class ServiceFailed(Exception):
    """A process ended or did not become ready; the text says which and shows the end of its log."""


@dataclass(frozen=True, slots=True)
class Service:
    """A process to run."""

    name: str
    command: tuple[str, ...]
    is_ready: Callable[[], bool] = lambda: True
    """Whether it does its work; asked until it says yes."""
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 40.0
    """Seconds within which it must be ready."""
    grace: float = 15.0
    """Seconds between asking it to end and ending it."""


@dataclass(slots=True)
class _Running:
    service: Service
    process: subprocess.Popen[bytes]
    started: float
    pause: float = _FIRST_PAUSE
    restart_at: float | None = None


class Supervisor:
    """Use it as a context: what was started inside has ended afterwards."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, _Running] = {}
        self._batches: list[list[_Running]] = []
        self._keeper: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "bridge.keeper"]
        self._keeper = subprocess.Popen(  # noqa: S603  # nosec B603  # our own command, without a shell
            command, stdin=subprocess.PIPE, process_group=0
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, services: Sequence[Service]) -> None:
        """Start all at once, then wait until each is ready. Raises :class:`ServiceFailed`."""
        batch: list[_Running] = []
        self._batches.append(batch)
        for service in services:
            batch.append(_Running(service, self._spawn(service), time.monotonic()))
            self._running[service.name] = batch[-1]
        for service in services:
            self._await(self._running[service.name])

    def watch(self) -> list[str]:
        """Look once after everything; returns one line for each process that died or was started again."""
        news = []
        for running in self._running.values():
            if running.restart_at is None:
                if running.process.poll() is not None:
                    news.append(self._note_death(running))
            elif time.monotonic() >= running.restart_at:
                running.process = self._spawn(running.service)
                running.started, running.restart_at = time.monotonic(), None
                news.append(f"{running.service.name} was started again")
        return news

    def pid(self, name: str) -> int:
        return self._running[name].process.pid

    def stop(self) -> None:
        """End everything, what was started last first; harmless to repeat."""
        for batch in reversed(self._batches):  # whoever needs a broker ends before the broker does
            for running in batch:
                with suppress(ProcessLookupError):
                    running.process.send_signal(signal.SIGTERM)
            for running in batch:
                self._end(running)
        self._batches.clear()
        self._running.clear()
        if self._keeper is not None and self._keeper.stdin is not None:
            self._keeper.stdin.close()
            self._keeper.wait()
            self._keeper = None

    # -- one process ---------------------------------------------------------------------------------

    def _spawn(self, service: Service) -> subprocess.Popen[bytes]:
        with self._log(service).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  # nosec B603  # our own commands, without a shell
                service.command,
                env={**os.environ, **service.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self._tell_keeper("+", process.pid)
        return process

    def _await(self, running: _Running) -> None:
        service = running.service
        deadline = time.monotonic() + service.patience
        while not service.is_ready():
            if running.process.poll() is not None:
                raise ServiceFailed(
                    f"{service.name} ended with code {running.process.returncode}{self._tail(service)}"
                )
            if time.monotonic() > deadline:
                raise ServiceFailed(
                    f"{service.name} was not ready within {service.patience:.0f} s{self._tail(service)}"
                )
            time.sleep(_LOOK)

    def _note_death(self, running: _Running) -> str:
        now = time.monotonic()
        if now - running.started > _HEALTHY:
            running.pause = _FIRST_PAUSE
        running.restart_at = now + running.pause
        self._kill_group(running.process.pid)
        text = f"{running.service.name} ended with code {running.process.returncode}; again in {running.pause:.0f} s"
        running.pause = min(running.pause * 2, _LONGEST_PAUSE)
        return text

    def _end(self, running: _Running) -> None:
        with suppress(subprocess.TimeoutExpired):
            running.process.wait(running.service.grace)
        self._kill_group(running.process.pid)
        running.process.wait()

    def _kill_group(self, group: int) -> None:
        """Whatever is left of a group; it may have outlived its leader."""
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self._tell_keeper("-", group)

    def _tell_keeper(self, sign: str, group: int) -> None:
        assert self._keeper is not None, "a supervisor is used as a context"
        pipe: IO[bytes] | None = self._keeper.stdin
        assert pipe is not None
        with suppress(BrokenPipeError):
            pipe.write(f"{sign}{group}\n".encode())
            pipe.flush()

    def _log(self, service: Service) -> Path:
        return self._logs / f"{service.name}.log"

    def _tail(self, service: Service) -> str:
        path = self._log(service)
        lines = path.read_text(errors="replace").splitlines()[-_TAIL:]
        return "".join([f"; see {path}", *(f"\n    {line}" for line in lines)])


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((host, port)) == 0
