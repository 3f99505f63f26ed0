"""UNA, UNB, UNG, UNH and their trailers: what is right comes through, what is wrong has a place and a copy."""

from __future__ import annotations

import pytest

from tests.unit.edifact.edi import documents, interchange, message, problems, read, response, told
from transforms.edi.options import OptionsInvalid
from transforms.errors import Unreadable
from transforms.formats import edifact
from transforms.formats.edifact.writers import write as write_edifact
from transforms.formats.edifact.writers.assembly import Profile as EdifactProfile
from transforms.reading import Drafted, PartClosed


def numbers(events):
    return [one.references["response"] for one in documents(events)]


@pytest.mark.parametrize("end", ["'", "'\n", "'\r\n", "' \t\r\n", "''"])
def test_any_line_end_or_none(end):
    events = read(interchange(response("A"), response("B", "2"), end=end))
    assert numbers(events) == ["A", "B"]
    assert problems(events) == []


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n  ", b"\xef\xbb\xbf\n"])
def test_a_mark_or_blanks_before_the_first_segment(before):
    assert numbers(read(before + interchange(response()).encode())) == ["R-1"]


def test_the_last_terminator_may_be_missing():
    assert problems(read(interchange(response()).rstrip().removesuffix("'"))) == []


def test_without_una_the_standard_separators_hold():
    assert numbers(read(interchange(response("it?'s"), una=""))) == ["it's"]


def test_level_b_without_una_has_control_characters():
    text = interchange(response(), una="", syntax="UNOB:3").replace("'\n", "\x1c")
    events = read(text.replace("+", "\x1d").replace(":", "\x1f"))
    assert numbers(events) == ["R-1"]
    assert problems(events) == []


@pytest.mark.parametrize(
    ("sent", "read_as"), [("a?+b", "a+b"), ("a??", "a?"), ("?'", "'"), ("x?:y", "x:y"), ("??????", "???")]
)
def test_a_release_character_takes_the_meaning_from_what_follows(sent, read_as):
    assert numbers(read(interchange(response(sent)))) == [read_as]


def test_una_may_say_that_nothing_releases():
    assert numbers(read(interchange(response("why?"), una="UNA:+.  '"))) == ["why?"]


def test_each_interchange_of_a_file_has_its_own_separators():
    other = interchange(response("B!*"), ref="R2", una="UNA|*,! ~", end="~")
    other = other.replace("B!*", "\0").replace("+", "*").replace(":", "|").replace("\0", "B!*")
    events = read(interchange(response("A")) + other + interchange(response("C"), ref="R3", una=""))
    assert numbers(events) == ["A", "B*", "C"]
    assert problems(events) == []


@pytest.mark.parametrize("una", ["UNA++.? '", "UNA:+x? '", "UNAA+.? '", "UNA:+.+ '", "UNA:+.?"])
def test_separators_that_cannot_be_told_apart_are_refused(una):
    with pytest.raises(Unreadable):
        read(interchange(response(), una=una))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"unz": "UNZ+2+R1"}, ["UNZ01 says 2 messages, there are 1"]),
        ({"unz": "UNZ+0001+R1"}, []),
        ({"unz": "UNZ+1+R9"}, ["UNZ02 is R9, UNB05 is R1"]),
        ({"ref": "0007", "unz": "UNZ+1+7"}, []),
        ({"unz": "UNZ+1+R1'\nUNZ+1+R1"}, None),
    ],
)
@pytest.mark.parametrize("gate", ["set", "interchange"])
def test_the_interchange_is_checked_by_its_trailer(change, said, gate):
    events = read(interchange(response(), **change), gate=gate)
    if said is None:  # what stands behind an interchange is none
        assert [problem.code for problem in problems(events)] == ["ENV_UNREADABLE"]
        said = []
    else:
        assert told(events) == said
    assert len(documents(events)) == (0 if said and gate == "interchange" else 1)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"count": 5}, "UNT01 says 5 segments, there are 6"),
        ({"unt": "9"}, "UNT02 is 9, UNH01 is 1"),
    ],
)
def test_a_wrong_message_is_cut_out_and_its_neighbours_pass(wrong, said):
    events = read(interchange(response("A", **wrong), response("B", "2")))
    assert numbers(events) == ["B"]
    (problem,) = problems(events)
    assert problem.code == "ENV_CONTROL_MISMATCH"
    assert problem.text == said
    assert problem.location.path == "UNBR1/UNH1"
    assert problem.location.segment == 6
    again = read(problem.fragment)
    assert told(again) == [said]
    repaired = problem.fragment.replace(b"UNT+5", b"UNT+6").replace(b"UNT+6+9", b"UNT+6+1")
    assert numbers(read(repaired, key="edit/1")) == ["A"]


