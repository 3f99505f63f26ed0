from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import errors, units


@pytest.mark.parametrize(
    ("code", "system", "unit"),
    [
        ("CA", "x12", "XCS"),
        ("GR", "x12", "GRM"),
        ("ST", "x12", "SET"),
        ("ST", "edifact", "ST"),
        ("PCE", "edifact", "H87"),
        ("BX", "edifact", "XBX"),
        ("LTR", "rec20", "LTR"),
        ("XPX", "rec20", "XPX"),
    ],
)
def test_a_code_means_what_its_system_says(code, system, unit):
    assert units.rec20(code, system=system, alias={}) == unit


def test_the_partner_alias_speaks_first():
    assert units.rec20("CS", system="rec20", alias={"CS": "XCS"}) == "XCS"
    assert units.rec20("PL", system="x12", alias={"PL": "XPL"}) == "XPL"


def test_an_unknown_unit_is_named_with_the_remedy():
    with pytest.raises(errors.UnitUnknown, match="unit_alias") as caught:
        units.rec20("CS", system="rec20", alias={})
    assert caught.value.value == "CS"


@pytest.mark.parametrize(
    ("unit", "base", "expected"),
    [
        ("LBR", "KGM", Fraction(45359237, 100000000)),
        ("FOT", "MTR", Fraction(3048, 10000)),
        ("YRD", "FOT", Fraction(3)),
        ("DZN", "EA", Fraction(12)),
        ("GLL", "LTR", Fraction(3785412, 1000000)),
        ("XCS", "XCS", Fraction(1)),
    ],
)
def test_factors_are_exact(unit, base, expected):
    assert units.factor(unit, base) == expected


@pytest.mark.parametrize(("unit", "base"), [("XCS", "EA"), ("KGM", "MTR"), ("SET", "EA"), ("EA", "XPX")])
def test_packaging_and_other_dimensions_have_no_factor(unit, base):
    assert units.factor(unit, base) is None


def test_to_base_converts_exactly():
    assert units.to_base(Decimal(3), numerator=12, denominator=1, precision=0) == 36
    assert units.to_base(Decimal("-2.5"), numerator=2, denominator=5, precision=0) == -1
    assert str(units.to_base(Decimal("10.5"), numerator=1, denominator=1, precision=3)) == "10.500"
    assert str(units.to_base(Decimal(1), numerator=45359237, denominator=10**8, precision=3)) == "0.454"


def test_an_indivisible_base_is_never_rounded():
    with pytest.raises(errors.UnitFractional) as caught:
        units.to_base(Decimal("2.5"), numerator=1, denominator=1, precision=0)
    assert caught.value.code == "UOM_FRACTIONAL"


def test_rounding_may_not_lose_more_than_is_allowed():
    third = {"numerator": 1, "denominator": 3, "precision": 2}
    assert units.to_base(Decimal(1), **third) == Decimal("0.33")
    with pytest.raises(errors.UnitRounding):
        units.to_base(Decimal(1), **third, tolerance_percent=10)
    with pytest.raises(errors.UnitRounding):
        units.to_base(Decimal("0.001"), numerator=1, denominator=1, precision=2)


@given(
    st.decimals(-(10**9), 10**9, places=6), st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 6)
)
def test_to_base_agrees_with_fractions(value, numerator, denominator, precision):
    exact = Fraction(value) * numerator / denominator
    rounded = round(exact, precision)
    if rounded == 0 and exact != 0:
        with pytest.raises(errors.UnitRounding):
            units.to_base(value, numerator=numerator, denominator=denominator, precision=precision)
    else:
        got = units.to_base(value, numerator=numerator, denominator=denominator, precision=precision)
        assert Fraction(got) == rounded
