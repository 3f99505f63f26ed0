"""What goes back says what was wrong and where, in the standard's codes; the profile says when, and in which set."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from tests.unit.x12.documents import told_by_another
from transforms.edi.options import OptionsInvalid
from transforms.formats import x12
from transforms.formats.x12.writers import Control, Profile, write
from transforms.reading import Context, Drafted

AT = datetime(2026, 11, 2, 16, tzinfo=UTC)
RECEIPT = (
    "ST*944*0001~W17*F*20261102*WR-1*P-1~N1*WH*DC2*UL*9521234009023~"
    "W07*30*EA**SK*SKU-1~W07*30*EA**SK*SKU-2~W14*60~SE*7*0001~"
)
ORDER = "ST*850*0001~BEG*00*SA*4500-A**20261102~PO1*1*5*EA***SK*SKU-1~CTT*1~SE*5*0001~"
STOCK = "ST*846*0001~BIA*00*DD*I-1*20261102~N1*WH*DC1*92*DC1~LIN*1*SK*SKU-1~QTY*17*5*EA~SE*6*0001~"
GOOD = {"RE": RECEIPT, "PO": ORDER, "IB": STOCK}


def isa(control="000000001", sender="ZZ*THREEPL        ", receiver="ZZ*NORTHBAY       ", asks="0", usage="P"):
    head = f"ISA*00*{'':10}*00*{'':10}*{sender}*{receiver}"
    return f"{head}*261102*1400*U*00401*{control}*{asks}*{usage}*>~"


def whole(body, *, group="RE", iea="IEA*1*000000001~", **head):
    return f"{isa(**head)}GS*{group}*T*N*20261102*1400*81*X*004010~{body}GE*1*81~{iea}"


def answers(text, **options):
    """What goes back, each as its segments without those of envelope and header."""
    agreed = {"sender": "ZZ:THREEPL", "receiver": "ZZ:NORTHBAY"} | options
    events = x12.read(
        io.BytesIO(text.encode()), Context("nb", "x", "threepl", "file/x/1", AT, options=agreed)
    )
    found = []
    for event in events:
        if isinstance(event, Drafted) and event.part.startswith("ack:"):
            data = write("ack", event.document, profile=Profile(), control=Control(7, 7, 1), at=AT)
            assert told_by_another(data) == []
            segments = [one.strip() for one in data.decode().split("~") if one.strip()]
            found.append([one for one in segments if one[:2] not in ("IS", "GS", "ST", "SE", "GE", "IE")])
    return found


def with_count(body):
    """The same with a trailer that counts its segments."""
    segments = body.split("~")[:-1]
    return "~".join([*segments[:-1], f"SE*{len(segments)}*0001", ""])


@pytest.mark.parametrize(
    ("group", "change", "told", "verdict"),
    [
        # data element 720: a segment that is unknown, unexpected, missing, too many, misplaced
        ("RE", ("~W07", "~XYZ*1~W07"), ["AK3*XYZ*4*N1*1"], "R"),
        ("RE", ("~W07", "~PO1*1~W07"), ["AK3*PO1*4*N1*2"], "R"),
        ("RE", ("W14*60~", ""), ["AK3*W14*6**3"], "R"),
        ("RE", ("W14*60~", "W14*60~W14*60~"), ["AK3*W14*7**5"], "R"),
        ("RE", ("SKU-1~", "SKU-1~G62*10*20261102~"), ["AK3*G62*5**7"], "E"),
        # data element 723: an element that is missing, needed, too many, short, long, of wrong characters
        ("RE", ("W07*30", "W07*"), ["AK3*W07*4*W07*8", "AK4*1**1"], "E"),
        ("RE", ("SKU-1", "SKU-1*VN"), ["AK3*W07*4*W07*8", "AK4*7**2"], "E"),
        ("RE", ("SKU-1", "SKU-1*******X"), ["AK3*W07*4*W07*8", "AK4*12**3*X"], "E"),
        ("RE", ("30*EA", "30*E"), ["AK3*W07*4*W07*8", "AK4*2**4*E"], "E"),
        ("RE", ("30*EA", "30*EACH"), ["AK3*W07*4*W07*8", "AK4*2**5*EACH"], "E"),
        ("RE", ("30*EA", "3O*EA"), ["AK3*W07*4*W07*8", "AK4*1**6*3O"], "E"),
        # a code, a date, a time, what excludes each other; a component; what only a map sees
        ("PO", ("BEG*00", "BEG*99"), ["AK3*BEG*2**8", "AK4*1*353*7*99"], "R"),
        ("RE", ("20261102", "20260229"), ["AK3*W17*2**8", "AK4*2**8*20260229"], "R"),
        ("RE", ("P-1", "P-1***2561"), ["AK3*W17*2**8", "AK4*7**9*2561"], "R"),
        ("IB", ("5*EA", "5*EA*X"), ["AK3*QTY*5*QTY*8", "AK4*4**10"], "R"),
        ("IB", ("5*EA", "5*EA>X"), ["AK3*QTY*5*QTY*8", "AK4*3>2**6*X"], "R"),
        ("RE", ("30*EA", "30*QQ"), ["AK3*W07*4*W07*8", "AK4*2**7*QQ"], "E"),
        ("RE", ("W14*60", "W14*61"), ["AK3*W14*6**8", "AK4*1**7*61"], "R"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else None,
)  # fmt: skip
def test_each_fault_has_its_code_and_its_place(group, change, told, verdict):
    body = GOOD[group].replace(*change, 1)
    text = whole(with_count(body) if change[1].count("~") != change[0].count("~") else body, group=group)
    kind = body[3:6]
    accepted = verdict == "E"
    ends = [f"AK5*{verdict}*5", f"AK9*{verdict}*1*1*{int(accepted)}"]
    assert answers(text) == [[f"AK1*{group}*81", f"AK2*{kind}*0001", *told, *ends]]
    newer = [one.replace("AK3", "IK3").replace("AK4", "IK4").replace("AK5", "IK5") for one in (*told, *ends)]
    assert answers(text, acknowledge_with=999) == [[f"AK1*{group}*81*004010", f"AK2*{kind}*0001", *newer]]


def test_several_faults_stand_in_the_order_of_their_segments():
    body = RECEIPT.replace("W17*F*20261102", "W17*F*2026").replace("30*EA**SK*SKU-2", "3O*EA**SK*SKU-2*VN")
    assert answers(whole(body))[0][2:] == [
        "AK3*W17*2**8", "AK4*2**8*2026", "AK3*W07*5*W07*8", "AK4*1**6*3O", "AK4*7**2", "AK5*R*5", "AK9*R*1*1*0",
    ]  # fmt: skip


def test_what_is_taken_in_spite_of_faults_says_so_where_the_profile_lets_it():
    text = whole(RECEIPT.replace("W07*30", "W07*3O", 1))
    assert answers(text)[0][-2:] == ["AK5*E*5", "AK9*E*1*1*1"]
    assert answers(text, accept_with_errors=False) == [["AK1*RE*81", "AK2*944*0001", "AK5*A", "AK9*A*1*1*1"]]
    refused = whole(RECEIPT.replace("20261102", "20260229"))
    assert answers(refused, accept_with_errors=False) == answers(refused)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("SE*7*", "SE*9*"), ["AK5*R*4", "AK9*R*1*1*0"]),
        (("SE*7*0001", "SE*7*0002"), ["AK5*R*3", "AK9*R*1*1*0"]),
        (("SE*7*0001~", ""), ["AK5*R*2", "AK9*R*1*1*0"]),
        (("ST*944", "ST*997"), ["AK5*R*1", "AK9*R*1*1*0"]),
        (("GE*1*81", "GE*2*81"), ["AK5*A", "AK9*E*2*1*1*5"]),
        (("GE*1*81", "GE*1*82"), ["AK5*A", "AK9*E*1*1*1*4"]),
        (("GE*1*81~", ""), ["AK5*A", "AK9*E*1*1*1*3"]),
        (("X*004010", "X*001000"), ["AK5*R*1", "AK9*R*1*1*0*2"]),
    ],
)  # fmt: skip
def test_trailers_and_versions_have_codes_of_set_and_group(change, told):
    assert [one for one in answers(whole(RECEIPT).replace(*change))[0] if one[:3] in ("AK5", "AK9")] == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (whole(RECEIPT), "A*000"),
        (whole(RECEIPT, iea="IEA*1*000000009~"), "E*001"),
        (whole(RECEIPT, iea="IEA*4*000000001~"), "E*021"),
        (whole(RECEIPT, iea=""), "R*023"),
        (whole(RECEIPT, sender="01*THREEPL        "), "R*005"),
        (whole(RECEIPT, sender="ZZ*OTHER          "), "R*006"),
        (whole(RECEIPT, receiver="01*NORTHBAY       "), "R*007"),
        (whole(RECEIPT, receiver="ZZ*OTHER          "), "R*008"),
        (whole(RECEIPT, usage="T"), "R*020"),
    ],
)
def test_a_ta1_says_what_is_wrong_with_the_envelope(text, told):
    found = answers(text, acknowledge="never", acknowledge_interchange="always")
    assert found == [[f"TA1*000000001*261102*1400*{told}"]]
    on_error = answers(text, acknowledge="never", acknowledge_interchange="on_error")
    assert on_error == ([] if told.startswith("A") else found)


def test_an_interchange_that_comes_twice_in_a_file_is_refused_with_its_own_code():
    found = answers(whole(RECEIPT) * 2, acknowledge_interchange="on_error")
    assert [one[0] for one in found] == ["AK1*RE*81", "TA1*000000001*261102*1400*R*025"]


def test_who_holds_sets_back_for_the_interchange_rejects_it_with_them():
    text = whole(RECEIPT, iea="IEA*1*000000009~")
    group, head = answers(text, gate="interchange", acknowledge_interchange="always")
    assert group[-2:] == ["AK5*R*5", "AK9*R*1*1*0"]
    assert head == ["TA1*000000001*261102*1400*R*001"]


def test_when_and_with_what_is_answered_is_the_profiles_choice():
    good, bad = whole(RECEIPT), whole(RECEIPT.replace("W07*30", "W07*3O", 1))
    assert [len(answers(text, acknowledge="on_error")) for text in (good, bad)] == [0, 1]
    assert [len(answers(text, acknowledge="never")) for text in (good, bad)] == [0, 0]
    asking = whole(RECEIPT, asks="1")
    assert [len(answers(text, acknowledge_interchange="requested")) for text in (good, asking)] == [1, 2]
    with pytest.raises(OptionsInvalid, match="acknowledge"):
        x12.check_options({"acknowledge": True})


def test_answers_are_never_answered_whatever_the_profile_says():
    text = whole("ST*997*0001~AK1*PO*1~AK9*A*1*1*1~SE*4*0001~", group="FA")
    assert answers(text, acknowledge_interchange="always") == []
    alone = f"{isa()}TA1*000000305*261102*1400*A*000~IEA*0*000000001~"
    assert answers(alone, acknowledge_interchange="always") == []