def test_a_repaired_message_has_a_key_of_its_own():
    keys = {
        key: next(e.key for e in read(interchange(response()), key=key) if isinstance(e, Drafted))
        for key in ("file/x/1", "file/x/2", "edit/1")
    }
    assert keys["file/x/1"] == keys["file/x/2"] == "edi/THEM:14/US:14/R1/1"
    assert keys["edit/1"] == "edit/1/edi/THEM:14/US:14/R1/1"


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        (["UNH+1+ORDRSP:D:96A:UN", "BGM+231+A+29"], "the message ends without UNT: the file was cut short"),
        (["UNT+2+1"], "UNT stands outside any message"),
        (["RFF+ON:1"], "RFF stands outside any message"),
        (["UNE+1+1"], "UNE stands outside any group"),
    ],
)
def test_missing_and_surplus_segments_of_the_envelope(segments, said):
    events = read(interchange(segments, response("B", "2"), unz="UNZ+2+R1"))
    assert said in told(events)
    assert numbers(events) == ["B"]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (3, "in the middle of message 1: UNT and UNZ are missing"),
        (7, "the interchange ends without UNZ"),
    ],
)
def test_a_cut_file_is_one_problem(kept, said):
    segments = interchange(response()).split("'\n")
    (problem,) = problems(read("'\n".join(segments[:kept]) + "'\n"))
    assert said in problem.text
    assert problem.code == "ENV_UNREADABLE"


def test_a_number_that_stands_twice_is_taken_once():
    events = read(interchange(response("A"), response("B")) + interchange(response("C")))
    assert numbers(events) == ["A"]
    assert told(events) == ["UNH01 1 stands twice in this interchange", "UNB05 R1 stands twice in this file"]
    assert all(problem.fragment for problem in problems(events))


def test_the_same_number_of_another_sender_is_another():
    both = interchange(response("A")) + interchange(response("B")).replace("THEM", "OTHER")
    assert numbers(read(both)) == ["A", "B"]


def group(*messages, ref="G1", une=None, kind="ORDRSP"):
    body = [segment for one in messages for segment in one]
    return [
        f"UNG+{kind}+THEM:14+US:14+261102:0845+{ref}+UN+D:96A",
        *body,
        une or f"UNE+{len(messages)}+{ref}",
    ]


def test_groups_are_checked_and_stand_in_paths_and_keys():
    events = read(interchange(group(response("A")), group(response("B"), ref="G2"), unz="UNZ+2+R1"))
    assert numbers(events) == ["A", "B"]
    assert problems(events) == []
    drafts = [event for event in events if isinstance(event, Drafted)]
    assert [one.position for one in drafts] == ["UNBR1/UNGG1/UNH1", "UNBR1/UNGG2/UNH1"]
    assert len({one.key for one in drafts}) == 2


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ([group(response(), une="UNE+3+G1")], ["UNE01 says 3 messages, there are 1"]),
        ([group(response(), une="UNE+1+G9")], ["UNE02 is G9, UNG05 is G1"]),
        ([group(response()), group(response())], ["UNG05 G1 stands twice in this interchange"]),
        (
            [group(response()), response("B", "2")],
            ["UNH stands outside any group, in an interchange that has groups"],
        ),
        ([group(response(), kind="ORDERS")], ["message ORDRSP does not belong into a group ORDERS"]),
        ([group(response())[:-1]], ["group G1 ends without UNE"]),
    ],
)
def test_what_is_wrong_with_a_group(groups, said):
    count = sum(one[0].startswith("UNG") for one in groups)
    assert told(read(interchange(*groups, unz=f"UNZ+{count}+R1"))) == said


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("INVOIC:D:96A:UN", "DOC_UNSUPPORTED"),
        ("ORDRSP:D:93A:UN", "DOC_UNSUPPORTED"),
        ("ORDRSP:S:96A:UN", "DOC_UNSUPPORTED"),
    ],
)
def test_messages_and_versions_that_are_not_taken(kind, code):
    events = read(interchange(message(kind, "BGM+231+A+29"), response("B", "2")))
    assert [problem.code for problem in problems(events)] == [code]
    assert numbers(events) == ["B"]


