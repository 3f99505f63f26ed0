"""What the rows of a partner's file mean: which document they become, and which column is what.

Two things are never guessed. ``mode`` says whether a row is a state or a change. And a file of changes
must be tellable from an honest second file with the same bytes: by a natural key of its rows, by a time
in its rows, or by an ``identity`` that takes the business date or the name into account.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, field_validator

from transforms import canonical, mapping, units
from transforms.canonical.document import Document
from transforms.converters import Notation


class Meaning(BaseModel):
    """Options of every format of rows; each adds how its files are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="The canonical document that rows become.")
    mode: Literal["snapshot_full", "snapshot_partial", "delta", "event"] = Field(
        description="What a row says: a state (and of a full snapshot: there is nothing else), a change, a fact."
    )
    identity: Literal["content", "content+business_date", "content+name"] = Field(
        "content", description="What makes two files the same file."
    )
    natural_key: tuple[str, ...] = Field(
        (), description="Columns that tell a row from every other row ever sent."
    )
    group: tuple[str, ...] = Field(
        (), description="Columns of which a document has one value; by default those of `site`."
    )
    ignore: tuple[str, ...] = Field((), description="Columns that are known and not used.")
    allow_empty: bool = Field(False, description="A full snapshot may be empty.")
    unit_system: str = Field("rec20", description="How units are written: x12, edifact or rec20.")
    header: dict[str, Any] = Field(default_factory=dict, description="Field of the document → column.")
    line: dict[str, Any] = Field(description="Field of the line → column.")

    @field_validator("unit_system")
    @classmethod
    def _known_system(cls, value: str) -> str:
        if value not in units.SYSTEMS:
            raise ValueError(f"{value!r} is not one of {', '.join(units.SYSTEMS)}")
        return value

    @property
    def known_columns(self) -> AbstractSet[str] | None:
        """Columns that the layout itself places; ``None`` where a file's header names them."""
        return None


@dataclass(frozen=True, slots=True)
class Layout:
    """Options, checked against the canonical model and compiled."""

    options: Meaning
    document: type[Document]
    header: mapping.Record
    line: mapping.Record
    group: tuple[str, ...]

    @property
    def columns(self) -> set[str]:
        """Columns that the file must have."""
        return self.header.inputs | self.line.inputs | {*self.group, *self.options.natural_key}


Written = TypeVar("Written", bound=Meaning)


def check(model: type[Meaning], options: dict[str, Any]) -> None:
    """Raises :class:`transforms.mapping.LayoutInvalid` when a layout makes no sense."""
    compile_layout(mapping.checked(model, options, "options"), {})


def compiled(model: type[Written], options: dict[str, Any], alias: dict[str, str]) -> tuple[Written, Layout]:
    """A source's options and their layout, which the same source gets again and again."""
    as_key = (
        orjson.dumps(options, option=orjson.OPT_NON_STR_KEYS),
        orjson.dumps(alias, option=orjson.OPT_NON_STR_KEYS),
    )
    written, layout = _compiled(model, *as_key)
    assert isinstance(written, model)
    return written, layout


@lru_cache(maxsize=256)
def _compiled(model: type[Meaning], options: bytes, alias: bytes) -> tuple[Meaning, Layout]:
    written = mapping.checked(model, orjson.loads(options), "options")
    return written, compile_layout(written, orjson.loads(alias))


def compile_layout(options: Meaning, alias: dict[str, str]) -> Layout:
    """Raises :class:`transforms.mapping.LayoutInvalid` with the field and the remedy."""
    document = mapping.document_type(options.type)
    notation = Notation(options.unit_system, alias)
    header = mapping.compile_record(
        document, options.header, where="header", notation=notation, given=("number", "occurred_at")
    )
    line = mapping.compile_record(
        mapping.line_model(document), options.line, where="line", notation=notation, given=("line",)
    )
    if header.nested or line.nested:
        raise mapping.LayoutInvalid("a row is flat: a field of a file cannot be a list of records")
    _check_meaning(options, document, header)
    sites = [slot for codes in header.codes if codes.target == "site" for _, slot in codes.slots]
    group = options.group or tuple(dict.fromkeys(name for slot in sites for name in slot.inputs))
    layout = Layout(options, document, header, line, group)
    known = options.known_columns
    if known is not None and (missing := sorted(layout.columns - known)):
        raise mapping.LayoutInvalid(f"columns: {missing[0]!r} is used and has no place; say where it stands")
    return layout


def _check_meaning(options: Meaning, document: type[Document], header: mapping.Record) -> None:
    snapshot = document is canonical.TYPES["crossdock.inventory.snapshot.v1"]
    if snapshot != options.mode.startswith("snapshot"):
        raise mapping.LayoutInvalid(
            f"mode: {options.mode} does not go with {options.type}; "
            "snapshots are snapshot_full or snapshot_partial, everything else is delta or event"
        )
    timed = any(slot.target == "occurred_at" and slot.inputs for slot in header.slots)
    if not (snapshot or options.natural_key or timed or options.identity != "content"):
        raise mapping.LayoutInvalid(
            "natural_key: two honest files of changes can have equal bytes; name the columns that tell rows "
            "apart, map occurred_at to a column, or set identity to content+business_date or content+name"
        )
