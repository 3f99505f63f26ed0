"""Each rule of each inbound set, one by one: what a segment says is what the document says."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from transforms.errors import Problem
from transforms.formats import x12
from transforms.formats.x12.maps import GROUP_IDS
from transforms.reading import Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, tzinfo=UTC)
SSCC, OTHER_SSCC = "095212340000000013", "095212340000000020"


def events(kind, *body, version="004010", **options):
    head = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PARTNER':15}*ZZ*{'NORTHBAY':15}*261102*1400*U*00401*000000001*0*P*>~"
        f"GS*{GROUP_IDS[kind]}*P*N*20261102*1400*1*X*{version}~"
    )
    sets = "".join(f"{one}~" for one in (f"ST*{kind}*0001", *body, f"SE*{len(body) + 2}*0001"))
    context = Context(
        "nb", "x", "partner", "file/x/1", NOW, options={"acknowledge": "never", "structure": "off", **options}
    )
    return list(x12.read(io.BytesIO(f"{head}{sets}GE*1*1~IEA*1*000000001~".encode()), context))


def documents(kind, *body, **options):
    """Documents that count; nothing may be wrong."""
    found = events(kind, *body, **options)
    assert [one.text for one in found if isinstance(one, Problem)] == []
    return [one.document for one in found if isinstance(one, Drafted)]


def document(kind, *body, **options):
    [only] = documents(kind, *body, **options)
    return only


def refusal(kind, *body, **options):
    """Code and place of the one problem; nothing of the set counts."""
    found = events(kind, *body, **options)
    [problem] = [one for one in found if isinstance(one, Problem)]
    assert not problem.warning
    assert not any(one.accepted for one in found if isinstance(one, PartClosed))
    return problem.code, problem.location.tag


def warning(kind, *body, **options):
    """The one warning; the set counts all the same."""
    found = events(kind, *body, **options)
    [problem] = [one for one in found if isinstance(one, Problem)]
    assert problem.warning
    assert found[-1].accepted
    return problem.code, problem.location.tag


# -- 850


def order(*more, beg="BEG*00*SA*PO-1**20261102", lines=("PO1*1*10*EA***SK*A",)):
    return [beg, *more, *lines]


@pytest.mark.parametrize(
    ("purpose", "kind"),
    [
        ("00", "submitted"),
        ("05", "submitted"),
        ("06", "submitted"),
        ("15", "submitted"),
        ("04", "changed"),
        ("01", "cancelled"),
    ],
)
def test_the_purpose_of_an_order_decides_what_it_becomes(purpose, kind):
    assert (
        document("850", *order(beg=f"BEG*{purpose}*SA*PO-1**20261102")).type == f"crossdock.order.{kind}.v1"
    )


def test_a_copy_of_an_order_has_no_effect_and_an_unknown_purpose_is_refused():
    assert warning("850", *order(beg="BEG*07*SA*PO-1**20261102")) == ("DOC_UNSUPPORTED", "BEG")
    assert not [
        one for one in events("850", *order(beg="BEG*07*SA*PO-1**20261102")) if isinstance(one, Drafted)
    ]
    assert refusal("850", *order(beg="BEG*99*SA*PO-1**20261102")) == ("DOC_UNSUPPORTED", "BEG")


@pytest.mark.parametrize("kind", ["SA", "NE", "RO", "DS", "BK", "CN", "RL"])
def test_the_kind_of_an_order_is_kept(kind):
    assert document("850", *order(beg=f"BEG*00*{kind}*PO-1*R-1*20261102")).kind == kind


@pytest.mark.parametrize(
    ("code", "field"),
    [("002", "requested_date"), ("010", "requested_ship"), ("037", "not_before"), ("064", "not_before"),
     ("038", "not_after"), ("063", "not_after"), ("001", "cancel_after")],
)  # fmt: skip
def test_each_date_of_an_order_has_its_place(code, field):
    assert getattr(document("850", *order(f"DTM*{code}*20261105")), field) == "2026-11-05"


def test_the_parts_of_a_split_line_must_sum_to_it():
    line = "PO1*1*10*EA***SK*A"
    places = document("850", *order(lines=[line, "SDQ*EA*92*S1*4*S2*6"]))
    assert [(one.place, one.quantity, one.ordered_as) for one in places.lines] == [
        ({"92": "S1"}, 4, "1"), ({"92": "S2"}, 6, "1"),
    ]  # fmt: skip
    assert refusal("850", *order(lines=[line, "SDQ*EA*92*S1*4*S2*5"])) == ("SDQ_SUM_MISMATCH", "SDQ")
    assert refusal("850", *order(lines=[line, "SCH*4*EA***002*20261105"])) == ("SDQ_SUM_MISMATCH", "SCH")
    assert refusal("850", *order(lines=[line, "SDQ*CA*92*S1*10"])) == ("SYN_ELEMENT", "SDQ")
    both = order(lines=[line, "SDQ*EA*92*S1*10", "SCH*10*EA***002*20261105"])
    assert refusal("850", *both) == ("DOC_UNSUPPORTED", "SCH")


def test_a_split_line_counts_once_in_the_totals():
    lines = ["PO1*1*10*EA***SK*A", "SDQ*EA*92*S1*4*S2*6", "PO1*2*5*EA***SK*B"]
    assert len(document("850", *order(lines=lines), "CTT*2*15").lines) == 3
    assert warning("850", *order(lines=lines), "CTT*2*25") == ("CTRL_TOTAL_MISMATCH", "CTT")
    assert refusal("850", *order(lines=lines), "CTT*3*15") == ("CTRL_TOTAL_MISMATCH", "CTT")


def test_more_parts_than_a_document_has_lines_become_several_documents():
    parts = [
        f"SDQ*EA*92*{'*'.join(f'S{n}*1' for n in range(start, start + 10))}" for start in range(0, 700, 10)
    ]
    found = documents("850", *order(lines=["PO1*1*700*EA***SK*A", *parts]))
    assert [len(one.lines) for one in found] == [500, 200]
    assert len({line.line for one in found for line in one.lines}) == 700


def test_what_a_unit_holds_is_a_hint():
    [line] = document("850", *order(lines=["PO1*1*10*CA***SK*A", "PO4*12*1*EA***********3"])).lines
    assert (line.pack, line.inner_pack, line.quantity) == (12, 3, 10)


# -- 860


def change(*lines, bch="BCH*04*SA*PO-1**1*20261102****20261103"):
    return [bch, *lines]


@pytest.mark.parametrize(
    ("code", "action", "quantity"),
    [("AI", "add", 4), ("DI", "delete", 0), ("CF", "delete", 0), ("QD", "quantity", 4), ("QI", "quantity", 4),
     ("QC", "quantity", 4), ("RZ", "replace", 4), ("PC", "price", 4), ("RS", "reschedule", 4),
     ("CT", "reschedule", 4), ("NC", "none", 4)],
)  # fmt: skip
def test_each_change_of_a_line_says_what_is_now_ordered(code, action, quantity):
    [line] = document("860", *change(f"POC*7*{code}*4*2*EA*9.5**SK*A")).lines
    assert (line.line, line.action, line.quantity, line.quantity_left) == ("7", action, quantity, 2)


def test_a_change_knows_its_revision_and_its_day():
    found = document("860", *change("POC*7*QD*4*2*EA***SK*A"))
    assert (found.revision, found.occurred_at.isoformat()[:10]) == ("1", "2026-11-03")
    assert refusal("860", *change("POC*7*XX*4*2*EA***SK*A")) == ("DOC_UNSUPPORTED", "POC")
    assert refusal("860", *change("POC*7*QD**2*EA***SK*A")) == ("SYN_ELEMENT", "POC")


def test_two_changes_without_a_sequence_are_not_taken_for_copies():
    [drafted, _] = events("860", *change("POC*7*QD*4*2*EA***SK*A", bch="BCH*04*SA*PO-1***20261102"))
    assert drafted.business_key is None


# -- 856


def notice(*items, before=(), td1=()):
    return [
        "BSN*00*A-1*20261102*0830*0001", "HL*1**S", "N1*ST*DC1*92*DC1", *td1, "HL*2*1*O", "PRF*P-1", *before, *items,
    ]  # fmt: skip


ITEM = ("HL*3*2*I", "LIN*1*SK*A", "SN1**5*EA*20*8*EA**AC")


def test_an_item_says_how_it_stands_with_its_order():
    [line] = document("856", *notice(*ITEM)).lines
    assert (line.quantity, line.quantity_to_date, line.quantity_ordered, line.status) == (5, 20, 8, "AC")


def test_packages_and_weight_belong_to_the_shipment():
    found = document("856", *notice(*ITEM, td1=["TD1*PLT*2****G*412.5*KG", "REF*CN*PRO-1", "REF*2I*T-2"]))
    assert (found.packages, found.weight, found.weight_unit) == (2, Decimal("412.5"), "KGM")
    assert found.tracking == ("PRO-1", "T-2")


@pytest.mark.parametrize(
    ("code", "field"),
    [("036", "expiry"), ("208", "expiry"), ("511", "expiry"), ("405", "production_date")],
)
def test_each_date_of_an_item_has_its_place(code, field):
    [line] = document("856", *notice(*ITEM, f"DTM*{code}*20280630")).lines
    assert getattr(line, field) == "2028-06-30"


def test_there_is_one_shipment_and_an_sscc_stands_once():
    without = ["BSN*00*A-1*20261102*0830", "HL*2**O", "PRF*P-1", *ITEM]
    assert refusal("856", *without)[0] == "SYN_ORDER"
    twice = ["HL*8*2*T", f"MAN*GM*00{SSCC}", "HL*9*2*T", f"MAN*AA*{SSCC}"]
    assert refusal("856", *notice(*ITEM, before=twice))[0] == "SYN_ORDER"
    apart = ["HL*8*2*T", f"MAN*GM*00{SSCC}", "HL*9*2*T", f"MAN*AA*{OTHER_SSCC}"]
    assert document("856", *notice(*ITEM, before=apart))


def test_components_stand_in_place_of_a_kit_only_where_the_profile_says_so():
    body = [*notice(*ITEM), "SLN*1**I*2*EA****SK*B", "SLN*2**I*1*EA****SK*C", "CTT*3*5"]
    assert [line.item for line in document("856", *body).lines] == [{"SK": "A"}]
    found = document("856", *body, **{"856.kits": True})
    assert [(line.item, line.quantity, line.component_of) for line in found.lines] == [
        ({"SK": "B"}, 10, "1"), ({"SK": "C"}, 5, "1"),
    ]  # fmt: skip
    nested = [*notice(*ITEM), "SLN*1*9*I*2*EA****SK*B"]
    assert refusal("856", *nested, **{"856.kits": True}) == ("DOC_UNSUPPORTED", "SLN")


# -- 846


def stock(*item):
    return ["BIA*00*DD*I-1*20261102", "N1*WH*DC1*92*DC1", "LIN*1*SK*A", *item]


def test_a_split_by_place_takes_the_place_of_the_figure_that_it_splits():
    found = documents("846", *stock("QTY*17*10*EA", "SDQ*EA*92*DC1*4*DC2*6"))
    assert [(one.site, [line.quantity for line in one.lines]) for one in found] == [
        ({"92": "DC1"}, [4]), ({"92": "DC2"}, [6]),
    ]  # fmt: skip


def test_an_item_may_be_elsewhere_have_a_time_of_its_own_and_a_lead_time():
    found = document(
        "846", *stock("DTM*090*20261101*0600", "QTY*17*10*EA", "LDT*AF*2*WK", "N1*WH*DC9*92*DC9")
    )
    [line] = found.lines
    assert (found.site, line.as_of, line.lead_time) == ({"92": "DC9"}, "2026-11-01T06:00:00Z", "P14D")


def test_a_zero_is_told_where_it_means_something():
    assert documents("846", *stock("QTY*17*0*EA")) == []
    assert document("846", *stock("QTY*17*0*EA"), qty_zero_line="meaningful").lines[0].quantity == 0
    assert document("846", *stock("QTY*17*0*EA", "QTY*27*3*EA")).lines[0].committed == 3


def test_a_report_may_be_advice_only():
    assert not document("846", *stock("QTY*33*10*EA")).advice
    assert document("846", *stock("QTY*33*10*EA"), **{"846.kind": "advice"}).advice


# -- 852


def activity(*figures, head=("XQ*H*20261026*20261101", "N1*ST*STORE 1*92*S1")):
    return [*head, "LIN*1*SK*A", *figures]


def test_what_a_store_sold_and_has_become_two_documents():
    sold, left = documents(
        "852",
        *activity(
            "ZA*QS*9*EA",
            "ZA*QU*2*EA",
            "ZA*OH*40*EA",
            "ZA*QA*33*EA",
            "ZA*HL*3*EA",
            "ZA*DG*1*EA",
            "ZA*QC*5*EA",
            "ZA*QP*12*EA",
            "ZA*QI*6*EA",
        ),
    )
    [line] = sold.lines
    assert (sold.store, sold.mode, line.quantity, line.quantity_sold, line.quantity_returned) == (
        {"92": "S1"},
        "info",
        7,
        9,
        2,
    )
    assert (sold.period_from, sold.period_to) == ("2026-10-26", "2026-11-01")
    [line] = left.lines
    assert (line.quantity, line.committed, line.on_order, line.in_transit) == (40, 5, 12, 6)
    assert {str(status): quantity for status, quantity in line.by_status.items()} == {
        "available": 33, "quality_hold": 3, "damaged": 1,
    }  # fmt: skip


def test_net_sales_are_taken_as_they_are():
    [sold] = documents("852", *activity("ZA*Q1*7*EA", "ZA*QU*2*EA"))
    assert sold.lines[0].quantity == 7


def test_stores_that_are_ours_are_sites():
    [sold] = documents("852", *activity("ZA*QS*9*EA"), **{"852.mode": "movement"})
    assert (sold.site, sold.store, sold.mode) == ({"92": "S1"}, {}, "movement")


def test_opening_and_changes_must_give_the_closing_balance():
    def report(closing):
        return activity("ZA*QB*100*EA", "ZA*QR*20*EA", "ZA*QS*35*EA", "ZA*QT*-5*EA", f"ZA*QE*{closing}*EA")

    assert len(documents("852", *report(80))) == 2
    assert warning("852", *report(81)) == ("BALANCE_EQUATION", "LIN")


def test_a_figure_may_stand_in_qty_and_of_several_the_first_counts():
    [sold] = documents("852", *activity("ZA*QS", "QTY*32*9*EA", "QTY*33*4*EA"), version="005010")
    assert sold.lines[0].quantity == 9
    assert refusal("852", *activity("ZA*QS")) == ("SYN_SEGMENT", "ZA")
    assert refusal("852", *activity("PID*F****NO FIGURE")) == ("SYN_SEGMENT", "LIN")


def test_a_figure_that_tells_neither_sales_nor_stock_is_told():
    assert warning("852", *activity("ZA*QR*9*EA")) == ("DOC_UNSUPPORTED", "LIN")


# -- 832 and 888


def test_a_catalogue_proposes_and_has_no_prices():
    found = document(
        "832",
        "BCT*SC*C-1*1*******04",
        "LIN*1*VN*A",
        "PID*F****BOLT",
        "PO4*100*1*EA",
        "CTP**RES*0.12",
        "CTT*1",
    )
    [item] = found.items
    assert (item.action, item.description, item.pack, item.unit) == ("change", "BOLT", 100, "EA")
    assert "price" not in type(item).model_fields


@pytest.mark.parametrize(("code", "action"), [("001", "change"), ("002", "delete"), ("021", "add")])
def test_items_are_added_changed_and_withdrawn(code, action):
    found = document(
        "888", "BGN*00*IM-1*20261102", "G62*07*20261201", f"G53*{code}", "LX*1", "G39**VN*A", version="005010"
    )
    assert [(item.action, item.effective_from) for item in found.items] == [(action, "2026-12-01")]


# -- 940 and 943


@pytest.mark.parametrize(
    ("status", "kind", "purpose"),
    [("N", "requested", "original"), ("R", "requested", "change"), ("F", "cancel_requested", None)],
)
def test_the_status_of_a_ship_order_decides_what_it_becomes(status, kind, purpose):
    found = document(
        "940", f"W05*{status}*SO-1", "N1*WH*DC1*92*DC1", "N1*ST*X*92*X", "LX*1", "W01*5*EA**SK*A"
    )
    assert found.type == f"crossdock.fulfilment.{kind}.v1"
    assert getattr(found, "purpose", None) == purpose
    assert found.site == {"92": "DC1"}


def test_a_ship_order_stands_or_falls_as_a_whole():
    lines = ["LX*1", "W01*5*EA**SK*A", "LX*2", "W01*1O*EA**SK*B"]
    assert refusal("940", "W05*N*SO-1", "N1*WH*DC1*92*DC1", *lines) == ("VALUE_NOT_NUMERIC", "W01")
    assert refusal("940", "W05*N*SO-1", "N1*WH*DC1*92*DC1", *lines[:2], "W76*6") == (
        "CTRL_TOTAL_MISMATCH",
        "W76",
    )


@pytest.mark.parametrize(("code", "status"), [("01", "quality_hold"), ("02", None), ("03", None), ("", None)])
def test_goods_may_travel_on_hold(code, status):
    found = document(
        "943",
        "W06*F*T-1*20261102*S-1",
        "N1*SF*DC1*92*DC1",
        "N1*WH*DC2*92*DC2",
        f"W04*5*EA**SK*A********{code}",
        "W03*5",
    )
    assert (found.site, found.to_site, found.lines[0].to_status) == ({"92": "DC1"}, {"92": "DC2"}, status)


# -- 180


@pytest.mark.parametrize(
    ("code", "authorised", "disposition"),
    [
        ("RA", True, "return"),
        ("RN", False, "return"),
        ("DI", True, "scrap"),
        ("SC", True, "donate"),
        ("RD", False, "reject"),
    ],
)
def test_what_is_to_become_of_returned_goods(code, authorised, disposition):
    found = document("180", "BGN*00*RQ-1*20261102", f"RDR*{code}*WG", "N9*RZ*RMA-1", "BLI*SK*A*2*EA")
    assert (found.number, found.authorised, found.lines[0].disposition) == ("RMA-1", authorised, disposition)


@pytest.mark.parametrize(
    ("code", "reason"),
    [("DM", "defective"), ("DT", "damaged_in_transit"), ("WG", "wrong_goods"), ("EI", "excess"), ("PR", "recall"),
     ("BC", "expired"), ("XX", "other")],
)  # fmt: skip
def test_why_goods_come_back(code, reason):
    [line] = document(
        "180", "BGN*00*RQ-1*20261102", "RDR*RA", "BLI*SK*A", "QTY*01*2*EA", f"RDR*RA*{code}"
    ).lines
    assert (line.reason, line.source_reason, line.quantity) == (reason, code, 2)


# -- 944


def receipt(*lines, kind="F", order="P-1", n9=()):
    return [f"W17*{kind}*20261102*WR-1*{order}", "N1*WH*DC2*92*DC2", *n9, *lines]


def test_a_customers_return_comes_in_and_is_taken_back_as_one():
    taken, back = documents("944", *receipt("W07*5*EA**SK*A", "W07*2*EA**SK*A****2", kind="C", order="RMA-1"))
    assert (taken.type, back.type) == ("crossdock.return.received.v1", "crossdock.return.reversed.v1")
    assert taken.ordering_key == back.ordering_key == "rma:RMA-1"


def test_a_transfer_that_is_partly_damaged_keeps_the_damage():
    found = document("944", *receipt("W07*5*EA**SK*A", "W13*2*EA*01**CR", order="T-9"))
    assert found.type == "crossdock.transfer.received.v1"
    [split] = found.lines[0].splits
    assert (split.stock_status, split.quantity, split.condition) == ("damaged", 2, "CR")


@pytest.mark.parametrize(
    ("code", "status"),
    [("01", "damaged"), ("04", "quality_hold"), ("05", "blocked"), ("08", "blocked"), ("09", "quality_hold")],
)
@pytest.mark.parametrize(("mode", "quantity"), [("within_w07", 5), ("additional", 7)])
def test_each_exception_has_its_condition(code, status, mode, quantity):
    [line] = document(
        "944", *receipt("W07*5*EA**SK*A", f"W13*2*EA*{code}**CR"), **{"944.w13_mode": mode}
    ).lines
    assert (line.quantity, line.splits[0].stock_status, line.splits[0].quantity) == (quantity, status, 2)


@pytest.mark.parametrize("code", ["07", "13", "14", "16"])
def test_some_exceptions_leave_goods_as_they_are(code):
    [line] = document("944", *receipt("W07*5*EA**SK*A", f"W13*2*EA*{code}")).lines
    assert (line.quantity, line.splits) == (5, ())


def test_what_was_scrapped_is_not_stock():
    body = receipt("W07*5*EA**SK*A", "W13*2*EA*10", "W14*5")
    [line] = document("944", *body).lines
    assert (line.quantity, line.scrapped) == (3, 2)
    assert document("944", *body, **{"944.w13_mode": "additional"}).lines[0].quantity == 5


def test_short_and_over_compare_only_unless_the_profile_says_otherwise():
    body = receipt("W07*5*EA**SK*A", "W13*2*EA*02", "W07*5*EA**SK*B", "W13*1*EA*03")
    assert [(line.quantity, line.short, line.over) for line in document("944", *body).lines] == [
        (5, 2, None),
        (5, None, 1),
    ]
    found = document("944", *body, **{"944.short_codes_informative": False})
    assert [line.quantity for line in found.lines] == [3, 6]


def test_damage_without_its_kind_is_told():
    assert warning("944", *receipt("W07*5*EA**SK*A", "W13*2*EA*01")) == ("SYN_ELEMENT", "W13")


def test_a_report_of_exceptions_stands_for_the_rest_where_the_profile_says_so():
    assert not document("944", *receipt("W07*5*EA**SK*A", kind="X")).rest_as_advised
    assert document(
        "944", *receipt("W07*5*EA**SK*A", kind="X"), **{"944.exceptions_only": True}
    ).rest_as_advised
    assert refusal("944", *receipt(kind="N"))[0] == "SYN_SEGMENT"
    found = document("944", *receipt(kind="N"), **{"944.exceptions_only": True})
    assert (found.rest_as_advised, found.lines) == (True, ())


def test_the_warehouses_own_lot_is_the_lot_only_by_profile():
    body = receipt("W07*5*EA**SK*A***WL-1")
    [line] = document("944", *body).lines
    assert (line.lot, line.warehouse_lot) == (None, "WL-1")
    assert document("944", *body, **{"944.warehouse_lot": True}).lines[0].lot == "WL-1"
    told = receipt("W07*5*EA**SK*A***WL-1", "N9*LT*L-1")
    assert document("944", *told, **{"944.warehouse_lot": True}).lines[0].lot == "L-1"


def test_other_numbers_may_stand_in_n9():
    found = document(
        "944", *receipt("W07*5*EA**SK*A", order="", n9=["N9*PO*P-2", "N9*SI*ASN-2", "N9*RZ*RMA-2"])
    )
    assert found.references == {"po": "P-2", "asn": "ASN-2", "rma": "RMA-2"}


# -- 945


def shipped(*lines, **options):
    return document("945", "W06*F*SO-1*20261102*S-1", "N1*WH*DC2*92*DC2", *lines, **options)


@pytest.mark.parametrize(
    ("status", "mode", "backordered"),
    [("CP", "derive", 10), ("BP", "derive", 10), ("CP", "status_code", None), ("BP", "status_code", 10),
     ("BO", "status_code", 10), ("CU", "status_code", None)],
)  # fmt: skip
def test_what_is_still_to_come_follows_the_numbers_or_the_status(status, mode, backordered):
    [line] = shipped("LX*1", f"W12*{status}*40*30*10*EA**SK*A", **{"945.partial": mode}).lines
    assert (line.quantity_short, line.quantity_backordered) == (10, backordered)


@pytest.mark.parametrize("told", ["10", "-10"])
def test_the_difference_may_have_either_sign(told):
    assert shipped("LX*1", f"W12*BP*40*30*{told}*EA**SK*A")


def test_a_wrong_difference_is_told():
    body = ["W06*F*SO-1*20261102*S-1", "N1*WH*DC2*92*DC2", "LX*1", "W12*BP*40*30*9*EA**SK*A"]
    assert warning("945", *body) == ("CTRL_TOTAL_MISMATCH", "W12")


def test_weight_reason_and_marks_are_kept():
    [line] = shipped(
        "LX*1", f"MAN*GM*00{SSCC}", "MAN*CP*1Z9", "W12*BP*40*30*10*EA**SK*A**12.5*G*K*******OS"
    ).lines
    assert (line.weight, line.weight_unit, line.source_reason) == (Decimal("12.5"), "KGM", "OS")
    assert (line.sscc, line.tracking) == (SSCC, "1Z9")


def test_a_carton_number_that_is_an_sscc_is_one():
    [line] = shipped("LX*1", f"MAN*CP*{SSCC}", "W12*CC*4*4*0*EA**SK*A").lines
    assert (line.sscc, line.tracking) == (SSCC, None)


# -- 947


def adjusted(*lines, n9=()):
    return ["W15*20261102*ADJ-1", "N1*WH*DC2*92*DC2", *n9, *lines]


@pytest.mark.parametrize(
    "code", ["06", "56", "AA", "51", "AB", "AE", "BA", "AH", "AI", "CD", "CS", "BD", "UD", "AX"]
)
def test_a_change_of_quantity_keeps_its_sign(code):
    [line] = document("947", *adjusted(f"W19*{code}*-3*EA**SK*A")).lines
    assert (line.quantity, line.source_reason) == (-3, code)


def test_scrap_is_scrap():
    assert document("947", *adjusted("W19*07*-3*EA**SK*A")).lines[0].reason == "scrap"


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [("05", "available", "quality_hold"), ("55", "quality_hold", "available"), ("08", "available", "quality_hold"),
     ("88", "quality_hold", "available"), ("AU", "available", "damaged"), ("AV", "available", "damaged"),
     ("52", "damaged", "available"), ("AS", "damaged", "available"), ("AW", "available", "recalled")],
)  # fmt: skip
def test_a_change_of_condition_leaves_the_quantity(code, before, after):
    [line] = document("947", *adjusted(f"W19*{code}*3*EA**SK*A")).lines
    assert (line.from_status, line.to_status, line.quantity) == (before, after, 3)


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [("SA", "quality_hold", "available"), ("QU", "available", "blocked"), ("QI", "available", "quality_hold"),
     ("DM", "available", "damaged"), ("RE", "available", "return_pending")],
)  # fmt: skip
@pytest.mark.parametrize("code", ["AC", "BR", "BS"])
def test_where_the_code_leaves_it_open_the_kind_says_the_condition(code, kind, before, after):
    [line] = document("947", *adjusted(f"W19*{code}*3*EA**SK*A**********{kind}")).lines
    assert (line.from_status, line.to_status) == (before, after)
    assert refusal("947", *adjusted(f"W19*{code}*3*EA**SK*A")) == ("SYN_ELEMENT", "W19")


@pytest.mark.parametrize("code", ["03", "04", "53", "54", "AR", "AY"])
def test_a_correction_must_name_what_it_corrects(code):
    assert refusal("947", *adjusted(f"W19*{code}*-3*EA**SK*A")) == ("CORRECTION_WITHOUT_REF", "W19")
    for found in (
        document("947", *adjusted(f"W19*{code}*-3*EA**SK*A", "N9*SI*S-1")),
        document("947", *adjusted(f"W19*{code}*-3*EA**SK*A", n9=["N9*PO*P-1"])),
    ):
        assert found.lines[0].reason == "correction"


@pytest.mark.parametrize("code", ["AK", "CR", "CO", "AG"])
def test_what_belongs_to_another_flow_needs_a_document_of_its_own(code):
    assert refusal("947", *adjusted(f"W19*{code}*3*EA**SK*A")) == ("NEEDS_DOCUMENT", "W19")


def test_what_is_promised_to_a_customer_changes_no_stock():
    body = adjusted("W19*PC*3*EA**SK*A", "W19*51*1*EA**SK*B")
    assert warning("947", *body) == ("DOC_UNSUPPORTED", "W19")
    [only] = [one.document for one in events("947", *body) if isinstance(one, Drafted)]
    assert [line.item for line in only.lines] == [{"SK": "B"}]


def test_of_paired_lines_the_one_that_takes_away_is_let_go():
    body = adjusted("W19*05*-3*EA**SK*A", "W19*05*3*EA**SK*A")
    [line] = document("947", *body, **{"947.status_moves": "paired_lines"}).lines
    assert (line.quantity, line.to_status) == (3, "quality_hold")


# -- answers


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("A", "accepted"), ("E", "accepted_with_errors"), ("P", "partly_accepted"), ("R", "rejected")],
)
def test_the_verdict_on_a_group_of_ours(code, verdict):
    found = document("997", "AK1*PR*88", f"AK9*{code}*1*1*1")
    assert (found.number, found.group_type, found.verdict, found.source_verdict) == (
        "88",
        "PR",
        verdict,
        code,
    )


def test_an_answer_that_makes_no_sense_is_refused():
    assert refusal("997", "AK1*PR*88", "AK9*Z*1*1*1") == ("SYN_ELEMENT", "AK9")
    assert refusal("997", "AK1*PR*88")[0] == "SYN_SEGMENT"
    assert refusal("997", "AK1*PR*88", "AK5*A", "AK9*A*1*1*1") == ("SYN_SEGMENT", "AK5")


def test_a_set_that_the_answer_gives_no_verdict_on_was_received():
    assert document("997", "AK1*PR*88", "AK2*855*0001", "AK9*A*1*1*1").parts[0].verdict == "received"


# -- what holds for all


def test_codes_that_are_believed_first_stand_first():
    body = receipt("W07*5*EA**SK*A*EN*9521234000013")
    assert list(document("944", *body).lines[0].item) == ["SK", "EN"]
    assert list(document("944", *body, **{"x12.item_id_order": ["EN", "UP"]}).lines[0].item) == ["EN", "SK"]
