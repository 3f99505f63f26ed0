"""What a polled folder showed the last time, kept in the ledger so that any worker can poll next."""

from __future__ import annotations

from sqlalchemy import delete, select

from bridge.store import tables as t
from bridge.store.ledger import Ledger, upsert


class Looks:
    """How often a file of one source has been seen unchanged."""

    def __init__(self, ledger: Ledger, source: str) -> None:
        self._ledger, self._source = ledger, source

    def seen(self, name: str, size: int, mtime: int) -> int:
        """Count a look; returns how many in a row showed this size and mtime (nanoseconds)."""
        look = t.file_look
        with self._ledger.write() as connection:
            last = connection.execute(
                select(look).where(look.c.source == self._source, look.c.name == name)
            ).one_or_none()
            unchanged = last is not None and (last.size, last.mtime) == (size, mtime)
            looks = last.looks + 1 if last is not None and unchanged else 1
            insert = upsert(connection, look).values(
                source=self._source, name=name, size=size, mtime=mtime, looks=looks
            )
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=[look.c.source, look.c.name],
                    set_={"size": size, "mtime": mtime, "looks": looks},
                )
            )
        return looks

    def forget(self, name: str) -> None:
        look = t.file_look
        with self._ledger.write() as connection:
            connection.execute(delete(look).where(look.c.source == self._source, look.c.name == name))
