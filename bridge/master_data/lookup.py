"""Resolving partners' codes and units (DOMAIN C5). Copies are kept per process, under a stamp.

A change of master data counts the stamp up in its own transaction; whoever resolves looks at the
stamp first and forgets its copies when it has moved. Nothing is guessed: a code that leads nowhere
is an error that names the cross reference which would release it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from sys import intern

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
REMEMBERED = 50_000
"""Combinations of a partner's codes of which the item is remembered."""
MANY = 200
"""Codes that are not at hand, in one batch, for which everything is fetched rather than they alone."""
MOST = 10**12
"""No quantity is larger; in millionths it fits a signed 64-bit integer."""
_CHUNK = 400


Factor = tuple[int, int, int]
"""Numerator, denominator and decimals of the result: base = value × numerator / denominator."""


@dataclass(frozen=True, slots=True)
class Item:
    item_id: str
    base_unit: str
    precision: int
    lifecycle: str
    factors: dict[str, Factor]
    """By unit; shared by all items that have the same, of which there are many."""

    def factor(self, unit: str) -> Factor:
        """From a unit to the base unit; those of the standard are kept as they are asked for.

        Raises :class:`ConversionMissing`.
        """
        known = self.factors.get(unit)
        if known is not None:
            return known
        standard = units.factor(unit, self.base_unit)
        if standard is None:
            raise ConversionMissing(
                f"item {self.item_id} has no factor from {unit} to its base unit {self.base_unit}",
                release=f"unit:{self.item_id}:{unit}",
                value=unit,
            )
        found = self.factors[unit] = _factor(standard.numerator, standard.denominator, self.precision)
        return found


@lru_cache(maxsize=4096)
def _factor(numerator: int, denominator: int, precision: int) -> Factor:
    """One object for the same factor of all items."""
    return numerator, denominator, precision


@lru_cache(maxsize=4096)
def _factors(
    base_unit: str, precision: int, own: tuple[tuple[str, tuple[int, int]], ...]
) -> dict[str, Factor]:
    return {unit: _factor(*given, precision) for unit, given in own} | {base_unit: _factor(1, 1, precision)}


Codes = tuple[tuple[str, str], ...]
"""A line's codes by qualifier, in the order in which they are believed."""


class Items(dict[Codes, Item]):
    """A partner's items by all the codes under which a line names one; the answers are remembered."""

    def __init__(self, find: Callable[[Codes, str], Item], partner: str) -> None:
        super().__init__()
        self._find, self._partner = find, partner

    def __missing__(self, codes: Codes) -> Item:
        item = self._find(codes, self._partner)
        if len(self) >= REMEMBERED:
            self.clear()
        self[codes] = item
        return item


_Key = tuple[str, str, str]
"""Domain, qualifier, code."""