def test_the_profile_says_who_may_send_whether_it_is_a_test_and_which_versions():
    good = interchange(response())
    assert [p.code for p in problems(read(good, sender="OTHER:14"))] == ["ENV_UNKNOWN_SENDER"]
    assert [p.code for p in problems(read(good, receiver="US:ZZ"))] == ["ENV_UNKNOWN_SENDER"]
    assert problems(read(good, sender="THEM:14", receiver="US:14")) == []
    test = interchange(response(), rest="++++++1")
    assert [p.code for p in problems(read(test))] == ["ENV_TEST_FLAG"]
    assert numbers(read(test, test=True)) == ["R-1"]
    assert [p.code for p in problems(read(good, test=True))] == ["ENV_TEST_FLAG"]
    assert [p.code for p in problems(read(good, versions=["D:01B"]))] == ["DOC_UNSUPPORTED"]
    assert numbers(read(interchange(response(), syntax="UNOA:1"))) == ["R-1"]
    assert [p.code for p in problems(read(interchange(response(), syntax="UNOX:3")))] == ["DOC_UNSUPPORTED"]
    with pytest.raises(OptionsInvalid, match="edifact option test"):
        edifact.check_options({"test": "perhaps"})


def test_a_refused_interchange_is_kept_whole():
    both = interchange(response("A")) + interchange(response("B"), ref="R2", rest="++++++1")
    events = read(both)
    assert numbers(events) == ["A"]
    (problem,) = problems(events)
    assert numbers(read(problem.fragment, test=True)) == ["B"]


def test_rubbish_between_interchanges_is_told_with_its_place():
    text = interchange(response("A")) + "rubbish\n" + interchange(response("B"), ref="R2")
    events = read(text)
    assert numbers(events) == ["A", "B"]
    (problem,) = problems(events)
    assert problem.location.offset == text.index("rubbish")


@pytest.mark.parametrize("text", ["", "   \r\n", "UNB", "hello", "UNA:+.? 'UNH+1+ORDERS:D:96A:UN'"])
def test_what_is_no_interchange_at_all_is_refused(text):
    with pytest.raises(Unreadable):
        read(text)


def test_a_damaged_tag_is_no_part_of_what_stands_before_it():
    events = read(interchange(message("ORDRSP", "BGM+231+A+29", "DTM+137:20261102:102", "LIM+1", "UNS+S")))
    (problem,) = problems(events)
    assert (problem.code, problem.location.segment, problem.location.tag) == ("SYN_SEGMENT", 4, "LIM")


def test_a_nul_is_refused():
    events = read(interchange(response("A\0B"), response("C", "2")))
    assert [problem.code for problem in problems(events)] == ["ENV_UNREADABLE"]
    assert numbers(events) == ["C"]


def test_a_part_is_closed_once_and_by_name():
    events = read(interchange(response("A"), response("B", "2", count=1)))
    closed = [(event.part, event.accepted) for event in events if isinstance(event, PartClosed)]
    assert closed == [("UNBR1/UNH1@1", True), ("UNBR1/UNH2@2", False)]


