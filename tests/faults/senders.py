"""Clients of a chaos run: they send in order, again until they hear a yes, and write down what they heard."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from standardwebhooks import Webhook

from tests import company, effects
from tests.faults.evidence import Sent

SECRET = "whsec_" + base64.b64encode(b"chaos needs a secret of its own!").decode()
ITEMS = 12
TIMEOUT = 6.0


@dataclass
class Sender:
    """One source of webhooks: a message at a time, the next after the yes."""

    source: str
    port: int
    seed: int
    per_second: float
    sent: dict[str, Sent] = field(default_factory=dict)
    refused: int = 0
    """Answers that were no yes."""
    broken_promises: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name=self.source, daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        chance = random.Random(self.seed)
        turn = 0
        while not self.is_over.is_set():
            number = f"{self.source}-{turn}"
            item = f"SKU-{chance.randrange(ITEMS) + 1}"
            body = company.event(self.source, number, sku=item, qty=chance.choice([-2, 1, 3])).body or b""
            quantity = str(json.loads(body)["qty"])
            digest = hashlib.sha256(body).hexdigest()
            one = self.sent[number] = Sent(self.source, number, digest, item, quantity, turn)
            self._until_yes(one, body)
            if chance.random() < 0.05:
                self._post(number, body)
            turn += 1
            time.sleep(chance.uniform(0, 2) / self.per_second)

    def _until_yes(self, one: Sent, body: bytes) -> None:
        """Goes on after the end of the run, for a sender that gives up would prove nothing."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self._post(one.number, body) == 202:
                one.accepted = True
                return
            time.sleep(0.2)

    def _post(self, number: str, body: bytes) -> int:
        at = datetime.now(UTC)
        headers = {
            "webhook-id": number,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(SECRET).sign(number, at, body.decode()),
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        try:
            connection.request("POST", f"/hooks/{self.source}", body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()
        if status == 202:
            return status
        self.refused += 1
        if status not in {503, 429}:
            self.broken_promises.append(f"{number} was answered with {status}")
        return status


@dataclass
class Dropper:
    """A partner that drops files of counts; a file is accepted when the door has filed it away."""

    folder: Path
    seed: int
    every: float
    sent: dict[str, Sent] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="dropper", daemon=True)
        thread.start()
        return thread

    def _run(self) -> None:
        chance = random.Random(self.seed)
        turn = 0
        while not self.is_over.is_set():
            item, quantity = f"SKU-{chance.randrange(ITEMS) + 1}", str(chance.choice([-1, 2, 4]))
            name = f"counts-{turn:06d}.csv"
            content = effects.counts(f"c{turn},DC1,{item},,{quantity}", name=name)
            body = content.body or b""
            digest = hashlib.sha256(body).hexdigest()
            number = f"{name}/1"
            self.sent[number] = Sent(
                "counts", number, digest, item, quantity, turn, key=f"file/counts/{digest}"
            )
            turn += 1
            self._drop(name, body)
            self.is_over.wait(self.every)

    def _drop(self, name: str, body: bytes) -> None:
        """Again until there is room for it, as every uploader does."""
        part = self.folder / f".{name}.part"
        while not self.is_over.is_set():
            try:
                part.write_bytes(body)
            except OSError:
                self.is_over.wait(0.2)
            else:
                part.rename(self.folder / name)
                return

    def note_accepted(self, archive: Path) -> None:
        """What the door has filed away, it has said yes to."""
        kept: set[str] = set()
        for path in archive.rglob("*"):
            with suppress(OSError):
                if path.is_file():
                    kept.add(hashlib.sha256(path.read_bytes()).hexdigest())
        for one in self.sent.values():
            one.accepted = one.sha256 in kept