class Lookup:
    """Cross references and items, kept until the stamp moves.

    They are looked up in batches. When many are wanted at once and there are not too many in all,
    everything is fetched, and then what is not at hand does not exist.
    """

    def __init__(self) -> None:
        self.stamp = -1
        self._is_whole = self._is_large = False
        self._targets: dict[_Key, dict[str, str]] = {}
        self._items: dict[str, Item | None] = {}
        self._found: dict[str, Items] = {}

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
        self._is_whole = False
        self._is_large = self._is_large and not changed
        self._targets.clear()
        self._items.clear()
        self._found.clear()
        return changed

    def warm(self, connection: Connection) -> bool:
        """Fetch everything at once, where it is not too much: a worker does so before its first row."""
        self.refresh(connection)
        if self._is_large:
            return False
        count = select(func.count())
        tables = (t.item, t.item_unit, t.cross_reference)
        in_all = sum(connection.execute(count.select_from(one)).scalar_one() for one in tables)
        if in_all >= COPIES // 2:
            self._is_large = True
            return False
        self._fetch_targets(connection, None)
        self._fetch_items(connection, None)
        self._is_whole = True
        return True

    # -- fetching, once a batch ----------------------------------------------------------------------

    def fetch(
        self,
        connection: Connection,
        *,
        items: Iterable[Mapping[str, str]],
        sites: Iterable[Mapping[str, str]],
    ) -> None:
        """Make sure that everything these codes could lead to is at hand."""
        if self._is_whole:
            return
        wanted = {key for codes in items for pair in codes.items() for key in _item_keys(*pair)}
        wanted |= {("site", *pair) for codes in sites for pair in codes.items()}
        missing = [key for key in wanted if key not in self._targets]
        if len(missing) > MANY:
            if self.warm(connection):
                return
            missing = [key for key in wanted if key not in self._targets]
        self._fetch_targets(connection, missing)
        ids = {target for key in wanted for target in self._targets[key].values() if key[0] == "item"}
        ids |= {key[2] for key in wanted if key[0] == "item" and key[1] in OUR_OWN}
        self._fetch_items(connection, [item_id for item_id in ids if item_id not in self._items])

    def _fetch_targets(self, connection: Connection, keys: list[_Key] | None) -> None:
        """Fetch what some codes lead to, or all of them."""
        reference = t.cross_reference
        codes: list[list[str] | None] = [None]
        if keys is not None:
            self._targets.update((key, {}) for key in keys)
            codes = list(_chunks(sorted({key[2] for key in keys})))
        for chunk in codes:
            approved = select(reference).where(reference.c.status == "approved")
            if chunk is not None:
                approved = approved.where(reference.c.source_code.in_(chunk))
            for row in connection.execute(approved):
                key = (row.domain, row.qualifier, row.source_code)
                if keys is None:
                    self._targets.setdefault(key, {})
                if key in self._targets:
                    self._targets[key][row.partner] = row.target_code

    def _fetch_items(self, connection: Connection, ids: list[str] | None) -> None:
        """Fetch some items, or all of them."""
        item, unit = t.item, t.item_unit
        for chunk in [None] if ids is None else _chunks(ids):
            factors: dict[str, list[tuple[str, tuple[int, int]]]] = {}
            units_of = select(unit.c.item_id, unit.c.unit, unit.c.numerator, unit.c.denominator)
            items_of = select(item.c.item_id, item.c.base_unit, item.c.unit_precision, item.c.lifecycle)
            if chunk is not None:
                units_of = units_of.where(unit.c.item_id.in_(chunk))
                items_of = items_of.where(item.c.item_id.in_(chunk))
                self._items.update(dict.fromkeys(chunk))
            for item_id, name, numerator, denominator in connection.execute(units_of).all():
                factors.setdefault(item_id, []).append((intern(name), (numerator, denominator)))
            for item_id, base_unit, precision, lifecycle in connection.execute(items_of).all():
                own = _factors(intern(base_unit), precision, tuple(sorted(factors.get(item_id, ()))))
                self._items[item_id] = Item(item_id, intern(base_unit), precision, intern(lifecycle), own)

    # -- resolving, without the database -------------------------------------------------------------

    def items(self, partner: str) -> Items:
        """What the partner's codes lead to; looking one up raises what :meth:`item` raises."""
        found = self._found.get(partner)
        if found is None:
            found = self._found[partner] = Items(self.item, partner)
        return found

    def item(self, codes: Codes, partner: str) -> Item:
        """GTIN first, then the partner's code, then our own number; two answers are one too many.

        Raises :class:`ItemUnknown`, :class:`CrossReferenceAmbiguous` and :class:`MasterNotActive`.
        """
        item_id = self._item_id(codes, partner)
        item = self._items.get(item_id)
        if item is None:
            raise ItemUnknown(
                f"item {item_id} is not in the item master", release=f"item:{item_id}", value=item_id
            )
        if item.lifecycle != "active":
            raise MasterNotActive(f"item {item_id} is {item.lifecycle}", release=f"item:{item_id}")
        return item

    def _item_id(self, codes: Codes, partner: str) -> str:
        targets, found = self._targets, None
        for qualifier, code in codes:
            by_partner = None
            for key in _item_keys(qualifier, code):
                by_partner = by_partner or targets.get(key)
            target = (by_partner.get(partner) or by_partner.get(ANYBODY)) if by_partner else None
            if target is None and qualifier in OUR_OWN and self._items.get(code) is not None:
                target = code
            if target is not None and found not in (None, target):
                raise CrossReferenceAmbiguous(
                    f"the codes of this line name different items: {code} is {target}, the others {found}",
                    value=code,
                )
            found = found or target
        if found is not None:
            return found
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


@lru_cache(maxsize=32_768)
def to_base(quantity: Decimal, factor: Factor) -> Decimal:
    """``quantity`` in the base unit, exact; the same few thousand quantities come again and again.

    Raises :class:`transforms.errors.OutOfRange` for more than the book can hold, and what
    :func:`transforms.units.to_base` raises.
    """
    numerator, denominator, precision = factor
    base = units.to_base(quantity, numerator=numerator, denominator=denominator, precision=precision)
    if abs(base) >= MOST:
        raise OutOfRange(f"{quantity} × {numerator}/{denominator} is more than the book can hold")
    return base


def _item_keys(qualifier: str, code: str) -> tuple[_Key, ...]:
    """Under which references a code may stand: as a GTIN in its 14 digits, and as it is.

    The check digit is not looked at: references have only GTINs in which it is right.
    """
    if qualifier in GTIN_QUALIFIERS and len(code) in identifiers.GTIN_LENGTHS:
        return ("item", GTIN, code.zfill(14)), ("item", qualifier, code)
    return (("item", qualifier, code),)


def _chunks(values: list[str]) -> Iterator[list[str]]:
    return (values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK))


def _most_telling(codes: Codes) -> tuple[str, str]:
    """The code that a steward would map: the partner's own rather than a GTIN."""
    own = [pair for pair in codes if pair[0] not in GTIN_QUALIFIERS]
    return next(iter(own or codes), ("?", "?"))
