"""What 997 and 999 have in common: our verdict on each set of a group, with what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from transforms.canonical.acknowledgements import (
    AcknowledgedGroup,
    AcknowledgedPart,
    DocumentAcknowledged,
    LocatedElement,
)
from transforms.formats.x12.writers import envelope
from transforms.formats.x12.writers.envelope import Body, Control, Parties, Profile, Segment

_HAS_ELEMENTS = "8"
"""Data element 720: the segment has elements that are wrong."""
_FAULTY = "5"
"""Data element 718: segments are in error."""
_MOST_CODES = 5
_LONGEST_COPY = 99
"""Data element 724."""


@dataclass(frozen=True, slots=True)
class Words:
    """The segments that the two sets call differently."""

    kind: str
    segment: str
    element: str
    set_ends: str
    has_versions: bool = False
    has_context: bool = False


def write(
    words: Words, document: DocumentAcknowledged, *, profile: Profile, control: Control, at: datetime
) -> bytes:
    """One set for each group, from who received back to who sent."""
    bodies = [list(_body(words, group, profile)) for group in document.groups]
    return envelope.interchange(
        bodies,
        kind=words.kind,
        group="FA",
        parties=parties(document),
        profile=profile,
        control=control,
        at=at,
    )


def parties(document: DocumentAcknowledged) -> Parties:
    us, them = document.receiver, document.sender
    return Parties(
        (us["qualifier"], us["id"]), (them["qualifier"], them["id"]), "T" if document.test else "P"
    )


def _body(words: Words, group: AcknowledgedGroup, profile: Profile) -> Iterator[Segment]:
    version = [group.version or ""] if words.has_versions else []
    yield ["AK1", group.group_type, group.control, *version]
    for part in group.parts:
        yield ["AK2", part.document_type, part.control]
        yield from _located(words, part, profile)
        yield [words.set_ends, *_part_verdict(part)]
    counts = [str(group.sets_included), str(group.sets_received), str(group.sets_accepted)]
    yield ["AK9", _verdict(group), *counts, *group.codes[:_MOST_CODES]]


def _located(words: Words, part: AcknowledgedPart, profile: Profile) -> Body:
    body: Body = []
    for segment in part.segments:
        code = segment.code or (_HAS_ELEMENTS if segment.elements else "")
        body.append([words.segment, segment.tag, str(segment.position), segment.loop or "", code])
        if words.has_context:
            body += [["CTX", f"{name}{profile.component}{value}"] for name, value in segment.context.items()]
        body += [_element(words, element, profile) for element in segment.elements]
    return body


def _element(words: Words, element: LocatedElement, profile: Profile) -> Segment:
    where = [element.position, element.component, element.repetition]
    while where[-1] is None:
        where.pop()
    position = profile.component.join("" if one is None else str(one) for one in where)
    return [
        words.element,
        position,
        element.reference or "",
        element.code,
        _copy(element.value, profile),
    ]


def _copy(value: str | None, profile: Profile) -> str:
    """What stands in the element, left out where it cannot be said in these delimiters."""
    marks = (profile.element, profile.component, profile.terminator, profile.repetition)
    if not value or any(mark in value for mark in marks):
        return ""
    is_sayable = value.isprintable() and envelope.is_writable(value)
    return value[:_LONGEST_COPY] if is_sayable else ""


def _part_verdict(part: AcknowledgedPart) -> Segment:
    if not part.accepted:
        return ["R", *part.codes[:_MOST_CODES]]
    codes = part.codes[:_MOST_CODES] or ((_FAULTY,) if part.segments else ())
    return ["E", *codes] if codes else ["A"]


def _verdict(group: AcknowledgedGroup) -> str:
    """AK901: accepted, partially accepted, rejected; accepted with errors of the group or of its sets."""
    if group.sets_received and not group.sets_accepted:
        return "R"
    if group.sets_accepted < group.sets_received:
        return "P"
    return "E" if group.codes or any(part.segments for part in group.parts) else "A"
