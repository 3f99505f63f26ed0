"""What leaves as EDIFACT: read back the same by our own reader, and whole to another one."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydifact.segmentcollection import Interchange

from tests.conftest import ROOT
from transforms.canonical.inbound import InboundAdvised, ReceiptConfirmed
from transforms.canonical.inventory import InventoryAdjusted, InventorySnapshot
from transforms.canonical.orders import (
    OrderAnswered,
    ReservationConfirmed,
    ReservationRejected,
    ReservedLine,
)
from transforms.canonical.shipments import ShipmentConfirmed, ShipmentLine
from transforms.errors import ElementInvalid, Problem, TooLong, Unsupported
from transforms.formats import edifact
from transforms.formats.edifact.writers import write
from transforms.formats.edifact.writers.assembly import Profile
from transforms.reading import Context, Drafted

pytestmark = pytest.mark.filterwarnings("ignore::pydifact.exceptions.MissingImplementationWarning")
AT = datetime(2026, 11, 2, 10, 30, tzinfo=UTC)
SAMPLES = ROOT / "transforms/formats/edifact/samples"
PROFILE = Profile(sender="9521234009009:14", receiver="9521234009221:14")
EANCOM = PROFILE.model_copy(update={"association": "EAN004"})
NEWER = PROFILE.model_copy(update={"version": "D:01B"})


def read(data: bytes) -> list[Any]:
    context = Context("nb", "s", "partner", "file/s/1", AT, options={"acknowledge": "never"})
    return list(edifact.read(io.BytesIO(data), context))


def again(data: bytes) -> Any:
    events = read(data)
    assert [event for event in events if isinstance(event, Problem)] == []
    [document] = [event.document for event in events if isinstance(event, Drafted)]
    return document


def segments_of(data: bytes) -> list[str]:
    """Tags as another reader finds them."""
    [message] = Interchange.from_str(data.decode("latin-1")).get_messages()
    return [segment.tag for segment in message.segments]


def documents() -> dict[str, Any]:
    """What our samples become, of the kinds that are written as well."""
    found = {}
    for path in sorted(SAMPLES.glob("*.edi")):
        for event in read(path.read_bytes()):
            kinds = (InboundAdvised, ReceiptConfirmed, InventorySnapshot, InventoryAdjusted)
            if isinstance(event, Drafted) and isinstance(event.document, kinds):
                found[f"{path.stem}/{event.position}"] = event.document
    return found


DOCUMENTS = documents()


@pytest.mark.parametrize("profile", [PROFILE, EANCOM, NEWER], ids=["D.96A", "EANCOM", "D.01B"])
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=list(DOCUMENTS))
def test_what_was_read_is_written_and_read_the_same(document, profile):
    data = write(document, profile, control=7, at=AT)
    found = again(data)
    assert type(found) is type(document)
    assert found.number == document.number
    assert [(one.quantity, one.unit) for one in found.lines] == [
        (one.quantity, one.unit) for one in document.lines
    ]
    assert [set(one.item.values()) for one in found.lines] == [
        set(one.item.values()) for one in document.lines
    ]
    assert segments_of(data).count("LIN") == sum(
        line.startswith("LIN+") for line in data.decode("latin-1").splitlines()
    )


def promised(**line: Any) -> ReservedLine:
    values = {
        "line": "1", "item": {"EN": "9521234000037"}, "quantity": Decimal(40), "unit": "H87",
        "quantity_confirmed": Decimal(40),
    }  # fmt: skip
    return ReservedLine.model_validate(values | line)


def order(
    *lines: ReservedLine, of: type[ReservationConfirmed] = ReservationConfirmed
) -> ReservationConfirmed:
    return of(
        number="88-17", occurred_at=AT, customer="etail", references={"customer_po": "88-17"}, lines=lines or (promised(),)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "answer", "told"),
    [
        ({}, "accepted", []),
        (
            {"quantity_confirmed": 30, "quantity_backordered": 10},
            "changed",
            ["QTY+83:10:PCE'", "QVR+-10:21+BP'"],
        ),
        ({"quantity_confirmed": 30}, "changed", ["QVR+-10:21+CP'"]),
        ({"quantity_confirmed": 0}, "rejected", ["QVR+-40:21+CP'"]),
        ({"promise_date": "2026-11-06"}, "accepted", ["DTM+69:20261106:102'"]),
        ({"reason": "substituted"}, "changed", []),
    ],
)
def test_each_promise_has_its_code(line, answer, told):
    data = write(order(promised(**line)), PROFILE, control=1, at=AT)
    found = again(data)
    assert isinstance(found, OrderAnswered)
    assert (found.number, found.lines[0].answer, found.lines[0].quantity) == ("88-17", answer, 40)
    assert [text for text in told if text not in data.decode()] == []


def test_an_order_is_answered_as_a_whole():
    assert "BGM+231+88-17+29'" in write(order(), PROFILE, control=1, at=AT).decode()
    assert (
        "BGM+231+88-17+4'" in write(order(promised(quantity_confirmed=1)), PROFILE, control=1, at=AT).decode()
    )
    nothing = order(promised(quantity_confirmed=0), of=ReservationRejected)
    assert "BGM+231+88-17+27'" in write(nothing, PROFILE, control=1, at=AT).decode()


def test_a_shipment_becomes_a_despatch_advice_pallet_by_pallet():
    line = {"item": {"EN": "9521234000037"}, "unit": "H87", "quantity": Decimal(3)}
    shipment = ShipmentConfirmed.model_validate(
        {
            "number": "SHP-1", "occurred_at": AT, "site": {"92": "DC1"}, "ship_to": {"UL": "9521234009115"},
            "references": {"customer_po": "88-17"}, "carrier": "DHL",
            "lines": (
                ShipmentLine(line="1", sscc="095212340000000013", lot="L1", **line),
                ShipmentLine(line="2", sscc="095212340000000020", **line),
            ),
        }
    )  # fmt: skip
    data = write(shipment, PROFILE, control=1, at=AT)
    found = again(data)
    assert isinstance(found, InboundAdvised)
    assert [(one.sscc, one.lot, one.quantity) for one in found.lines] == [
        ("095212340000000013", "L1", 3), ("095212340000000020", None, 3),
    ]  # fmt: skip
    assert segments_of(data).count("CPS") == 3


def test_separators_in_data_are_released_and_other_alphabets_have_their_set():
    odd = order(promised(item={"BP": "A'1+2:3?4"}))
    assert again(write(odd, PROFILE, control=1, at=AT)).lines[0].item == {"BP": "A'1+2:3?4"}
    greek = order(promised(item={"BP": "\u03b1\u03b2"}))
    data = write(greek, PROFILE, control=1, at=AT)
    assert b"UNOY:4" in data
    assert again(data).lines[0].item == {"BP": "\u03b1\u03b2"}


def test_numbers_counts_and_test_mark():
    data = write(order(), PROFILE.model_copy(update={"test": True}), control=4711, at=AT).decode()
    assert "+261102:1030+4711++++++1'" in data
    assert data.endswith("UNZ+1+4711'\n")
    assert f"UNT+{data.count(chr(39)) - 3}+1'" in data


def test_what_cannot_be_said_does_not_leave():
    with pytest.raises(TooLong, match="may have 35"):
        write(order(promised(item={"BP": "x" * 36})), PROFILE, control=1, at=AT)
    with pytest.raises(ElementInvalid, match="control character"):
        write(order(promised(item={"BP": "a\x07b"})), PROFILE, control=1, at=AT)
    with pytest.raises(ElementInvalid, match="sender"):
        write(order(), Profile(), control=1, at=AT)
    with pytest.raises(Unsupported, match="not written as EDIFACT"):
        write(
            OrderAnswered(number="1", occurred_at=AT, supplier="s", answer="accepted"),
            PROFILE,
            control=1,
            at=AT,
        )
