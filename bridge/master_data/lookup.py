"""Resolving partners' codes and units (DOMAIN C5). Copies are kept per process, under a stamp.

A change of master data counts the stamp up in its own transaction; whoever resolves looks at the
stamp first and forgets its copies when it has moved. Nothing is guessed: a code that leads nowhere
is an error that names the cross reference which would release it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from bridge.errors import (
    ConversionMissing,
    CrossReferenceAmbiguous,
    ItemUnknown,
    LocationUnknown,
    MasterNotActive,
)
from bridge.store import tables as t
from transforms import identifiers, units
from transforms.errors import OutOfRange

STAMP = "master_data"
ANYBODY = "*"
GTIN = "GTIN"
GTIN_QUALIFIERS = frozenset({"UP", "EN", "UK", "EO", "SRV", GTIN})
OUR_OWN = frozenset({"SK", "item_id"})
"""Qualifiers under which a partner may send our own item number."""
COPIES = 500_000
MOST = 10**12
"""No quantity is larger; in millionths it fits a signed 64-bit integer."""
_CHUNK = 400


@dataclass(frozen=True, slots=True)
class Item:
    item_id: str
    base_unit: str
    precision: int
    lifecycle: str
    units: Mapping[str, tuple[int, int]]
    """Unit → (numerator, denominator): base = value × numerator / denominator."""


class Lookup:
    """Cross references and items, looked up in batches and kept until the stamp moves."""

    def __init__(self) -> None:
        self.stamp = -1
        self._targets: dict[tuple[str, str, str], dict[str, str]] = {}
        self._items: dict[str, Item | None] = {}
        self._found: dict[tuple[str, tuple[tuple[str, str], ...]], Item] = {}

    def refresh(self, connection: Connection, *, hold: bool = False) -> bool:
        """Forget the copies if master data has changed; says whether it had.

        With ``hold`` master data cannot change before the transaction ends: what is written because
        something is missing is then there when a steward adds it and looks for what that frees.
        """
        wanted = select(t.stamp.c.version).where(t.stamp.c.name == STAMP)
        stamp = connection.execute(wanted.with_for_update(read=True) if hold else wanted).scalar() or 0
        if stamp == self.stamp and len(self._targets) + len(self._items) < COPIES:
            return False
        changed, self.stamp = stamp != self.stamp, stamp
        self._targets.clear()
        self._items.clear()
        self._found.clear()
        return changed

    def warm(self, connection: Connection) -> None:
        """Fetch everything at once, where it is not too much: a worker does so before its first row."""
        count = connection.execute(select(func.count()).select_from(t.item)).scalar_one()
        if count > COPIES // 4:
            return
        self.refresh(connection)
        self._fetch_items(connection, None)

    # -- fetching, once a batch ----------------------------------------------------------------------

    def fetch(
        self,
        connection: Connection,
        *,
        items: Iterable[Mapping[str, str]],
        sites: Iterable[Mapping[str, str]],
    ) -> None:
        """Make sure that everything these codes could lead to is at hand."""
        wanted = {key for codes in items for key in _item_keys(codes)}
        wanted |= {("site", *pair) for codes in sites for pair in codes.items()}
        missing = [key for key in wanted if key not in self._targets]
        self._fetch_targets(connection, missing)
        ids = {target for key in wanted for target in self._targets[key].values() if key[0] == "item"}
        ids |= {key[2] for key in wanted if key[0] == "item" and key[1] in OUR_OWN}
        self._fetch_items(connection, [item_id for item_id in ids if item_id not in self._items])

    def _fetch_targets(self, connection: Connection, keys: list[tuple[str, str, str]]) -> None:
        reference = t.cross_reference
        for key in keys:
            self._targets[key] = {}
        codes = sorted({key[2] for key in keys})
        for start in range(0, len(codes), _CHUNK):
            rows = connection.execute(
                select(reference).where(
                    reference.c.source_code.in_(codes[start : start + _CHUNK]),
                    reference.c.status == "approved",
                )
            )
            for row in rows:
                found = self._targets.get((row.domain, row.qualifier, row.source_code))
                if found is not None:
                    found[row.partner] = row.target_code

    def _fetch_items(self, connection: Connection, ids: list[str] | None) -> None:
        """Fetch some items, or all of them."""
        chunks = [None] if ids is None else [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]
        item, unit = t.item, t.item_unit
        for chunk in chunks:
            factors: dict[str, dict[str, tuple[int, int]]] = {}
            units_of = select(unit.c.item_id, unit.c.unit, unit.c.numerator, unit.c.denominator)
            items_of = select(item.c.item_id, item.c.base_unit, item.c.unit_precision, item.c.lifecycle)
            if chunk is not None:
                units_of = units_of.where(unit.c.item_id.in_(chunk))
                items_of = items_of.where(item.c.item_id.in_(chunk))
                self._items.update(dict.fromkeys(chunk))
            for item_id, name, numerator, denominator in connection.execute(units_of).all():
                factors.setdefault(item_id, {})[name] = (numerator, denominator)
            for item_id, base_unit, precision, lifecycle in connection.execute(items_of).all():
                self._items[item_id] = Item(
                    item_id, base_unit, precision, lifecycle, factors.get(item_id, {})
                )

    # -- resolving, without the database -------------------------------------------------------------

    def item(self, codes: Mapping[str, str], *, partner: str) -> Item:
        """GTIN first, then the partner's code, then our own number; two answers are one too many."""
        key = (partner, tuple(codes.items()))
        if (known := self._found.get(key)) is not None:
            return known
        item_id = self._item_id(codes, partner)
        item = self._items.get(item_id)
        if item is None:
            raise ItemUnknown(
                f"item {item_id} is not in the item master", release=f"item:{item_id}", value=item_id
            )
        if item.lifecycle != "active":
            raise MasterNotActive(f"item {item_id} is {item.lifecycle}", release=f"item:{item_id}")
        self._found[key] = item
        return item

    def _item_id(self, codes: Mapping[str, str], partner: str) -> str:
        found: dict[str, str] = {}
        for qualifier, code in codes.items():
            target = self._target(_item_key(qualifier, code), partner)
            if target is None and qualifier in OUR_OWN and self._items.get(code) is not None:
                target = code
            if target is not None:
                found[qualifier] = target
        if len(set(found.values())) > 1:
            listed = ", ".join(f"{q} {codes[q]} → {target}" for q, target in found.items())
            raise CrossReferenceAmbiguous(f"the codes of this line name different items: {listed}")
        if found:
            return next(iter(found.values()))
        qualifier, code = _most_telling(codes)
        raise ItemUnknown(
            f"no cross reference for {qualifier} {code} of partner {partner}",
            release=f"xref:item:{partner}:{qualifier}:{code}",
            value=code,
        )

    def site(self, codes: Mapping[str, str], *, partner: str) -> str:
        for qualifier, code in codes.items():
            target = self._target(("site", qualifier, code), partner)
            if target is not None:
                return target
        qualifier, code = next(iter(codes.items()), ("?", "?"))
        raise LocationUnknown(
            f"no cross reference for site {qualifier} {code} of partner {partner}",
            release=f"xref:site:{partner}:{qualifier}:{code}",
            value=code,
        )

    def _target(self, key: tuple[str, str, str], partner: str) -> str | None:
        by_partner = self._targets.get(key) or {}
        return by_partner.get(partner) or by_partner.get(ANYBODY)


