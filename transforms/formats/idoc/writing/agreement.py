"""What has to be agreed with a system before it can be written to."""

from __future__ import annotations

import codecs
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Agreement(BaseModel):
    """How IDocs for one receiver are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: Literal["DELVRY03", "WMMBXY", "MBGMCR03"] = Field(description="What is written.")
    form: Literal["flat", "xml"] = Field("flat", description="Fixed-length records, or XML.")
    encoding: str = Field("utf-8", description="Of the file: utf-8, cp1252, cp037 (EBCDIC) …")
    line_end: Literal["lf", "crlf", "none"] = Field("lf", description="What stands behind a flat record.")
    client: str = Field("100", description="MANDT, the receiver's client.", pattern=r"^\d{3}$")
    sender: str = Field(description="SNDPRN, our partner number.", max_length=10)
    sender_port: str = Field("", description="SNDPOR.", max_length=10)
    receiver: str = Field(description="RCVPRN, the receiver's partner number.", max_length=10)
    receiver_port: str = Field("", description="RCVPOR.", max_length=10)
    partner_type: str = Field(
        "LS", description="SNDPRT and RCVPRT: LS logical system, KU, LI …", max_length=2
    )
    test: bool = Field(False, description="Set the TEST flag.")
    plants: dict[str, str] = Field(
        default_factory=dict, description="Site of ours → WERKS, or WERKS-LGORT; others go by their own code."
    )
    units: dict[str, str] = Field(
        default_factory=dict, description="Rec 20 code → the receiver's unit, where it is not the usual one."
    )
    material: str = Field(
        "SK", description="Qualifier of the number that becomes MATNR, unless ours is known."
    )
    pad_materials: bool = Field(
        True, description="Whether numeric material numbers get zeros up to 18 places."
    )

    @field_validator("encoding")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            return codecs.lookup(value).name
        except LookupError:
            raise ValueError(f"no encoding is called {value!r}; write utf-8, cp1252 or cp037") from None
