"""The part of a partner's profile that is the same for X12 and EDIFACT."""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Options(BaseModel):
    """A standard adds its own."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    gate: Literal["set", "interchange"] = Field(
        "set",
        description="What must be right before a set or message counts: its own trailer, or also all others "
        "of the interchange.",
    )
    structure: Literal["reject", "warn", "off"] = Field(
        "reject",
        description="What a fault against the standard's segments, loops, lengths and codes does: stops its "
        "line or its whole set or message, is noted, or is not looked for.",
    )
    item_id_order: tuple[str, ...] = Field(
        (), description="Qualifiers of item codes to believe first; none keeps the sender's order."
    )
    totals: Literal["reject", "warn"] = Field(
        "reject", description="What a wrong control total does; a hash total only ever warns."
    )
    line_faults: Literal["line", "reject"] = Field(
        "line", description="A bad value stops its line, or its whole set or message."
    )


class OptionsInvalid(ValueError):
    """The options make no sense; the text names the option."""


Chosen = TypeVar("Chosen", bound=Options)


def parse(model: type[Chosen], options: dict[str, Any], standard: str) -> Chosen:
    """Raises :class:`OptionsInvalid`."""
    try:
        return model.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise OptionsInvalid(f"{standard} option {where}: {first['msg']}") from error
