"""Segments put together: release characters, counts, the envelope around one message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from transforms import units
from transforms.canonical.document import Codes
from transforms.edi import outgoing
from transforms.errors import ElementInvalid
from transforms.formats.edifact import standard
from transforms.segments import Dialect

_SPECIAL = re.compile(r"([?+:'])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_UNA = "UNA:+.? '"
_DIALECT = Dialect(element="+", terminator="'", component=":", release="?")
_SYNTAX = {"latin-1": "UNOC:3", "utf-8": "UNOY:4"}
_CONTRL_VERSION = "D:3:UN"
_GTINS = {"EN", "SRV", "UK", "EO", "GTIN"}
_OURS = {"SK": "SA", "item_id": "SA"}
"""What we call our own numbers → 7143: the supplier's article number, for we supply."""
_AGENCIES = {"UL": "9", "91": "91", "92": "92"}
_PER_SEGMENT = 5
_LINE_DIGITS = 6

Component = str | Decimal | int | None
Element = Component | tuple[Component, ...]


class Profile(BaseModel):
    """How one partner wants its EDIFACT."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender: str = Field(
        "", description="UNB S002 under which we write, such as `9521234009009:14`; an answer knows its own."
    )
    receiver: str = Field("", description="UNB S003 of the partner.")
    version: Literal["D:96A", "D:01B"] = Field("D:96A", description="Version and release of the message.")
    association: str | None = Field(None, description="0057, such as `EAN008`: the message follows EANCOM.")
    test: bool = Field(False, description="Set the test indicator; an answer has that of what it answers.")

    @property
    def pallet(self) -> str:
        """GIN 7405 of an SSCC: EANCOM keeps BJ, which D.01B would rather not have."""
        return "BJ" if self.association or self.version == "D:96A" else "AW"

    @property
    def gtin(self) -> str:
        return "SRV" if self.version == "D:01B" else "EN"


class Body:
    """The segments of one message, between UNH and UNT."""

    def __init__(self) -> None:
        self.segments: list[str] = []
        self._lines = 0

    def add(self, tag: str, *elements: Element) -> None:
        """A segment; empty elements and components at the end are left out."""
        texts = [_element(one) for one in elements]
        self.segments.append("+".join([tag, *_trimmed(texts)]))

    def number(self, qualifier: str, value: Decimal | None, unit: str | None = None) -> None:
        """A QTY, where there is a value."""
        if value is not None:
            code = units.written(unit, system="edifact") if unit else None
            self.add("QTY", (qualifier, value, code))

    def date(self, qualifier: str, when: datetime | str | None) -> None:
        """A DTM of an instant or of an ISO day, where there is one."""
        if isinstance(when, datetime):
            layout, code = ("%Y%m%d%H%M%S", "204") if when.second else ("%Y%m%d%H%M", "203")
            self.add("DTM", (qualifier, when.strftime(layout), code))
        elif when:
            self.add("DTM", (qualifier, when[:10].replace("-", ""), "102"))

    def reference(self, qualifier: str, value: str | None, line: str | None = None) -> None:
        if value:
            self.add("RFF", (qualifier, value, line))

    def party(self, role: str, codes: Codes) -> None:
        if codes:
            kind, code = next(iter(codes.items()))
            self.add("NAD", role, (code, None, _AGENCIES.get(kind)))

    def line(self, number: str, item: Codes, profile: Profile, action: str | None = None) -> None:
        """LIN with the GTIN, PIA with the other codes of the item. A number that is none becomes the ordinal."""
        self._lines += 1
        if not (number.isascii() and number.isdigit() and len(number) <= _LINE_DIGITS):
            number = str(self._lines)
        named = list(dict.fromkeys((_qualifier(kind, profile), code) for kind, code in item.items()))
        first = next((one for one in named if one[0] in _GTINS or one[0] == "UP"), None)
        self.add("LIN", number, action, (first[1], first[0]) if first else None)
        others = [one for one in named if one is not first]
        # 5 says that LIN names no item, so these do
        for start in range(0, len(others), _PER_SEGMENT):
            some = [(code, kind) for kind, code in others[start : start + _PER_SEGMENT]]
            self.add("PIA", "1" if first else "5", *some)

    def lot(self, lot: str | None) -> None:
        if lot:
            self.add("PIA", "1", (lot, "NB"))

    def identities(self, kind: str, numbers: Iterable[str]) -> None:
        """GIN segments, five numbers each."""
        all_of = list(numbers)
        for start in range(0, len(all_of), _PER_SEGMENT):
            self.add("GIN", kind, *all_of[start : start + _PER_SEGMENT])


def interchange(kind: str, body: Body, profile: Profile, *, control: int, at: datetime) -> bytes:
    """UNA to UNZ around one message."""
    if not profile.sender or not profile.receiver:
        raise ElementInvalid("the endpoint's edifact profile does not say sender and receiver")
    declared = standard.structure(profile.version, kind)
    assert declared is not None, f"{kind} is written, so its structure has to be declared"
    outgoing.check(body.segments, declared, _DIALECT)
    version = _CONTRL_VERSION if kind == "CONTRL" else f"{profile.version}:UN"
    if profile.association and kind != "CONTRL":
        version += f":{profile.association}"
    test = "+" * 6 + "1" if profile.test else ""
    segments = [
        f"UNH+1+{kind}:{version}",
        *body.segments,
        f"UNT+{len(body.segments) + 2}+1",
        f"UNZ+1+{control}",
    ]
    text = "'\n".join([*segments, ""])
    codec = _codec(text)
    unb = "+".join(
        [
            "UNB", _SYNTAX[codec], _named(profile.sender), _named(profile.receiver),
            f"{at:%y%m%d}:{at:%H%M}" if codec == "latin-1" else f"{at:%Y%m%d}:{at:%H%M}", f"{control}{test}",
        ]
    )  # fmt: skip
    return f"{_UNA}\n{unb}'\n{text}".encode(codec)


def _codec(text: str) -> str:
    """Latin-1 where it can say it and cannot be mistaken for UTF-8."""
    if text.isascii():
        return "latin-1"
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return "utf-8"
    for line in raw.split(b"\n"):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if not line.isascii():
            return "utf-8"
    return "latin-1"


def _named(party: str) -> str:
    return ":".join(_element(one) for one in party.split(":"))


def _qualifier(kind: str, profile: Profile) -> str:
    if kind in _GTINS:
        return profile.gtin
    return _OURS.get(kind, kind)


def _element(element: Element) -> str:
    parts = element if isinstance(element, tuple) else (element,)
    return ":".join(_trimmed([_plain(part) for part in parts]))


def _plain(value: Component) -> str:
    if value is None:
        return ""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if _CONTROL.search(text):
        raise ElementInvalid(f"{text!r} has a control character, which EDIFACT cannot carry", value=text)
    return _SPECIAL.sub(r"?\1", text)


def _trimmed(texts: list[str]) -> list[str]:
    while texts and not texts[-1]:
        texts.pop()
    return texts
