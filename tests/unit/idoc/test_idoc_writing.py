"""What is written is read back the same, and stands where an independent look finds it."""

from __future__ import annotations

import string
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.idocs import CONTROL, FLAT, documents, problems, read
from transforms.canonical.inbound import (
    AdvisedLine,
    InboundAdvised,
    ReceiptConfirmed,
    ReceiptLine,
    ReceiptReversed,
)
from transforms.canonical.inventory import (
    AdjustmentLine,
    InventoryAdjusted,
    InventoryStatusChanged,
    StatusLine,
)
from transforms.canonical.orders import OrderSubmitted
from transforms.canonical.shipments import (
    ShipmentConfirmed,
    ShipmentLine,
    ShipmentVoided,
    TransferLine,
    TransferReceived,
    TransferReceivedLine,
    TransferShipped,
)
from transforms.errors import TransformError
from transforms.formats.idoc.writing import Agreement, write

AT = datetime(2026, 11, 2, 10, 30, 5, tzinfo=UTC)
SITE = {"92": "1000"}
FORMS = [("flat", "utf-8", "lf"), ("flat", "cp037", "crlf"), ("flat", "cp1252", "none"), ("xml", "utf-8", "lf"),
         ("xml", "cp1252", "lf")]  # fmt: skip
each_form = pytest.mark.parametrize(
    ("form", "encoding", "end"), FORMS, ids=["-".join(form) for form in FORMS]
)


def agreed(message, form="flat", encoding="utf-8", end="lf", **more):
    return Agreement(
        message=message, form=form, encoding=encoding, line_end=end, sender="WMS", receiver="SAPERP", **more
    )


def written(document, message, form="flat", encoding="utf-8", end="lf", **more):
    return write(
        document, agreed(message, form, encoding, end, **more), number=42, at=AT, key="ABCDEFGH12345678"
    )


def line(model, quantity="6", **more):
    return model(
        **({"line": "10", "item": {"SK": "4711"}, "quantity": Decimal(quantity), "unit": "KGM"} | more)
    )


def about(document, lines, **more):
    return document(**({"number": "N-1", "site": SITE, "occurred_at": AT, "lines": lines} | more))


SHIPPED = about(
    ShipmentConfirmed,
    [
        line(ShipmentLine, lot="L1", location="0001", order_line="7", sscc="095212340000000013"),
        line(ShipmentLine, "2", line="20", unit="H87", serials=("S1", "S2"), expiry="2027-01-31"),
    ],
    number="80001234",
    references={"so": "80001234", "customer_po": "P-1"},
    ship_to={"92": "9002"},
    carrier="DHL",
)
ADVISED = about(
    InboundAdvised,
    [line(AdvisedLine, item={"VN": "A5", "BP": "SKU-005", "EN": "9521234000013"}, po_number="P-7001", po_line="1", lot="L1")],
    number="7001", supplier="sap", shipped_at="2026-11-02", eta="2026-11-04T07:00:00+00:00", bill_of_lading="BOL-1",
    references={"po": "P-7001"},
)  # fmt: skip
RECEIVED = about(
    ReceiptConfirmed,
    [line(ReceiptLine, "6", reference_line="10", lot="L1", splits=[{"stock_status": "quality_hold", "quantity": "2"},
                                                                  {"stock_status": "damaged", "quantity": "1"}])],
    references={"po": "4500000001"},
)  # fmt: skip


def flat_fields(data, encoding, end):
    """Segment name and fields of each record, by the offsets that the tests count themselves."""
    text = data.decode(encoding)
    lines = text.splitlines()
    if end == "none":
        lines = [text[:524], *(text[at : at + 1063] for at in range(524, len(text), 1063))]
    assert [len(one) for one in lines] == [524] + [1063] * (len(lines) - 1)
    by_definition = {definition: name for name, (definition, _) in FLAT.items()}
    found = [("EDI_DC40", cells(lines[0], CONTROL, 0, 524))]
    for number, one in enumerate(lines[1:], start=1):
        definition = one[:30].rstrip()
        name = (
            by_definition.get(definition)
            or by_definition[next(d for d in by_definition if d[:7] == definition[:7])]
        )
        assert one[33:49] == lines[0][13:29]
        assert int(one[49:55]) == number
        assert int(one[55:61]) < number
        found.append((name, cells(one, FLAT[name][1], 63, 1063)))
    return found


