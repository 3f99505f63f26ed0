"""The processes of an installation under chaos: started, killed, frozen, thawed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import processes

PAUSE = 0.5
"""Seconds before a process that died is started again."""


@dataclass(slots=True)
class Member:
    """One process, with all that it starts in a group of its own."""

    name: str
    command: list[str]
    log: Path
    options: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    must_rest: bool = False
    """It is not started again for now."""

    def start(self) -> None:
        with self.log.open("ab") as log:
            options = {"start_new_session": True, **self.options}
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **options
            )

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def send(self, number: int) -> None:
        if self.runs:
            assert self.process is not None
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def kill(self) -> None:
        self.send(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def kill_child(self) -> None:
        """One of the processes below it, as the kernel does that runs out of memory."""
        children = processes.children(self.process.pid) if self.process is not None else []
        if children:
            with suppress(ProcessLookupError):
                os.kill(children[-1], signal.SIGKILL)

    def stop(self, seconds: float = 10) -> None:
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.kill()


class Fleet:
    """All members; whoever dies is started again after a moment, as a supervisor would."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.members: dict[str, Member] = {}
        self._folder, self._environment = folder, dict(environment)
        self._closing = threading.Event()
        self._watch = threading.Thread(target=self._keep_alive, name="fleet", daemon=True)

    def add(
        self, name: str, command: list[str], *, more: Mapping[str, str] | None = None, **options: Any
    ) -> Member:
        options.setdefault("env", {**self._environment, **(more or {})})
        member = Member(name, command, self._folder / f"{name}.log", options)
        self.members[name] = member
        member.start()
        return member

    def watch(self) -> None:
        self._watch.start()

    def _keep_alive(self) -> None:
        while not self._closing.wait(0.1):
            for member in self.members.values():
                if not member.runs and not member.must_rest:
                    member.send(signal.SIGKILL)
                    if self._closing.wait(PAUSE):
                        return
                    member.start()

    def close(self) -> None:
        """Ends everything, the youngest first."""
        self._closing.set()
        if self._watch.is_alive():
            self._watch.join()
        for member in reversed(self.members.values()):
            member.stop()
