from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import errors
from transforms.formats.json import parse
from transforms.formats.json.strict import MAX_DEPTH, dump


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (b'{"qty": NaN}', errors.Unreadable, "NaN"),
        (b'{"qty": -Infinity}', errors.Unreadable, "Infinity"),
        (b'{"a": {"qty": 1, "qty": 2}}', errors.Unreadable, "'qty' stands twice"),
        (b"[" * 100_000, errors.Unreadable, "nested deeper"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, errors.Unreadable, "nested deeper"),
        (b"9" * 5000, errors.OutOfRange, "40 digits"),
        (b"1e1000000", errors.OutOfRange, "out of any range"),
        (b'["\\ud800"]', errors.Unreadable, "surrogate"),
        (b'{"a\\u0000": 1}', errors.Unreadable, "NUL"),
        (b'{"a": ["x\\u0000"]}', errors.Unreadable, "NUL"),
        (b'["\0"]', errors.Unreadable, "not JSON"),
        (b'["\xff"]', errors.Unreadable, "not UTF-8"),
        (b'{"a": 1', errors.Unreadable, "not JSON"),
        (b'{"a": 1} {}', errors.Unreadable, "not JSON"),
        (b"", errors.Unreadable, "not JSON"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_with_its_place(body, error, words):
    with pytest.raises(error, match=words) as caught:
        parse(body)
    assert str(caught.value.location)


def test_a_body_over_the_limit_is_refused():
    with pytest.raises(errors.Unreadable, match="more than 10 bytes"):
        parse(b"[1,2,3,4,5,6]", max_bytes=10)


def test_numbers_are_exact():
    data = parse(b'{"a": 0.1, "b": 12, "c": -1.50, "d": 9223372036854775808}')
    assert data == {"a": Decimal("0.1"), "b": 12, "c": Decimal("-1.50"), "d": 2**63}
    assert type(data["a"]) is Decimal


def test_brackets_in_texts_are_not_nesting_and_pairs_are_no_lone_surrogates():
    deep = "[" * 1000 + '\\"' + "{" * 1000
    assert parse(json.dumps([deep, "😀"]).encode()) == [deep, "😀"]


def test_a_hostile_text_does_not_slow_the_depth_check():
    start = time.perf_counter()
    with pytest.raises(errors.Unreadable):
        parse(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b'"' + b'\\"' * 500_000)
    assert time.perf_counter() - start < 2


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_json_writes_is_read_and_written_again(data):
    assert parse(json.dumps(data).encode()) == data
    assert parse(dump(data).encode()) == data


@given(st.binary(max_size=200))
def test_any_bytes_are_data_or_a_typed_error_with_its_place(body):
    place = "none needed"
    try:
        parse(body)
    except errors.TransformError as error:
        place = str(error.location)
    assert place
