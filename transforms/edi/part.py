"""What an envelope is made of: a standard's tags and codes, and one message between its head and trailer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal

from transforms.edi.maps import M
from transforms.edi.translate import Translation
from transforms.edi.walker import Walker
from transforms.errors import TransformError
from transforms.reading import Drafted

HELD_BACK = 8
"""Documents of a message that are kept until its trailer was read; those of a longer one go out before."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """A standard's tags around its messages, and its codes for what is wrong with them."""

    name: Literal["x12", "edifact"]
    """Whose codes for faults of structure hold."""
    opens: str
    closes: str
    group_opens: str
    group_closes: str
    ends: str
    called: str
    """What a message is called: a set, a message."""
    number_at: str
    """Where a message's number stands, such as ``ST02``."""
    group_number_at: str
    head_number_at: str
    not_found: str
    control: str
    count: str
    faulty: str
    unsupported: str
    duplicate: str
    group_not_found: str
    group_control: str
    group_count: str
    duplicate_group: str
    head_control: str
    head_count: str
    cut_short: str

    @property
    def marks(self) -> str:
        return f"{self.opens}|{self.closes}|{self.group_opens}|{self.group_closes}|{self.ends}"


@dataclass(slots=True)
class Part(Generic[M]):
    """A message between its head and its trailer."""

    one: M
    part: str
    translation: Translation[M] | None = None
    walker: Walker | None = None
    failure: TransformError | None = None
    held_back: list[Drafted] = field(default_factory=list)
    is_long: bool = False
    code: str = ""
    """What the acknowledgement gives for the failure."""

    def fail(self, error: TransformError, code: str) -> None:
        """The first failure stands."""
        if self.failure is None:
            self.failure, self.code, self.translation = error, code, None

    def hold(self, draft: Drafted) -> Iterator[Drafted]:
        """Documents wait for the trailer while they are few: most wrong messages leave nothing behind."""
        self.held_back.append(draft)
        if self.is_long or len(self.held_back) > HELD_BACK:
            self.is_long = True
            yield from self.held_back
            self.held_back = []


def number(text: str) -> int | None:
    """A count; zero padding does not matter."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def is_same(left: str, right: str) -> bool:
    """Whether two control numbers are one; zero padding does not matter."""
    return left == right or (number(left) is not None and number(left) == number(right))