def to_base(item: Item, quantity: Decimal, unit: str) -> Decimal:
    """``quantity`` of ``unit`` in the item's base unit, exact.

    Raises :class:`ConversionMissing`, :class:`transforms.errors.OutOfRange` for more than the book can
    hold, and what :func:`transforms.units.to_base` raises.
    """
    if unit == item.base_unit:
        numerator, denominator = 1, 1
    elif unit in item.units:
        numerator, denominator = item.units[unit]
    else:
        factor = units.factor(unit, item.base_unit)
        if factor is None:
            raise ConversionMissing(
                f"item {item.item_id} has no factor from {unit} to its base unit {item.base_unit}",
                release=f"unit:{item.item_id}:{unit}",
                value=unit,
            )
        numerator, denominator = factor.numerator, factor.denominator
    base = units.to_base(quantity, numerator=numerator, denominator=denominator, precision=item.precision)
    if abs(base) >= MOST:
        raise OutOfRange(f"{quantity} {unit} are {base} {item.base_unit}, more than the book can hold")
    return base


def _item_key(qualifier: str, code: str) -> tuple[str, str, str]:
    if qualifier in GTIN_QUALIFIERS and identifiers.is_valid_gtin(code):
        return ("item", GTIN, identifiers.normal_gtin(code))
    return ("item", qualifier, code)


def _item_keys(codes: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [_item_key(qualifier, code) for qualifier, code in codes.items()]


def _most_telling(codes: Mapping[str, str]) -> tuple[str, str]:
    """The code that a steward would map: the partner's own rather than a GTIN."""
    own = [pair for pair in codes.items() if pair[0] not in GTIN_QUALIFIERS]
    return next(iter(own or codes.items()), ("?", "?"))
