"""One document, from the partner's codes and units to ours. Pure, given the master data at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson

from bridge import clock, routing
from bridge.company import Company
from bridge.errors import CrossdockError, LocationUnknown, ReversalTargetUnknown
from bridge.inventory import postings
from bridge.inventory.postings import Movement, ResolvedLine, Splits
from bridge.master_data.lookup import Factor, Item, Lookup, to_base
from bridge.pipeline.outcome import DeadLetter, decide
from transforms.canonical.acknowledgements import AcknowledgementReceived
from transforms.canonical.document import Codes, Document, SplitPolicy
from transforms.errors import TransformError
from transforms.location import Location


@dataclass(slots=True)
class Resolved:
    """What became of one document: it stops as a whole, or goes on without its bad lines."""

    row: Any
    dead: DeadLetter | None = None
    found: str = ""
    """What was found out about it, as JSON; see :func:`bridge.store.documents.resolved`."""
    site: str | None = None
    ordering_key: str = ""
    sets: int = 1
    """How many sets it becomes where it leaves as EDI."""
    movements: list[Movement] = field(default_factory=list)
    """What the book takes of it."""
    answer: AcknowledgementReceived | None = None
    """What a partner says of something that we sent."""
    bad_lines: list[tuple[Document, DeadLetter]] = field(default_factory=list)
    is_empty: bool = False
    """Every line was bad: nobody needs to hear of it."""


@dataclass(slots=True)
class _Good:
    """The lines that were resolved, field by field: documents of many lines are the common case."""

    indexes: list[int] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    quantities: list[Decimal] = field(default_factory=list)
    splits: list[Splits] = field(default_factory=list)


def sites(document: Document) -> Iterator[Codes]:
    """The places of ours that a document names."""
    if document.site:
        yield document.site
    to_site = getattr(document, "to_site", None)
    if to_site:
        yield to_site


def resolve(
    row: Any, document: Document, *, company: Company, lookup: Lookup, originals: set[tuple[str, str]]
) -> Resolved:
    """Never raises for what is wrong with the document."""
    result = Resolved(row, sets=document.sets)
    if isinstance(document, AcknowledgementReceived):
        result.answer = document
    partner = company.sources[row.source].partner
    try:
        result.site = _site(document, lookup, partner)
        to_site = _to_site(document, lookup, partner)
        _check_reversal(row, originals)
        good, bad = _lines(document, lookup, partner)
    except (CrossdockError, TransformError) as error:
        result.dead = _dead(error)
        return result
    result.is_empty = bool(bad) and not good.indexes
    result.found = _found(good, site=result.site, to_site=to_site, whole=not bad)
    result.ordering_key = _ordering_key(document, good, result.site)
    if bad:
        result.bad_lines = _alone(row, document, bad)
    if result.site is not None and routing.posts(company.policies.post, row.type):
        result.movements = postings.movements(document, result.site, _posted(row, document, good))
    return result


def location(row: Any, dead: DeadLetter) -> Location:
    return Location(path=row.position, field=dead.release)


def _dead(error: CrossdockError | TransformError) -> DeadLetter:
    outcome = decide(error, at=clock.now())
    assert isinstance(outcome, DeadLetter)
    return outcome


def _site(document: Document, lookup: Lookup, partner: str) -> str | None:
    if document.site:
        return lookup.site(document.site, partner=partner)
    if postings.needs_site(type(document)) and not document.is_information:
        raise LocationUnknown("the document does not say which site it is about")
    return None


def _to_site(document: Document, lookup: Lookup, partner: str) -> str | None:
    codes = getattr(document, "to_site", None)
    return lookup.site(codes, partner=partner) if codes else None


def _check_reversal(row: Any, originals: set[tuple[str, str]]) -> None:
    target = postings.REVERSES.get(row.type)
    if target is not None and (target, row.number) not in originals:
        raise ReversalTargetUnknown(f"{row.number} is to be reversed, but no {target} of that number is here")


def _lines(document: Document, lookup: Lookup, partner: str) -> tuple[_Good, dict[int, DeadLetter]]:
    """Good lines, and bad ones by index. Raises when the document must fail as a whole."""
    may_split = document.split is SplitPolicy.PER_LINE and len(document.lines) > 1
    has_splits = bool(document.lines) and hasattr(document.lines[0], "splits")
    good, bad = _Good(), dict[int, DeadLetter]()
    indexes, items, quantities = good.indexes, good.items, good.quantities
    known = lookup.items(partner)
    for index, line in enumerate(document.lines):
        try:
            item = known[tuple(line.item.items())]
            factor = item.factor(line.unit)
            quantity = to_base(line.quantity, factor)
            if has_splits:
                good.splits.append(_splits(line, factor))
        except (CrossdockError, TransformError) as error:
            if not may_split:
                raise
            bad[index] = _dead(error)
        else:
            indexes.append(index)
            items.append(item)
            quantities.append(quantity)
    return good, bad


def _splits(line: Any, factor: Factor) -> Splits:
    return tuple((split.stock_status, to_base(split.quantity, factor)) for split in line.splits)


def _effect_keys(row: Any, document: Document) -> list[str]:
    """One for each line, each once: two lines under one number are still two lines."""
    keys: list[str] = []
    seen: set[str] = set()
    for index, line in enumerate(document.lines, start=1):
        key = line.effect_key or f"{row.public_id}/{line.line}"
        if key in seen:
            key = f"{key}#{index}"
        seen.add(key)
        keys.append(key)
    return keys


def _alone(row: Any, document: Document, bad: dict[int, DeadLetter]) -> list[tuple[Document, DeadLetter]]:
    """Each bad line as a document of its own, under the effect key that it has in this one."""
    keys = _effect_keys(row, document)
    found = []
    for index, dead in bad.items():
        line = document.lines[index].model_copy(update={"effect_key": keys[index]})
        found.append((document.model_copy(update={"lines": (line,)}), dead))
    return found


def _posted(row: Any, document: Document, good: _Good) -> list[ResolvedLine]:
    keys = _effect_keys(row, document)
    splits = good.splits or [()] * len(good.indexes)
    return [
        ResolvedLine(document.lines[index], item.item_id, quantity, keys[index], parts)
        for index, item, quantity, parts in zip(
            good.indexes, good.items, good.quantities, splits, strict=True
        )
    ]


def _found(good: _Good, *, site: str | None, to_site: str | None, whole: bool) -> str:
    found: dict[str, Any] = {}
    if site is not None:
        found["site_id"] = site
    if to_site is not None:
        found["to_site_id"] = to_site
    if good.indexes or not whole:
        found["lines"] = {
            "item_id": [item.item_id for item in good.items],
            "base_quantity": list(map(str, good.quantities)),
            "base_unit": [item.base_unit for item in good.items],
        }
    if not whole:
        found["kept"] = good.indexes
    return orjson.dumps(found).decode()


def _ordering_key(document: Document, good: _Good, site: str | None) -> str:
    """The key in our own codes, so that sources which name things differently meet in it."""
    update: dict[str, Any] = {"site_id": site} if site is not None else {}
    if len(good.items) == 1 == len(document.lines):
        update["lines"] = (document.lines[0].model_copy(update={"item_id": good.items[0].item_id}),)
    return document.model_copy(update=update).ordering_key
