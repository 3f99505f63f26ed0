"""Whether the day came out as it must. Each expectation that did not hold is one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bridge.demo import day as days
from bridge.demo import picture
from bridge.demo.day import Day
from bridge.demo.stage import Stage


def before_repair(stage: Stage, day: Day) -> Iterator[str]:
    """Everything came in, once; what could not go through stopped, for the right reason."""
    figures = picture.figures(stage.ledger)
    yield from _differs("messages accepted", figures.accepted, day.messages)
    yield from _differs("duplicates", figures.duplicates, day.duplicates)
    yield from _differs("dead letters", dict(picture.open_letters(stage.ledger)), day.expected.dead_letters)
    yield from _effects(stage)


def after_repair(stage: Stage, day: Day) -> Iterator[str]:
    """What was put right got through, stock is what it must be, and nothing took effect twice."""
    letters = dict(picture.open_letters(stage.ledger))
    yield from _differs("dead letters after the repair", letters, day.expected.left_after_repair)
    yield from _stock(stage, day)
    yield from _effects(stage)


def _stock(stage: Stage, day: Day) -> Iterator[str]:
    found = picture.stock(stage.ledger)
    for (item, site), wanted in days.expected_stock(stage.company.folder, day).items():
        has = found.get((item, site), (0, 0))
        yield from _differs(f"{item} at {site}, on hand and available", _numbers(has), _numbers(wanted))


def _numbers(pair: tuple[object, ...]) -> str:
    return " and ".join(f"{float(str(number)):g}" for number in pair)


def _effects(stage: Stage) -> Iterator[str]:
    """Each delivery that was confirmed took effect, each effect belongs to one, and none happened twice."""
    delivered = picture.delivered_keys(stage.ledger)
    for endpoint in stage.endpoints:
        effects = Counter(stage.effects(endpoint))
        if twice := sorted(key for key, count in effects.items() if count > 1):
            yield f"{endpoint}: took effect more than once: {', '.join(twice)}"
        confirmed = set(delivered.get(endpoint, ()))
        if lost := sorted(confirmed - set(effects)):
            yield f"{endpoint}: confirmed, but without effect: {', '.join(lost)}"
        if unknown := sorted(set(effects) - confirmed):
            yield f"{endpoint}: took effect, but is not confirmed: {', '.join(unknown)}"


def _differs(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: {found}, expected {wanted}"
