"""One X12 interchange: ISA, functional groups, transaction sets, IEA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from transforms.canonical.acknowledgements import AcknowledgedPart, DocumentAcknowledged
from transforms.edi import envelope
from transforms.edi.acknowledge import Group
from transforms.edi.message import Elements, element
from transforms.edi.part import Grammar, Part
from transforms.edi.structure import Structure
from transforms.edi.translate import Translation
from transforms.errors import OrderInvalid, TransformError, Unsupported
from transforms.formats.x12 import acknowledge, standard
from transforms.formats.x12.maps import GROUP_IDS, MAPS, acknowledgement_ta1
from transforms.formats.x12.options import Options
from transforms.formats.x12.sets import TransactionSet
from transforms.location import Location
from transforms.segments import Batch

_ANSWERS = "FA"
"""Functional group of acknowledgements, which are not answered."""
_GROUP_VERSION = "2"
_SETS = Grammar(
    name="x12",
    opens="ST", closes="SE", group_opens="GS", group_closes="GE", ends="IEA",
    called="set", number_at="ST02", group_number_at="GS06", head_number_at="ISA13",
    # data element 718: trailer missing, control numbers differ, count wrong, errors, not supported
    not_found="2", control="3", count="4", faulty="5", unsupported="1",
    duplicate="3",
    # data element 716; its 2 is a version that is not supported
    group_not_found="3", group_control="4", group_count="5", duplicate_group="4",
    # data element I18
    head_control="001", head_count="021", cut_short="023",
)  # fmt: skip


@dataclass(slots=True)
class Interchange(envelope.Interchange[TransactionSet]):
    """Everything between one ISA and its IEA."""

    grammar = _SETS

    options: Options = field(kw_only=True)

    @property
    def settings(self) -> Options:
        return self.options

    @property
    def control(self) -> str:
        return self.head[13]

    @property
    def path(self) -> str:
        return f"ISA{self.control}"

    @property
    def wants_answer(self) -> bool:
        return self.options.acknowledge != "never"

    def _opened(self, elements: Elements, group: Group) -> TransactionSet:
        return TransactionSet(
            elements, self.dialect, self.context.unit_alias, self.context.partner, self.units, self.numbers,
            isa=self.head, gs=group.head, options=self.options,
        )  # fmt: skip

    def _admit(self, current: Part[TransactionSet], group: Group) -> None:
        one = current.one
        if GROUP_IDS.get(one.kind, group.kind) != group.kind:
            text = f"set {one.kind} does not belong into a group {group.kind}"
            raise Unsupported(text, location=one.place(one.head, 1), value=one.kind)
        if one.kind not in MAPS:
            text = f"set {one.kind} is not taken; there are {', '.join(MAPS)}"
            raise Unsupported(text, location=one.place(one.head, 1), value=one.kind)
        faults = self._walk(current, group)
        current.translation = Translation(
            one, MAPS[one.kind], key=self._key(one), part=current.part, faults=faults
        )

    def _structure(self, one: TransactionSet, group: Group) -> Structure | None:
        return standard.structure(group.version or "", one.kind)

    def _takes(self, batch: Batch, start: int, end: int) -> bool:
        """A TA1 stands between ISA and the first group."""
        segments = batch.segments[start:end]
        if self._group is not None or segments[0].split(self.dialect.element, 1)[0] != "TA1":
            return False
        self._loose += acknowledgement_ta1.drafts(segments, self.dialect, self.context, self.path)
        return True

    def _group_of(self, elements: Elements, offset: int) -> Group:
        gs = elements + [""] * (9 - len(elements))
        group = Group(gs, kind=gs[1], control=gs[6], version=gs[8] or None, offset=offset)
        if not gs[8].startswith(self.options.versions):
            where = Location(path=f"{self.path}/GS{group.control}", tag="GS", offset=offset)
            text = f"version {gs[8]!r} is not taken; GS08 begins with {', '.join(self.options.versions)}"
            group.refusal = Unsupported(text, location=where, value=gs[8])
            group.codes.append(_GROUP_VERSION)
        return group

    def _implied(self) -> tuple[Group, TransformError | None]:
        group = Group(["GS", "", "", "", "", "", "0", "X", ""], kind="", control="0", version=None)
        return group, OrderInvalid("ST stands outside any group")

    def _trailing(self) -> tuple[int, str]:
        return len(self.groups), "groups"

    def _whole(self, segments: list[str]) -> list[str]:
        return [self.dialect.element.join(self.head), *segments]

    def _key(self, one: TransactionSet) -> str:
        isa = self.head
        sender = f"{isa[5].strip()}:{isa[6].strip()}"
        receiver = f"{isa[7].strip()}:{isa[8].strip()}"
        return self.key_of(f"x12/{sender}/{receiver}/{isa[13]}/{element(one.gs, 6)}/{one.control}/{one.kind}")

    def _entry(self, current: Part[TransactionSet]) -> AcknowledgedPart:
        entry = envelope.Interchange._entry(self, current)  # noqa: SLF001  # slots leave no super()
        is_told = not entry.accepted or self.options.accept_with_errors
        return entry if is_told else entry.model_copy(update={"segments": ()})

    def _answers(self) -> Iterator[DocumentAcknowledged]:
        """A 997 or 999 about the groups, and a TA1 about the envelope around them.

        Nothing goes back for an interchange that only has answers in it, else two partners never stop.
        """
        asking = [group for group in self.groups if group.kind != _ANSWERS]
        if not asking and (self.groups or self._loose):
            return
        profile, at = self.options, self.context.received_at
        answer = acknowledge.document(self.head, asking, at, accepted=self.is_taken, codes=self.codes)
        if asking and _is_wanted(profile.acknowledge, is_faulty=self.is_faulty):
            yield answer.model_copy(update={"kind": profile.acknowledge_with})
        is_asked_for = self.head[14] == "1"
        wish = profile.acknowledge_interchange
        if _is_wanted(wish, is_faulty=not self.is_taken or bool(self.codes), is_asked_for=is_asked_for):
            yield answer.model_copy(update={"kind": "TA1", "groups": ()})


def _is_wanted(wish: str, *, is_faulty: bool, is_asked_for: bool = False) -> bool:
    return wish == "always" or (wish == "on_error" and is_faulty) or (wish == "requested" and is_asked_for)
