"""Which sheet of a partner's workbook is read, and where its header stands."""

from __future__ import annotations

from pydantic import Field

from transforms.rows.layout import Meaning


class Options(Meaning):
    """What stands under ``options`` of a source whose format is ``xlsx``."""

    sheet: str | int = Field(1, description="Name of the sheet, or its position; the first is 1.")
    header_row: int = Field(1, ge=1, description="Row that names the columns; what stands above is not read.")
    texts: tuple[str, ...] = Field(
        (),
        description="Columns of codes that have to be formatted as text: a number there may have lost its "
        "leading zeros, and stops its row.",
    )
    max_unpacked: int = Field(1 << 28, ge=1 << 16, description="Bytes that the workbook may unpack to.")
    allow_empty_rows: int = Field(
        100, ge=0, description="Empty rows in a row after which the sheet is over; formatting often goes on."
    )
