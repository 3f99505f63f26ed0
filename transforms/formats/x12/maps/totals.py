"""Control totals of X12 sets, as more than one map compares them."""

from __future__ import annotations

from collections.abc import Callable

from transforms.edi.maps import Tally, Wrong
from transforms.edi.message import Group, element
from transforms.formats.x12.sets import TransactionSet, optional_quantity, quantity


def counted_in_ctt(one: TransactionSet, summary: Group, tally: Tally) -> list[Wrong]:
    """CTT01 is the number of lines, CTT02 (where the tally has it) the sum of their quantities."""
    return ctt(one, summary, tally, tally.lines, "lines")


def ctt(one: TransactionSet, summary: Group, tally: Tally, count: int, what: str) -> list[Wrong]:
    segment = summary[0]
    wrong = []
    if quantity(one, segment, 1) != count:
        wrong.append(Wrong(f"CTT01 says {element(segment, 1)} {what}, there are {count}", segment, 1))
    told = optional_quantity(one, segment, 2)
    if told is not None and not tally.bad and tally.total and told != tally.total:
        text = f"CTT02 says {told}, the quantities sum to {tally.total}"
        wrong.append(Wrong(text, segment, 2, is_hash=True))
    return wrong


def summed_in(tag: str) -> Callable[[TransactionSet, Group, Tally], list[Wrong]]:
    """The first element of the summary is the sum of the lines' quantities (W03, W14)."""

    def totals(one: TransactionSet, summary: Group, tally: Tally) -> list[Wrong]:
        told = quantity(one, summary[0], 1)
        if tally.bad or told == tally.total:
            return []
        return [Wrong(f"{tag}01 says {told}, the quantities sum to {tally.total}", summary[0], 1)]

    return totals
