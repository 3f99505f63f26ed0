"""What SAP's movement types (BWART, MOVE_TYPE) mean, for reading and for writing.

A type that cancels another needs the material document that it cancels. Types that are not here (material to
material, subcontracting, project stock …) are refused line by line, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from transforms.canonical.document import StockStatus

What = Literal[
    "receipt", "receipt_back", "shipment", "shipment_back", "change", "status", "out", "in", "move"
]

_A, _Q, _B = StockStatus.AVAILABLE, StockStatus.QUALITY_HOLD, StockStatus.BLOCKED
_R = StockStatus.RETURN_PENDING


@dataclass(frozen=True, slots=True)
class Posting:
    """``status`` is that of the stock which comes, goes or changes; ``target`` what it becomes."""

    what: What
    status: StockStatus = _A
    target: StockStatus = _A
    sign: int = 1
    reason: str = "other"
    cancels: bool = False
    swaps: bool = False
    """Sender and receiver of a transfer change places."""


def _change(reason: str, sign: int, status: StockStatus = _A, *, cancels: bool = False) -> Posting:
    return Posting("change", status, sign=sign, reason=reason, cancels=cancels)


def _pair(first: str, reason: str, sign: int, status: StockStatus = _A) -> dict[str, Posting]:
    """A change of quantity and the type, one higher, that cancels it."""
    back = str(int(first) + 1)
    return {first: _change(reason, sign, status), back: _change(reason, -sign, status, cancels=True)}


def _received(first: str, status: StockStatus = _A) -> dict[str, Posting]:
    back = str(int(first) + 1)
    return {first: Posting("receipt", status), back: Posting("receipt_back", status, cancels=True)}


POSTINGS: dict[str, Posting] = {
    **_received("101"), **_received("103", _B), **_received("501"), **_received("511"),
    "105": Posting("status", _B, _A), "106": Posting("status", _A, _B, cancels=True),
    "122": Posting("receipt_back", cancels=True),
    **_received("651", _R), **_received("653"), **_received("655", _Q), **_received("657", _B),
    **_pair("201", "consumption", -1), **_pair("221", "consumption", -1), **_pair("231", "consumption", -1),
    **_pair("241", "consumption", -1), **_pair("251", "consumption", -1), **_pair("261", "consumption", -1),
    **_pair("281", "consumption", -1), **_pair("291", "consumption", -1),
    **_pair("551", "scrap", -1), **_pair("553", "scrap", -1, _Q), **_pair("555", "scrap", -1, _B),
    **_pair("561", "other", 1), **_pair("563", "other", 1, _Q), **_pair("565", "other", 1, _B),
    "701": _change("cycle_count", 1), "702": _change("cycle_count", -1),
    "703": _change("cycle_count", 1, _Q), "704": _change("cycle_count", -1, _Q),
    "707": _change("cycle_count", 1, _B), "708": _change("cycle_count", -1, _B),
    "711": _change("cycle_count", -1), "712": _change("cycle_count", 1),
    "713": _change("cycle_count", -1, _Q), "714": _change("cycle_count", 1, _Q),
    "717": _change("cycle_count", -1, _B), "718": _change("cycle_count", 1, _B),
    "601": Posting("shipment"), "602": Posting("shipment_back", cancels=True),
    "301": Posting("move"), "302": Posting("move", cancels=True, swaps=True),
    "311": Posting("move"), "312": Posting("move", cancels=True, swaps=True),
    "303": Posting("out"), "304": Posting("in", cancels=True),
    "313": Posting("out"), "314": Posting("in", cancels=True),
    "351": Posting("out"), "352": Posting("in", cancels=True),
    "641": Posting("out"), "642": Posting("in", cancels=True),
    "305": Posting("in"), "306": Posting("out", cancels=True),
    "315": Posting("in"), "316": Posting("out", cancels=True),
    "321": Posting("status", _Q, _A), "322": Posting("status", _A, _Q),
    "343": Posting("status", _B, _A), "344": Posting("status", _A, _B),
    "349": Posting("status", _B, _Q), "350": Posting("status", _Q, _B),
    "453": Posting("status", _R, _A), "454": Posting("status", _A, _R, cancels=True),
}  # fmt: skip

STOCK_TYPES = {"": _A, "F": _A, "X": _Q, "2": _Q, "S": _B, "3": _B}
"""INSMK and STCK_TYPE of a receipt."""

GM_CODES: dict[str, frozenset[What]] = {
    "01": frozenset({"receipt", "status"}),
    "02": frozenset({"receipt"}),
    "03": frozenset({"change", "shipment", "out"}),
    "04": frozenset({"move", "out", "in", "status"}),
    "05": frozenset({"receipt", "change"}),
    "06": frozenset({"receipt_back", "shipment_back", "change", "out", "in", "move", "status"}),
    "07": frozenset({"change", "move"}),
}
"""What each GM_CODE of an MBGMCR may post; 06 cancels."""
CANCELS = "06"
