from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import errors, mapping, payload
from transforms.canonical.inventory import AdjustmentLine, InventoryAdjusted, SnapshotLine
from transforms.converters import FieldMap, Memo, Notation, converter


def convert(value, *, kind="decimal", required=True, text_numbers=True, **spec):
    field = FieldMap.model_validate({"from": "x"} | spec)
    return converter(field, kind=kind, required=required, notation=Notation(text_numbers=text_numbers))(value)


@pytest.mark.parametrize(
    ("text", "spec", "number"),
    [
        ("12", {}, "12"),
        (" -3.5 ", {}, "-3.5"),
        ("+3", {}, "3"),
        ("1.234,5", {"decimal_mark": ",", "thousands_mark": "."}, "1234.5"),
        ("12-", {"trailing_minus": True}, "-12"),
        ("1250", {"implied_decimals": 2}, "12.50"),
        ("7", {"negate": True}, "-7"),
        ("", {"default": "0"}, "0"),
        (Decimal("0.5"), {}, "0.5"),
        (3, {}, "3"),
    ],
)
def test_numbers_as_sources_write_them(text, spec, number):
    assert convert(text, **spec) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("1,5", {}),
        ("1.5.0", {}),
        ("12-", {}),
        ("-12-", {"trailing_minus": True}),
        ("1.23", {"decimal_mark": ",", "thousands_mark": "."}),
        ("0x10", {}),
        ("1_0", {}),
        ("1 0", {}),
        ("--1", {}),
        ("1" * 41, {}),
        (True, {}),
    ],
)
def test_what_is_no_number_is_refused_with_its_value(text, spec):
    with pytest.raises(errors.NotNumeric) as caught:
        convert(text, **spec)
    assert caught.value.value


@given(st.text(max_size=20))
def test_any_text_is_a_number_in_range_or_a_typed_error(text):
    try:
        number = convert(text)
    except errors.TransformError:
        return
    assert number.is_finite()
    assert str(float(number)) != "nan"


def test_whole_numbers_only_where_the_layout_says_so():
    assert convert("12.0", kind="integer") == 12
    with pytest.raises(errors.OutOfRange):
        convert("12.5", kind="integer")


def test_a_difference_and_a_sign_that_another_field_decides():
    assert convert(("10", "4"), kind="minus", **{"from": ["a", "b"], "as": "minus"}) == 6
    assert convert(("10", ""), kind="minus", required=False, **{"from": ["a", "b"], "as": "minus"}) == 10
    returns = {"negate_when": {"from": "type", "in": ["R"]}}
    assert convert(("3", "R"), **returns) == -3
    assert convert(("3", "S"), **returns) == 3


def test_codes_may_have_a_word_for_the_rest():
    assert convert("X", kind="text", codes={"A": "a"}, otherwise="other") == "other"
    with pytest.raises(errors.RuleMissing, match="'X' is not in the layout's codes"):
        convert("X", kind="text", codes={"A": "a"})


def test_two_digit_years_turn_at_the_declared_pivot():
    spec = {"kind": "date", "format": "%d.%m.%y", "pivot": 50}
    assert convert("01.02.49", **spec) == "2049-02-01"
    assert convert("01.02.50", **spec) == "1950-02-01"


def test_an_error_is_not_remembered_and_memory_is_bounded():
    memo = Memo(Decimal)
    for number in range(10_000):
        assert memo[str(number)] == number
    assert len(memo) < 10_000


def test_an_empty_optional_value_is_the_models_own_default():
    record = mapping.compile_record(
        AdjustmentLine,
        {"line": "n", "item": {"SK": "s"}, "quantity": "q", "unit": "u", "stock_status": "st", "reason": "r"},
        where="line",
        notation=Notation(),
    )
    defaults = {
        slot.target: slot.convert("") for slot in record.slots if slot.target in ("stock_status", "reason")
    }
    assert defaults == {"stock_status": "available", "reason": "other"}
    assert "u" in record.inputs


def test_models_are_found_and_wrong_names_are_answered_with_near_ones():
    assert mapping.line_model(InventoryAdjusted) is AdjustmentLine
    with pytest.raises(mapping.LayoutInvalid, match="did you mean 'location'"):
        mapping.compile_record(SnapshotLine, {"loction": "x"}, where="line", notation=Notation())
    with pytest.raises(mapping.LayoutInvalid, match="either `from` or `constant`"):
        mapping.compile_record(
            SnapshotLine, {"lot": {"from": "a", "constant": "b"}}, where="line", notation=Notation()
        )


EVENT = {
    "id": "E1",
    "type": "crossdock.inventory.adjusted.v1",
    "data": {
        "site": {"92": "DC1"},
        "lines": [
            {
                "item": {"SK": "A"},
                "quantity": "-12",
                "unit": "EA",
                "committed": "2",
                "reason": "damage",
                "lot": None,
            },
            {"item": {"SK": "B"}, "quantity": "0.25", "unit": "MTR"},
        ],
    },
}


def test_a_payload_is_written_as_the_endpoint_wants_it():
    make = payload.compile_payload(
        {
            "fields": {
                "event_id": "id",
                "kind": {"constant": "adjustment"},
                "quantity.delta": {"from": "data.lines.0.quantity", "as": "number"},
                "quantity.unit": "data.lines.0.unit",
                "item": "data.lines.0.item.SK",
                "lot": "data.lines.0.lot",
                "reason": {"from": "data.lines.0.reason", "codes": {"damage": "DMG"}},
                "note": {"from": "data.note", "default": "-"},
            }
        }
    )
    assert make(EVENT) == {
        "event_id": "E1",
        "kind": "adjustment",
        "quantity": {"delta": -12, "unit": "EA"},
        "item": "A",
        "reason": "DMG",
        "note": "-",
    }


def test_a_list_of_the_payload_has_an_element_for_each_line():
    make = payload.compile_payload(
        {
            "fields": {"batch_id": "id"},
            "lists": {
                "lines": {
                    "fields": {"sku": "item.SK", "qty": {"from": ["quantity", "committed"], "as": "minus"}}
                }
            },
        }
    )
    assert make(EVENT) == {"batch_id": "E1", "lines": [{"sku": "A", "qty": -14}, {"sku": "B", "qty": 0.25}]}
    assert make({"id": "E2"}) == {"batch_id": "E2", "lines": []}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"field": {}}, "did you mean 'fields'"),
        ({"fields": {"a": {"from": "x", "as": "nummer"}}}, "payload.fields.a"),
        ({"fields": {"a": {"from": ["x", "y"]}}}, "takes two paths"),
        ({"fields": {"a": {}}}, "either `from` or `constant`"),
        ({"fields": {"a": "x", "a.b": "y"}}, "both a value and an object"),
    ],
)
def test_a_payload_that_makes_no_sense_is_refused_with_the_remedy(spec, words):
    with pytest.raises(mapping.LayoutInvalid, match=words):
        payload.compile_payload(spec)


@given(st.decimals(-(10**12), 10**12, places=6))
def test_numbers_of_a_payload_are_json_numbers(value):
    make = payload.compile_payload({"fields": {"n": {"from": "q", "as": "number"}}})
    number = make({"q": format(value, "f")})["n"]
    assert Decimal(repr(number)) == value or abs(Decimal(number) - value) < Decimal("0.001")
