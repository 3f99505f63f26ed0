"""What is written in X12 is read back as what it was, by us and by others; what X12 cannot say is refused."""

from __future__ import annotations

import io
import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.unit.x12.documents import (
    AT,
    CANCELLED,
    CASE,
    CONTROL,
    DOCUMENTS,
    PROFILE,
    SAMPLES,
    SSCC,
    common,
    segments,
    told_by_another,
)
from transforms.canonical.acknowledgements import DocumentAcknowledged
from transforms.canonical.inbound import InboundAdvised
from transforms.canonical.orders import FulfilmentRequested, ReservationConfirmed, ReservationRejected
from transforms.canonical.shipments import ShipmentConfirmed, TransferRequested
from transforms.errors import ElementInvalid, Problem, TooLong, UnitUnknown, Unsupported, Unwritable
from transforms.formats import x12
from transforms.formats.x12.writers import WRITERS, Control, Profile, write
from transforms.reading import Context, Drafted

NEWER = PROFILE.model_copy(update={"version": "005010"})


def written(kind, document=None, *, profile=PROFILE, control=CONTROL):
    return write(kind, document or DOCUMENTS[kind], profile=profile, control=control, at=AT)


def read(data, **options):
    context = Context("nb", "x", "partner", "file/x/1", AT, options={"acknowledge": "never", **options})
    return list(x12.read(io.BytesIO(data), context))


def again(data, **options):
    """The one document that was read."""
    events = read(data, **options)
    assert [one for one in events if isinstance(one, Problem)] == []
    [document] = [one.document for one in events if isinstance(one, Drafted)]
    return document


def body(data, tag):
    return [one[1:] for one in segments(data) if one[0] == tag]


def what(line, *fields):
    return [getattr(line, field) for field in ("item", "quantity", "unit", "lot", *fields)]


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.x12")), ids=lambda sample: sample.stem)
def test_a_document_becomes_the_sample_beside_it(sample):
    document = {**DOCUMENTS, "940-cancel": CANCELLED}[sample.stem]
    assert written(sample.stem.split("-")[0], document) == sample.read_bytes()


def test_every_set_that_is_written_has_a_sample():
    assert sorted(DOCUMENTS) == sorted(WRITERS)


@pytest.mark.parametrize("profile", [PROFILE, NEWER], ids=["004010", "005010"])
@pytest.mark.parametrize("kind", WRITERS)
def test_another_reader_finds_nothing_wrong_with_envelope_counts_and_numbers(kind, profile):
    data = written(kind, profile=profile)
    assert told_by_another(data) == []
    assert len(data.split(b"~")[0]) == 105


@pytest.mark.parametrize("kind", WRITERS)
def test_every_number_stands_in_header_and_trailer(kind):
    found = {one[0]: one for one in segments(written(kind))}
    assert (found["ISA"][13], found["IEA"][2]) == ("000004711", "000004711")
    if kind != "ta1":
        assert (found["GS"][6], found["GE"][2]) == ("812", "812")
        assert (found["ST"][2], found["SE"][2]) == ("9001", "9001")


def test_sets_of_one_interchange_are_numbered_on_and_begin_again_behind_the_highest():
    group = DOCUMENTS["997"].groups[0]
    document = DOCUMENTS["997"].model_copy(update={"groups": (group, group, group)})
    data = written("997", document, control=Control(1, 1, 999_999_998))
    assert [one[1] for one in body(data, "ST")] == ["999999998", "999999999", "0001"]
    assert body(data, "GE") == [["3", "1"]]


def test_an_availability_is_read_back():
    document = DOCUMENTS["846"]
    found = again(written("846"), **{"846.figure": "available"})
    assert (found.number, found.occurred_at, found.site) == (document.number, AT, document.site)
    assert [what(line) for line in found.lines] == [what(line) for line in document.lines]
    assert body(written("846"), "QTY")[1:3] == [["17", "15", "CA"], ["63", "40", "CA"]]
    assert body(written("846"), "DTM") == [["018", "20261109"]]


def test_a_ship_notice_is_read_back():
    document = DOCUMENTS["856"]
    found = again(written("856"))
    assert (found.number, found.carrier, found.bill_of_lading) == ("SHP-1", "ABFS", "BOL-1")
    assert found.packages == 1
    fields = ("expiry", "serials", "sscc", "quantity_ordered")
    assert [what(line, *fields) for line in found.lines] == [what(line, *fields) for line in document.lines]
    assert {line.po_number for line in found.lines} == {"4500-A"}


