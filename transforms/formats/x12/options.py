"""A partner's X12 profile: every place where the standard leaves room, as a named option."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Options(BaseModel):
    """What stands under ``options`` of a source whose format is ``x12``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    sender: str | None = Field(None, description="ISA05:ISA06 that may send here, such as `ZZ:THREEPL`.")
    receiver: str | None = Field(None, description="ISA07:ISA08 that we answer to.")
    usage: Literal["P", "T"] = Field("P", description="ISA15 that this line takes.")
    acknowledge: bool = Field(True, description="Answer each interchange with a 997.")
    versions: tuple[str, ...] = Field(("003", "004", "005", "006"), description="What GS08 may begin with.")
    gate: Literal["set", "interchange"] = Field(
        "set", description="What must be right before a set counts: its own trailer, or also GE and IEA."
    )
    structure: Literal["reject", "warn", "off"] = Field(
        "reject",
        description="What a fault against the standard's segments, loops, lengths and codes does: stops its "
        "line or set, is noted, or is not looked for.",
    )
    totals: Literal["reject", "warn"] = Field(
        "reject", description="What a wrong control total does; a hash total only ever warns."
    )
    line_faults: Literal["line", "reject"] = Field(
        "line", description="A bad value stops its line, or its whole set."
    )
    site_roles: tuple[str, ...] = Field(
        ("ST", "WH", "RC", "SF", "DE"), description="N101 roles under which our site may stand, first wins."
    )
    w13_mode: Literal["within_w07", "additional"] = Field(
        "within_w07", alias="944.w13_mode", description="Whether W13 quantities are inside W07-01."
    )
    receipt_no_unique: bool = Field(
        True, alias="944.receipt_no_unique", description="One receipt number, one receipt."
    )
    transfer_prefix: str = Field("T-", description="W17-04 that begins like this is a transfer of ours.")
    adjustment_sign: Literal["signed", "by_reason_code"] = Field(
        "signed",
        alias="947.sign",
        description="What says whether stock grew or shrank: the sign of W19-02, or the reason in W19-01.",
    )
    stock_figure: Literal["on_hand", "available"] = Field(
        "on_hand", alias="846.figure", description="The line's quantity where both are told in one unit."
    )


class OptionsInvalid(ValueError):
    """The options make no sense; the text names the option."""


def parse(options: dict[str, Any]) -> Options:
    """Raises :class:`OptionsInvalid`."""
    try:
        return Options.model_validate(options)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise OptionsInvalid(f"x12 option {where}: {first['msg']}") from error
