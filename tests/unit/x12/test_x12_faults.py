"""What is wrong is said with its place and cut out so that it reads by itself; what is right goes on."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from transforms.edi.options import OptionsInvalid
from transforms.edi.translate import MAX_BAD
from transforms.errors import Problem, Unreadable
from transforms.formats import x12
from transforms.formats.x12.writers import Control, Profile, write
from transforms.reading import MAX_LINES, Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def isa(control="000000001", usage="P", sender="THREEPL", version="00401", repetition="U"):
    return (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{sender:15}*ZZ*{'NORTHBAY':15}*261102*1400*{repetition}*{version}*{control}"
        f"*0*{usage}*>~"
    )


def receipt(*lines, control="0001", number="WR-1", count=None, total=None, order="P-1", report="F"):
    body = [
        f"ST*944*{control}",
        f"W17*{report}*20261102*{number}*{order}",
        "N1*WH*DC2*UL*9521234009023",
        *lines,
    ]
    if total is not None:
        body.append(f"W14*{total}")
    return "".join(f"{one}~" for one in [*body, f"SE*{count or len(body) + 1}*{control}"])


def w07(quantity=30, unit="EA", item="SKU-1", rest=""):
    return f"W07*{quantity}*{unit}**SK*{item}{rest}"


def interchange(*sets, control="000000001", group="1", ge=None, iea=None, gs="RE", **head):
    ge = ge or f"GE*{len(sets)}*{group}"
    iea = iea or f"IEA*1*{control}"
    return (
        isa(control, **head) + f"GS*{gs}*T*N*20261102*1400*{group}*X*004010~" + "".join(sets) + f"{ge}~{iea}~"
    )


def read(text, *, key="file/x/1", alias=None, **options):
    """Without looking for structural faults, of which the small sets here are full; those have their own tests."""
    options = {"structure": "off"} | options
    data = text if isinstance(text, bytes) else text.encode("latin-1")
    context = Context("nb", "x", "threepl", key, NOW, options=options, unit_alias=alias or {})
    return list(x12.read(io.BytesIO(data), context))


def problems(events):
    return [event for event in events if isinstance(event, Problem)]


def taken(events):
    """Numbers of the documents that count, without the acknowledgement."""
    accepted = {event.part for event in events if isinstance(event, PartClosed) and event.accepted}
    return [
        event.document.number
        for event in events
        if isinstance(event, Drafted) and event.part in accepted and not event.part.startswith("ack:")
    ]


def answered(events):
    """Set control → accepted and codes, as the acknowledgement says."""
    [answer] = [e.document for e in events if isinstance(e, Drafted) and e.part.startswith("ack:")]
    return {part.control: (part.accepted, part.codes) for group in answer.groups for part in group.parts}


GOOD = receipt(w07(), control="0002", number="WR-2")


@pytest.mark.parametrize(
    ("bad", "code", "answer", "tag"),
    [
        (receipt(w07(), count=9), "ENV_CONTROL_MISMATCH", "4", "SE"),
        (receipt(w07()).replace("SE*5*0001", "SE*5*0009"), "ENV_CONTROL_MISMATCH", "3", "SE"),
        (receipt(w07()).replace("SE*5*0001~", ""), "ENV_UNREADABLE", "2", None),
        (receipt(w07(), total=31), "CTRL_TOTAL_MISMATCH", "5", "W14"),
        (receipt(w07(), number=""), "SYN_ELEMENT", "5", "W17"),
        (receipt(), "SYN_SEGMENT", "5", "ST"),
        (receipt("W07*1O*EA**SK*A"), "VALUE_NOT_NUMERIC", "5", "W07"),
        (receipt(w07(unit="QQ")), "UOM_UNKNOWN", "5", "W07"),
        (receipt(w07(item="A\0B")), "ENV_UNREADABLE", "5", "W07"),
        (receipt(w07()).replace("20261102", "20260229"), "VALUE_DATE", "5", "W17"),
        (receipt(w07()).replace("ST*944", "ST*850"), "DOC_UNSUPPORTED", "1", "ST"),
        (receipt(w07()).replace("ST*944", "ST*999"), "DOC_UNSUPPORTED", "1", "ST"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else None,
)
def test_a_wrong_set_is_cut_out_and_its_neighbour_goes_on(bad, code, answer, tag):
    text = interchange(bad, GOOD)
    events = read(text)
    [problem] = problems(events)
    assert (problem.code, problem.location.tag) == (code, tag)
    assert problem.location.path.startswith("ISA000000001/GS1/ST0001")
    if tag is not None:
        assert text[problem.location.offset :].startswith(tag)
    assert taken(events) == ["WR-2"]
    assert answered(events) == {"0001": (False, (answer,)), "0002": (True, ())}
    again = problems(read(problem.fragment))
    assert [(one.code, one.text) for one in again] == [(code, problem.text)]


@pytest.mark.parametrize(
    "quantity", ["1O", "1_000", "١٢", "NaN", "1e3", "--1", "", "1,5", "9" * 13, "1.1234567", "Infinity"]
)
def test_what_is_no_number_stops_its_line_and_no_other(quantity):
    lines = [w07(item="A"), f"W07*{quantity}*EA**SK*B", w07(item="C")]
    text = interchange(receipt(*lines, total=60)).encode("utf-8")
    events = read(text)
    [problem] = problems(events)
    assert problem.code in ("VALUE_NOT_NUMERIC", "SYN_ELEMENT")
    assert problem.location.path.endswith("/ST0001/W07[2]")
    assert (problem.location.segment, problem.location.element) == (5, 1)
    assert text[problem.location.offset :].startswith(b"W07*" + quantity.encode())
    [draft] = [e for e in events if isinstance(e, Drafted) and e.part.startswith("ISA")]
    assert [(line.line, line.item) for line in draft.document.lines] == [
        ("1", {"SK": "A"}),
        ("3", {"SK": "C"}),
    ]
    assert taken(events) == ["WR-1"]
    assert answered(events) == {"0001": (True, ())}
    repaired = read(problem.fragment.replace(b"*" + quantity.encode() + b"*EA", b"*10*EA"), key="edit/1")
    [again] = [event for event in repaired if isinstance(event, Drafted)]
    assert [(line.item, line.quantity) for line in again.document.lines] == [({"SK": "B"}, Decimal(10))]
    assert again.key != draft.key
    assert again.business_key is None


def test_line_faults_may_reject_the_set():
    events = read(interchange(receipt(w07(), w07("1O"))), line_faults="reject")
    assert taken(events) == []
    assert [problem.code for problem in problems(events)] == ["VALUE_NOT_NUMERIC"]


def test_an_order_with_a_bad_line_is_rejected_whole():
    lines = "".join(f"PO1*{n}*{q}*EA***SK*A~" for n, q in ((1, "5"), (2, "1O")))
    order = f"ST*850*0001~BEG*00*SA*PO-1**20261102~{lines}CTT*2~SE*6*0001~"
    events = read(interchange(order, gs="PO"))
    assert taken(events) == []
    [problem] = problems(events)
    assert (problem.code, problem.location.path) == ("VALUE_NOT_NUMERIC", "ISA000000001/GS1/ST0001/PO1[2]")


def test_too_many_bad_lines_are_the_fault_of_the_set():
    events = read(interchange(receipt(*[w07("x")] * (MAX_BAD + 1), w07())))
    assert [problem.code for problem in problems(events)] == ["VALUE_RANGE"]
    assert taken(events) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ge": "GE*7*1"}, ["GE01 says 7 sets, there are 1"]),
        ({"ge": "GE*1*9"}, ["GE02 is 9, GS06 is 1"]),
        ({"iea": "IEA*1*000000009"}, ["IEA02 is 000000009, ISA13 is 000000001"]),
        ({"iea": "IEA*3*000000001"}, ["IEA01 says 3 groups, there are 1"]),
        ({"ge": "GE*1*1~GE*1*1"}, ["GE stands outside any group"]),
        ({"ge": "SE*1*1~GE*1*1"}, ["SE stands outside any set"]),
        ({"ge": "REF*A~REF*B~GE*1*1"}, ["REF stands outside any set"]),
    ],
)
@pytest.mark.parametrize("gate", ["set", "interchange"])
def test_outer_trailers_are_checked_and_gate_what_the_profile_says(change, said, gate):
    events = read(interchange(GOOD, **change), gate=gate)
    assert [problem.text for problem in problems(events)] == said
    assert all(problem.location.offset is not None for problem in problems(events))
    assert taken(events) == (["WR-2"] if gate == "set" else [])
    assert answered(events)["0002"][0] is (gate == "set")


def test_zero_padding_of_counts_and_controls_does_not_matter():
    events = read(interchange(GOOD.replace("SE*5*0002", "SE*0005*2"), ge="GE*000001*0001", iea="IEA*01*1"))
    assert problems(events) == []
    assert taken(events) == ["WR-2"]


@pytest.mark.parametrize("cut", [1, 10, 25, 32])
def test_a_cut_interchange_keeps_the_sets_whose_trailer_was_right(cut):
    text = interchange(receipt(w07()), GOOD)
    events = read(text[: text.rindex("GE*") - cut])
    assert taken(events) == (["WR-1", "WR-2"] if cut == 1 else ["WR-1"])
    [problem] = problems(events)
    assert ("SE, GE and IEA are missing" in problem.text) is (cut != 1)
    assert answered(events)["0002"] == ((True, ()) if cut == 1 else answered(events)["0002"])


@pytest.mark.parametrize(
    ("kept_up_to", "path", "said"),
    [
        ("SE*5*0002", "/GS1/ST0002", "ends in the middle of set 0002 of group 1: SE, GE and IEA are missing"),
        ("GE*", "", "ends in the middle of group 1: GE and IEA are missing"),
        ("IEA*", "", "ends without IEA"),
    ],
)
@pytest.mark.parametrize("gate", ["set", "interchange"])
def test_a_cut_is_one_problem_of_the_innermost_part_that_it_left_open(kept_up_to, path, said, gate):
    text = interchange(receipt(w07()), GOOD)
    events = read(text[: text.index(kept_up_to)], gate=gate)
    [problem] = problems(events)
    assert (problem.code, problem.location.path) == ("ENV_UNREADABLE", f"ISA000000001{path}")
    assert said in problem.text
    assert "sent again" in problem.text
    assert problem.location.offset is not None
    whole = ["WR-1"] if "SE" in said else ["WR-1", "WR-2"]
    assert taken(events) == (whole if gate == "set" else [])


def test_what_was_left_of_a_cut_set_is_kept_as_it_came():
    text = interchange(receipt(w07()), GOOD)
    [problem] = problems(read(text[: text.rindex("**SK*")]))
    assert b"\nST*944*0002~\n" in problem.fragment
    assert b"\nW07*30*EA~\n" in problem.fragment
    assert b"WR-1" not in problem.fragment


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (["SE*5*0002~"], ["the set ends without SE: the file was cut short"]),
        (["GE*1*1~"], ["group 1 ends without GE"]),
        (
            ["SE*5*0002~", "GE*1*1~"],
            ["the set ends without SE: the file was cut short", "group 1 ends without GE"],
        ),
    ],
)
def test_what_is_missing_before_a_trailer_that_is_there_is_told_one_by_one(missing, said):
    text = interchange(GOOD)
    for trailer in missing:
        text = text.replace(trailer, "")
    assert [problem.text for problem in problems(read(text))] == said


def test_a_wrong_trailer_before_a_cut_is_told_beside_it():
    events = read(interchange(GOOD, ge="GE*7*1").split("IEA*")[0])
    assert [problem.code for problem in problems(events)] == ["ENV_CONTROL_MISMATCH", "ENV_UNREADABLE"]


def test_several_interchanges_with_their_own_delimiters_and_one_bad_between_them():
    second = interchange(receipt(w07(), number="WR-3"), control="000000002")
    second = second.replace("*", "|").replace("~", "\n").replace(">\n", "^\n")
    broken = interchange(GOOD, control="000000003").replace("*00*", "*0*", 1)
    text = interchange(GOOD) + second + "\r\n" + broken + interchange(receipt(w07()), control="000000004")
    events = read(text)
    assert taken(events) == ["WR-2", "WR-3", "WR-1"]
    [problem] = problems(events)
    assert (problem.code, problem.location.offset) == ("ENV_UNREADABLE", text.index(broken))


def test_an_interchange_without_end_does_not_swallow_the_next():
    text = interchange(receipt(w07()))
    other = interchange(GOOD, control="000000002").replace("*", "|")
    events = read(text[: text.index("W07*30") + 5] + other)
    assert taken(events) == ["WR-2"]
    [problem] = problems(events)
    assert problem.location.path == "ISA000000001/GS1/ST0001"


@pytest.mark.parametrize("head", [b"\xef\xbb\xbf", b"\r\n  ", b"\x00\x00"])
def test_what_may_stand_before_an_interchange(head):
    assert taken(read(head + interchange(GOOD).encode())) == ["WR-2"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"sku,qty\nA,1\n", "begins with ISA"),
        (b"\xff\xfeI\0S\0A\0", "begins with ISA"),
        (interchange(GOOD)[:60].encode(), "cut short"),
        (interchange(GOOD).replace("*00*", "*0*", 1).encode(), "106 characters"),
        (interchange(GOOD).replace("*P*>~", "*P**~", 1).encode(), "106 characters|apart"),
        (interchange(GOOD).replace("*P*>~", "*P*~~", 1).encode(), "apart"),
        (interchange(GOOD).replace("*P*>~", "*P*>A", 1).encode(), "apart"),
        (interchange(GOOD, version="00501", repetition=">").encode(), "apart"),
    ],
)
def test_a_file_without_any_readable_interchange_is_refused(data, words):
    with pytest.raises(Unreadable, match=words):
        read(data)


def test_duplicates_of_control_numbers_inside_a_file():
    one = interchange(receipt(w07()), GOOD.replace("0002", "0001"))
    events = read(one)
    assert taken(events) == ["WR-1"]
    [problem] = problems(events)
    assert problem.text == "ST02 0001 stands twice in group 1"
    again = interchange(receipt(w07(), number="WR-9"))
    events = read(interchange(GOOD) + again)
    assert taken(events) == ["WR-2"]
    [problem] = problems(events)
    assert "ISA13 000000001 stands twice" in problem.text
    assert taken(read(problem.fragment)) == ["WR-9"]
    group = interchange(GOOD).split("~", 1)[1].rsplit("IEA", 1)[0]
    events = read(isa() + group + group + "IEA*2*000000001~")
    assert taken(events) == ["WR-2"]
    assert [problem.text for problem in problems(events)] == ["GS06 1 stands twice in this interchange"]


def test_sender_usage_and_version_are_those_of_the_profile():
    text = interchange(GOOD)
    assert taken(read(text, sender="ZZ:THREEPL", receiver="ZZ:NORTHBAY")) == ["WR-2"]
    for given, options, code in (
        (text, {"sender": "ZZ:OTHER"}, "ENV_UNKNOWN_SENDER"),
        (text, {"receiver": "01:NORTHBAY"}, "ENV_UNKNOWN_SENDER"),
        (interchange(GOOD, usage="T"), {}, "ENV_TEST_FLAG"),
        (text, {"versions": ("005",)}, "DOC_UNSUPPORTED"),
    ):
        events = read(given, **options)
        [problem] = problems(events)
        assert (problem.code, taken(events)) == (code, [])
        assert taken(read(problem.fragment, usage=given[isa().rindex("*P") + 1])) == ["WR-2"]


def test_a_997_is_taken_and_never_answered():
    answer = "ST*997*0001~AK1*PO*1~AK9*A*1*1*1~SE*4*0001~"
    [drafted, closed] = read(interchange(answer, gs="FA"))
    assert (drafted.document.number, drafted.document.verdict) == ("1", "accepted")
    assert closed.accepted


def test_one_set_with_a_receipt_and_a_reversal_becomes_two_documents():
    events = read(interchange(receipt(w07(), w07(5, rest="****2"), total=35)), acknowledge="never")
    drafts = [event for event in events if isinstance(event, Drafted)]
    assert [draft.document.type.split(".")[2] for draft in drafts] == ["confirmed", "reversed"]
    assert drafts[1].key == drafts[0].key + "#2"
    assert len({draft.business_key for draft in drafts}) == 2


def test_partial_receipts_under_one_number_stay_apart_where_the_profile_says_so():
    def keys(**options):
        texts = (interchange(receipt(w07(n)), control=f"00000000{n}") for n in (1, 2))
        return {
            e.business_key
            for text in texts
            for e in read(text, acknowledge="never", **options)
            if isinstance(e, Drafted)
        }

    assert len(keys()) == 1
    assert len(keys(**{"944.receipt_no_unique": False})) == 2


def test_the_same_content_under_other_control_numbers_and_delimiters_has_the_same_hash():
    one = interchange(GOOD)
    two = interchange(GOOD.replace("0002", "0777"), control="000000009").replace("*", "|")
    drafts = [e for text in (one, two) for e in read(text, acknowledge="never") if isinstance(e, Drafted)]
    assert len({draft.key for draft in drafts}) == 2
    assert len({(draft.business_key, draft.content_hash) for draft in drafts}) == 1
    other = next(e for e in read(interchange(GOOD.replace("*30*", "*31*"))) if isinstance(e, Drafted))
    assert other.business_key == drafts[0].business_key
    assert other.content_hash != drafts[0].content_hash


@pytest.mark.parametrize(("mode", "quantity"), [("within_w07", 30), ("additional", 35)])
def test_w13_is_inside_or_beside_w07(mode, quantity):
    text = interchange(receipt(w07(), "W13*5*EA*01**NR", total=30))
    [draft] = [e for e in read(text, acknowledge="never", **{"944.w13_mode": mode}) if isinstance(e, Drafted)]
    assert draft.document.lines[0].quantity == quantity
    assert draft.document.lines[0].splits[0].quantity == 5


def test_what_has_no_effect_is_a_warning():
    simulated = receipt(w07(), report="K")
    duplicate = "ST*850*0001~BEG*07*SA*PO-1**20261102~PO1*1*5*EA***SK*A~SE*4*0001~"
    for text in (interchange(simulated), interchange(duplicate, gs="PO")):
        events = read(text)
        [problem] = problems(events)
        assert (problem.code, problem.warning) == ("DOC_UNSUPPORTED", True)
        assert taken(events) == []
        assert answered(events) == {"0001": (True, ())}


def test_totals_may_only_warn():
    events = read(interchange(receipt(w07(), total=31)), totals="warn")
    [problem] = problems(events)
    assert (problem.code, problem.warning, taken(events)) == ("CTRL_TOTAL_MISMATCH", True, ["WR-1"])


def test_a_partner_may_have_units_of_its_own_and_blanks_around_its_values():
    text = interchange(receipt("W07*2 * RL**SK* SKU-1 "))
    [draft] = [e for e in read(text, alias={"RL": "MTR"}, acknowledge="never") if isinstance(e, Drafted)]
    [line] = draft.document.lines
    assert (line.quantity, line.unit, line.source_unit, line.item) == (2, "MTR", "RL", {"SK": "SKU-1"})


def test_long_sets_become_documents_of_many_lines_and_repeated_line_numbers_are_told_apart():
    body = "".join(f"LIN*{n % 400}*SK*S{n}~QTY*17*{n + 1}*EA~" for n in range(6_000))
    text = f"ST*846*0001~BIA*00*DD*I-1*20261102~{body}CTT*6000~SE*12004*0001~"
    events = read(interchange(text, gs="IB"), acknowledge="never")
    drafts = [event for event in events if isinstance(event, Drafted)]
    assert [len(draft.document.lines) for draft in drafts] == [MAX_LINES] * 12
    assert all(len({line.line for line in draft.document.lines}) == MAX_LINES for draft in drafts)
    assert len({draft.key for draft in drafts}) == len({draft.business_key for draft in drafts}) == 12
    assert [line.quantity for draft in drafts for line in draft.document.lines] == list(range(1, 6_001))
    wrong = read(interchange(text.replace("CTT*6000", "CTT*1"), gs="IB"), acknowledge="never")
    assert sum(isinstance(event, Drafted) for event in wrong) > 0
    assert taken(wrong) == []


def test_an_item_under_no_order_stops_alone_and_a_broken_tree_stops_the_set():
    def notice(*loops):
        body = ["ST*856*0001", "BSN*00*A-1*20261102*0830", *loops]
        return interchange("".join(f"{one}~" for one in [*body, f"SE*{len(body) + 1}*0001"]), gs="SH")

    item = "LIN*1*SK*A~SN1*1*5*EA"
    good = ("HL*1**S", "HL*2*1*O", "PRF*P-1", f"HL*3*2*I~{item}")
    events = read(notice(*good, f"HL*4*1*I~{item}").replace("SE*8", "SE*12"))
    assert [problem.code for problem in problems(events)] == ["SYN_ORDER"]
    assert taken(events) == ["A-1"]
    for loops in ((*good, "HL*4*9*T"), (*good, "HL*2*1*O"), (*good, "HL*5**S")):
        events = read(notice(*loops).replace("SE*8", "SE*10"))
        assert [problem.code for problem in problems(events)] == ["SYN_ORDER"]
        assert taken(events) == []
    sscc = notice(*good[:3], "HL*3*2*T", "MAN*GM*00095212340000000014", f"HL*4*3*I~{item}").replace(
        "SE*9", "SE*11"
    )
    assert [problem.code for problem in problems(read(sscc))] == ["IDENT_CHECK_DIGIT"]


def test_the_997_reads_back_with_right_counts_and_names_every_set():
    events = read(interchange(receipt(w07(), count=9), GOOD, ge="GE*3*1"))
    [answer] = [e.document for e in events if isinstance(e, Drafted) and e.part.startswith("ack:")]
    text = write("997", answer, profile=Profile(), control=Control(77, 77, 1), at=NOW).decode()
    [again, _] = read(text.encode(), sender="ZZ:NORTHBAY", receiver="ZZ:THREEPL")
    assert [(part.control, part.verdict) for part in again.document.parts] == [
        ("0001", "rejected"), ("0002", "accepted"),
    ]  # fmt: skip
    segments = text.split("~\n")
    assert segments[3:9] == ["AK1*RE*1", "AK2*944*0001", "AK5*R*4", "AK2*944*0002", "AK5*A", "AK9*P*3*2*1*5"]


def test_options_that_make_no_sense_are_named():
    x12.check_options({"sender": "ZZ:A", "944.w13_mode": "additional"})
    with pytest.raises(OptionsInvalid, match="gate"):
        x12.check_options({"gate": "maybe"})


def test_a_structural_fault_in_a_line_stops_the_line():
    text = interchange(receipt(w07(), w07(rest="*SK"), w07(item="SKU-3"), total=90))
    events = read(text, structure="reject")
    [problem] = problems(events)
    assert (problem.code, problem.location.segment, problem.location.element) == ("SYN_ELEMENT", 5, 7)
    assert problem.text == "W0706, W0707 stand together or not at all"
    assert b"*SK*SKU-1*SK~" in problem.fragment
    assert b"SKU-3" not in problem.fragment
    [document] = [e.document for e in events if isinstance(e, Drafted) and not e.part.startswith("ack:")]
    assert [line.item["SK"] for line in document.lines] == ["SKU-1", "SKU-3"]


def test_a_structural_fault_outside_of_lines_stops_the_set_and_no_other():
    good = receipt(w07(), total=30, control="0002", number="WR-2")
    text = interchange(receipt(w07()), good)
    events = read(text, structure="reject")
    [problem] = problems(events)
    assert (problem.code, problem.text) == ("SYN_SEGMENT", "W14 is missing")
    assert taken(events) == ["WR-2"]
    assert answered(events) == {"0001": (False, ("5",)), "0002": (True, ())}


def test_structural_faults_may_only_be_noted():
    events = read(interchange(receipt(w07(rest="*SK"))), structure="warn")
    assert [(p.warning, p.text) for p in problems(events)] == [
        (True, "W0706, W0707 stand together or not at all"),
        (True, "W14 is missing"),
    ]
    assert taken(events) == ["WR-1"]
