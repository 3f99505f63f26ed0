"""The envelope around what we write in X12: delimiters, control numbers, counts, and what fits into an element.

X12 has no way to escape a delimiter, so a value that contains one is refused by name; a partner whose data
has it gets other delimiters by profile. Every set is walked through along the standard's structure before it
leaves: what a partner's checker would refuse is refused here, with the element that is to be put right.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transforms.edi import outgoing
from transforms.errors import ElementInvalid, TooLong, Unwritable
from transforms.formats.x12 import standard
from transforms.location import Location
from transforms.segments import Dialect

HIGHEST = 999_999_999
"""Of a control number; behind it comes 1 again."""
_ISA_LENGTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)

Segment = list[str]
"""A tag and its elements; empty ones at the end are left out when it is written."""
Body = list[Segment]
"""What stands between ST and SE."""


class Profile(BaseModel):
    """How one partner wants its X12: who we are to each other, version, delimiters and words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sender: str | None = Field(
        None, description="ISA05:ISA06 under which we write, such as `ZZ:NORTHBAY`; an answer knows its own."
    )
    receiver: str | None = Field(None, description="ISA07:ISA08 of the partner.")
    group_sender: str | None = Field(
        None, description="GS02, where it differs from ISA06.", min_length=2, max_length=15
    )
    group_receiver: str | None = Field(
        None, description="GS03, where it differs from ISA08.", min_length=2, max_length=15
    )
    version: Literal["004010", "005010"] = Field(
        "004010", description="GS08 and the lengths that go with it."
    )
    usage: Literal["P", "T"] = Field("P", description="ISA15; an answer has that of what it answers.")
    element: str = Field("*", description="What stands between elements.", min_length=1, max_length=1)
    component: str = Field(">", description="What stands inside composites.", min_length=1, max_length=1)
    repetition: str = Field(
        "^", description="What stands between repetitions (005010).", min_length=1, max_length=1
    )
    terminator: str = Field("~", description="What ends a segment.", min_length=1, max_length=1)
    line_ends: bool = Field(True, description="Begin each segment on a line of its own.")
    units: dict[str, str] = Field(
        default_factory=dict, description="Unit codes that only this partner uses, by Rec 20 code."
    )
    sites: dict[str, str] = Field(
        default_factory=dict,
        description="Our site codes as the partner knows them, such as `UL:9521234009016`.",
    )
    items: tuple[str, ...] = Field(
        (),
        description="Qualifiers (235) of the item codes to write, in order; none writes all that are known.",
    )
    own_item: str | None = Field(
        None, description="Qualifier under which our own item code is written, such as `SK`."
    )
    depositor: str | None = Field(
        None, description="Who we are to a warehouse (N1 DE), such as `92:NORTHBAY`."
    )
    payment: str = Field("PP", description="W66-01, who pays the freight of a 940.")

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        marks = [self.element, self.component, self.terminator, self.repetition]
        if len(set(marks)) < len(marks) or any(mark.isalnum() or mark in " .-+" for mark in marks):
            raise ValueError(
                f"the delimiters {' '.join(marks)} must differ and be no letters, digits or ` .-+`"
            )
        return self


@dataclass(frozen=True, slots=True)
class Control:
    """The numbers that one interchange takes: ISA13, GS06, and ST02 of its first set."""

    interchange: int
    group: int
    first_set: int

    def set_number(self, ordinal: int) -> int:
        """ST02 of a set, counted from 0."""
        return (self.first_set - 1 + ordinal) % HIGHEST + 1


@dataclass(frozen=True, slots=True)
class Parties:
    """From whom to whom: qualifier and id of each."""

    sender: tuple[str, str]
    receiver: tuple[str, str]
    usage: str

    @classmethod
    def of(cls, profile: Profile) -> Parties:
        """As the profile has it. Raises :class:`ElementInvalid` when it does not say."""
        return cls(_party("sender", profile.sender), _party("receiver", profile.receiver), profile.usage)


def _party(name: str, told: str | None) -> tuple[str, str]:
    qualifier, mark, code = (told or "").partition(":")
    if not mark or not code:
        raise ElementInvalid(f"the endpoint's x12 profile does not say {name}; write it as `ZZ:NAME`")
    return qualifier, code


