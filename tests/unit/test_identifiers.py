from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import errors, identifiers


def test_known_identifiers():
    assert identifiers.check_digit("952123400001") == "3"
    assert identifiers.check_digit("09521234000000001") == "3"
    assert identifiers.is_valid_gtin("9521234000013")
    assert identifiers.is_valid_gln("9521234000013")
    assert identifiers.is_valid_sscc("095212340000000013")


@pytest.mark.parametrize(
    "value", ["", "9521234000014", "952123400001", "9.52E+12", "٩٥٢١٢٣٤٠٠٠٠١٣", " 9521234000013"]
)
def test_what_is_no_gtin_is_refused_with_its_value(value):
    assert not identifiers.is_valid_gtin(value)
    with pytest.raises(errors.CheckDigitWrong) as caught:
        identifiers.normal_gtin(value)
    assert caught.value.value == value


def test_a_gtin_is_stored_with_fourteen_digits():
    assert identifiers.normal_gtin("9521234000013") == "09521234000013"


@given(st.text("0123456789", min_size=7, max_size=13), st.integers(0, 12), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(body, at, change):
    value = body + identifiers.check_digit(body)
    at %= len(value)
    wrong = value[:at] + str((int(value[at]) + change) % 10) + value[at + 1 :]
    assert identifiers.check_digit(value[:-1]) == value[-1]
    assert identifiers.check_digit(wrong[:-1]) != wrong[-1]
