"""The day that the demo plays: ``day.yaml`` of the company folder, checked when it is loaded."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Fault(_Part):
    """An endpoint's bad time begins or ends."""

    endpoint: str
    mode: str = Field(description="A fault of the demo endpoint; `none` ends it.")


class Event(_Part):
    """Something comes in, or an endpoint's mood changes."""

    at: str
    what: str
    source: str | None = None
    sample: Path | None = Field(None, description="File of the company folder.")
    name: str | None = Field(None, alias="as", description="File name on arrival, if not the sample's.")
    duplicate: bool = Field(False, description="It was in before and must not take effect again.")
    fault: Fault | None = None


class CrossReference(_Part):
    partner: str
    qualifier: str
    source_code: str
    target_code: str


class ItemUnit(_Part):
    item_id: str
    unit: str
    numerator: int


class Correction(_Part):
    """What stands wrongly in a source, and what it should say."""

    value: str
    becomes: str


class Repair(_Part):
    """How a person puts one dead letter right."""

    code: str
    reason: str
    xref: CrossReference | None = None
    unit: ItemUnit | None = None
    edit: Correction | None = None


class Expected(_Part):
    """What must hold at the end of the day."""

    dead_letters: dict[str, int]
    left_after_repair: dict[str, int]
    on_hand: Path


class Day(_Part):
    events: tuple[Event, ...]
    repairs: tuple[Repair, ...]
    expected: Expected

    @property
    def arrivals(self) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event.sample is not None)

    @property
    def messages(self) -> int:
        """Messages that are accepted; duplicates are not counted."""
        return sum(not event.duplicate for event in self.arrivals)

    @property
    def duplicates(self) -> int:
        return len(self.arrivals) - self.messages


Stock = dict[tuple[str, str], tuple[Decimal, Decimal]]
"""Item and site → on hand, and how much of it may be sold."""


def load(company: Path) -> Day:
    return Day.model_validate(yaml.safe_load((company / "day.yaml").read_text(encoding="utf-8")))


def expected_stock(company: Path, day: Day) -> Stock:
    with (company / day.expected.on_hand).open(newline="", encoding="utf-8") as file:
        return {
            (row["item_id"], row["site"]): (Decimal(row["on_hand"]), Decimal(row["available"]))
            for row in csv.DictReader(file)
        }