def interchange(
    bodies: list[Body],
    *,
    kind: str,
    group: str,
    parties: Parties,
    profile: Profile,
    control: Control,
    at: datetime,
) -> bytes:
    """One group of sets of one ``kind``, as many as there are bodies. ``at`` is UTC."""
    segments: Body = []
    for ordinal, body in enumerate(bodies):
        _check(body, kind, profile)
        number = f"{control.set_number(ordinal):04d}"
        segments += [["ST", kind, number], *body, ["SE", str(len(body) + 2), number]]
    sender = profile.group_sender or parties.sender[1]
    receiver = profile.group_receiver or parties.receiver[1]
    head = [
        "GS", group, sender, receiver, f"{at:%Y%m%d}", f"{at:%H%M}", str(control.group), "X", profile.version,
    ]  # fmt: skip
    whole = [head, *segments, ["GE", str(len(bodies)), str(control.group)]]
    return enclosed(whole, groups=1, parties=parties, profile=profile, control=control, at=at)


def enclosed(
    segments: Body, *, groups: int, parties: Parties, profile: Profile, control: Control, at: datetime
) -> bytes:
    """Segments between ISA and IEA."""
    number = f"{control.interchange:09d}"
    is_new = profile.version >= "005010"
    values = [
        "00", "", "00", "", *parties.sender, *parties.receiver, f"{at:%y%m%d}", f"{at:%H%M}",
        profile.repetition if is_new else "U", f"00{profile.version[2]}01", number, "0", parties.usage,
        profile.component,
    ]  # fmt: skip
    for position, (value, length) in enumerate(zip(values, _ISA_LENGTHS, strict=True), start=1):
        if len(value) > length:
            raise TooLong(
                f"ISA{position:02d} {value!r} is longer than {length}",
                location=_at("ISA", position),
                value=value,
            )
        if position not in (11, 16):
            _check_plain(value, "ISA", position, profile)
    padded = [value.ljust(length) for value, length in zip(values, _ISA_LENGTHS, strict=True)]
    lines = [profile.element.join(["ISA", *padded])]
    lines += [_written(segment, profile) for segment in segments]
    lines.append(profile.element.join(["IEA", str(groups), number]))
    end = profile.terminator + ("\n" if profile.line_ends and profile.terminator != "\n" else "")
    return (end.join(lines) + end).encode("latin-1")


def _check(body: Body, kind: str, profile: Profile) -> None:
    declared = standard.structure(profile.version, kind) or standard.structure("005010", kind)
    assert declared is not None, f"{kind} is written, so its structure has to be declared"
    outgoing.check([_written(segment, profile) for segment in body], declared, _dialect(profile))


def _dialect(profile: Profile) -> Dialect:
    repetition = profile.repetition if profile.version >= "005010" else None
    return Dialect(profile.element, profile.terminator, profile.component, repetition)


def _written(segment: Segment, profile: Profile) -> str:
    tag, *elements = segment
    while elements and not elements[-1]:
        elements.pop()
    for position, value in enumerate(elements, start=1):
        for part in value.split(profile.component) if tag in _COMPOSED else (value,):
            _check_plain(part, tag, position, profile)
    return profile.element.join([tag, *elements])


_COMPOSED = {"AK4", "IK4", "CTX"}
"""Segments that we write with composites in them; elsewhere the component mark is data and refused."""


def _check_plain(value: str, tag: str, position: int, profile: Profile) -> None:
    marks = [profile.element, profile.component, profile.terminator]
    if profile.version >= "005010":
        marks.append(profile.repetition)
    found = next((mark for mark in marks if mark in value), None)
    if found is not None:
        text = f"{tag}{position:02d} {value!r} contains the delimiter {found!r}; give the partner another one"
        raise Unwritable(text, location=_at(tag, position), value=value)
    if not value.isprintable() or not is_writable(value):
        text = f"{tag}{position:02d} {value!r} has characters that X12 cannot carry"
        raise Unwritable(text, location=_at(tag, position), value=value)


def is_writable(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _at(tag: str, position: int) -> Location:
    return Location(tag=tag, element=position)


def number(value: Decimal | int) -> str:
    """A number of type R: no exponent, no zeros behind its last decimal, no zero before the point."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def day(iso: str | datetime) -> str:
    """CCYYMMDD of an ISO date or time."""
    return f"{iso:%Y%m%d}" if isinstance(iso, datetime) else iso[:10].replace("-", "")


def needed(value: str | None, tag: str, position: int, what: str) -> str:
    """A mandatory element. Raises :class:`ElementInvalid`."""
    if not value:
        raise ElementInvalid(f"{tag}{position:02d} needs {what}", location=_at(tag, position))
    return value
