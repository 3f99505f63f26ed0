"""One EDIFACT interchange: UNB, functional groups where there are any, messages, UNZ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from transforms.canonical.acknowledgements import AcknowledgedPart, DocumentAcknowledged, LocatedSegment
from transforms.edi import envelope
from transforms.edi.acknowledge import Group, acknowledged
from transforms.edi.message import Elements, element
from transforms.edi.part import Grammar, Part
from transforms.edi.structure import Structure
from transforms.edi.translate import Translation
from transforms.errors import OrderInvalid, SegmentInvalid, TransformError, Unreadable, Unsupported
from transforms.formats.edifact import charsets, standard
from transforms.formats.edifact.maps import MAPS
from transforms.formats.edifact.message import Message, part, sent_at
from transforms.formats.edifact.options import Options
from transforms.formats.edifact.tags import TAGS
from transforms.segments import Batch

ANSWER = "CONTRL"
"""The message that acknowledges; it is never acknowledged itself."""
_MIXED = "30"
_MESSAGES = Grammar(
    name="edifact",
    opens="UNH", closes="UNT", group_opens="UNG", group_closes="UNE", ends="UNZ", called="message",
    number_at="UNH01", group_number_at="UNG05", head_number_at="UNB05",
    # data element 0085: missing, references differ, count wrong, unspecified, value not supported, duplicate
    not_found="13", control="28", count="29", faulty="18", unsupported="14", duplicate="26",
    group_not_found="13", group_control="28", group_count="29", duplicate_group="26",
    head_control="28", head_count="29", cut_short="13",
)  # fmt: skip
_FAULTS = {SegmentInvalid: "13", OrderInvalid: "15", Unreadable: "21", Unsupported: "14"}
"""What is wrong inside a message; other errors are of a value."""
_INVALID_VALUE = "12"


@dataclass(slots=True)
class Interchange(envelope.Interchange[Message]):
    """Everything between one UNB and its UNZ. ``una`` is empty where there was none."""

    grammar = _MESSAGES

    una: str = field(kw_only=True)
    codec: str = field(kw_only=True)
    options: Options = field(kw_only=True)

    @property
    def settings(self) -> Options:
        return self.options

    @property
    def control(self) -> str:
        return element(self.head, 5)

    @property
    def path(self) -> str:
        return f"UNB{self.control}"

    @property
    def wants_answer(self) -> bool:
        return self.options.acknowledge != "never"

    def _opened(self, elements: Elements, group: Group) -> Message:
        return Message(
            elements, self.dialect, self.context.unit_alias, self.context.partner, self.units, self.numbers,
            self.codec, una=self.una, unb=self.head, ung=group.head, options=self.options,
            received_at=self.context.received_at,
        )  # fmt: skip

    def _admit(self, current: Part[Message], group: Group) -> None:
        one = current.one
        text, value = "", one.kind
        if one.kind not in MAPS:
            text = f"message {one.kind} is not taken; there are {', '.join(MAPS)}"
        elif one.kind != ANSWER and one.version not in self.options.versions:
            text = f"version {one.version!r} is not taken; there are {', '.join(self.options.versions)}"
            value = one.version
        elif group.kind and group.kind != one.kind:
            text = f"message {one.kind} does not belong into a group {group.kind}"
        if text:
            raise Unsupported(text, location=one.place(one.head, 2), value=value)
        faults = self._walk(current, group)
        current.translation = Translation(
            one, MAPS[one.kind], key=self._key(one), part=current.part, faults=faults
        )

    def _structure(self, one: Message, _group: Group) -> Structure | None:
        return standard.structure(one.version, one.kind)

    def _plain(self, current: Part[Message], batch: Batch, segments: list[str], at: int) -> list[str]:
        """Segments in their own character set; released blanks and marks stay as they are."""
        mark = self.dialect.element
        is_known = not self.inspects or current.walker is not None
        if is_known and not {segment.split(mark, 1)[0] for segment in segments} <= TAGS:
            self._refuse_tags(current, segments, at)
        if batch.text.isascii():
            return segments
        return [
            segment if segment.isascii() else self._decoded(current.one, segment, ordinal)
            for ordinal, segment in enumerate(segments, start=at)
        ]

    def _refuse_tags(self, current: Part[Message], segments: list[str], at: int) -> None:
        """A damaged tag would quietly make its segment a part of what stands before it."""
        for ordinal, segment in enumerate(segments, start=at):
            tag = segment.split(self.dialect.element, 1)[0]
            if tag not in TAGS:
                where = current.one.spot(ordinal, tag[:3])
                raise SegmentInvalid(f"{tag[:20]!r} is no segment of the directories", location=where)

    def _decoded(self, one: Message, segment: str, ordinal: int) -> str:
        try:
            return charsets.decoded(segment, self.codec, part(one, self.head, 1))
        except Unreadable as error:
            error.location = one.spot(ordinal, segment[:3])
            raise

    def _entry(self, current: Part[Message]) -> AcknowledgedPart:
        entry = envelope.Interchange._entry(self, current)  # noqa: SLF001  # slots leave no super()
        one, failure = current.one, current.failure
        more: dict[str, Any] = {"version": ":".join(self.dialect.components(element(one.head, 2))[1:])}
        if failure is None:
            return entry.model_copy(update=more)
        if current.code == self.grammar.faulty:
            more["codes"] = (_FAULTS.get(type(failure), _INVALID_VALUE),)
        where = failure.location
        if where.segment is not None and not entry.segments:
            code = more.get("codes", entry.codes)[0]
            located = LocatedSegment(tag=where.tag or "", position=where.segment, code=code)
            more["segments"] = (located,)
        return entry.model_copy(update=more)

    def _group_of(self, elements: Elements, offset: int) -> Group:
        version = ":".join(self.dialect.components(element(elements, 7))) or None
        return Group(
            elements, kind=element(elements, 1), control=element(elements, 5), version=version, offset=offset
        )

    def _implied(self) -> tuple[Group, TransformError | None]:
        is_mixed = any(group.head for group in self.groups)
        if is_mixed:
            self.codes.append(_MIXED)
        text = "UNH stands outside any group, in an interchange that has groups"
        return Group([], kind="", control="", version=None), OrderInvalid(text) if is_mixed else None

    def _trailing(self) -> tuple[int, str]:
        groups = [group for group in self.groups if group.head]
        return (len(groups), "groups") if groups else (self._count, "messages")

    def _whole(self, segments: list[str]) -> list[str]:
        return [self.una + self.dialect.element.join(self.head), *segments]

    def _key(self, one: Message) -> str:
        names = "/".join(":".join(self.dialect.components(element(self.head, at))[:2]) for at in (2, 3))
        group = f"{element(one.ung, 5)}/" if one.ung else ""
        return self.key_of(f"edi/{names}/{self.control}/{group}{one.control}")

    def _answers(self) -> Iterator[DocumentAcknowledged]:
        wish = self.options.acknowledge
        is_asked_for = element(self.head, 9) == "1"
        is_wanted = wish == "always" or (wish == "requested" and is_asked_for)
        is_wanted = is_wanted or (wish == "on_error" and self.is_faulty)
        parts = [one.document_type for group in self.groups for one in group.parts]
        if is_wanted and self.control and (not parts or any(kind != ANSWER for kind in parts)):
            yield self._answer()

    def _answer(self) -> DocumentAcknowledged:
        return DocumentAcknowledged(
            number=self.control,
            occurred_at=sent_at(self.head, self.dialect.component, self.context.received_at),
            format="edifact",
            sender=self._party(2),
            receiver=self._party(3),
            version=":".join(self.dialect.components(element(self.head, 1))),
            test=element(self.head, 11) == "1",
            accepted=self.is_taken,
            codes=tuple(self.codes),
            groups=acknowledged(self.groups),
        )

    def _party(self, position: int) -> dict[str, str]:
        code, qualifier, *_ = [*self.dialect.components(element(self.head, position)), "", ""]
        return {"qualifier": qualifier.strip(), "id": code.strip()}
