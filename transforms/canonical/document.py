"""What every canonical document shares (Canonical Data Model of Enterprise Integration Patterns).

Quantities are :class:`decimal.Decimal` with a unit of UN/ECE Rec 20, times are aware UTC, on the wire
both are strings. Identifiers come as the source gave them, by qualifier; ``item_id`` and ``site_id``
are filled in by the apply step from the company's cross references.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_MILLIONTH = Decimal("0.000001")
_EXACT = Context(prec=18, traps=[Inexact, InvalidOperation])


def in_plain_digits(value: Decimal) -> Decimal:
    """The same number, such that its text has no exponent."""
    return Decimal(format(value, "f")) if "E" in str(value) else value


def _in_range(value: Decimal) -> Decimal:
    """Quantities fit a signed 64-bit integer of millionths, exactly. One call, for it runs for every line."""
    try:
        _EXACT.quantize(value, _MILLIONTH)
    except Inexact:
        raise ValueError("a quantity has at most six decimals") from None
    except InvalidOperation:
        raise ValueError("a quantity is a finite number below 10^12") from None
    return in_plain_digits(value)


def _to_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs a zone")
    return value.astimezone(UTC)


Quantity = Annotated[Decimal, AfterValidator(_in_range)]
"""A decimal number, exact to a millionth, whose text has no exponent."""

Timestamp = Annotated[datetime, AfterValidator(_to_utc)]
"""An aware time, kept in UTC."""

Codes = dict[str, str]
"""Identifiers by qualifier, as the source gave them: ``{"EN": "9521234000013", "BP": "A-10001"}``.

Qualifiers are those of X12 data element 235 for items and 66 for places (``UL`` is a GLN, ``92`` a
code of ours); other formats map onto them.
"""


Address = dict[str, str]
"""Where post and lorries go: ``name``, ``name2``, ``street``, ``street2``, ``city``, ``region``,
``postal_code``, ``country``. It is carried along and never taken for an identity."""


class StockStatus(StrEnum):
    """In what condition stock is; only ``available`` may be sold."""

    AVAILABLE = "available"
    QUALITY_HOLD = "quality_hold"
    BLOCKED = "blocked"
    DAMAGED = "damaged"
    RETURN_PENDING = "return_pending"
    EXPIRED = "expired"
    RECALLED = "recalled"


class SplitPolicy(StrEnum):
    """What becomes of the good lines of a document that has a bad one."""

    ATOMIC = "atomic"
    PER_LINE = "per_line"


class Frozen(BaseModel):
    """Strict about names, immutable, cheap."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(Frozen):
    """One line of a document: an item and how much of it.

    ``quantity`` and ``unit`` are what the source said, the unit as Rec 20 code; ``base_quantity`` in
    ``base_unit`` is what the book uses, set by apply.
    """

    line: str
    """The source's own line number, else its ordinal. With the document's key it is the effect key."""
    item: Codes
    item_id: str | None = None
    quantity: Quantity
    unit: str
    source_unit: str | None = None
    base_quantity: Quantity | None = None
    base_unit: str | None = None
    lot: str | None = None
    expiry: str | None = None
    """ISO date."""
    serials: tuple[str, ...] = ()
    effect_key: str | None = None
    """Natural key of the row where the layout declares one; it outlives a repair of the row."""


class Document(Frozen):
    """A business document. Concrete types stand in the modules of this package, one per family."""

    type: ClassVar[str]
    """CloudEvents type, such as ``crossdock.inventory.adjusted.v1``."""
    split: ClassVar[SplitPolicy] = SplitPolicy.PER_LINE

    number: str
    """The document's own number, as its business calls it (PO, ASN, receipt, adjustment)."""
    site: Codes = Field(default_factory=dict)
    """The site of ours that it is about."""
    site_id: str | None = None
    occurred_at: Timestamp
    references: dict[str, str] = Field(default_factory=dict)
    """Other numbers by kind: ``po``, ``so``, ``asn``, ``bol``, ``rma``, ``transfer``, ``customer_po``."""
    lines: tuple[Line, ...] = ()

    @property
    def is_information(self) -> bool:
        """Whether it moves no stock of ours, although documents of its type do."""
        return False

    @property
    def sets(self) -> int:
        """How many transaction sets or messages it becomes where it leaves as EDI."""
        return 1

    @property
    def size(self) -> int:
        """How much there is of it, in lines."""
        return len(self.lines)

    @property
    def ordering_key(self) -> str:
        """Documents with one key take effect in the order of their arrival (DOMAIN C2)."""
        raise NotImplementedError

    @property
    def site_code(self) -> str:
        """The site in one word for keys: ours when resolved, else the source's first code."""
        return self.site_id or next(iter(self.site.values()), "-")
