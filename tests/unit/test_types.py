"""Column types: what goes in comes out, exactly, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bridge.store import tables as t
from bridge.store import types

BIGGEST = 2**63 - 1

micros = st.integers(-BIGGEST, BIGGEST)
moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))


@given(micros)
def test_a_count_of_millionths_survives_the_way_through_decimal(micro):
    assert types.to_micro(types.from_micro(micro)) == micro


@given(micros)
def test_a_quantity_has_no_exponent_and_no_needless_zeros(micro):
    value = types.from_micro(micro)
    assert value * 1_000_000 == micro
    text = format(value, "f")
    assert "E" not in text.upper()
    assert Decimal(text) == value


@pytest.mark.parametrize("text", ["0.0000001", "1.2345678", "-0.0000009"])
def test_what_would_not_be_exact_is_refused(text):
    with pytest.raises(ValueError, match="more than six decimals"):
        types.to_micro(Decimal(text))


@given(moments)
def test_a_time_survives_to_the_microsecond(moment):
    assert types.from_microseconds(types.to_microseconds(moment)) == moment


def test_a_time_is_kept_in_utc_whatever_its_zone():
    local = datetime(2026, 3, 29, 2, 30, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    kept = types.from_microseconds(types.to_microseconds(local))
    assert (kept, kept.tzinfo) == (local, UTC)


@pytest.mark.integration
def test_the_largest_and_the_smallest_quantity_come_back_from_the_database(ledger):
    wanted = {
        "big": Decimal("9223372036854.775807"),
        "small": Decimal("-9223372036854.775808"),
        "tiny": Decimal("0.000001"),
        "none": Decimal(0),
        "round": Decimal("1E+3"),
    }
    blank = {"site": "", "location": "", "lot": "", "serial": "", "stock_status": "", "owner": ""}
    with ledger.write() as connection:
        connection.execute(
            t.balance.insert(),
            [{**blank, "item_id": name, "on_hand": value} for name, value in wanted.items()],
        )
    with ledger.read() as connection:
        found = {row.item_id: row.on_hand for row in connection.execute(select(t.balance))}
    assert found == wanted


@pytest.mark.integration
def test_a_number_column_refuses_words(ledger):
    words = (
        "insert into balance (item_id, site, location, lot, serial, stock_status, owner, on_hand) "
        "values ('A', '', '', '', '', '', '', '12 EA')"
    )
    with pytest.raises(DBAPIError), ledger.write() as connection:
        connection.exec_driver_sql(words)


@pytest.mark.integration
def test_json_comes_back_as_it_went_in_and_text_is_not_dumped_twice(ledger):
    with ledger.write() as connection:
        rows = [
            {"name": "dict", "arguments": {"ä": [1, "2", None]}},
            {"name": "text", "arguments": '{"a":1}'},
        ]
        connection.execute(
            t.schedule.insert(), [{**row, "kind": "x", "every": 1, "due_at": 0} for row in rows]
        )
    with ledger.read() as connection:
        found = dict(connection.execute(select(t.schedule.c.name, t.schedule.c.arguments)).all())
    assert found == {"dict": {"ä": [1, "2", None]}, "text": {"a": 1}}
