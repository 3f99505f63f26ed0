"""What a person does about the day's dead letters: by the command line, or here in its place."""

from __future__ import annotations

from sqlalchemy import select

from bridge import bootstrap, dead_letter_detail, replay
from bridge.demo.day import Correction, Repair
from bridge.demo.stage import Stage
from bridge.errors import Refused
from bridge.ingress.contract import Content
from bridge.master_data import steward
from bridge.message import LetterState
from bridge.store import tables as t

_ACTOR = "demo:steward"


class NothingToRepair(Exception):
    """The dead letter that was to be put right is not there."""


def command(repair: Repair, data: str) -> str:
    """The command that does the same."""
    start = f"crossdock --data {data}"
    if repair.xref is not None:
        one = repair.xref
        what = f"xref add {one.partner} {one.qualifier} {one.source_code} {one.target_code}"
    elif repair.unit is not None:
        what = f"unit add {repair.unit.item_id} {repair.unit.unit} {repair.unit.numerator}"
    else:
        what = "dead-letters edit ID --content corrected.csv"
    return f'{start} {what} --reason "{repair.reason}"'


def do(stage: Stage, repair: Repair) -> None:
    """Put one thing right. Raises :class:`NothingToRepair`."""
    if repair.xref is not None:
        steward.add_cross_reference(
            stage.ledger, domain="item", actor=_ACTOR, reason=repair.reason, **repair.xref.model_dump()
        )
    if repair.unit is not None:
        steward.add_item_unit(
            stage.ledger, denominator=1, actor=_ACTOR, reason=repair.reason, **repair.unit.model_dump()
        )
    if repair.edit is not None:
        _edit(stage, repair, repair.edit)


def _edit(stage: Stage, repair: Repair, correction: Correction) -> None:
    letter = t.dead_letter
    with stage.ledger.read() as connection:
        public_id = connection.execute(
            select(letter.c.public_id).where(
                letter.c.code == repair.code,
                letter.c.value == correction.value,
                letter.c.state == LetterState.OPEN,
            )
        ).scalar()
    if public_id is None:
        raise NothingToRepair(f"no open dead letter {repair.code} with the value {correction.value}")
    source = dead_letter_detail.show(stage.ledger, public_id, raw_store=stage.settings.raw_store).editable
    if source is None:
        raise NothingToRepair(f"the source of {public_id} cannot be edited")
    bridge = bootstrap.open_bridge(stage.settings)

    def accept(content: Content) -> None:
        (answer,) = bridge.accept_all([content])
        if isinstance(answer, Refused):
            raise answer

    try:
        corrected = source.replace(correction.value, correction.becomes)
        replay.edit_and_replay(
            stage.ledger, public_id, corrected, actor=_ACTOR, reason=repair.reason, accept=accept
        )
    finally:
        bridge.close()