CHARSETS = [
    ("UNOC:3", "Zürich", "latin-1"), ("UNOD:3", "Łódź", "iso8859-2"), ("UNOE:3", "Киев", "iso8859-5"),
    ("UNOF:3", "Αθήνα", "iso8859-7"), ("UNOK:3", "İzmir", "iso8859-9"), ("UNOY:4", "Łódź €", "utf-8"),
    ("UNOW:4", "日本", "utf-8"),
]  # fmt: skip


@pytest.mark.parametrize(("syntax", "text", "codec"), CHARSETS)
def test_text_is_read_in_the_character_set_that_unb_names(syntax, text, codec):
    data = interchange(response("\0"), syntax=syntax).encode().replace(b"\0", text.encode(codec))
    assert numbers(read(data)) == [text]


@pytest.mark.parametrize(
    ("syntax", "raw", "remedy"),
    [
        ("UNOC:3", "Zürich".encode(), "charset: utf-8"),
        ("UNOD:3", "Łódź".encode(), "charset: utf-8"),
        ("UNOA:3", "Zürich".encode(), "charset: utf-8"),
        ("UNOC:3", "5 €".encode("cp1252"), "charset: cp1252"),
        ("UNOA:3", "Zürich".encode("latin-1"), "set `charset`"),
        ("UNOY:4", "Zürich".encode("latin-1"), "set `charset`"),
    ],
)
def test_bytes_that_are_not_what_unb_says_stop_their_message_with_the_remedy(syntax, raw, remedy):
    text = interchange(response("\0"), response("B", "2"), syntax=syntax)
    events = read(text.encode().replace(b"\0", raw))
    (problem,) = problems(events)
    assert problem.code == "ENV_UNREADABLE"
    assert remedy in problem.text
    assert (problem.location.segment, problem.location.tag) == (2, "BGM")
    assert problem.location.offset == text.index("BGM")
    assert raw in problem.fragment
    assert numbers(events) == ["B"]


@pytest.mark.parametrize(("codec", "text"), [("cp1252", "5 €"), ("utf-8", "Łódź"), ("cp1251", "Киев")])
def test_the_profile_names_what_a_partner_really_writes(codec, text):
    data = interchange(response("\0")).encode().replace(b"\0", text.encode(codec))
    assert numbers(read(data, charset=codec)) == [text]


def test_a_line_is_cut_out_in_its_own_character_set():
    body = message(
        "INVRPT", "BGM+35+\0+9", "DTM+137:20261102:102", "LIN+1++9521234000228:EN", "QTY+145:many",
        "LIN+2++9521234000228:EN", "QTY+145:1",
    )  # fmt: skip
    data = interchange(body, syntax="UNOD:3").encode().replace(b"\0", "Łódź".encode("iso8859-2"))
    (problem,) = problems(read(data))
    assert problem.code == "VALUE_NOT_NUMERIC"
    (document,) = documents(read(problem.fragment.replace(b"many", b"7"), key="edit/1"))
    assert (document.number, str(document.lines[0].quantity)) == ("Łódź", "7")


@pytest.mark.parametrize(
    ("options", "change", "told"),
    [
        ({}, {}, "7"),
        ({"sender": "OTHER:14"}, {}, "4+23"),
        ({"receiver": "US:ZZ"}, {}, "4+7"),
        ({}, {"syntax": "UNOQ:3"}, "4+2"),
        ({}, {"rest": "++++++1"}, "4+25"),
        ({}, {"unz": "UNZ+1+R2"}, "7+28"),
        ({}, {"unz": "UNZ+2+R1"}, "7+29"),
    ],
)
def test_a_contrl_says_what_is_wrong_with_the_interchange(options, change, told):
    events = read(interchange(response(), **change), acknowledge="always", **options)
    answer = next(e.document for e in events if isinstance(e, Drafted) and e.part.startswith("ack:"))
    written = write_edifact(answer, EdifactProfile(), control=1, at=answer.occurred_at).decode()
    assert f"UCI+R1+THEM:14+US:14+{told}'" in written
    wanted = read(interchange(response(), **change), acknowledge="on_error", **options)
    assert any(isinstance(e, Drafted) and e.part.startswith("ack:") for e in wanted) is (told != "7")
