"""Accept (Idempotent Receiver): say yes to what arrived, once it is durably in the ledger.

Nothing is parsed here. A key that was seen with the same content is a duplicate and gets the same
yes; the same key with other content is a conflict. Many arrivals share one commit.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, bindparam, select, update

from bridge import alerts, clock
from bridge.company import Company
from bridge.errors import ContentConflict, CrossdockError, Overloaded, Refused, TooLarge
from bridge.ingress.contract import Content
from bridge.message import MessageState
from bridge.observability import count_accepted
from bridge.settings import Settings
from bridge.store import lanes, raw
from bridge.store import tables as t
from bridge.store.ledger import DatabaseBusy, Ledger, execute_many, insert_new
from bridge.store.space import Space


@dataclass(frozen=True, slots=True)
class Accepted:
    """The yes. ``duplicate`` means that the message had been accepted before."""

    public_id: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """An arrival, hashed and keyed, ready to be written."""

    content: Content
    key: str
    sha256: str
    size: int
    format: str
    body: bytes | None
    url: str | None


def prepare(content: Content, *, company: Company, settings: Settings) -> Prepared:
    """Hash and key an arrival; a large one is copied to the raw store. Raises :class:`TooLarge`."""
    source = company.sources[content.source]
    url = None
    if content.path is not None:
        sha256, size = raw.hash_file(content.path)
        _check_size(size, settings.raw_limit)
        body: bytes | None = content.path.read_bytes() if size <= settings.raw_inline_limit else None
        if body is None:
            with content.path.open("rb") as file:
                url = raw.keep(settings.raw_store, file, sha256)
    else:
        body = content.body or b""
        size, sha256 = len(body), hashlib.sha256(body).hexdigest()
        _check_size(size, settings.raw_limit)
        if size > settings.raw_inline_limit:
            url, body = raw.keep(settings.raw_store, io.BytesIO(body), sha256), None
    identity = str(source.options.get("identity", "content"))
    return Prepared(content, _key(content, sha256, identity), sha256, size, source.format, body, url)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise TooLarge(f"{size} bytes; this door takes at most {limit}")


def _key(content: Content, sha256: str, identity: str) -> str:
    """The idempotency key of DOMAIN C3."""
    if content.key is not None:
        is_edit = content.caused_by is not None  # never by its words: a sender may choose those
        return content.key if is_edit else f"wh/{content.source}/{content.key}"
    key = f"file/{content.source}/{sha256}"
    if identity == "content+name":
        return f"{key}/{Path(content.name or '').name}"
    if identity == "content+business_date":
        return f"{key}/{clock.now().date().isoformat()}"
    return key


_KEEP = t.raw.insert()
_WRITTEN = select(t.message.c.id, t.message.c.key, t.message.c.public_id).where(
    t.message.c.key.in_(bindparam("keys", expanding=True))
)


def write(
    connection: Connection, prepared: Sequence[Prepared], *, lane_ids: dict[str, int], at: datetime
) -> list[Accepted | Refused]:
    """Write a group of arrivals; one answer each, in order."""
    first: dict[str, Prepared] = {}
    for one in prepared:
        first.setdefault(one.key, one)
    rows = {one.key: _row(one, lane_ids, at) for one in first.values()}
    execute_many(connection, insert_new(connection, t.message), list(rows.values()))
    new = {
        row.key: (row.id, row.public_id)
        for row in connection.execute(_WRITTEN, {"keys": list(rows)})
        if row.public_id == rows[row.key]["public_id"]  # else it was there before
    }
    execute_many(
        connection,
        _KEEP,
        [
            {"message_id": new[one.key][0], "body": one.body, "url": one.url}
            for one in first.values()
            if one.key in new
        ],
    )
    answers: list[Accepted | Refused] = []
    for one in prepared:
        if one.key in new and first[one.key] is one:
            answers.append(Accepted(new[one.key][1], duplicate=False))
        else:
            answers.append(_seen_before(connection, one, at))
    return answers


def _row(one: Prepared, lane_ids: dict[str, int], at: datetime) -> dict[str, object]:
    return {
        "public_id": str(uuid.uuid4()),
        "lane_id": lane_ids[one.content.source],
        "source": one.content.source,
        "key": one.key,
        "sha256": one.sha256,
        "size": one.size,
        "format": one.format,
        "name": one.content.name,
        "state": MessageState.ACCEPTED,
        "received_at": at,
        "caused_by": one.content.caused_by,
    }


def _seen_before(connection: Connection, one: Prepared, at: datetime) -> Accepted | Refused:
    message = t.message
    row = connection.execute(
        select(message.c.id, message.c.public_id, message.c.sha256).where(message.c.key == one.key)
    ).one()
    if row.sha256 != one.sha256:
        text = f"key {one.key} was accepted before with other content, as message {row.public_id}"
        alerts.raise_alert(connection, code=ContentConflict.code, subject=one.key, text=text, at=at)
        return ContentConflict(text)
    connection.execute(
        update(message).where(message.c.id == row.id).values(duplicates=message.c.duplicates + 1)
    )
    return Accepted(row.public_id, duplicate=True)


class Acceptor:
    """Group commit: all arrivals that wait while one transaction commits share the next one."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        company: Company,
        settings: Settings,
        lane_ids: dict[str, int],
        ring: Callable[[Iterable[int]], None],
    ) -> None:
        self._ledger, self._company, self._settings = ledger, company, settings
        self._lane_ids, self._ring = lane_ids, ring
        settings.data.mkdir(parents=True, exist_ok=True)
        self._space = Space(settings.data, settings.free_space)
        self._waiting: list[tuple[Prepared, asyncio.Future[Accepted | Refused]]] = []
        self._committing: asyncio.Task[None] | None = None
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="accept")
        self._ringer = ThreadPoolExecutor(1, thread_name_prefix="bell")

    async def accept(self, content: Content) -> Accepted:
        """Returns after the commit. Raises a leaf of :class:`bridge.errors.Refused`."""
        self._space.check()
        prepared = prepare(content, company=self._company, settings=self._settings)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Accepted | Refused] = loop.create_future()
        self._waiting.append((prepared, future))
        if self._committing is None or self._committing.done():
            self._committing = loop.create_task(self._commit_groups())
        answer = await future
        if isinstance(answer, Refused):
            raise answer
        return answer

    def accept_all(self, contents: Sequence[Content]) -> list[Accepted | Refused]:
        """The same for callers without an event loop: polls and the command line.

        Raises :class:`Overloaded` when nothing at all can be taken now.
        """
        self._space.check()
        prepared: list[Prepared] = []
        refused: dict[int, Refused] = {}
        for index, content in enumerate(contents):
            try:
                prepared.append(prepare(content, company=self._company, settings=self._settings))
            except Refused as error:
                refused[index] = error
        answers = iter(self._commit(prepared) if prepared else [])
        return [refused.get(index) or next(answers) for index in range(len(contents))]

    async def _commit_groups(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                answers = await loop.run_in_executor(
                    self._committer, self._commit, [prepared for prepared, _ in group]
                )
            except CrossdockError as error:
                answers = [Overloaded(error.text)] * len(group)
            except Exception as error:  # noqa: BLE001  # whoever waits must get an answer, never a yes
                answers = [Overloaded(f"the ledger did not take it: {type(error).__name__}")] * len(group)
            for (_, future), answer in zip(group, answers, strict=True):
                if not future.done():
                    future.set_result(answer)

    def _commit(self, prepared: list[Prepared]) -> list[Accepted | Refused]:
        try:
            with self._ledger.write() as connection:
                answers = write(connection, prepared, lane_ids=self._lane_ids, at=clock.now())
                touched = {
                    self._lane_ids[one.content.source]
                    for one, answer in zip(prepared, answers, strict=True)
                    if isinstance(answer, Accepted) and not answer.duplicate
                }
                bells = lanes.set_bells(connection, self._ledger, touched)
        except DatabaseBusy as error:
            raise Overloaded(str(error)) from error
        if bells:
            self._ringer.submit(self._ring, bells)
        count_accepted(prepared, answers)
        return answers

    def close(self) -> None:
        self._committer.shutdown()
        self._ringer.shutdown()