def test_a_ship_notice_needs_the_customers_order_and_something_shipped():
    whole = DOCUMENTS["856"]
    with pytest.raises(ElementInvalid, match="customer"):
        written("856", whole.model_copy(update={"references": {}}))
    nothing = tuple(line.model_copy(update={"quantity": Decimal(0)}) for line in whole.lines)
    with pytest.raises(ElementInvalid, match="nothing"):
        written("856", whole.model_copy(update={"lines": nothing}))


def test_a_ship_order_is_read_back():
    document = DOCUMENTS["940"]
    found = again(written("940"))
    same = (
        "number",
        "purpose",
        "site",
        "ship_to",
        "ship_to_address",
        "carrier",
        "ship_by",
        "ship_not_after",
        "note",
    )
    assert [getattr(found, name) for name in same] == [getattr(document, name) for name in same]
    assert found.references == document.references
    assert found.depositor == {"92": "NORTHBAY"}
    assert [what(line) for line in found.lines] == [what(line) for line in document.lines]


def test_a_ship_order_may_be_changed_and_cancelled():
    changed = DOCUMENTS["940"].model_copy(update={"purpose": "change"})
    assert again(written("940", changed)).purpose == "change"
    assert again(written("940", CANCELLED)).type == CANCELLED.type


def test_a_transfer_is_read_back():
    document = DOCUMENTS["943"]
    found = again(written("943"))
    assert (found.number, found.site, found.to_site, found.carrier) == (
        document.number, document.site, document.to_site, document.carrier,
    )  # fmt: skip
    assert {**found.references} == {**document.references, "transfer": "T-601"}
    assert [what(line, "to_status") for line in found.lines] == [
        what(line, "to_status") for line in document.lines
    ]


def test_a_warehouse_hears_of_requested_transfers_and_of_what_suppliers_send():
    asked = TransferRequested.model_validate(common("T-1", to_site={"92": "DC2"}, lines=[CASE]))
    assert again(written("943", asked)).number == "T-1"
    advised = InboundAdvised.model_validate(
        common("ASN-1", supplier="supa", references={"po": "P-7"}, bill_of_lading="B-1", lines=[CASE])
    )
    found = again(written("943", advised))
    assert (found.number, found.references["asn"], found.references["bol"]) == ("P-7", "ASN-1", "B-1")


@pytest.mark.parametrize("kind", ["997", "999"])
def test_an_answer_is_read_back_with_every_place(kind):
    [group] = DOCUMENTS[kind].groups
    found = again(written(kind))
    assert (found.kind, found.group_type, found.number, found.verdict) == (
        kind,
        "PO",
        "88",
        "partly_accepted",
    )
    assert [(part.control, part.verdict, part.codes) for part in found.parts] == [
        ("0001", "accepted", ()), ("0002", "rejected", ("5",)),
    ]  # fmt: skip
    [first, second] = found.parts[1].segments
    assert first.model_copy(update={"code": None}) == group.parts[1].segments[0]
    assert first.code == "8"
    assert second == group.parts[1].segments[1]


def test_the_context_of_a_fault_stands_in_a_999_only():
    [group] = DOCUMENTS["999"].groups
    wrong = group.parts[1].segments[0].model_copy(update={"context": {"PO101": "1"}})
    part = group.parts[1].model_copy(update={"segments": (wrong,)})
    document = DOCUMENTS["999"].model_copy(update={"groups": (group.model_copy(update={"parts": (part,)}),)})
    assert body(written("999", document), "CTX") == [["PO101>1"]]
    assert again(written("999", document)).parts[0].segments[0].context == {"PO101": "1"}
    assert body(written("997", document), "CTX") == []


def test_a_bad_value_that_cannot_be_said_is_left_out_of_its_copy():
    def copy(value):
        [group] = DOCUMENTS["997"].groups
        element = {"position": 2, "code": "6", "value": value}
        segment = {"tag": "PO1", "position": 7, "elements": [element]}
        part = {**group.parts[1].model_dump(), "segments": [segment]}
        changed = {**DOCUMENTS["997"].model_dump(), "groups": [{**group.model_dump(), "parts": [part]}]}
        return body(written("997", DocumentAcknowledged.model_validate(changed)), "AK4")

    assert copy("A*B") == copy("A~") == copy("A\0") == copy("Ω") == [["2", "", "6"]]
    assert copy("x" * 120) == [["2", "", "6", "x" * 99]]


