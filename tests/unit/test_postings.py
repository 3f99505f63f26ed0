"""From documents to movements: what goes in comes out somewhere."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.inventory import postings
from bridge.inventory.postings import Bucket, ResolvedLine
from transforms import canonical
from transforms.canonical.document import Document, StockStatus
from transforms.canonical.inbound import ReceiptConfirmed, ReceiptLine, ReceiptReversed
from transforms.canonical.inventory import (
    AdjustmentLine,
    InventoryAdjusted,
    InventoryStatusChanged,
    StatusLine,
)
from transforms.canonical.returns import ReturnReceived, ReturnReversed
from transforms.canonical.shipments import (
    SalesLine,
    SalesReported,
    ShipmentConfirmed,
    ShipmentLine,
    ShipmentVoided,
    TransferLine,
    TransferReceived,
    TransferReceivedLine,
    TransferShipped,
)

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
HERE = Bucket("DC1", status="available")
BACK = Bucket("DC1", status="return_pending")
quantities = st.decimals(Decimal("-100000"), Decimal("100000"), places=3).filter(bool)


def document(kind: type[Document], line: object, **fields: object) -> Document:
    return kind(number="D-1", occurred_at=AT, site={"92": "DC1"}, lines=(line,), **fields)


def line(kind: type, quantity: Decimal = Decimal(5), **fields: object):
    return kind(line="1", item={"SK": "A"}, quantity=quantity, unit="EA", **fields)


def post(made: Document, *, splits: tuple = ()) -> list[postings.Movement]:
    [only] = made.lines
    resolved = ResolvedLine(only, "A", only.quantity, "D-1/1", splits)
    return postings.movements(made, "DC1", [resolved])


def change(movements: list[postings.Movement]) -> dict[Bucket, Decimal]:
    total: dict[Bucket, Decimal] = defaultdict(Decimal)
    for one in movements:
        total[one.source] -= one.quantity
        total[one.target] += one.quantity
    return {bucket: quantity for bucket, quantity in total.items() if quantity}


MAKERS = {
    InventoryAdjusted: lambda q: document(InventoryAdjusted, line(AdjustmentLine, q)),
    ReceiptConfirmed: lambda q: document(ReceiptConfirmed, line(ReceiptLine, q)),
    ReceiptReversed: lambda q: document(ReceiptReversed, line(ReceiptLine, q)),
    ReturnReceived: lambda q: document(ReturnReceived, line(ReceiptLine, q)),
    ReturnReversed: lambda q: document(ReturnReversed, line(ReceiptLine, q)),
    SalesReported: lambda q: document(SalesReported, line(SalesLine, q)),
    ShipmentConfirmed: lambda q: document(ShipmentConfirmed, line(ShipmentLine, q)),
    ShipmentVoided: lambda q: document(ShipmentVoided, line(ShipmentLine, q)),
    TransferShipped: lambda q: document(TransferShipped, line(TransferLine, q)),
    TransferReceived: lambda q: document(TransferReceived, line(TransferReceivedLine, q)),
}
INTO = {InventoryAdjusted: 1, ReceiptConfirmed: 1, ReturnReceived: 1, ShipmentVoided: 1, TransferReceived: 1}


@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)
@given(quantity=quantities)
def test_every_movement_is_positive_and_all_buckets_sum_to_zero(kind, quantity):
    movements = post(MAKERS[kind](quantity))
    assert all(one.quantity > 0 for one in movements)
    total = change(movements)
    assert sum(total.values()) == 0
    assert total[BACK if kind in (ReturnReceived, ReturnReversed) else HERE] == quantity * INTO.get(kind, -1)


def test_every_document_that_moves_stock_has_a_rule_and_needs_a_site():
    moving = {kind for kind in canonical.TYPES.values() if postings.needs_site(kind)}
    assert moving == {*MAKERS, InventoryStatusChanged}


def test_what_a_customers_store_sold_moves_nothing_of_ours():
    assert post(document(SalesReported, line(SalesLine), mode="info")) == []


def test_a_receipt_is_undone_by_its_reversal():
    done = change(post(MAKERS[ReceiptConfirmed](Decimal(5))))
    undone = change(post(MAKERS[ReceiptReversed](Decimal(5))))
    assert {bucket: -quantity for bucket, quantity in undone.items()} == done


def test_a_status_change_moves_between_conditions_and_leaves_on_hand():
    moved = line(StatusLine, from_status="available", to_status="damaged")
    assert change(post(document(InventoryStatusChanged, moved))) == {
        HERE: Decimal(-5), Bucket("DC1", status="damaged"): Decimal(5),
    }  # fmt: skip


def test_what_was_received_damaged_does_not_become_available():
    received = document(ReceiptConfirmed, line(ReceiptLine))
    movements = post(received, splits=((StockStatus.DAMAGED, Decimal(2)),))
    assert change(movements) == {
        HERE: Decimal(3), Bucket("DC1", status="damaged"): Decimal(2), Bucket("@supplier"): Decimal(-5),
    }  # fmt: skip
    assert len({one.effect_key for one in movements}) == 2


def test_all_of_it_damaged_leaves_no_empty_movement():
    movements = post(
        document(ReceiptConfirmed, line(ReceiptLine)), splits=((StockStatus.DAMAGED, Decimal(5)),)
    )
    assert [one.target.status for one in movements] == ["damaged"]


def test_goods_that_come_back_come_from_the_customer():
    returned = document(ReceiptConfirmed, line(ReceiptLine), references={"rma": "R-1"})
    assert change(post(returned))[Bucket("@customer")] == -5


def test_scrap_leaves_for_good():
    scrapped = document(InventoryAdjusted, line(AdjustmentLine, Decimal(-5), reason="scrap"))
    (movement,) = post(scrapped)
    assert (movement.kind, movement.target) == ("scrap", Bucket("@scrap"))


def test_what_is_in_transit_is_of_its_transfer():
    (out,) = post(MAKERS[TransferShipped](Decimal(5)))
    (back,) = post(MAKERS[TransferReceived](Decimal(5)))
    assert out.target == back.source == Bucket("@transit:D-1")


def test_serial_numbers_move_one_by_one_when_there_is_one_for_each_piece():
    two = line(AdjustmentLine, Decimal(2), serials=("S1", "S2"))
    movements = post(document(InventoryAdjusted, two))
    assert [(one.serial, one.quantity) for one in movements] == [("S1", 1), ("S2", 1)]
    assert len({one.effect_key for one in movements}) == 2
    three = line(AdjustmentLine, Decimal(3), serials=("S1", "S2"))
    assert [one.serial for one in post(document(InventoryAdjusted, three))] == [""]


def test_nothing_moves_nothing():
    assert post(document(InventoryAdjusted, line(AdjustmentLine, Decimal(0)))) == []
