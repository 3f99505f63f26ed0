"""The contract between a format's reader and the translate step (a Message Translator).

A reader turns a stream of bytes into a stream of events and holds no more than one document at a
time. Documents of one *part* (a transaction set, a message, a file without envelope) are drafted as
they are read; :class:`PartClosed` says afterwards whether they may be used. Problems are events, not
exceptions: neighbours of a bad part go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO, Protocol

from transforms.canonical.document import Document
from transforms.errors import Problem

MAX_LINES = 500
"""A longer set or file becomes several documents of at most this many lines, in source order."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a reader may know about the message beside its bytes."""

    company: str
    source: str
    """The source's name in the company, such as ``threepl-dc2``."""
    partner: str
    message_key: str
    """Idempotency key of the message: ``file/<source>/<sha256>`` or ``wh/<source>/<event id>``."""
    received_at: datetime
    name: str | None = None
    """File name, where there is one."""
    options: dict[str, Any] = field(default_factory=dict)
    """The partner's profile options and layout for this format; the format validates them."""
    unit_alias: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A document that was read. It counts only once its part is closed and accepted."""

    document: Document
    key: str
    """Idempotency key; the same input gives the same key."""
    position: str
    """Where it stands in the source, such as ``ISA000004711/GS4711/ST0001``."""
    part: str
    business_key: str | None = None
    """Key under which the business would call it the same document, whatever its control numbers."""
    content_hash: str | None = None
    """Hash of the document's content without control numbers; set with ``business_key``."""


@dataclass(frozen=True, slots=True)
class PartClosed:
    """The trailer of a part was read: what was drafted under ``part`` is released or dropped.

    A rejected part has yielded at least one :class:`Problem` that says why.
    """

    part: str
    accepted: bool


ReadEvent = Drafted | PartClosed | Problem


class Reader(Protocol):
    """What ``transforms/formats/<name>/reader.py`` offers as ``read`` and ``check_options``."""

    def read(self, source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
        """Read ``source`` once, front to back, in constant memory.

        Raises a :class:`transforms.errors.TransformError` only when nothing behind it can be read;
        everything that was accepted before stays accepted.
        """
        ...

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ``ValueError`` with the remedy when a partner's options make no sense."""
        ...