def test_a_part_that_is_accepted_with_faults_says_so():
    [group] = DOCUMENTS["997"].groups
    part = group.parts[1].model_copy(update={"accepted": True, "codes": ()})
    changed = group.model_copy(update={"parts": (part,), "sets_accepted": 2})
    data = written("997", DOCUMENTS["997"].model_copy(update={"groups": (changed,)}))
    assert body(data, "AK5") == [["E", "5"]]
    assert body(data, "AK9") == [["E", "2", "2", "2"]]


@pytest.mark.parametrize(
    ("accepted", "codes", "verdict"),
    [(True, (), "accepted"), (True, ("021",), "accepted_with_errors"), (False, ("023",), "rejected")],
)
def test_a_ta1_is_read_back(accepted, codes, verdict):
    found = again(written("ta1", DOCUMENTS["ta1"].model_copy(update={"accepted": accepted, "codes": codes})))
    assert (found.number, found.level, found.verdict, found.codes) == (
        "000000304",
        "interchange",
        verdict,
        codes,
    )
    assert found.occurred_at == AT


def test_an_answer_goes_to_who_sent_and_keeps_its_test_mark():
    document = DOCUMENTS["997"].model_copy(update={"test": True})
    [isa] = body(written("997", document), "ISA")
    assert [isa[5].strip(), isa[7].strip(), isa[14]] == ["NORTHBAY", "PARTNER", "T"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"quantity_confirmed": "12"}, [["IA", "12", "CA"]]),
        ({"quantity_confirmed": "0", "quantity_backordered": "12"}, [["IB", "12", "CA"]]),
        ({"quantity_confirmed": "5", "quantity_backordered": "7"}, [["BP", "5", "CA"], ["IB", "7", "CA"]]),
        ({"quantity_confirmed": "5"}, [["IQ", "5", "CA"]]),
        ({"quantity_confirmed": "12", "reason": "rescheduled", "promise_date": "2026-11-09"},
         [["DR", "12", "CA", "067", "20261109"]]),
        ({"quantity_confirmed": "12", "reason": "substituted"}, [["IS", "12", "CA"]]),
        ({"quantity_confirmed": "0"}, [["IR", "0", "CA"]]),
        ({"quantity_confirmed": "0", "reason": "unknown_item"}, [["R2", "0", "CA"]]),
        ({"quantity_confirmed": "0", "reason": "invalid_unit"}, [["R3", "0", "CA"]]),
    ],
)  # fmt: skip
def test_each_promise_has_its_code(line, told):
    fields = common("4500-A", customer="acme", order_date="2026-11-02", lines=[{**CASE, **line}])
    data = written("855", ReservationConfirmed.model_validate(fields))
    assert body(data, "ACK") == told
    assert body(data, "BAK") == [["00", "AD" if told[0][0] == "IA" else "AC", "4500-A", "20261102"]]


def test_an_order_of_which_nothing_is_promised_is_rejected_whole():
    line = {**CASE, "quantity_confirmed": "0"}
    fields = common("4500-A", customer="acme", order_date="2026-11-02", lines=[line])
    assert body(written("855", ReservationRejected.model_validate(fields)), "BAK")[0][1] == "RD"


def shipment(**line):
    return ShipmentConfirmed.model_validate(
        common("SHP-1", references={"customer_po": "4500-A"}, lines=[{**CASE, "sscc": SSCC, **line}])
    )


@pytest.mark.parametrize("value", ["A*1", "A~1", "A>1", "A\n1", "A\0", "Ω"])
def test_a_value_that_x12_cannot_carry_is_refused_by_name(value):
    with pytest.raises(Unwritable) as refused:
        written("856", shipment(item={"SK": value}))
    assert refused.value.value == value
    assert (refused.value.location.tag, refused.value.location.element) == ("LIN", 3)


def test_other_delimiters_by_profile_let_it_through():
    profile = PROFILE.model_copy(update={"element": "|", "component": "}", "terminator": "\x1e"})
    data = written("856", shipment(item={"SK": "A*1~2>3"}), profile=profile)
    assert again(data).lines[0].item == {"SK": "A*1~2>3"}
    assert told_by_another(data) == []


def test_the_repetition_mark_is_data_until_it_has_a_meaning():
    assert again(written("856", shipment(item={"SK": "A^1"}))).lines[0].item == {"SK": "A^1"}
    with pytest.raises(Unwritable):
        written("856", shipment(item={"SK": "A^1"}), profile=NEWER)


