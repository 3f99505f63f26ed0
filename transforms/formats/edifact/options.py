"""A partner's EDIFACT profile: every place where the standard leaves room, as a named option."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from transforms.edi import options as edi


class Options(edi.Options):
    """What stands under ``options`` of a source whose format is ``edifact``."""

    sender: str | None = Field(
        None, description="UNB S002 that may send here, as written: `9521234009221:14`."
    )
    receiver: str | None = Field(None, description="UNB S003 that we answer to, as written.")
    test: bool = Field(
        False, description="Take interchanges with the test indicator (UNB 0035), and only those."
    )
    acknowledge: Literal["always", "on_error", "requested", "never"] = Field(
        "always",
        description="Answer each interchange with a CONTRL, or only where something is wrong with it; "
        "`requested`: where UNB 0031 asks for it.",
    )
    versions: tuple[str, ...] = Field(
        ("D:96A", "D:01B"), description="Version and release (UNH S009) of messages that are taken."
    )
    charset: (
        Literal[
            "ascii", "latin-1", "cp1252", "utf-8", "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9",
            "iso8859-15", "cp1250", "cp1251",
        ] | None
    ) = Field(None, description="What the partner really writes in, whatever UNB S001 says.")  # fmt: skip
    decimal_mark: Literal["una", "either"] = Field(
        "una", description="Take the decimal mark that UNA declares (without UNA both), or always both."
    )
    default_unit: str = Field("PCE", description="Unit of a quantity without one (6411).")
    site_roles: tuple[str, ...] = Field(
        ("WH", "DP", "ST", "CN", "GY", "SF"),
        description="NAD 3035 under which our site may stand, first wins.",
    )
    lot_codes: tuple[str, ...] = Field(
        ("NB", "BB"), alias="desadv.pia_lot", description="PIA 7143 under which a lot stands."
    )
    splits: Literal["first_is_total", "sum"] = Field(
        "first_is_total",
        alias="edifact.qty_total_and_splits",
        description="Several QTY of one qualifier in a line: the first is the total of the others, or they add up.",
    )
    stock_figure: Literal["on_hand", "available"] = Field(
        "on_hand",
        alias="invrpt.figure",
        description="The line's quantity where both are told: on hand (17) or available (145).",
    )


def parse(options: dict[str, Any]) -> Options:
    """Raises :class:`transforms.edi.options.OptionsInvalid`."""
    return edi.parse(Options, options, "edifact")
