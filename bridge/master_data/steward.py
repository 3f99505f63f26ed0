"""What a steward does: adds what was missing, and with it frees everything that waited for it.

The change, the release of what it frees, the stamp that tells other processes and the audit entry are
one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, select

from bridge import clock, dead_letters, dispatch
from bridge.master_data.lookup import GTIN, GTIN_QUALIFIERS, STAMP
from bridge.store import audit, lanes
from bridge.store import tables as t
from bridge.store.ledger import Ledger, upsert
from transforms import identifiers
from transforms.errors import CheckDigitWrong


class StewardRefused(Exception):
    """The change makes no sense as it is; the text says what to correct."""


def add_cross_reference(
    ledger: Ledger,
    *,
    domain: str,
    partner: str,
    qualifier: str,
    source_code: str,
    target_code: str,
    actor: str,
    reason: str,
) -> list[int]:
    """Approve that a partner's code means ours. Returns the lanes that have been rung.

    A GTIN means the item under whatever qualifier a partner sends it. Raises :class:`StewardRefused` when
    there is no such item, or the GTIN is none.
    """
    waiting = [f"xref:{domain}:{partner}:{qualifier}:{source_code}"]
    if qualifier == GTIN:
        source_code = _normal(source_code)
        waiting += [
            f"xref:{domain}:{partner}:{one}:{written}"
            for one in sorted(GTIN_QUALIFIERS)
            for written in identifiers.ways_to_write(source_code)
        ]
    with _ringing(ledger) as (connection, bells):
        if domain == "item":
            _check_item(connection, target_code)
        values = {
            "domain": domain,
            "partner": partner,
            "qualifier": qualifier,
            "source_code": source_code,
            "target_code": target_code,
            "status": "approved",
            "steward": actor,
        }
        insert = upsert(connection, t.cross_reference).values(values)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=list(t.cross_reference.primary_key.columns),
                set_={"target_code": target_code, "status": "approved", "steward": actor},
            )
        )
        action = "cross_reference.approved"
        bells.extend(
            _release(connection, ledger, waiting, action=action, after=values, actor=actor, reason=reason)
        )
    return bells


def add_item_unit(
    ledger: Ledger, *, item_id: str, unit: str, numerator: int, denominator: int, actor: str, reason: str
) -> list[int]:
    """Say how many base units one ``unit`` of an item is. Returns the lanes that have been rung."""
    if numerator < 1 or denominator < 1:
        raise StewardRefused("numerator and denominator are whole numbers of at least 1")
    with _ringing(ledger) as (connection, bells):
        _check_item(connection, item_id)
        values = {"item_id": item_id, "unit": unit, "numerator": numerator, "denominator": denominator}
        insert = upsert(connection, t.item_unit).values(values)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=list(t.item_unit.primary_key.columns),
                set_={"numerator": numerator, "denominator": denominator},
            )
        )
        waiting = [f"unit:{item_id}:{unit}"]
        action = "item_unit.approved"
        bells.extend(
            _release(connection, ledger, waiting, action=action, after=values, actor=actor, reason=reason)
        )
    return bells


@contextmanager
def _ringing(ledger: Ledger) -> Iterator[tuple[Connection, list[int]]]:
    """A writing transaction; the bells gathered in it are rung after it has committed."""
    bells: list[int] = []
    with ledger.write() as connection:
        yield connection, bells
    dispatch.ring(bells)


def _normal(gtin: str) -> str:
    try:
        return identifiers.normal_gtin(gtin)
    except CheckDigitWrong as error:
        raise StewardRefused(error.text) from error


def _check_item(connection: Connection, item_id: str) -> None:
    if connection.execute(select(t.item.c.item_id).where(t.item.c.item_id == item_id)).first() is None:
        raise StewardRefused(f"there is no item {item_id!r}; add it to the item master first")


def count_stamp(connection: Connection) -> None:
    """Tell all processes that their copies of master data are old."""
    insert = upsert(connection, t.stamp).values(name=STAMP, version=1)
    connection.execute(
        insert.on_conflict_do_update(index_elements=[t.stamp.c.name], set_={"version": t.stamp.c.version + 1})
    )


def _release(
    connection: Connection,
    ledger: Ledger,
    conditions: Sequence[str],
    *,
    action: str,
    after: Mapping[str, object],
    actor: str,
    reason: str,
) -> list[int]:
    at = clock.now()
    count_stamp(connection)
    audit.write(
        connection, actor=actor, action=action, subject="master_data", subject_id=conditions[0],
        reason=reason, after=after, at=at,
    )  # fmt: skip
    touched = [
        lane
        for condition in conditions
        for lane in dead_letters.release(connection, condition, actor=actor, reason=reason, at=at)
    ]
    return lanes.set_bells(connection, ledger, touched)
