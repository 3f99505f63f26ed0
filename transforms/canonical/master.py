"""Master data as partners propose it. A steward approves; nothing here changes an item by itself."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from transforms.canonical.document import Codes, Document, Frozen, Quantity


class ProposedItem(Frozen):
    """One item as the partner knows it. It is not looked up: it may be new to us."""

    line: str
    item: Codes
    description: str | None = None
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


class ItemProposed(Document):
    """A catalogue of a partner, or a change of it."""

    type: ClassVar[str] = "crossdock.master.item.proposed.v1"

    proposer: str
    catalogue: str | None = None
    items: tuple[ProposedItem, ...]

    @property
    def size(self) -> int:
        return len(self.items)

    @property
    def ordering_key(self) -> str:
        return f"master:item:{self.proposer}:{self.number}"
