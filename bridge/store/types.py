"""Column types of the ledger: exact on both databases, the same in Python.

STRICT tables of SQLite know INTEGER, TEXT and BLOB only, and sums over TEXT turn into floats. So
quantities are signed 64-bit counts of millionths, times are microseconds since 1970 in UTC, JSON and
enumerations are TEXT. No table uses any other column type.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

MICRO = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def to_micro(value: Decimal) -> int:
    """A quantity as a count of millionths. Raises ``ValueError`` when it would not be exact."""
    scaled = value.scaleb(6)
    micro = int(scaled)
    if micro != scaled:
        raise ValueError(f"{value} has more than six decimals")
    return micro


def from_micro(value: int) -> Decimal:
    return Decimal(value).scaleb(-6).normalize() + 0


def to_microseconds(value: datetime) -> int:
    """Microseconds since 1970, exact (a float timestamp is not)."""
    return (value - _EPOCH) // _TICK


def from_microseconds(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


class BigInt(TypeDecorator[int]):
    """A signed 64-bit integer; INTEGER on SQLite, where only that can be the row id."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


class Quantity(TypeDecorator[Decimal]):
    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micro(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else from_micro(value)


class Instant(TypeDecorator[datetime]):
    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_microseconds(value)


class Json(TypeDecorator[Any]):
    """JSON as text. What is text already is taken as it is: documents are dumped once."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


Bytes = LargeBinary
Word = Text
