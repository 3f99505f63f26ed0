"""Control numbers have neither gaps nor repeats, whoever takes them and whatever fails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bridge.store import control_numbers
from bridge.store import tables as t
from bridge.store.control_numbers import HIGHEST

pytestmark = pytest.mark.integration


class GivenUp(Exception):
    pass


def taken(ledger, series="acme", kind="interchange", count=1):
    with ledger.write() as connection:
        return control_numbers.take(connection, series, kind, count)


def test_eight_threads_leave_no_gap_and_no_repeat_although_some_give_up(ledger):
    def work(worker):
        found = []
        for turn in range(25):
            try:
                with ledger.write() as connection:
                    numbers = control_numbers.take(connection, "acme", "interchange", 1 + turn % 3)
                    if (worker + turn) % 5 == 0:
                        raise GivenUp
                    found += numbers
            except GivenUp:
                continue
        return found

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(number for found in pool.map(work, range(8)) for number in found)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 200


def test_behind_the_highest_comes_one_again(ledger):
    taken(ledger)
    with ledger.write() as connection:
        connection.execute(t.control_number.update().values(last=HIGHEST - 2))
    assert taken(ledger, count=4) == [HIGHEST - 1, HIGHEST, 1, 2]
    assert taken(ledger) == [3]


def test_partners_and_kinds_have_series_of_their_own(ledger):
    assert [taken(ledger, "acme"), taken(ledger, "acme", "set"), taken(ledger, "other")] == [[1], [1], [1]]
    assert taken(ledger, "acme") == [2]
