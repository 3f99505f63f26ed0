"""Release: one fix frees what waited for it, in order, once, and whoever else is at work loses nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bridge import replay
from bridge.ingress.contract import Content
from bridge.master_data import steward
from bridge.store import lanes
from bridge.store import tables as t
from tests import company, effects
from tests.effects import Works

pytestmark = pytest.mark.integration


@pytest.fixture
def works(tmp_path: Path, ledger_url: str):
    opened = effects.open_works(tmp_path, ledger_url)
    yield opened
    opened.close()


def unknown(number: str, *, code: str = "XYZ-9", source: str = "dc1-a", **fields: object) -> Content:
    return company.event(source, number, sku="", vendor_code=code, **fields)


def refer(works: Works, code: str = "XYZ-9", target: str = "SKU-1") -> list[int]:
    return steward.add_cross_reference(
        works.ledger, domain="item", partner="dc1", qualifier="VN", source_code=code, target_code=target,
        actor="anna", reason="new supplier",
    )  # fmt: skip


def test_a_fix_frees_every_source_that_waited_and_rings_for_each(works):
    works.take_in(unknown("a1"), unknown("a2"), unknown("b1", source="dc1-b"))
    assert sorted(refer(works)) == sorted([works.source("dc1-a"), works.source("dc1-b")])
    works.work()
    assert sorted(works.erp.numbers) == ["a1", "a2", "b1"]
    assert works.erp.numbers.index("a1") < works.erp.numbers.index("a2")


def test_what_comes_after_the_fix_stays_behind_what_waited(works):
    works.take_in(unknown("n1", qty=1), unknown("n2", qty=2))
    refer(works)
    works.bridge.accept_one(unknown("n3", qty=3))
    works.work()
    assert works.erp.numbers == ["n1", "n2", "n3"]


def test_what_a_batch_frees_may_be_older_than_others_of_the_batch(works):
    """Found by the simulation: the batch was worked again for ever, because what it frees was not its turn."""
    works.take_in(unknown("n1"), unknown("n2"), unknown("n3", code="OTHER-1"))
    assert works.states(t.document) == {"dead": 2, "waiting": 1}
    refer(works)
    refer(works, "OTHER-1", "SKU-2")
    works.work()
    assert works.erp.numbers == ["n1", "n3", "n2"]


def test_a_fix_of_something_else_frees_nothing(works):
    works.take_in(unknown("n1"))
    assert refer(works, "OTHER-1") == []
    works.work()
    assert works.states(t.document) == {"dead": 1}


def test_the_same_fix_again_does_nothing_more(works):
    works.take_in(unknown("n1"))
    refer(works)
    works.work()
    assert refer(works) == []
    works.work()
    assert works.erp.numbers == ["n1"]
    assert works.count(t.movement) == 1


def test_a_target_that_is_no_item_is_refused_and_nothing_changes(works):
    works.take_in(unknown("n1"))
    with pytest.raises(steward.StewardRefused, match="NOT-AN-ITEM"):
        refer(works, target="NOT-AN-ITEM")
    assert works.count(t.cross_reference, t.cross_reference.c.source_code == "XYZ-9") == 0
    assert works.letters()[0].state == "open"


def test_a_release_says_who_did_it_and_why(works):
    works.take_in(unknown("n1"))
    refer(works)
    told = {(row.action, row.actor, row.reason) for row in works.rows(t.audit)}
    assert ("cross_reference.approved", "anna", "new supplier") in told
    assert ("dead_letter.release", "anna", "new supplier") in told


def test_the_second_document_of_a_key_may_stop_as_well_and_hold_the_rest(works):
    works.take_in(
        unknown("n1"), unknown("n2", uom="LTR"), unknown("n3"), company.event("dc1-a", "x1", sku="SKU-5")
    )
    refer(works)
    works.work()
    assert works.erp.numbers == ["x1", "n1"]
    (open_letter,) = [letter for letter in works.letters() if letter.state == "open"]
    assert (open_letter.number, open_letter.release_condition) == ("n2", "unit:SKU-1:LTR")
    steward.add_item_unit(
        works.ledger, item_id="SKU-1", unit="LTR", numerator=1, denominator=1, actor="anna", reason="new"
    )
    works.work()
    assert works.erp.numbers == ["x1", "n1", "n2", "n3"]
    assert works.rows(t.blocked_key) == []


def test_what_is_discarded_frees_those_behind_it(works):
    works.take_in(unknown("n1"), unknown("n2"))
    (letter,) = works.letters()
    replay.discard(works.ledger, [letter.public_id], actor="olaf", reason="never", ring=lambda _: None)
    works.work()
    (second,) = [one for one in works.letters() if one.state == "open"]
    assert second.number == "n2"
    refer(works)
    works.work()
    assert works.erp.numbers == ["n2"]


def test_fixes_and_arrivals_at_the_same_time_leave_nothing_behind(works):
    """Stewards add what is missing while a worker keeps finding that it is missing."""
    codes = [f"C-{n}" for n in range(10)]
    failed: list[BaseException] = []
    done = threading.Event()

    def fix() -> None:
        try:
            for n, code in enumerate(codes):
                refer(works, code, f"SKU-{n + 1}")
        except Exception as error:  # noqa: BLE001  # carried over to the test's thread
            failed.append(error)
        finally:
            done.set()

    works.bridge.accept_all([unknown(f"{code}/{n}", code=code) for n in range(3) for code in codes])
    fixing = threading.Thread(target=fix)
    fixing.start()
    while not done.is_set():
        with works.ledger.read() as connection:
            todo = lanes.unattended(connection, works.ledger, older_than=-1)
        for lane_id in todo:
            works.runner.work(lane_id)
    fixing.join()
    works.work()
    assert failed == []
    assert works.states(t.document) == {"applied": 30}
    for code in codes:
        assert [one for one in works.erp.numbers if one.startswith(f"{code}/")] == [
            f"{code}/{n}" for n in range(3)
        ]
