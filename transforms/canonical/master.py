"""Master data as partners propose it. A steward approves; nothing here changes an item by itself."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from transforms.canonical.document import Codes, Document, Frozen, Quantity


class ProposedUnit(Frozen):
    """Another unit of the item: ``denominator`` of it are ``numerator`` base units."""

    unit: str
    source_unit: str | None = None
    numerator: int
    denominator: int
    gtin: str | None = None


class PlantStock(Frozen):
    """What is to be kept of the item at one site."""

    site: Codes
    safety_stock: Quantity


class ProposedItem(Frozen):
    """One item as the partner knows it. It is not looked up: it may be new to us."""

    line: str
    item: Codes
    description: str | None = None
    group: str | None = None
    """The partner's product group."""
    action: str = "add"
    """``add``, ``change`` or ``delete``."""
    unit: str | None = None
    pack: Quantity | None = None
    """How many consumer units one case holds."""
    inner_pack: Quantity | None = None
    contains: Codes = Field(default_factory=dict)
    """The consumer unit inside the case."""
    effective_from: str | None = None
    """ISO date."""
    kind: str | None = None
    """The partner's own word for what sort of item it is."""
    tracking: str | None = None
    """``lot`` where the partner follows it by batch."""
    shelf_life_days: int | None = None
    min_remaining_shelf_life_days: int | None = None
    units: tuple[ProposedUnit, ...] = ()
    plants: tuple[PlantStock, ...] = ()


class ItemProposed(Document):
    """A catalogue of a partner, or a change of it."""

    type: ClassVar[str] = "crossdock.master.item.proposed.v1"

    proposer: str
    catalogue: str | None = None
    items: tuple[ProposedItem, ...] = Field(min_length=1)

    @property
    def size(self) -> int:
        return len(self.items)

    @property
    def ordering_key(self) -> str:
        return f"master:item:{self.proposer}:{self.number}"
