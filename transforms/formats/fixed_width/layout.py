"""How a partner's records are written: where each column stands, and which records there are."""

from __future__ import annotations

import codecs
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from transforms.rows.layout import Meaning


class Place(BaseModel):
    """Where something stands in a record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: int = Field(ge=1, description="First character; the first of a record is 1.")
    length: int = Field(ge=1, description="Characters.")

    @property
    def span(self) -> slice:
        return slice(self.start - 1, self.end)

    @property
    def end(self) -> int:
        """The last character."""
        return self.start - 1 + self.length


class Column(Place):
    """One column of a record."""

    decimals: int = Field(0, ge=0, le=6, description="Decimals that are implied: `0001200` with 3 is 1.200.")
    sign: Literal["leading", "trailing"] = Field(
        "leading", description="Where a minus stands, if there is one."
    )


class Trailer(BaseModel):
    """The record that says how many lines there were."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tag: str = Field(description="What stands at `tag` of it.")
    count: Place = Field(description="How many line records stand before it.")


class Options(Meaning):
    """What stands under ``options`` of a source whose format is ``fixed_width``."""

    columns: dict[str, Column] = Field(min_length=1, description="Columns of a line record, by name.")
    tag: Place | None = Field(
        None, description="Where a record says which kind it is; without it all are lines."
    )
    line_tags: tuple[str, ...] = Field((), description="What stands at `tag` of a line record.")
    heads: dict[str, dict[str, Column]] = Field(
        default_factory=dict,
        description="Tag → columns of a record whose values hold for the lines below it.",
    )
    trailer: Trailer | None = Field(None, description="The last record; without it a cut cannot be told.")
    skip: tuple[str, ...] = Field((), description="Tags of records that are known and not read.")
    record_length: int | None = Field(
        None, ge=1, description="Characters of every record, where no line ends stand between them."
    )
    short: Literal["refuse", "pad"] = Field(
        "refuse", description="What becomes of a record that ends before its last column."
    )
    encoding: str = Field("utf-8", description="utf-8, cp1252, cp037 (EBCDIC) …")
    max_line: int = Field(1 << 16, ge=80, description="Longest record in characters.")

    @property
    def known_columns(self) -> set[str]:
        return {*self.columns, *(name for columns in self.heads.values() for name in columns)}

    @field_validator("encoding")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            return codecs.lookup(value).name
        except LookupError:
            raise ValueError(f"no encoding is called {value!r}; write utf-8, cp1252 or cp037") from None

    @model_validator(mode="after")
    def _tags_make_sense(self) -> Self:
        tagged = [*self.line_tags, *self.heads, *self.skip, *([self.trailer.tag] if self.trailer else [])]
        if self.tag is None and tagged:
            raise ValueError("say where the tag of a record stands (`tag`)")
        if self.tag is not None and not self.line_tags:
            raise ValueError("say which tags are those of lines (`line_tags`)")
        if twice := sorted({tag for tag in tagged if tagged.count(tag) > 1}):
            raise ValueError(f"the tag {twice[0]!r} is given twice")
        names = [*self.columns, *(name for columns in self.heads.values() for name in columns)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the column {twice[0]!r} stands in two records")
        return self
