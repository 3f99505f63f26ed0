"""CNT, the control totals at the end of a message."""

from __future__ import annotations

from transforms.edi.maps import Tally, Wrong
from transforms.edi.message import Group
from transforms.formats.edifact.message import Message, part, quantity

_SUM, _LINES = "1", "2"


def cnt(one: Message, summary: Group, tally: Tally) -> list[Wrong]:
    """CNT 2 is the number of lines; CNT 1, a sum of quantities, is a hash total."""
    wrong = []
    for segment in summary:
        if segment[0] != "CNT":
            continue
        what, told = part(one, segment, 1), quantity(one, segment)
        if what == _LINES and told != tally.lines:
            wrong.append(Wrong(f"CNT 2 says {told} lines, there are {tally.lines}", segment, 1))
        if what == _SUM and tally.total and not tally.bad and told != tally.total:
            text = f"CNT 1 says {told}, the quantities sum to {tally.total}"
            wrong.append(Wrong(text, segment, 1, is_hash=True))
    return wrong
