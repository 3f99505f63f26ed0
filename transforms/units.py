"""Units of measure: what a source calls them, as UN/ECE Rec 20 codes, and exact conversion between them.

A partner's alias speaks first, then the table of the system in which the source writes. Only units of
one dimension (weight, length, volume, area) and counted ones (a dozen) have factors that hold
everywhere; how many pieces are in a case is a fact about an item and is never guessed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from transforms import errors

_X12 = {
    "EA": "EA",
    "PC": "H87",
    "UN": "C62",
    "DZ": "DZN",
    "HU": "CEN",
    "TH": "MIL",
    "PR": "PR",
    "ST": "SET",
    "CA": "XCS",
    "CT": "XCT",
    "BX": "XBX",
    "PL": "XPX",
    "PK": "XPK",
    "PH": "XPK",
    "RL": "XRO",
    "RE": "XRL",
    "DR": "XDR",
    "KG": "KGM",
    "GR": "GRM",  # gram, not gross
    "LB": "LBR",
    "OZ": "ONZ",
    "TN": "STN",
    "MP": "TNE",
    "MR": "MTR",
    "CM": "CMT",
    "FT": "FOT",
    "IN": "INH",
    "YD": "YRD",
    "LT": "LTR",
    "ML": "MLT",
    "GA": "GLL",
    "SF": "FTK",
}
"""X12 data element 355."""

_DIMENSIONS: dict[str, dict[str, Fraction]] = {
    "count": {
        "EA": Fraction(1),
        "H87": Fraction(1),
        "C62": Fraction(1),
        "PR": Fraction(2),
        "DZN": Fraction(12),
        "CEN": Fraction(100),
        "MIL": Fraction(1000),
    },
    "weight": {
        "KGM": Fraction(1),
        "GRM": Fraction("0.001"),
        "TNE": Fraction(1000),
        "LBR": Fraction("0.45359237"),
        "ONZ": Fraction("0.45359237") / 16,
        "STN": Fraction("0.45359237") * 2000,
    },
    "length": {
        "MTR": Fraction(1),
        "CMT": Fraction("0.01"),
        "MMT": Fraction("0.001"),
        "FOT": Fraction("0.3048"),
        "INH": Fraction("0.0254"),
        "YRD": Fraction("0.9144"),
    },
    "volume": {"LTR": Fraction(1), "MLT": Fraction("0.001"), "GLL": Fraction("3.785412")},
    "area": {"MTK": Fraction(1), "FTK": Fraction("0.09290304")},
}

_FACTORS = {
    unit: (dimension, size) for dimension, units in _DIMENSIONS.items() for unit, size in units.items()
}

_REC20 = {code: code for code in (*_X12.values(), *_FACTORS)}

_EDIFACT = _REC20 | {
    "PCE": "H87",
    "ST": "ST",  # a sheet; X12 means a set by it
    # Rec 20 deleted its packaging codes in favour of Rec 21; partners still send them
    "CS": "XCS",
    "CT": "XCT",
    "BX": "XBX",
    "PF": "XPX",
    "PK": "XPK",
    "NRL": "XRO",
}

_SAP = _REC20 | {
    "ST": "H87",  # a piece (Stück), neither sheet nor set
    "PC": "H87",
    "PCE": "H87",
    "DZ": "DZN",
    "PAA": "PR",
    "KAR": "XCT",
    "CAR": "XCT",
    "KI": "XCS",
    "CS": "XCS",
    "CV": "XCS",
    "PAL": "XPX",
    "PF": "XPX",
    "PAK": "XPK",
    "PK": "XPK",
    "ROL": "XRO",
    "KG": "KGM",
    "G": "GRM",
    "TO": "TNE",
    "LB": "LBR",
    "OZ": "ONZ",
    "M": "MTR",
    "CM": "CMT",
    "MM": "MMT",
    "FT": "FOT",
    '"': "INH",
    "YD": "YRD",
    "L": "LTR",
    "ML": "MLT",
    "GAL": "GLL",
    "M2": "MTK",
    "FT2": "FTK",
}

SYSTEMS: dict[str, dict[str, str]] = {"x12": _X12, "edifact": _EDIFACT, "rec20": _REC20, "sap": _SAP}
"""Source code → Rec 20 by the system in which a source writes its units."""


def rec20(code: str, *, system: str, alias: Mapping[str, str]) -> str:
    """The Rec 20 code for ``code``: the partner's ``alias`` first, then the table of ``system``.

    Raises :class:`transforms.errors.UnitUnknown`.
    """
    unit = alias.get(code) or SYSTEMS[system].get(code)
    if unit is None:
        raise errors.UnitUnknown(
            f"unit {code!r} is not known in {system}; add it to the partner's unit_alias", value=code
        )
    return unit


def written(unit: str, *, system: str) -> str:
    """What ``system`` calls a unit of Rec 20: its own word where it has one. The inverse of :func:`rec20`."""
    return _WORDS[system].get(unit, unit)


_WORDS = {name: {unit: code for code, unit in codes.items()} for name, codes in SYSTEMS.items()}
"""Own words stand behind Rec 20 codes in a system's table, so that they win."""


def factor(unit: str, base: str) -> Fraction | None:
    """How many ``base`` one ``unit`` is, exactly; ``None`` when only an item's own factors can say."""
    if unit == base:
        return Fraction(1)
    of, to = _FACTORS.get(unit), _FACTORS.get(base)
    if of is None or to is None or of[0] != to[0]:
        return None
    return of[1] / to[1]


def to_base(
    value: Decimal, *, numerator: int, denominator: int, precision: int, tolerance_percent: int = 100
) -> Decimal:
    """``value × numerator / denominator`` with ``precision`` decimals, half-even, in integer arithmetic.

    A base that cannot be divided (``precision`` 0) is never rounded. A divisible one may lose at most
    ``tolerance_percent`` of half a unit of its last place, and never becomes nothing by rounding.
    Raises :class:`transforms.errors.UnitFractional` and :class:`transforms.errors.UnitRounding`.
    """
    top, bottom = value.as_integer_ratio()
    whole, rest = divmod(top * numerator * 10**precision, bottom * denominator)
    if rest:
        bottom *= denominator
        if precision == 0:
            raise errors.UnitFractional(
                f"{value} × {numerator}/{denominator} is not a whole number of the base unit",
                value=str(value),
            )
        up = rest * 2 > bottom or (rest * 2 == bottom and whole % 2 == 1)
        lost = bottom - rest if up else rest
        whole += up
        if lost * 200 > bottom * tolerance_percent or whole == 0:
            raise errors.UnitRounding(
                f"{value} × {numerator}/{denominator} cannot be kept with {precision} decimals",
                value=str(value),
            )
    return Decimal(whole).scaleb(-precision) if precision else Decimal(whole)
