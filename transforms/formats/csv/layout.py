"""How a partner's delimited file is written; what its rows mean stands in :mod:`transforms.rows.layout`."""

from __future__ import annotations

import codecs

from pydantic import Field, field_validator

from transforms.rows.layout import Meaning

_MARKS = '\r\n,;|\t"'


class Options(Meaning):
    """What stands under ``options`` of a source whose format is ``csv``."""

    encoding: str = Field("utf-8", description="A byte order mark of UTF-8 is taken off.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="Character between two values.")
    quote: str = Field(
        '"', min_length=1, max_length=1, description="Character around a value; written twice inside of one."
    )
    multiline: bool = Field(False, description="Quoted values may contain line breaks.")
    max_line: int = Field(1 << 20, ge=1 << 16, description="Longest line in bytes.")

    @field_validator("encoding")
    @classmethod
    def _keeps_ascii(cls, value: str) -> str:
        try:
            same = codecs.lookup(value).encode(_MARKS)[0] == _MARKS.encode("ascii")
        except LookupError:
            raise ValueError(f"no encoding is called {value!r}; write one like utf-8 or cp1252") from None
        if not same:
            raise ValueError(f"{value} does not keep ASCII; have the file sent as utf-8 or cp1252")
        return value
