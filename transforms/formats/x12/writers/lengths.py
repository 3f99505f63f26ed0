"""The longest that an element may be, for the segments that we write (X12 004010, and where 005010 allows more).

Numbers are counted in digits, without sign and point.
"""

from __future__ import annotations

_ID = 48
_PAIRS = (2, _ID) * 15
"""Qualifier and item code (235, 234)."""

_MOST: dict[str, tuple[int, ...]] = {
    "AK1": (2, 9, 12), "AK2": (3, 9, 35), "AK3": (3, 6, 6, 3), "AK4": (7, 4, 3, 99), "AK5": (1, 3, 3, 3, 3, 3),
    "AK9": (1, 6, 6, 6, 3, 3, 3, 3, 3), "IK3": (3, 10, 4, 3), "IK4": (9, 4, 3, 99),
    "IK5": (1, 3, 3, 3, 3, 3), "CTX": (71,), "TA1": (9, 6, 4, 1, 3),
    "ST": (3, 9, 35), "SE": (10, 9), "GS": (2, 15, 15, 8, 8, 9, 2, 12), "GE": (6, 9),
    "BAK": (2, 2, 22, 8), "PO1": (20, 9, 2, 17, 2, *_PAIRS), "ACK": (2, 9, 2, 3, 8), "CTT": (6, 10),
    "BSN": (2, 30, 8, 8, 4), "HL": (12, 12, 2, 1), "TD1": (5, 7, 1, 30, 16, 2, 10, 2), "TD5": (2, 2, 80, 2),
    "REF": (3, 30, 80), "DTM": (3, 8, 8), "N1": (3, 60, 2, 80), "N2": (60, 60), "N3": (55, 55),
    "N4": (30, 2, 15, 3), "PRF": (22, 30, 8, 8), "MAN": (2, _ID), "LIN": (20, *_PAIRS),
    "SN1": (20, 10, 2, 9, 9, 2), "BIA": (2, 2, 30, 8, 8), "QTY": (2, 15, 2),
    "W05": (1, 22, 22), "W66": (2, 2, 2, 2, 35, 2, 2, 8, 2, 4), "NTE": (3, 80), "G62": (2, 8), "LX": (6,),
    "W01": (9, 2, 12, 2, _ID, 2, _ID), "N9": (3, 30), "W76": (9,),
    "W06": (1, 22, 8, 30, 30, 22), "W27": (2, 4), "W04": (9, 2, 12, 2, _ID, 2, _ID, 5, 5, 1, 16, 6, 2),
    "W03": (7,),
}  # fmt: skip

_MORE: dict[tuple[str, int], int] = {
    ("PO1", 2): 15, ("ACK", 2): 15, ("W01", 1): 15, ("W04", 1): 15, ("W03", 1): 10, ("W76", 1): 15,
    ("REF", 2): 50, ("N9", 2): 50, ("N4", 4): 3, ("SN1", 4): 15, ("SN1", 5): 15, ("AK4", 1): 9,
}  # fmt: skip
_LONGER_IDS = {
    "PO1": range(7, 36, 2), "LIN": range(3, 32, 2), "W01": (5, 7), "W04": (5, 7),
}  # fmt: skip
"""Elements 234 of these segments, which may have 80 characters since 005010."""


def longest(tag: str, position: int, version: str) -> int:
    """Characters that an element may have; elements that no table names may have none."""
    if version >= "005010":
        if (tag, position) in _MORE:
            return _MORE[tag, position]
        if position in _LONGER_IDS.get(tag, ()):
            return 80
    most = _MOST[tag]
    return most[position - 1] if position <= len(most) else 0