def test_lengths_are_those_of_the_version():
    long = shipment(item={"SK": "x" * 49})
    with pytest.raises(TooLong, match="may have 48") as refused:
        written("856", long)
    assert refused.value.value == "x" * 49
    assert again(written("856", long, profile=NEWER)).lines[0].item == {"SK": "x" * 49}
    with pytest.raises(TooLong, match="may have 80"):
        written("856", shipment(item={"SK": "x" * 81}), profile=NEWER)


def test_a_number_is_counted_without_its_point():
    assert again(written("856", shipment(quantity="12345.67891")))
    with pytest.raises(TooLong, match="SN102"):
        written("856", shipment(quantity="123456789012"))


def test_an_id_of_the_envelope_that_is_too_long_is_refused():
    with pytest.raises(TooLong, match="ISA08"):
        written("856", shipment(), profile=PROFILE.model_copy(update={"receiver": "ZZ:SIXTEENLETTERSXX"}))


def test_units_go_back_in_the_partners_own_words():
    def unit(profile=PROFILE, **line):
        return body(written("856", shipment(**line), profile=profile), "SN1")[0][2]

    assert unit(unit="XPK") == "PK"
    assert unit(unit="XPK", source_unit="PH") == "PH"
    assert unit(unit="XPK", source_unit="CASE") == "PK"
    assert unit(PROFILE.model_copy(update={"units": {"XCS": "CS"}})) == "CS"
    with pytest.raises(UnitUnknown, match="units"):
        unit(unit="MMT")


def test_item_codes_and_sites_are_those_that_the_partner_wants():
    profile = PROFILE.model_copy(
        update={"items": ("EN", "SK"), "own_item": "SK", "sites": {"DC1": "91:WAREHOUSE-1"}}
    )
    document = FulfilmentRequested.model_validate(
        common(
            "SO-1",
            site_id="DC1",
            lines=[{**CASE, "item": {"VN": "V1", "EN": "9521234000013"}, "item_id": "OURS"}],
        )
    )
    data = written("940", document, profile=profile)
    assert body(data, "W01")[0][3:] == ["EN", "9521234000013", "SK", "OURS"]
    assert ["WH", "", "91", "WAREHOUSE-1"] in body(data, "N1")
    with pytest.raises(ElementInvalid, match="item codes"):
        written("940", document, profile=profile.model_copy(update={"items": ("UP",)}))


def test_what_is_not_for_a_set_and_a_profile_without_names_are_told():
    with pytest.raises(Unsupported, match="not written as 856"):
        written("856", CANCELLED)
    with pytest.raises(ElementInvalid, match="sender"):
        written("940", profile=Profile())


@pytest.mark.parametrize("marks", [{"element": ">"}, {"terminator": "A"}, {"component": "."}])
def test_delimiters_that_cannot_be_told_apart_are_refused(marks):
    with pytest.raises(ValidationError, match="delimiters"):
        Profile(**marks)


words = (
    st.text(string.ascii_letters + string.digits + " /-_.,#", min_size=1, max_size=20)
    .map(str.strip)
    .filter(bool)
)
lines = st.lists(
    st.fixed_dictionaries(
        {
            "item": st.dictionaries(st.sampled_from(["SK", "EN", "VN"]), words, min_size=1, max_size=2),
            "quantity": st.decimals(0, 999, places=3).filter(bool),
            "unit": st.sampled_from(["EA", "XCS", "KGM", "XPK"]),
            "lot": st.none() | words,
        }
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("kind", ["940", "943", "856"])
@given(
    lines=lines, number=words.filter(lambda one: len(one) > 1), version=st.sampled_from(["004010", "005010"])
)
def test_whatever_is_written_is_read_back_the_same(kind, lines, number, version):
    made = [{"line": str(ordinal), **line} for ordinal, line in enumerate(lines, start=1)]
    model = type(DOCUMENTS[kind])
    document = model.model_validate({**DOCUMENTS[kind].model_dump(), "number": number, "lines": made})
    data = written(kind, document, profile=PROFILE.model_copy(update={"version": version}))
    assert told_by_another(data) == []
    found = again(data, totals="warn")
    assert found.number == number
    assert [what(line) for line in found.lines] == [what(line) for line in document.lines]


def test_what_a_partners_checker_would_refuse_does_not_leave():
    with pytest.raises(ElementInvalid, match="BSN02 needs at least 2 characters") as refused:
        written("856", shipment().model_copy(update={"number": "7"}))
    assert (refused.value.location.tag, refused.value.location.element) == ("BSN", 2)