def cells(row, places, start, length):
    """Non-blank words by the field at whose offset they begin."""
    found = {}
    for name, at in places.items():
        behind = [other for other in places.values() if other > at]
        value = row[start + at : start + min(behind) if behind else length]
        if value[:1].strip():
            found[name] = value.split("  ")[0].rstrip()
    return found


def xml_fields(data):
    root = ET.fromstring(data)
    return [
        (one.tag, {field.tag: field.text for field in one if "SEGMENT" not in field.attrib})
        for one in root.iter()
        if "SEGMENT" in one.attrib
    ]


def fields_of(data, form, encoding, end):
    return xml_fields(data) if form == "xml" else flat_fields(data, encoding, end)


def values(found, segment, *names):
    return [tuple(fields.get(name) for name in names) for name, fields in found if name == segment]


@each_form
def test_a_shipment_stands_where_a_delivery_has_it(form, encoding, end):
    found = fields_of(written(SHIPPED, "DELVRY03", form, encoding, end), form, encoding, end)
    assert values(found, "EDI_DC40", "DOCNUM", "IDOCTYP", "MESTYP", "SNDPRN", "RCVPRN", "CREDAT", "CRETIM") == [
        ("0000000000000042", "DELVRY03", "WHSCON", "WMS", "SAPERP", "20261102", "103005"),
    ]  # fmt: skip
    assert values(found, "E1EDL20", "VBELN") == [("80001234",)]
    assert values(found, "E1ADRM1", "PARTNER_Q", "PARTNER_ID") == [("WE", "9002"), ("SP", "DHL")]
    assert values(found, "E1EDT13", "QUALF", "ISDD", "ISDZ") == [("006", "20261102", "103005")]
    assert values(
        found, "E1EDL24", "POSNR", "MATNR", "WERKS", "LGORT", "CHARG", "LFIMG", "VRKME", "VFDAT"
    ) == [
        ("000010", "000000000000004711", "1000", "0001", "L1", "6", "KG", None),
        ("000020", "000000000000004711", "1000", None, None, "2", "ST", "20270131"),
    ]
    assert values(found, "E1EDL41", "BSTNR", "POSEX") == [("P-1", "7"), ("P-1", None)]
    assert values(found, "E1EDL11", "SERNR") == [("S1",), ("S2",)]
    assert values(found, "E1EDL37", "EXIDV") == [("00095212340000000013",)]
    assert values(found, "E1EDL44", "POSNR", "VEMNG", "VEMEH") == [("000010", "6", "KG")]


@each_form
def test_a_receipt_becomes_an_item_for_each_stock_type(form, encoding, end):
    found = fields_of(written(RECEIVED, "WMMBXY", form, encoding, end), form, encoding, end)
    assert values(found, "E1MBXYH", "BUDAT", "XBLNR", "BKTXT") == [("20261102", "ABCDEFGH12345678", "N-1")]
    rows = values(
        found, "E1MBXYI", "MATNR", "WERKS", "BWART", "INSMK", "ERFMG", "ERFME", "EBELN", "EBELP", "CHARG"
    )
    assert [(row[3], row[4]) for row in rows] == [(None, "3"), ("X", "2"), ("S", "1")]
    assert {row[:3] + row[5:] for row in rows} == {
        ("000000000000004711", "1000", "101", "KG", "4500000001", "10", "L1")
    }
    found = fields_of(written(RECEIVED, "MBGMCR03", form, encoding, end), form, encoding, end)
    assert values(found, "E1BP2017_GM_HEAD_01", "PSTNG_DATE", "REF_DOC_NO") == [
        ("20261102", "ABCDEFGH12345678")
    ]
    assert values(found, "E1BP2017_GM_CODE", "GM_CODE") == [("01",)]
    rows = values(
        found,
        "E1BP2017_GM_ITEM_CREATE",
        "MATERIAL",
        "PLANT",
        "MOVE_TYPE",
        "STCK_TYPE",
        "ENTRY_QNT",
        "PO_NUMBER",
    )
    assert [(row[3], row[4]) for row in rows] == [(None, "3"), ("X", "2"), ("S", "1")]
    assert {(row[0], row[1], row[2], row[5]) for row in rows} == {
        ("000000000000004711", "1000", "101", "4500000001")
    }


