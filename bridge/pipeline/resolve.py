"""One document, from the partner's codes and units to ours. Pure, given the master data at hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from bridge import clock
from bridge.company import Company
from bridge.errors import CrossdockError, LocationUnknown, ReversalTargetUnknown
from bridge.inventory import postings
from bridge.inventory.postings import Movement, ResolvedLine
from bridge.master_data import lookup as master
from bridge.master_data.lookup import Item, Lookup
from bridge.pipeline.outcome import DeadLetter, decide
from transforms.canonical.document import Codes, Document, Line, SplitPolicy
from transforms.errors import TransformError
from transforms.location import Location


@dataclass(slots=True)
class Resolved:
    """What became of one document: it stops as a whole, or goes on without its bad lines."""

    row: Any
    dead: DeadLetter | None = None
    data: str = ""
    """The document as JSON with our own codes; without its bad lines."""
    site: str | None = None
    ordering_key: str = ""
    movements: list[Movement] = field(default_factory=list)
    bad_lines: list[tuple[Document, DeadLetter]] = field(default_factory=list)
    is_empty: bool = False
    """Every line was bad: nobody needs to hear of it."""


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
    result = Resolved(row)
    partner = company.sources[row.source].partner
    try:
        result.site = _site(document, lookup, partner)
        to_site = _to_site(document, lookup, partner)
        _check_reversal(row, originals)
        good, bad = _lines(row, document, lookup, partner)
    except (CrossdockError, TransformError) as error:
        result.dead = _dead(error)
        return result
    result.bad_lines = bad
    result.is_empty = bool(bad) and not good
    result.data = _dump(document, good, site=result.site, to_site=to_site, whole=not bad)
    result.ordering_key = _ordering_key(document, good, result.site)
    if result.site is not None:
        lines = [resolved for _, _, resolved in good]
        result.movements = postings.movements(document, result.site, lines)
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
    if postings.needs_site(type(document)):
        raise LocationUnknown("the document does not say which site it is about")
    return None


def _to_site(document: Document, lookup: Lookup, partner: str) -> str | None:
    codes = getattr(document, "to_site", None)
    return lookup.site(codes, partner=partner) if codes else None


def _check_reversal(row: Any, originals: set[tuple[str, str]]) -> None:
    target = postings.REVERSES.get(row.type)
    if target is not None and (target, row.number) not in originals:
        raise ReversalTargetUnknown(f"{row.number} is to be reversed, but no {target} of that number is here")


GoodLine = tuple[int, Item, ResolvedLine]


def _lines(
    row: Any, document: Document, lookup: Lookup, partner: str
) -> tuple[list[GoodLine], list[tuple[Document, DeadLetter]]]:
    """Good and bad lines. Raises when the document must fail as a whole."""
    may_split = document.split is SplitPolicy.PER_LINE and len(document.lines) > 1
    good: list[GoodLine] = []
    bad: list[tuple[Document, DeadLetter]] = []
    effects: set[str] = set()
    for index, line in enumerate(document.lines):
        effect = line.effect_key or f"{row.public_id}/{line.line}"
        if effect in effects:  # two lines under one number are still two lines
            effect = f"{effect}#{index + 1}"
        effects.add(effect)
        try:
            good.append((index, *_line(line, lookup, partner, effect)))
        except (CrossdockError, TransformError) as error:
            if not may_split:
                raise
            alone = line.model_copy(update={"effect_key": effect})
            bad.append((document.model_copy(update={"lines": (alone,)}), _dead(error)))
    return good, bad


def _line(line: Line, lookup: Lookup, partner: str, effect: str) -> tuple[Item, ResolvedLine]:
    item = lookup.item(line.item, partner=partner)
    base = master.to_base(item, line.quantity, line.unit)
    splits = tuple(
        (split.stock_status, master.to_base(item, split.quantity, line.unit))
        for split in getattr(line, "splits", ())
    )
    return item, ResolvedLine(line, item.item_id, base, effect, splits)


def _dump(
    document: Document, good: list[GoodLine], *, site: str | None, to_site: str | None, whole: bool
) -> str:
    data = document.model_dump(mode="json", exclude_defaults=True)
    if site is not None:
        data["site_id"] = site
    if to_site is not None:
        data["to_site_id"] = to_site
    lines = data.get("lines", [])
    for index, item, resolved in good:
        line = lines[index]
        line["item_id"] = item.item_id
        line["base_quantity"] = format(resolved.base_quantity, "f")
        line["base_unit"] = item.base_unit
    if not whole:
        data["lines"] = [lines[index] for index, _, _ in good]
    return orjson.dumps(data).decode()


def _ordering_key(document: Document, good: list[GoodLine], site: str | None) -> str:
    """The key in our own codes, so that sources which name things differently meet in it."""
    update: dict[str, Any] = {"site_id": site} if site is not None else {}
    if len(good) == 1 == len(document.lines):
        update["lines"] = (document.lines[0].model_copy(update={"item_id": good[0][1].item_id}),)
    return document.model_copy(update=update).ordering_key
