"""Apply: documents take effect in order, what is not known waits for the one fix that frees it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import structlog
from sqlalchemy import func, select

from bridge import replay
from bridge.inventory import book
from bridge.inventory.postings import Bucket, Movement
from bridge.master_data import steward
from bridge.pipeline import apply, stations
from bridge.pipeline.apply import MasterDataChanged
from bridge.store import documents, keys, transitions
from bridge.store import tables as t
from tests import company, effects
from tests.effects import Works

pytestmark = pytest.mark.integration
AT = datetime(2026, 3, 1, tzinfo=UTC)
WHY = {"actor": "anna", "reason": "a test file", "ring": lambda _: None}


@pytest.fixture
def works(tmp_path: Path, ledger_url: str):
    opened = effects.open_works(tmp_path, ledger_url)
    yield opened
    opened.close()


def unknown(number: str, code: str = "XYZ-9", **fields: object):
    return company.event("dc1-a", number, sku="", vendor_code=code, **fields)


def refer(works: Works, code: str = "XYZ-9", *, target: str = "SKU-1", partner: str = "dc1") -> None:
    steward.add_cross_reference(
        works.ledger, domain="item", partner=partner, qualifier="VN", source_code=code, target_code=target,
        actor="anna", reason="new supplier",
    )  # fmt: skip


def on_hand(works: Works, item: str) -> Decimal:
    with works.ledger.read() as connection:
        return book.on_hand(connection, item, "DC1")


def sums(works: Works) -> None:
    """Balances are what the movements say, and everything that is somewhere came from somewhere."""
    wanted: dict[tuple[str, str], Decimal] = {}
    for one in works.rows(t.movement):
        for site, change in ((one.from_site, -one.quantity), (one.to_site, one.quantity)):
            wanted[one.item_id, site] = wanted.get((one.item_id, site), Decimal(0)) + change
    found: dict[tuple[str, str], Decimal] = {}
    for row in works.rows(t.balance):
        found[row.item_id, row.site] = found.get((row.item_id, row.site), Decimal(0)) + row.on_hand
    assert {key: value for key, value in found.items() if value} == {k: v for k, v in wanted.items() if v}
    with works.ledger.read() as connection:
        query = select(func.sum(t.balance.c.on_hand)).group_by(t.balance.c.item_id)
        assert set(connection.execute(query).scalars()) <= {0}


def test_an_unknown_item_stops_its_document_and_says_what_would_free_it(works):
    works.take_in(unknown("n1"))
    (letter,) = works.letters()
    assert (letter.code, letter.subject, letter.step) == ("XREF_ITEM_UNKNOWN", "document", "apply")
    assert letter.release_condition == "xref:item:dc1:VN:XYZ-9"
    assert letter.value == "XYZ-9"
    assert letter.location
    assert works.rows(t.movement) == []


def test_a_stopped_document_holds_its_key_and_no_other(works):
    works.take_in(unknown("n1"), unknown("n2"), company.event("dc1-a", "other", sku="SKU-2"))
    assert works.states(t.document) == {"dead": 1, "waiting": 1, "applied": 1}
    assert works.erp.numbers == ["other"]
    assert len(works.letters()) == 1


def test_a_key_held_in_one_source_is_free_in_another(works):
    works.take_in(unknown("n1"))
    works.take_in(company.event("dc1-b", "n2", sku="SKU-1"))
    assert works.erp.numbers == ["n2"]


def test_one_cross_reference_frees_everything_that_waited_in_order(works):
    works.take_in(*(unknown(f"n{n}", qty=n) for n in range(1, 6)))
    works.take_in(unknown("a1", "ABC-1"), unknown("a2", "ABC-1"))
    refer(works)
    works.work()
    assert works.erp.numbers == ["n1", "n2", "n3", "n4", "n5"]
    assert on_hand(works, "SKU-1") == 15
    states = sorted((letter.release_condition, letter.state, letter.resolution) for letter in works.letters())
    assert states == [
        ("xref:item:dc1:VN:ABC-1", "open", None),
        ("xref:item:dc1:VN:XYZ-9", "resolved", "released"),
    ]
    sums(works)


def test_a_release_that_does_not_help_comes_back_counted_up(works):
    works.take_in(unknown("n1", uom="LTR"))
    refer(works)
    works.work()
    (letter,) = works.letters()
    assert (letter.state, letter.code, letter.count) == ("open", "UOM_NO_CONVERSION", 2)
    assert letter.release_condition == "unit:SKU-1:LTR"
    steward.add_item_unit(
        works.ledger, item_id="SKU-1", unit="LTR", numerator=3, denominator=1, actor="anna", reason="measured"
    )
    works.work()
    assert on_hand(works, "SKU-1") == 3


def test_good_lines_go_on_and_a_bad_one_becomes_a_document_of_its_own(works):
    works.take_in(effects.counts("c1,DC1,SKU-1", "c2,DC1,,XYZ-9,5", "c3,DC1,SKU-3"))
    whole, child = sorted(works.rows(t.document), key=lambda row: row.id)
    assert (whole.state, child.state, child.split_from) == ("applied", "dead", whole.id)
    assert [line["item_id"] for line in documents.resolved(whole.body, whole.found)["lines"]] == [
        "SKU-1",
        "SKU-3",
    ]
    (letter,) = works.letters()
    assert letter.document_id == child.id
    assert works.rows(t.blocked_key) == []
    assert {row.effect_key for row in works.rows(t.movement)} == {"counts/c1", "counts/c3"}
    refer(works, partner="keeper")
    works.work()
    assert {row.effect_key for row in works.rows(t.movement)} == {"counts/c1", "counts/c2", "counts/c3"}
    assert on_hand(works, "SKU-1") == 6
    assert len(works.erp.effects) == 2
    sums(works)


def test_a_document_of_which_every_line_is_bad_is_told_to_nobody(works):
    works.take_in(effects.counts("c1,DC1,,XYZ-9", "c2,DC1,,XYZ-9"))
    assert works.erp.effects == []
    assert len(works.letters()) == 2
    refer(works, partner="keeper")
    works.work()
    assert on_hand(works, "SKU-1") == 2
    assert len(works.erp.effects) == 2


def test_factors_of_the_item_and_of_the_world_are_exact(works):
    works.take_in(
        company.event("dc1-a", "n1", qty=3, uom="XCS"), company.event("dc1-a", "n2", qty=2, uom="DZN")
    )
    assert on_hand(works, "SKU-1") == 3 * 12 + 2 * 12
    (first, _) = works.erp.effects
    line = first.document["data"]["lines"][0]
    assert (line["quantity"], line["unit"], line["base_quantity"], line["base_unit"]) == (
        "3",
        "XCS",
        "36",
        "EA",
    )


def test_a_quantity_beyond_the_book_is_a_letter_with_a_reason_and_no_bug(works):
    works.take_in(
        company.event("dc1-a", "n1", qty=999_999_999_999, uom="XCS"),
        company.event("dc1-a", "n2", sku="SKU-2"),
    )
    (letter,) = works.letters()
    assert letter.code == "VALUE_RANGE"
    assert works.erp.numbers == ["n2"]


def test_stock_below_nothing_is_booked_and_somebody_is_told(works):
    works.take_in(company.event("dc1-a", "n1", qty=-4), company.event("dc1-a", "n2", qty=-1))
    assert on_hand(works, "SKU-1") == -5
    (alert,) = works.rows(t.alert)
    assert (alert.code, alert.subject, alert.state) == ("NEGATIVE_STOCK", "SKU-1@DC1", "open")
    assert "-5" in alert.text


def test_a_virtual_place_may_stand_below_nothing(works):
    works.take_in(company.event("dc1-a", "n1", qty=4))
    assert works.rows(t.alert) == []
    assert {row.site: row.on_hand for row in works.rows(t.balance)} == {"DC1": 4, "@adjust": -4}


def test_posting_again_changes_nothing(works):
    works.take_in(company.event("dc1-a", "n1", qty=4))
    move = Movement("k", "count_gain", "SKU-1", Decimal(3), Bucket("@adjust"), Bucket("DC1"), AT)
    (document,) = works.rows(t.document)
    for _ in range(2):
        with works.ledger.write() as connection:
            book.post(connection, [(document.id, move), (document.id, move)], at=AT, watch_negative=True)
    assert on_hand(works, "SKU-1") == 7
    sums(works)


def test_movements_of_one_batch_that_cancel_out_are_booked(works):
    with structlog.testing.capture_logs() as logs:
        works.take_in()
        works.bridge.accept_all([company.event("dc1-a", f"n{n}", qty=qty) for n, qty in enumerate((2, -2))])
        works.work()
    assert [line for line in logs if line["event"] == "batch.failed"] == []
    assert on_hand(works, "SKU-1") == 0
    assert works.count(t.movement) == 2


def test_two_that_post_the_same_stock_at_once_do_not_block_each_other(works):
    works.take_in(company.event("dc1-a", "n0"))
    (document,) = works.rows(t.document)
    failed: list[BaseException] = []

    def post(worker: int) -> None:
        order = range(1, 21) if worker else range(20, 0, -1)
        try:
            for again in range(10):
                moves = [
                    (document.id, Movement(f"{worker}/{again}/{n}", "count_gain", f"SKU-{n}", Decimal(1),
                                           Bucket("@adjust"), Bucket("DC1"), AT))
                    for n in order
                ]  # fmt: skip
                with works.ledger.write() as connection:
                    book.post(connection, moves, at=AT, watch_negative=True)
        except Exception as error:  # noqa: BLE001  # carried over to the test's thread
            failed.append(error)

    threads = [threading.Thread(target=post, args=(worker,)) for worker in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert on_hand(works, "SKU-2") == 20
    sums(works)


def ready(works: Works, lane: int):
    with works.ledger.read() as connection:
        return apply.take(connection, lane, 256)


def translated(works: Works, *contents) -> int:
    """Accept and translate only; returns the lane."""
    from bridge.pipeline import translate

    for content in contents:
        works.bridge.accept_one(content)
    lane = works.bridge.source_lanes[contents[0].source]
    with works.ledger.read() as connection:
        rows = translate.take(connection, lane, 256)
    for chunk in translate.read(rows, company=works.bridge.company, store=works.bridge.settings.raw_store):
        with works.ledger.write() as connection:
            translate.write(connection, chunk, at=AT)
    return lane


def write(works: Works, connection, results) -> set[int]:
    return apply.write(
        connection, results, company=works.bridge.company, endpoint_lanes=works.bridge.endpoint_lanes,
        lookup=works.runner.lookup, at=AT,
    )  # fmt: skip


def resolved(works: Works, lane: int):
    return apply.work(
        works.ledger, ready(works, lane), company=works.bridge.company, lookup=works.runner.lookup
    )


def test_what_became_known_while_a_batch_was_resolved_is_not_buried(works):
    lane = translated(works, unknown("n1"))
    results = resolved(works, lane)
    assert results[0].dead is not None
    refer(works)
    with pytest.raises(MasterDataChanged), works.ledger.write() as connection:
        write(works, connection, results)
    assert works.letters() == []
    works.work()
    assert on_hand(works, "SKU-1") == 1
    assert works.letters() == []


def test_a_cross_reference_that_comes_while_a_letter_is_written_still_frees_it(works):
    """The steward commits between the batch's look at the stamp and the batch's commit, or waits for it."""
    lane = translated(works, unknown("n1"))
    results = resolved(works, lane)
    adding = threading.Thread(target=refer, args=(works,))
    with works.ledger.write() as connection:
        write(works, connection, results)
        adding.start()
        adding.join(0.5)
    adding.join()
    works.work()
    assert on_hand(works, "SKU-1") == 1
    assert [letter.state for letter in works.letters()] == ["resolved"]


def test_a_reversal_of_nothing_is_refused_by_its_reason():
    from bridge.errors import ReversalTargetUnknown
    from bridge.pipeline import resolve

    class Row:
        type, number = "crossdock.shipment.voided.v1", "S-1"

    with pytest.raises(ReversalTargetUnknown, match="S-1"):
        resolve._check_reversal(Row, set())
    resolve._check_reversal(Row, {("crossdock.shipment.confirmed.v1", "S-1")})


def test_a_stored_document_that_no_release_can_read_stops_alone(works):
    lane = translated(works, company.event("dc1-a", "n1"), company.event("dc1-a", "n2", sku="SKU-2"))
    first, _ = sorted(works.rows(t.document), key=lambda row: row.id)
    with works.ledger.write() as connection:
        connection.execute(t.document.update().where(t.document.c.id == first.id).values(body={"number": 1}))
    works.runner.work(lane)
    assert works.states(t.document) == {"applied": 1, "dead": 1}
    (letter,) = works.letters()
    assert (letter.document_id, letter.code) == (first.id, "INT_BUG")


@pytest.mark.parametrize(("qualifier", "code"), [("EN", "9521234000013"), ("GTIN", "09521234000013")])
def test_an_unknown_gtin_is_freed_by_its_reference_as_told_or_as_a_gtin(works, qualifier, code):
    works.take_in(company.event("dc1-a", "n1", sku="", gtin="9521234000013"))
    (letter,) = works.letters()
    assert letter.release_condition == "xref:item:dc1:EN:9521234000013"
    steward.add_cross_reference(
        works.ledger, domain="item", partner="dc1", qualifier=qualifier, source_code=code,
        target_code="SKU-1", actor="anna", reason="measured",
    )  # fmt: skip
    works.work()
    assert works.erp.numbers == ["n1"]


def test_what_a_person_lets_go_of_meanwhile_goes_before_what_was_just_read(works, monkeypatch):
    works.take_in(company.event("dc1-a", "n1", uom="LTR"), company.event("dc1-a", "n2"))
    (letter,) = works.letters()
    real = stations.SourceStation._resolve_read

    def resolve_read(station, chunk):
        if works.states(t.dead_letter) == {"open": 1}:
            replay.discard(works.ledger, [letter.public_id], **WHY)
        return real(station, chunk)

    monkeypatch.setattr(stations.SourceStation, "_resolve_read", resolve_read)
    works.take_in(company.event("dc1-a", "n3"))
    assert works.erp.numbers == ["n2", "n3"]


def test_a_key_is_not_let_go_of_while_somebody_queues_behind_it(works):
    """Else what queues just then would wait for ever; on SQLite there is one writer at a time anyway."""
    works.take_in(unknown("n1"), unknown("n2"))
    (letter,) = works.letters()
    holder, _ = sorted(works.rows(t.document), key=lambda row: row.id)
    with works.ledger.write() as connection:
        late = connection.execute(
            t.document.insert().returning(t.document.c.id), {**holder._asdict(), **_new_keys(holder)}
        ).scalar_one()
        assert keys.holders(connection, holder.lane_id, {holder.ordering_key})
        discarding = threading.Thread(
            target=replay.discard, args=(works.ledger, [letter.public_id]), kwargs=WHY
        )
        discarding.start()
        discarding.join(0.3)
        assert discarding.is_alive()
        transitions.set_state(connection, t.document, [late], "waiting")
    discarding.join(10)
    assert works.states(t.document) == {"discarded": 1, "ready": 2}


def _new_keys(row) -> dict[str, object]:
    return {"id": row.id + 1_000, "public_id": "late", "ordinal": 99, "key": "late", "state": "ready"}


def test_what_a_person_lets_go_of_goes_before_what_was_taken_already(works, monkeypatch):
    works.take_in(company.event("dc1-a", "n1", uom="LTR"), company.event("dc1-a", "n2"))
    (letter,) = works.letters()
    lane = translated(works, company.event("dc1-a", "n3"))
    real = apply.work

    def work(ledger, rows, **more):
        if works.states(t.dead_letter) == {"open": 1}:
            replay.discard(works.ledger, [letter.public_id], **WHY)
        return real(ledger, rows, **more)

    monkeypatch.setattr(apply, "work", work)
    works.runner.work(lane)
    assert works.erp.numbers == ["n2", "n3"]