TO = {"to_site": {"92": "2000"}}
MOVEMENTS = [
    (about(ReceiptConfirmed, [line(ReceiptLine)]), ["501"], "05"),
    (about(ReceiptConfirmed, [line(ReceiptLine)], references={"rma": "R-1"}), ["653"], "05"),
    (about(ReceiptReversed, [line(ReceiptLine)], references={"po": "45"}), ["102"], "06"),
    (about(ShipmentConfirmed, [line(ShipmentLine)]), ["601"], "03"),
    (about(ShipmentVoided, [line(ShipmentLine)]), ["602"], "06"),
    (about(TransferShipped, [line(TransferLine)], **TO), ["303"], "04"),
    (about(TransferReceived, [line(TransferReceivedLine)]), ["305"], "04"),
    (about(InventoryAdjusted, [line(AdjustmentLine), line(AdjustmentLine, "-6")]), ["701", "702"], "03"),
    (about(InventoryAdjusted, [line(AdjustmentLine, "-1", stock_status="damaged")]), ["708"], "03"),
    (about(InventoryAdjusted, [line(AdjustmentLine, "-1", reason="scrap")]), ["551"], "03"),
    (about(InventoryAdjusted, [line(AdjustmentLine, "1", reason="scrap")], references={"cancels": "5"}), ["552"], "06"),
    (about(InventoryAdjusted, [line(AdjustmentLine, "-1", reason="consumption")]), ["201"], "03"),
    (about(InventoryAdjusted, [line(AdjustmentLine, "-1", reason="consumption")], references={"production_order": "1"}), ["261"], "03"),
    (about(InventoryStatusChanged, [line(StatusLine, from_status="quality_hold", to_status="available")]), ["321"], "04"),
    (about(InventoryStatusChanged, [line(StatusLine, from_status="available", to_status="damaged")]), ["344"], "04"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "types", "code"), MOVEMENTS, ids=[f"{m[1][0]}-{m[0].type.split('.')[2]}" for m in MOVEMENTS]
)
def test_a_movement_has_its_type_and_its_code(document, types, code):
    found = xml_fields(written(document, "WMMBXY", "xml"))
    assert [row[0] for row in values(found, "E1MBXYI", "BWART")] == types
    found = xml_fields(written(document, "MBGMCR03", "xml"))
    assert values(found, "E1BP2017_GM_CODE", "GM_CODE") == [(code,)]
    assert [row[0] for row in values(found, "E1BP2017_GM_ITEM_CREATE", "MOVE_TYPE")] == types


@pytest.mark.parametrize(
    ("document", "message", "word"),
    [
        (about(OrderSubmitted, [], customer="c", ship_to={}), "DELVRY03", "DELVRY03"),
        (about(OrderSubmitted, [], customer="c", ship_to={}), "WMMBXY", "no goods movement"),
        (about(ReceiptConfirmed, [line(ReceiptLine, unit="XDR")]), "WMMBXY", "XDR"),
        (about(ReceiptConfirmed, [line(ReceiptLine)], site={}), "WMMBXY", "site"),
        (about(ReceiptConfirmed, [line(ReceiptLine, lot="L" * 11)]), "WMMBXY", "CHARG"),
        (about(ReceiptReversed, [line(ReceiptLine)], number="N" * 11), "WMMBXY", "LFBNR"),
        (about(ReceiptConfirmed, [line(ReceiptLine, serials=("S1",))]), "WMMBXY", "serial"),
        (about(ReceiptConfirmed, [line(ReceiptLine, "2", serials=("S1", "S2"), splits=[{"stock_status": "damaged", "quantity": "1"}])]), "MBGMCR03", "serial"),
        (about(ReceiptConfirmed, [line(ReceiptLine, splits=[{"stock_status": "return_pending", "quantity": "1"}])]), "WMMBXY", "return_pending"),
        (about(InventoryAdjusted, [line(AdjustmentLine, reason="scrap")]), "WMMBXY", "which document"),
        (about(InventoryAdjusted, [line(AdjustmentLine, stock_status="return_pending")]), "WMMBXY", "return_pending"),
        (about(InventoryStatusChanged, [line(StatusLine, from_status="available", to_status="return_pending")]), "WMMBXY", "no movement"),
        (about(ShipmentConfirmed, [line(ShipmentLine)], number="8" * 11), "DELVRY03", "VBELN"),
    ],
)  # fmt: skip
def test_what_the_message_cannot_say_is_refused_and_never_cut_off(document, message, word):
    with pytest.raises(TransformError, match=word):
        written(document, message)


def test_what_the_encoding_does_not_have_is_refused():
    with pytest.raises(TransformError, match="cp1252"):
        written(about(ReceiptConfirmed, [line(ReceiptLine, lot="Łódź")]), "WMMBXY", "flat", "cp1252")


