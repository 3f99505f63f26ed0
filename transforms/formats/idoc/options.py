"""A partner's IDoc profile: every place where systems and agreements differ, as a named option."""

from __future__ import annotations

import codecs
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from transforms.formats.idoc.segments import SEGMENTS, Segment
from transforms.formats.idoc.segments import Field as At


class Options(BaseModel):
    """What stands under ``options`` of a source whose format is ``idoc``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    sender: str | None = Field(None, description="SNDPRN that may send here.")
    receiver: str | None = Field(None, description="RCVPRN that we answer to.")
    test: Literal["refuse", "take"] = Field(
        "refuse", description="What becomes of an IDoc with the TEST or TESTRUN flag; taken, it moves stock."
    )
    encoding: str = Field(
        "utf-8", description="Of flat files, and of XML that declares none: utf-8, cp1252, cp037 (EBCDIC) …"
    )
    short_lines: Literal["ended", "pad", "reject"] = Field(
        "ended",
        description="Records below their full length: padded where a line end stands behind them (the last "
        "of a file may be cut), always padded, or refused.",
    )
    numbering: Literal["checked", "ignored"] = Field(
        "checked", description="Whether SEGNUM, PSGNUM and HLEVEL of a flat file are filled and must agree."
    )
    unknown_segments: Literal["reject", "ignore"] = Field(
        "reject", description="What becomes of an IDoc with a segment that its type does not have."
    )
    extra_segments: tuple[str, ...] = Field(
        (), description="Segments of the partner's own that may stand there and are not read."
    )
    fields: dict[str, dict[str, tuple[int, int]]] = Field(
        default_factory=dict,
        description="Segment → field → offset in SDATA and length, where the partner's release differs.",
    )
    line_faults: Literal["line", "reject"] = Field(
        "line", description="A bad value stops its line, or its whole IDoc; in orders always the whole."
    )
    site: Literal["plant", "plant_and_storage"] = Field(
        "plant", description="What a site of ours is: WERKS with LGORT as location, or `WERKS-LGORT`."
    )
    material: str = Field("SK", description="Qualifier of MATNR; `SK` says that the number is ours.")
    supplier_material: str = Field("VN", description="Qualifier of MATNR in a supplier's ship notice.")
    item_ids: dict[str, str] = Field(
        default_factory=lambda: {"001": "BP", "002": "VN", "003": "EN"},
        description="QUALF of E1EDP19 → qualifier of the item: the customer's, ours, GTIN.",
    )
    strip_zeros: bool = Field(True, description="Whether numeric material numbers lose their leading zeros.")
    inbound_deliveries: tuple[str, ...] = Field(
        ("EL", "ELST"), description="LFART whose confirmation is a receipt, not a shipment."
    )
    transfer_prefix: str | None = Field(
        None,
        description="EBELN that begins like this is a stock transfer of ours: its receipt is a transfer's.",
    )
    transfer_deliveries: tuple[str, ...] = Field(
        ("NL", "NLCC", "UL"), description="LFART whose confirmation ships a transfer to a site of ours."
    )

    @field_validator("encoding")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            return codecs.lookup(value).name
        except LookupError:
            raise ValueError(f"no encoding is called {value!r}; write utf-8, cp1252 or cp037") from None

    @field_validator("fields")
    @classmethod
    def _declared(cls, value: dict[str, dict[str, tuple[int, int]]]) -> dict[str, dict[str, tuple[int, int]]]:
        for segment, fields in value.items():
            known = {field.name for field in SEGMENTS[segment].fields} if segment in SEGMENTS else None
            if known is None:
                raise ValueError(f"{segment} is not read; there are {', '.join(SEGMENTS)}")
            for name, (offset, length) in fields.items():
                if name not in known:
                    raise ValueError(
                        f"{segment} has no field {name} that is read; {', '.join(sorted(known))}"
                    )
                if not 0 <= offset < offset + length <= 1000:
                    raise ValueError(f"{segment} {name} does not lie within the 1,000 characters of SDATA")
        return value

    def places(self, segment: Segment) -> tuple[At, ...]:
        """The segment's fields, where the partner's release has them."""
        own = self.fields.get(segment.name, {})
        return tuple(
            field._replace(offset=own[field.name][0], length=own[field.name][1])
            if field.name in own
            else field
            for field in segment.fields
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
        raise OptionsInvalid(f"idoc option {where}: {first['msg']}") from error
