"""Which element of a partner's XML is a record, and where its values stand."""

from __future__ import annotations

import re

from pydantic import Field, field_validator

from transforms.rows.layout import Meaning

_STEP = r"(?:[A-Za-z_*][\w.-]*)"
_PATH = re.compile(rf"{_STEP}(?:/{_STEP})*", re.ASCII)
_VALUE = re.compile(rf"(?:\.|/?{_STEP}(?:/{_STEP})*)?(?:@{_STEP})?", re.ASCII)


class Options(Meaning):
    """What stands under ``options`` of a source whose format is ``xml``.

    Names are local: prefixes and namespaces of the sender do not matter, unless ``namespaces`` names those
    that are read.
    """

    record: str = Field(description="Path of the element that is a row, from the root: `Stock/Items/Item`.")
    columns: dict[str, str] = Field(
        min_length=1,
        description="Column → where its value stands: `Sku`, `Qty@unit`, `@id` in the record; with a slash in "
        "front from the root, `/Stock/Head/Site`, in what stands before it.",
    )
    namespaces: tuple[str, ...] = Field(
        (), description="Namespaces whose elements are read; none reads those of all."
    )
    max_depth: int = Field(50, ge=2, le=1_000, description="Elements inside of each other.")
    max_record: int = Field(1 << 20, ge=1_024, description="Characters of text in one record.")

    @property
    def known_columns(self) -> set[str]:
        return set(self.columns)

    @field_validator("record")
    @classmethod
    def _is_path(cls, value: str) -> str:
        if not _PATH.fullmatch(value):
            raise ValueError(f"{value!r} is no path; write it like `Stock/Items/Item`")
        return value

    @field_validator("columns")
    @classmethod
    def _are_places(cls, value: dict[str, str]) -> dict[str, str]:
        for name, place in value.items():
            if not place or not _VALUE.fullmatch(place):
                raise ValueError(
                    f"{name}: {place!r} is no place; write it like `Sku`, `Qty@unit` or `/Stock/Site`"
                )
        return value