def test_plants_units_and_tests_are_agreed():
    data = written(SHIPPED, "DELVRY03", "xml", plants={"1000": "DE01-0002"}, units={"KGM": "KGS"}, test=True)
    found = xml_fields(data)
    assert values(found, "EDI_DC40", "TEST") == [("X",)]
    assert values(found, "E1EDL24", "WERKS", "LGORT", "VRKME")[0] == ("DE01", "0002", "KGS")


def test_the_books_own_item_unit_and_site_are_written_where_they_are_known():
    known = RECEIVED.model_copy(
        update={
            "site_id": "DC1",
            "lines": (line(ReceiptLine, item_id="SKU-1", base_quantity=Decimal("6000"), base_unit="GRM"),),
        }
    )
    found = xml_fields(written(known, "WMMBXY", "xml"))
    assert values(found, "E1MBXYI", "MATNR", "WERKS", "ERFMG", "ERFME") == [("SKU-1", "DC1", "6000", "G")]


# --- properties ------------------------------------------------------------------

text = st.text(string.ascii_uppercase + string.digits + "-/&<äÖ", min_size=1, max_size=10).filter(
    lambda s: s.strip("0")
)
quantities = st.decimals(min_value="0.001", max_value="99999999", places=3)
items = st.builds(
    dict,
    item=st.builds(lambda code: {"SK": code}, text.filter(lambda s: not s.isdigit())),
    quantity=quantities,
    unit=st.sampled_from(["EA", "KGM", "XCT", "H87"]),
    lot=st.none() | text,
)
forms = st.sampled_from(FORMS)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(items, min_size=1, max_size=6), form=forms)
def test_a_shipment_that_is_written_is_read_back_the_same(rows, form):
    lines = [ShipmentLine(line=str(n * 10), **row) for n, row in enumerate(rows, start=1)]
    document = about(
        ShipmentConfirmed, lines, number="80001234", references={"so": "80001234"}, ship_to={"92": "9002"}
    )
    events = read(written(document, "DELVRY03", *form), encoding=form[1])
    assert problems(events) == []
    [again] = documents(events)
    assert plain(again) == plain(document)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(items, min_size=1, max_size=6), form=forms, message=st.sampled_from(["WMMBXY", "MBGMCR03"])
)
def test_changes_that_are_written_are_read_back_the_same(rows, form, message):
    lines = [
        AdjustmentLine(line=str(n), **(row | {"quantity": row["quantity"] * (-1) ** n}), reason="cycle_count")
        for n, row in enumerate(rows, start=1)
    ]
    document = about(
        InventoryAdjusted,
        lines,
        number="ABCDEFGH12345678",
        occurred_at=AT.replace(hour=0, minute=0, second=0),
    )
    events = read(written(document, message, *form), encoding=form[1])
    assert problems(events) == []
    [again] = documents(events)
    assert plain(again) == plain(document)


def plain(document):
    data = document.model_dump(mode="json", exclude_none=True)
    for one in data["lines"]:
        one.pop("source_unit", None)
        one.pop("source_reason", None)
    return data


def three(message, form, encoding, end):
    parts = [
        write(SHIPPED if message == "DELVRY03" else RECEIVED, agreed(message, form, encoding, end), number=n, at=AT, key=f"K{n}")
        for n in (1, 2, 3)
    ]  # fmt: skip
    if form == "flat":
        return b"".join(parts)
    cut = [part.decode(encoding) for part in parts]
    inside = "".join(one[one.index("<IDOC ") : one.index("</IDOC>") + len("</IDOC>")] for one in cut)
    return f'<?xml version="1.0" encoding="{encoding}"?><IDOCS>{inside}</IDOCS>'.encode(encoding)


@settings(max_examples=400, deadline=None)
@given(
    data=st.data(),
    form=forms,
    message=st.sampled_from(["DELVRY03", "WMMBXY", "MBGMCR03"]),
    trimmed=st.booleans(),
)
def test_any_byte_may_be_wrong_and_nothing_is_lost_without_a_word(data, form, message, trimmed):
    raw = bytearray(three(message, *form))
    if trimmed and form[0] == "flat" and form[2] == "lf":
        raw = bytearray(b"\n".join(one.rstrip() for one in raw.split(b"\n")))
    count = len([one for document in documents(read(bytes(raw), encoding=form[1])) for one in document.lines])
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    try:
        events = read(bytes(raw), encoding=form[1])
    except TransformError:
        return
    told = [line for document in documents(events) for line in document.lines]
    assert len(told) == count or problems(events)
    for problem in problems(events):
        if problem.fragment is not None:
            read(problem.fragment, encoding=form[1])
