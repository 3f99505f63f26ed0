"""Every row of the message maps, in both spellings."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.idocs import (
    SPELLINGS,
    delivery,
    documents,
    goods,
    item,
    material,
    mbgmcr,
    moved,
    order,
    posted,
    problems,
    read,
    seg,
    wmmbxy,
)
from transforms.formats.idoc.maps.postings import POSTINGS
from transforms.reading import Drafted

both = pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)


def one(events):
    assert problems(events) == []
    [document] = documents(events)
    return document


def many(events):
    assert problems(events) == []
    return documents(events)


@both
def test_an_order(spell):
    events = read(spell(*order(item("000010", VPREI="24.00", PEINH="10"), item("000020", menge="5.500"))))
    document = one(events)
    assert document.type == "crossdock.order.submitted.v1"
    assert (document.number, document.references, document.customer) == (
        "PO-77",
        {"document": "4500000077"},
        "sap",
    )
    assert (document.ship_to, document.requested_date, document.kind) == ({"92": "9002"}, "2026-11-15", "NB")
    assert document.occurred_at.isoformat() == "2026-11-01T00:00:00+00:00"
    first, second = document.lines
    assert (first.line, first.item, first.quantity) == ("10", {"BP": "4711", "EN": "9521234000013"}, 12)
    assert (first.unit, first.source_unit, first.price) == ("H87", "PCE", Decimal("2.4"))
    assert (second.line, second.quantity) == ("20", Decimal("5.5"))
    [draft] = [event for event in events if isinstance(event, Drafted)]
    assert draft.key == "idoc/SAPERP/ORDERS/0000000000004711"
    assert draft.position == "IDOC0000000000004711"
    assert draft.business_key == "idocbiz/sap/ORDERS/PO-77"


@both
def test_the_items_of_an_order_may_be_counted_and_scheduled(spell):
    scheduled = seg(
        "E1EDP01", seg("E1EDP20", WMENG="4.000", EDATU="20261110"), seg("E1EDP20", WMENG="3.000", EDATU="20261120"),
        seg("E1EDP19", QUALF="002", IDTNR="ABC-1"), POSEX="000030", MENEE="KG",
    )  # fmt: skip
    [_, line] = one(read(spell(*order(item(), scheduled, total="2")))).lines
    assert (line.quantity, line.item, line.unit) == (7, {"VN": "ABC-1"}, "KGM")
    [problem] = problems(read(spell(*order(item(), total="2"))))
    assert (problem.code, problem.location.field) == ("CTRL_TOTAL_MISMATCH", "SUMME")
    at_odds = seg(
        "E1EDP01",
        seg("E1EDP20", WMENG="4"),
        seg("E1EDP19", QUALF="002", IDTNR="A"),
        POSEX="1",
        MENGE="5",
        MENEE="EA",
    )
    [problem] = problems(read(spell(*order(at_odds))))
    assert problem.code == "CTRL_TOTAL_MISMATCH"


@both
@pytest.mark.parametrize(("message", "action"), [("ORDCHG", ""), ("ORDCHG", "004"), ("ORDERS", "005")])
def test_an_order_change_says_what_becomes_of_each_item(spell, message, action):
    actions = ["001", "002", "003", "004"]
    items = [item(f"{10 * n:06}", ACTION=code) for n, code in enumerate(actions, start=1)]
    document = one(read(spell(*order(*items, message=message, action=action))))
    assert document.type == "crossdock.order.changed.v1"
    assert [line.action for line in document.lines] == ["add", "replace", "delete", "none"]
    assert document.ordering_key == "order:sap:PO-77"


@both
def test_an_order_is_taken_back(spell):
    document = one(read(spell(*order(action="003"))))
    assert (document.type, document.number, document.lines) == ("crossdock.order.cancelled.v1", "PO-77", ())


@both
def test_an_unknown_action_is_refused(spell):
    for bad in (order(action="777"), order(item(ACTION="091"), message="ORDCHG")):
        [problem] = problems(read(spell(*bad)))
        assert (problem.code, problem.location.field) == ("DOC_UNSUPPORTED", "ACTION")


@both
def test_a_ship_notice(spell):
    order_of = seg("E1EDL41", QUALI="001", BSTNR="P-7001", POSEX="000010")
    pallet = seg(
        "E1EDL37", seg("E1EDL44", POSNR="000010", VEMNG="6", VEMEH="ST"), EXIDV="00095212340000000013"
    )
    line = goods("000010", "6.000", order_of, seg("E1EDL11", SERNR="S1"), CHARG="L1", KDMAT35="SKU-005",
                 EAN11="9521234000013", VFDAT="20270131")  # fmt: skip
    events = read(spell(*delivery(line, message="DESADV", below=(pallet,))))
    document = one(events)
    assert document.type == "crossdock.inbound.advised.v1"
    assert (document.number, document.supplier, document.site) == ("80001234", "sap", {"92": "9002"})
    assert (document.shipped_at, document.eta) == ("2026-11-02", "2026-11-04T07:00:00+00:00")
    assert (document.carrier, document.bill_of_lading, document.references) == (
        "DHL",
        "BOL-1",
        {"po": "P-7001"},
    )
    [line] = document.lines
    assert line.item == {"VN": "4711", "BP": "SKU-005", "EN": "9521234000013"}
    assert (line.po_number, line.po_line, line.sscc) == ("P-7001", "10", "095212340000000013")
    assert (line.lot, line.expiry, line.serials, line.unit) == ("L1", "2027-01-31", ("S1",), "H87")


@both
@pytest.mark.parametrize("message", ["SHPCON", "WHSCON"])
@pytest.mark.parametrize("idoc_type", ["DELVRY03", "DELVRY07"])
def test_a_shipment_is_confirmed(spell, message, idoc_type):
    document = one(read(spell(*delivery(goods(), message=message, IDOCTYP=idoc_type))))
    assert document.type == "crossdock.shipment.confirmed.v1"
    assert (document.number, document.references) == ("80001234", {"so": "80001234"})
    assert (document.site, document.ship_to, document.carrier) == ({"92": "1000"}, {"92": "9002"}, "DHL")
    assert document.occurred_at.isoformat() == "2026-11-02T10:15:00+00:00"
    [line] = document.lines
    assert (line.item, line.quantity, line.location) == ({"SK": "4711"}, 6, "0001")


@both
@pytest.mark.parametrize("message", ["DESADV", "WHSCON"])
def test_of_a_batch_split_the_sub_items_count_and_inherit(spell, message):
    order_of = seg("E1EDL41", QUALI="001", BSTNR="P-7001", POSEX="000010")
    parent = goods("000010", "0.000", order_of)
    subs = [
        seg(
            "E1EDL24",
            POSNR=f"90000{n}",
            HIPOS="000010",
            MATNR="4711",
            CHARG=f"L{n}",
            LFIMG=f"{n}.000",
            VRKME="ST",
        )
        for n in (1, 2)
    ]
    document = one(read(spell(*delivery(parent, *subs, message=message))))
    assert [(line.line, line.lot, line.quantity) for line in document.lines] == [
        ("900001", "L1", 1),
        ("900002", "L2", 2),
    ]
    if message == "DESADV":
        assert {line.po_number for line in document.lines} == {"P-7001"}
    else:
        assert (document.site, {line.location for line in document.lines}) == ({"92": "1000"}, {"0001"})
    doubled = goods("000010", "3.000", order_of)
    [problem] = problems(read(spell(*delivery(doubled, *subs, message=message))))
    assert (problem.code, problem.location.field) == ("VALUE_RANGE", "LFIMG")


@both
def test_a_confirmed_inbound_delivery_is_a_receipt_and_a_replenishment_a_transfer(spell):
    order_of = seg("E1EDL41", QUALI="001", BSTNR="P-7001", POSEX="000010")
    receipt = one(read(spell(*delivery(goods("000010", "6", order_of), kind="EL"))))
    assert receipt.type == "crossdock.receipt.confirmed.v1"
    assert receipt.references == {"asn": "80001234", "po": "P-7001"}
    assert receipt.lines[0].reference_line == "10"
    transfer = one(read(spell(*delivery(goods("000010", "6", order_of), kind="NL"))))
    assert (transfer.type, transfer.number) == ("crossdock.transfer.shipped.v1", "P-7001")
    assert (transfer.site, transfer.to_site) == ({"92": "1000"}, {"92": "9002"})
    [problem] = problems(read(spell(*delivery(goods(), kind="LR"))))
    assert (problem.code, problem.location.field) == ("DOC_UNSUPPORTED", "LFART")


@both
def test_items_of_two_sites_become_two_shipments(spell):
    events = read(spell(*delivery(goods("000010"), goods("000020", WERKS="2000"))))
    assert [document.site for document in many(events)] == [{"92": "1000"}, {"92": "2000"}]
    assert len({event.key for event in events if isinstance(event, Drafted)}) == 2


@both
def test_a_material(spell):
    below = (
        seg("E1MAKTM", SPRAS="D", MAKTX="Bohrer 6 mm", SPRAS_ISO="DE"),
        seg("E1MAKTM", SPRAS="E", MAKTX="Drill bit 6 mm", SPRAS_ISO="EN"),
        seg("E1MARCM", WERKS="1000", EISBE="25.000"),
        seg("E1MARMM", MEINH="KAR", UMREZ="12", UMREN="1", EAN11="9521234000013"),
        seg("E1MARMM", MEINH="KG", UMREZ="1000", UMREN="3"),
    )
    document = one(read(spell(*material(*below, XCHPF="X", MHDRZ="30", MHDHB="365", MTART="HAWA"))))
    assert (document.type, document.number) == ("crossdock.master.item.proposed.v1", "4711")
    assert document.ordering_key == "master:item:sap:4711"
    [told] = document.items
    assert (told.item, told.description, told.action, told.unit) == (
        {"SK": "4711"},
        "Drill bit 6 mm",
        "add",
        "H87",
    )
    assert (told.tracking, told.shelf_life_days, told.min_remaining_shelf_life_days) == ("lot", 365, 30)
    assert [(u.unit, u.numerator, u.denominator, u.gtin) for u in told.units] == [
        ("XCT", 12, 1, "9521234000013"), ("KGM", 1000, 3, None),
    ]  # fmt: skip
    assert [(plant.site, plant.safety_stock) for plant in told.plants] == [({"92": "1000"}, 25)]


@both
@pytest.mark.parametrize(
    ("fields", "action"),
    [({"MSGFN": "003"}, "delete"), ({"MSGFN": "004"}, "change"), ({"MSGFN": "005"}, "change"),
     ({"MSGFN": "009"}, "add"), ({"MSGFN": "009", "LVORM": "X"}, "delete")],
)  # fmt: skip
def test_what_a_message_does_to_a_material(spell, fields, action):
    assert one(read(spell(*material(**fields)))).items[0].action == action


@both
def test_a_factor_that_is_none_is_refused(spell):
    [problem] = problems(read(spell(*material(seg("E1MARMM", MEINH="KAR", UMREZ="0", UMREN="1")))))
    assert (problem.code, problem.location.field) == ("VALUE_RANGE", "UMREZ")


BACK = {"LFBNR": "5000000001"}
TO = {"UMWRK": "2000", "UMLGO": "0002"}
A, Q, B, R = "available", "quality_hold", "blocked", "return_pending"
ROWS = [
    (
        "101",
        {"EBELN": "4500000001", "EBELP": "00010"},
        [("receipt.confirmed", {"po": "4500000001"}, 6, None)],
    ),
    ("101", {"EBELN": "4500000001", "INSMK": "X"}, [("receipt.confirmed", {"po": "4500000001"}, 6, Q)]),
    ("101", {"EBELN": "4500000001", "INSMK": "S"}, [("receipt.confirmed", {"po": "4500000001"}, 6, B)]),
    ("101", {"AUFNR": "000001000001"}, [("receipt.confirmed", {"production_order": "1000001"}, 6, None)]),
    ("102", BACK, [("receipt.reversed", {}, 6, None)]),
    ("103", {}, [("receipt.confirmed", {}, 6, B)]),
    ("105", {}, [("inventory.status_changed", {}, 6, (B, A))]),
    ("122", BACK, [("receipt.reversed", {}, 6, None)]),
    ("501", {}, [("receipt.confirmed", {}, 6, None)]),
    ("502", BACK, [("receipt.reversed", {}, 6, None)]),
    ("201", {"KOSTL": "0000004100"}, [("inventory.adjusted", {"cost_center": "4100"}, -6, "consumption")]),
    ("202", BACK, [("inventory.adjusted", {"cancels": "5000000001"}, 6, "consumption")]),
    (
        "261",
        {"AUFNR": "1000001"},
        [("inventory.adjusted", {"production_order": "1000001"}, -6, "consumption")],
    ),
    ("262", BACK, [("inventory.adjusted", {"cancels": "5000000001"}, 6, "consumption")]),
    ("301", TO, [("transfer.shipped", {}, 6, "1000>2000"), ("transfer.received", {}, 6, "2000")]),
    ("302", {**TO, **BACK}, [("transfer.shipped", {}, 6, "2000>1000"), ("transfer.received", {}, 6, "1000")]),
    (
        "311",
        {"UMLGO": "0002"},
        [("transfer.shipped", {}, 6, "1000>1000"), ("transfer.received", {}, 6, "1000")],
    ),
    ("303", TO, [("transfer.shipped", {}, 6, "1000>2000")]),
    ("305", {}, [("transfer.received", {}, 6, "1000")]),
    ("641", {**TO, "EBELN": "4600000001"}, [("transfer.shipped", {}, 6, "1000>2000")]),
    ("321", {}, [("inventory.status_changed", {}, 6, (Q, A))]),
    ("322", {}, [("inventory.status_changed", {}, 6, (A, Q))]),
    ("343", {}, [("inventory.status_changed", {}, 6, (B, A))]),
    ("344", {}, [("inventory.status_changed", {}, 6, (A, B))]),
    ("453", {}, [("inventory.status_changed", {}, 6, (R, A))]),
    ("551", {}, [("inventory.adjusted", {}, -6, "scrap")]),
    ("552", BACK, [("inventory.adjusted", {"cancels": "5000000001"}, 6, "scrap")]),
    ("561", {}, [("inventory.adjusted", {}, 6, "other")]),
    ("601", {"VBELN": "0080001234"}, [("shipment.confirmed", {"so": "80001234"}, 6, None)]),
    ("602", BACK, [("shipment.voided", {}, 6, None)]),
    ("651", {"VBELN": "0060000001"}, [("receipt.confirmed", {"rma": "60000001"}, 6, R)]),
    ("653", {"VBELN": "0060000001"}, [("receipt.confirmed", {"rma": "60000001"}, 6, None)]),
    ("655", {"VBELN": "0060000001"}, [("receipt.confirmed", {"rma": "60000001"}, 6, Q)]),
    ("657", {"VBELN": "0060000001"}, [("receipt.confirmed", {"rma": "60000001"}, 6, B)]),
    ("701", {}, [("inventory.adjusted", {}, 6, "cycle_count")]),
    ("702", {}, [("inventory.adjusted", {}, -6, "cycle_count")]),
]


def told(document):
    """Type, references, quantity, and what is peculiar to the type."""
    [line] = document.lines
    kind = document.type.removeprefix("crossdock.").removesuffix(".v1")
    peculiar = {
        "receipt.confirmed": lambda: line.splits[0].stock_status if line.splits else None,
        "inventory.adjusted": lambda: line.reason,
        "inventory.status_changed": lambda: (line.from_status, line.to_status),
        "transfer.shipped": lambda: f"{document.site['92']}>{document.to_site.get('92')}",
        "transfer.received": lambda: document.site["92"],
    }.get(kind, lambda: None)()
    return kind, document.references, line.quantity, peculiar


@both
@pytest.mark.parametrize(
    ("movement", "fields", "want"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)]
)
def test_a_movement_by_its_type(spell, movement, fields, want):
    found = many(read(spell(*wmmbxy(moved(movement, **fields)))))
    assert [told(document) for document in found] == want


@both
def test_every_cancellation_needs_the_document_that_it_cancels(spell):
    for movement, posting in POSTINGS.items():
        events = read(spell(*wmmbxy(moved(movement, **TO))))
        if posting.cancels:
            [problem] = problems(events)
            assert (problem.code, problem.location.field) == ("SYN_ELEMENT", "LFBNR")
        else:
            assert many(events)


@both
def test_a_reversal_names_the_receipt_that_it_takes_back(spell):
    posted_as = seg("E1MBXYJ", MBLNR="5000000001", MJAHR="2026")
    receipt = one(read(spell(*wmmbxy(moved("101", "6", posted_as, EBELN="4500000001")))))
    back = one(read(spell(*wmmbxy(moved("102", "6", EBELN="4500000001", **BACK), number="X-2"))))
    assert receipt.number == back.number == "5000000001"
    assert receipt.ordering_key == back.ordering_key


@both
def test_the_two_halves_of_a_transfer_meet_under_one_number(spell):
    shipped = one(read(spell(*wmmbxy(moved("303", EBELN="4600000001", **TO)))))
    received = one(read(spell(*wmmbxy(moved("305", EBELN="4600000001", WERKS="2000"), number="X-2"))))
    assert shipped.number == received.number == "4600000001"


@both
def test_a_receipt_for_a_transfer_order_of_ours_is_a_transfers(spell):
    text = spell(*wmmbxy(moved("101", EBELN="4600000001")))
    assert one(read(text)).type == "crossdock.receipt.confirmed.v1"
    transfer = one(read(text, transfer_prefix="46"))
    assert (transfer.type, transfer.number) == ("crossdock.transfer.received.v1", "4600000001")
    [problem] = problems(read(spell(*wmmbxy(moved("101", EBELN="46", INSMK="X"))), transfer_prefix="46"))
    assert problem.code == "DOC_UNSUPPORTED"


@both
def test_a_site_may_be_a_storage_location(spell):
    text = spell(*wmmbxy(moved("701", LGORT="0001")))
    plain, own = one(read(text)), one(read(text, site="plant_and_storage"))
    assert (plain.site, plain.lines[0].location) == ({"92": "1000"}, "0001")
    assert (own.site, own.lines[0].location) == ({"92": "1000-0001"}, None)


@both
@pytest.mark.parametrize(
    ("code", "movement", "fields", "kind"),
    [
        ("01", "101", {"PO_NUMBER": "4500000001", "PO_ITEM": "00010"}, "receipt.confirmed"),
        ("02", "101", {"ORDERID": "1000001"}, "receipt.confirmed"),
        ("03", "261", {"ORDERID": "1000001"}, "inventory.adjusted"),
        ("03", "551", {}, "inventory.adjusted"),
        ("04", "321", {}, "inventory.status_changed"),
        ("05", "501", {}, "receipt.confirmed"),
        ("06", "102", {"REF_DOC": "5000000001"}, "receipt.reversed"),
        ("07", "201", {}, "inventory.adjusted"),
    ],
)
def test_a_goods_movement_by_its_code(spell, code, movement, fields, kind):
    document = one(read(spell(*mbgmcr(posted(movement, **fields), code=code))))
    assert document.type == f"crossdock.{kind}.v1"
    assert (document.site, document.lines[0].quantity, document.lines[0].unit) == (
        {"92": "1000"},
        document.lines[0].quantity,
        "H87",
    )


@both
def test_a_goods_movement_has_serial_numbers_and_an_iso_unit(spell):
    events = read(spell(*mbgmcr(posted(), posted("101", "1", ENTRY_UOM="XYZ", ENTRY_UOM_ISO="KGM"),
                                serials=[("0001", "S1"), ("0001", "S2")])))  # fmt: skip
    first, second = one(events).lines
    assert (first.serials, second.serials, second.unit) == (("S1", "S2"), (), "KGM")


@both
def test_a_movement_type_that_its_code_does_not_allow_is_refused(spell):
    for code, movement, fields in (("01", "551", {}), ("01", "102", {"REF_DOC": "5"}), ("03", "101", {})):
        [problem] = problems(read(spell(*mbgmcr(posted(movement, **fields), code=code))))
        assert (problem.code, problem.location.field) == ("SYN_ORDER", "MOVE_TYPE")
    [problem] = problems(read(spell(*mbgmcr(posted(), code="09"))))
    assert (problem.code, problem.location.field) == ("DOC_UNSUPPORTED", "GM_CODE")


@both
@pytest.mark.parametrize(
    ("given", "kept"),
    [("000000000000004711", "4711"), ("4711", "4711"), ("00000000000000000000000000000000SKU-0001", "00000000000000000000000000000000SKU-0001"),
     ("SKU-0001", "SKU-0001"), ("000000000000000000", "0")],
)  # fmt: skip
def test_a_material_number_loses_zeros_only_when_it_is_numeric(spell, given, kept):
    name = "MATNR_EXTERNAL" if len(given) > 18 else "MATNR"
    [line] = one(read(spell(*delivery(goods(**{name: given}))))).lines
    assert line.item == {"SK": kept}
    if name == "MATNR":
        assert one(read(spell(*delivery(goods(MATNR=given))), strip_zeros=False)).lines[0].item == {
            "SK": given
        }


@both
@pytest.mark.parametrize(
    ("text", "value"), [("6.000", "6.000"), ("6", "6"), (".5", "0.5"), ("0.000001", "0.000001")]
)
def test_a_quantity_has_a_dot(spell, text, value):
    assert one(read(spell(*wmmbxy(moved("701", text))))).lines[0].quantity == Decimal(value)


@both
@pytest.mark.parametrize(
    "text", ["6,0", "1.000,5", "1O", "1e3", "NaN", "1_000", "--6", "-6-", "+6", "12345678901234", "٣"]
)
def test_what_is_no_number_stops_its_line_and_no_other(spell, text):
    events = read(spell(*wmmbxy(moved("701", "1"), moved("701", text), moved("701", "3"))))
    [problem] = problems(events)
    assert (problem.code, problem.location.tag, problem.location.field, problem.location.segment) == (
        "VALUE_NOT_NUMERIC", "E1MBXYI", "ERFMG", 3,
    )  # fmt: skip
    [document] = documents(events)
    assert [line.quantity for line in document.lines] == [1, 3]
    [again] = problems(read(problem.fragment))
    assert (again.code, again.text) == (problem.code, problem.text)


@both
@pytest.mark.parametrize("text", ["6.000-", "-6.000"])
def test_a_minus_stands_before_or_behind(spell, text):
    [problem] = problems(read(spell(*wmmbxy(moved("701", text)))))
    assert (problem.code, problem.value) == ("VALUE_RANGE", "-6.000")
