"""A partner's X12 profile: every place where the standard leaves room, as a named option."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from transforms.edi import options as edi


class Options(edi.Options):
    """What stands under ``options`` of a source whose format is ``x12``."""

    sender: str | None = Field(None, description="ISA05:ISA06 that may send here, such as `ZZ:THREEPL`.")
    receiver: str | None = Field(None, description="ISA07:ISA08 that we answer to.")
    usage: Literal["P", "T"] = Field("P", description="ISA15 that this line takes.")
    acknowledge: Literal["always", "on_error", "never"] = Field(
        "always",
        description="Answer the groups of each interchange, or only where something is wrong with them.",
    )
    acknowledge_with: Annotated[Literal["997", "999"], BeforeValidator(str)] = Field(
        "997", description="The set that answers groups; `999` is of version 005010."
    )
    acknowledge_interchange: Literal["always", "on_error", "requested", "never"] = Field(
        "never",
        description="Answer the envelope with a TA1 as well; `requested`: where ISA14 asks for it. One that is "
        "refused whole gets nothing else.",
    )
    accept_with_errors: bool = Field(
        True,
        description="Say `E` and what is wrong with a set that counts in spite of it; else it is just accepted.",
    )
    versions: tuple[str, ...] = Field(("003", "004", "005", "006"), description="What GS08 may begin with.")
    site_roles: tuple[str, ...] = Field(
        ("ST", "WH", "RC", "SF", "DE"), description="N101 roles under which our site may stand, first wins."
    )
    item_id_order: tuple[str, ...] = Field(
        (),
        alias="x12.item_id_order",
        description="Qualifiers (235) to believe first, such as `EN, UP, UK`; none keeps the sender's order.",
    )
    qty_zero_line: Literal["ignore", "meaningful"] = Field(
        "ignore", description="Whether a zero in a stock report says that nothing is there."
    )
    w13_mode: Literal["within_w07", "additional"] = Field(
        "within_w07", alias="944.w13_mode", description="Whether W13 quantities are inside W07-01."
    )
    receipt_no_unique: bool = Field(
        True, alias="944.receipt_no_unique", description="One receipt number, one receipt."
    )
    short_codes_informative: bool = Field(
        True,
        alias="944.short_codes_informative",
        description="W13-03 `02` and `03` only compare with what was advised; else they change W07-01.",
    )
    exceptions_only: bool = Field(
        False,
        alias="944.exceptions_only",
        description="A report of kind `X` or `N` means that what it does not name came in as advised.",
    )
    warehouse_lot: bool = Field(
        False, alias="944.warehouse_lot", description="W07-08 is the lot where no other is told."
    )
    partial: Literal["derive", "status_code"] = Field(
        "derive",
        alias="945.partial",
        description="What is still to come: all that is short, or only where W12-01 is `BP` or `BO`.",
    )
    transfer_prefix: str = Field("T-", description="W17-04 that begins like this is a transfer of ours.")
    adjustment_sign: Literal["signed", "by_reason_code"] = Field(
        "signed",
        alias="947.sign",
        description="What says whether stock grew or shrank: the sign of W19-02, or the reason in W19-01.",
    )
    status_moves: Literal["single_line", "paired_lines"] = Field(
        "single_line",
        alias="947.status_moves",
        description="A change of condition is one line, or two: less there and more here. Less is let go.",
    )
    stock_kind: Literal["snapshot", "advice"] = Field(
        "snapshot", alias="846.kind", description="All that is there, or what the sender would sell of it."
    )
    sales_mode: Literal["info", "movement"] = Field(
        "info",
        alias="852.mode",
        description="The stores are a customer's, or ours: then what they sold leaves our stock.",
    )
    kits: bool = Field(
        False,
        alias="856.kits",
        description="SLN segments stand in place of their item; SLN04 is how many there are in one of it.",
    )
    stock_figure: Literal["on_hand", "available"] = Field(
        "on_hand", alias="846.figure", description="The line's quantity where both are told in one unit."
    )


def parse(options: dict[str, Any]) -> Options:
    """Raises :class:`transforms.edi.options.OptionsInvalid`."""
    return edi.parse(Options, options, "x12")
