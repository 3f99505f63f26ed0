"""What is wrong is said with its place and cut out so that it reads by itself; its neighbours go on."""

from __future__ import annotations

import re
import socket

import pytest

from tests.idocs import (
    SPELLINGS,
    delivery,
    documents,
    flat,
    goods,
    head,
    idoc_element,
    material,
    mbgmcr,
    moved,
    order,
    posted,
    problems,
    read,
    records,
    seg,
    wmmbxy,
    xml,
)
from transforms.errors import Unreadable
from transforms.formats.idoc.options import OptionsInvalid
from transforms.reading import Drafted, PartClosed

both = pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)


def movement(number, *items, **control):
    return wmmbxy(*(items or (moved("701"),)), number=f"WR-{number}", docnum=f"{number:016}", **control)


def file_of(spell, *idocs):
    if spell is flat:
        return "".join(flat(*one) for one in idocs)
    return "<IDOCS>\n" + "\n".join(idoc_element(*one) for one in idocs) + "\n</IDOCS>\n"


def numbers(events):
    return [document.number for document in documents(events)]


@both
@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        (movement(2, DOCNUM=" " * 16), "SYN_ELEMENT", "DOCNUM"),
        (movement(2, MESTYP=""), "SYN_ELEMENT", "MESTYP"),
        (movement(2, IDOCTYP=""), "SYN_ELEMENT", "IDOCTYP"),
        (movement(2, SNDPRN=""), "SYN_ELEMENT", "SNDPRN"),
        (movement(2, TEST="X"), "ENV_TEST_FLAG", "TEST"),
        (movement(2, MESTYP="INVCON"), "DOC_UNSUPPORTED", "MESTYP"),
        (movement(2, IDOCTYP="ORDERS05"), "DOC_UNSUPPORTED", "MESTYP"),
        ((*movement(2, CREDAT="20260231")[:1], seg("E1MBXYH", moved())), "VALUE_DATE", "CREDAT"),
        (movement(2, moved("799")), "DOC_UNSUPPORTED", "BWART"),
        (movement(2, moved("701", ERFME="QQ")), "UOM_UNKNOWN", "ERFME"),
        (movement(2, moved("701", WERKS="")), "SYN_ELEMENT", "WERKS"),
        (movement(2, moved("101", INSMK="7")), "DOC_UNSUPPORTED", "INSMK"),
        (movement(2, moved("311")), "SYN_ELEMENT", "UMWRK"),
        (movement(2, moved("701", "")), "SYN_ELEMENT", "ERFMG"),
        (movement(2, moved("701", MATNR="")), "SYN_ELEMENT", None),
        ((*movement(2)[:1], seg("E1MBXYH", XBLNR="WR-2")), "SYN_SEGMENT", None),
        ((*movement(2)[:1], moved()), "SYN_ORDER", None),
        ((*movement(2)[:1], seg("E1MBXYH", seg("E1XYZ"), moved("701"))), "SYN_SEGMENT", None),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_idoc_is_cut_out_and_its_neighbours_go_on(spell, bad, code, field):
    text = file_of(spell, movement(1), bad, movement(3))
    events = read(text)
    [problem] = problems(events)
    assert (problem.code, problem.location.field) == (code, field)
    assert problem.location.path.startswith("IDOC")
    assert text[problem.location.offset :].startswith(("EDI_DC40", "E2", "E1", "<IDOC"))
    assert numbers(events) == ["WR-1", "WR-3"]
    assert [event.accepted for event in events if isinstance(event, PartClosed)].count(False) == 1
    again = problems(read(problem.fragment))
    assert [(one.code, one.text) for one in again] == [(code, problem.text)]


@both
def test_a_repaired_idoc_is_a_new_operation(spell):
    events = read(file_of(spell, movement(1), movement(2, TEST="X")))
    [problem] = problems(events)
    [again] = [
        event for event in read(problem.fragment, key="edit/7", test="take") if isinstance(event, Drafted)
    ]
    assert again.key == "edit/7/idoc/SAPERP/WMMBXY/0000000000000002"


@both
def test_a_test_has_no_effect_unless_the_profile_takes_tests(spell):
    for bad, tag in (
        (movement(1, TEST="X"), "EDI_DC40"),
        (mbgmcr(posted("501"), code="05", testrun="X"), "E1MBGMCR"),
    ):
        events = read(spell(*bad))
        [problem] = problems(events)
        assert (problem.code, problem.location.tag, documents(events)) == ("ENV_TEST_FLAG", tag, [])
        assert len(documents(read(spell(*bad), test="take"))) == 1


@both
def test_who_may_send_and_whom_we_answer_for(spell):
    text = spell(*movement(1))
    assert problems(read(text, sender="SAPERP", receiver="NORTHBAY")) == []
    for options, field in (({"sender": "OTHER"}, "SNDPRN"), ({"receiver": "OTHER"}, "RCVPRN")):
        [problem] = problems(read(text, **options))
        assert (problem.code, problem.location.field) == ("ENV_UNKNOWN_SENDER", field)


@both
def test_the_same_idoc_gives_the_same_key_whatever_stands_around_it(spell):
    keys = {
        event.key
        for text in (spell(*movement(7)), file_of(spell, movement(6), movement(7)))
        for event in read(text, key=f"file/{len(text)}")
        if isinstance(event, Drafted) and event.document.number == "WR-7"
    }
    assert keys == {"idoc/SAPERP/WMMBXY/0000000000000007"}


@both
def test_one_bad_line_stops_only_itself_or_by_profile_the_whole(spell):
    text = spell(*movement(1, moved("701", "1"), moved("799"), moved("702", "3")))
    events = read(text)
    [problem] = problems(events)
    assert [line.quantity for line in documents(events)[0].lines] == [1, -3]
    [again] = problems(read(problem.fragment))
    assert (again.code, again.text) == (problem.code, problem.text)
    assert documents(read(text, line_faults="reject")) == []
    order_text = spell(
        *order(
            seg("E1EDP01", POSEX="1", MENGE="x", MENEE="EA"), seg("E1EDP01", POSEX="2", MENGE="1", MENEE="EA")
        )
    )
    assert documents(read(order_text)) == []


@both
def test_when_every_line_is_bad_the_idoc_is(spell):
    events = read(spell(*movement(1, moved("799"), moved("798"))))
    [problem] = problems(events)
    assert problem.value == "799"
    assert [event.accepted for event in events if isinstance(event, PartClosed)] == [False]


@both
def test_segments_of_the_partners_own_are_read_over_when_they_are_named(spell):
    text = spell(*movement(1, moved("701", "1", seg("Z1OWN"))))
    [problem] = problems(read(text))
    assert (problem.code, problem.value) == ("SYN_SEGMENT", "Z1OWN")
    for options in ({"extra_segments": ["Z1OWN"]}, {"unknown_segments": "ignore"}):
        assert numbers(read(text, **options)) == ["WR-1"]


# --- flat ----------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "cp037"])
def test_records_with_any_line_end_or_none_in_any_encoding(end, encoding):
    text = flat(*movement(1), end=end) + flat(*delivery(goods(CHARG="GRÜN"), docnum=f"{2:016}"), end=end)
    events = read(text, encoding=encoding)
    assert problems(events) == []
    assert numbers(events) == ["WR-1", "80001234"]
    assert documents(events)[1].lines[0].lot == "GRÜN"


def test_ebcdic_has_a_line_end_of_its_own():
    assert numbers(read(flat(*movement(1), end="\x85"), encoding="cp037")) == ["WR-1"]


def test_lines_without_their_blanks_are_padded_or_refused_by_profile():
    text = flat(*movement(1), trim=True) + flat(*movement(2), trim=True)
    assert numbers(read(text)) == ["WR-1", "WR-2"]
    assert numbers(read(text, short_lines="pad")) == ["WR-1", "WR-2"]
    events = read(text, short_lines="reject")
    assert numbers(events) == []
    assert {problem.code for problem in problems(events)} == {"ENV_UNREADABLE"}


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_last_record_that_may_be_cut_is_refused_unless_the_profile_says_pad(end):
    text = (flat(*movement(1), end=end) + flat(*movement(2), end=end)).rstrip()
    events = read(text)
    [problem] = problems(events)
    assert (problem.code, numbers(events)) == ("ENV_UNREADABLE", ["WR-1"])
    assert "short_lines" in problem.text
    assert numbers(read(text, short_lines="pad")) == ["WR-1", "WR-2"]


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_file_cut_anywhere_never_gives_a_wrong_document(end):
    text = flat(*movement(1), end=end) + flat(*movement(2), end=end)
    whole = documents(read(text))
    for cut in range(0, len(text), 7):
        try:
            events = read(text[:cut])
        except Unreadable:
            continue
        given = documents(events)
        assert given == whole[: len(given)]
        assert len(given) == 2 or problems(events) or cut <= len(text) - len(text) // 2


def test_no_control_record_at_all():
    for text in ("", "\n\n", "E2MBXYH\n", "\n".join(records(*movement(1))[1:])):
        with pytest.raises(Unreadable):
            read(text)


def test_records_before_the_first_control_record_are_a_problem_of_their_own():
    text = "\n".join(records(*movement(1))[1:]) + "\n" + flat(*movement(2))
    events = read(text)
    [problem] = problems(events)
    assert (problem.code, problem.location.offset, numbers(events)) == ("SYN_ORDER", 0, ["WR-2"])


def changed(row, start, value):
    lines = records(*movement(1, moved("701"), moved("702")))
    lines[row] = lines[row][:start] + value + lines[row][start + len(value) :]
    return "\n".join(lines) + "\n" + flat(*movement(2))


@pytest.mark.parametrize(
    ("row", "start", "value", "field"),
    [
        (2, 49, "000003", "SEGNUM"),
        (2, 49, "      ", "SEGNUM"),
        (2, 55, "000009", "PSGNUM"),
        (3, 55, "000002", None),
        (2, 55, "000000", None),
        (2, 61, "05", "HLEVEL"),
        (2, 33, "0000000000009999", "DOCNUM"),
    ],
)
def test_numbers_of_segments_must_agree(row, start, value, field):
    events = read(changed(row, start, value))
    if value == "000000":  # a parent may be left out: the order tells it
        assert numbers(events) == ["WR-1", "WR-2"]
        return
    [problem] = problems(events)
    assert problem.code in ("SYN_ORDER", "SYN_ELEMENT")
    assert problem.location.field == field or field is None
    assert numbers(events) == ["WR-2"]


def test_a_file_without_segment_numbers_is_taken_when_the_profile_says_so():
    lines = [
        line if line.startswith("EDI") else line[:49] + " " * 14 + line[63:] for line in records(*movement(1))
    ]
    text = "\n".join(lines) + "\n"
    assert problems(read(text))[0].location.field == "SEGNUM"
    assert numbers(read(text, numbering="ignored")) == ["WR-1"]


def test_a_record_that_is_missing_or_doubled_is_seen():
    lines = records(*movement(1, *[moved("701", str(n)) for n in range(1, 5)]))
    for at in range(1, len(lines)):
        missing = lines[:at] + lines[at + 1 :]
        doubled = lines[: at + 1] + lines[at:]
        for text in ("\n".join(rows) + "\n" + flat(*movement(2)) for rows in (missing, doubled)):
            events = read(text)
            if text.count("E2MBXYI") == 4 and missing[-1] is lines[-2]:
                continue  # a last record that never came leaves no trace: flat IDocs have no trailer
            assert problems(events), at
            assert numbers(events) == ["WR-2"]


def test_lines_that_ran_together_do_not_swallow_each_other_or_the_next_idoc():
    lines = [line.rstrip() for line in records(*movement(1, moved("701"), moved("702")))]
    second = flat(*movement(2), trim=True)
    for at in range(1, len(lines) + 1):
        text = "\n".join([*lines[: at - 1], "".join(lines[at - 1 : at + 1]), *lines[at + 1 :]])
        events = read(text + ("" if at == len(lines) else "\n") + second)
        assert problems(events)
        assert numbers(events) == ["WR-2"]


def test_a_line_that_never_ends_is_not_held():
    text = flat(*movement(1)) + "x" * (1 << 21) + "\n" + flat(*movement(2))
    events = read(text)
    assert numbers(events) == ["WR-2"]
    assert problems(events)[0].location.path == "IDOC0000000000000001"


def test_bytes_that_are_not_of_the_encoding_spoil_only_their_idoc():
    text = flat(*delivery(goods(CHARG="GR\xdcN"))).encode("cp1252") + flat(*movement(2)).encode()
    events = read(text)
    [problem] = problems(events)
    assert (problem.code, numbers(events)) == ("ENV_UNREADABLE", ["WR-2"])
    assert b"GR\xdcN" in problem.fragment
    assert numbers(read(problem.fragment, encoding="cp1252")) == ["80001234"]


def test_fields_of_another_release_may_be_moved_by_profile():
    lines = records(*movement(1, moved("701")))
    lines[2] = lines[2][: 63 + 115] + " " * 15 + lines[2][63 + 130 :]
    lines[2] = lines[2][: 63 + 900] + "8.000".ljust(15) + lines[2][63 + 915 :]
    events = read("\n".join(lines) + "\n", fields={"E1MBXYI": {"ERFMG": [900, 15]}})
    assert documents(events)[0].lines[0].quantity == 8


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"encoding": "klingon"}, "encoding"),
        ({"short_lines": "maybe"}, "short_lines"),
        ({"fields": {"E1XXX": {}}}, "E1XXX"),
        ({"fields": {"E1MBXYI": {"NOPE": [0, 1]}}}, "NOPE"),
        ({"fields": {"E1MBXYI": {"ERFMG": [995, 15]}}}, "ERFMG"),
        ({"shorts": 1}, "shorts"),
    ],
)
def test_options_that_make_no_sense_are_named(options, word):
    with pytest.raises(OptionsInvalid, match=word):
        read(flat(*movement(1)).encode(), **options)


# --- XML -----------------------------------------------------------------------

HOSTILE = {
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "billion laughs": '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    "external subset": '<!DOCTYPE a SYSTEM "http://169.254.169.254/latest/meta-data">',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p.dtd"> %p;]>',
}


@pytest.fixture
def no_sockets(monkeypatch):
    def refuse(*_):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("doctype", HOSTILE.values(), ids=HOSTILE)
def test_a_document_type_is_refused_wherever_it_stands(doctype):
    text = xml(*movement(1))
    with pytest.raises(Unreadable, match="DTD"):
        read(text.replace("<WMMBID02>", doctype + "<WMMBID02>", 1))
    inside = (
        "<IDOCS>"
        + idoc_element(*movement(1)).replace("</IDOC>", doctype + "</IDOC>")
        + idoc_element(*movement(2))
        + "</IDOCS>"
    )
    events = read(inside)
    assert problems(events)
    assert numbers(events) == ["WR-2"]


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("evil", ["&x;", "&#0;", '<xi:include href="file:///etc/passwd"/>'])
def test_entities_and_inclusions_are_not_resolved(evil):
    text = file_of(xml, movement(1), movement(2)).replace("WR-1", evil, 1)
    events = read(text)
    [problem] = problems(events)
    assert (problem.code in ("ENV_UNREADABLE", "SYN_SEGMENT"), numbers(events)) == (True, ["WR-2"])


def test_a_declared_encoding_that_the_bytes_are_not_in():
    text = file_of(xml, delivery(goods(CHARG="GRÜN")), movement(2))
    declared = '<?xml version="1.0" encoding="UTF-8"?>' + text
    events = read(declared.encode("cp1252"))
    [problem] = problems(events)
    assert (problem.code, numbers(events)) == ("ENV_UNREADABLE", ["WR-2"])
    assert problems(read(declared.replace("UTF-8", "cp1252").encode("cp1252"))) == []
    with pytest.raises(Unreadable, match="klingon"):
        read(declared.replace("UTF-8", "klingon"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(encoding):
    events = read(file_of(xml, movement(1), movement(2, TEST="X")).encode(encoding))
    assert numbers(events) == ["WR-1"]
    [problem] = problems(events)
    assert problems(read(problem.fragment))[0].code == problem.code


def test_a_broken_idoc_leaves_its_neighbours_whole():
    good = [idoc_element(*movement(n)) for n in (1, 2, 3)]
    for broken in (
        good[1].replace("</E1MBXYI>", ""),
        good[1].replace("</IDOC>", ""),
        good[1].replace("<XBLNR>", "<XBLNR"),
        good[1].replace("</IDOC>", "text</IDOC>"),
        good[1].replace("<XBLNR>", "<XBLNR>1</XBLNR><XBLNR>"),
        good[1].replace("WR-2", "\x01"),
    ):
        events = read("<IDOCS>" + good[0] + broken + good[2] + "</IDOCS>")
        assert len(problems(events)) == 1
        assert numbers(events) == ["WR-1", "WR-3"]


def test_what_stands_between_idocs_or_around_them_is_told():
    good = [idoc_element(*movement(n)) for n in (1, 2)]
    for text, accepted in (
        ("<IDOCS>" + good[0] + good[1].replace("<IDOC ", "<IDOX ") + good[1] + "</IDOCS>", ["WR-1", "WR-2"]),
        ("<IDOCS>" + good[0] + "stray" + good[1] + "</IDOCS>", ["WR-1", "WR-2"]),
        ("<IDOCS>" + good[0] + good[1], ["WR-1", "WR-2"]),
        ("<IDOCS>" + good[0] + "</IDOCS>" + good[1], ["WR-1", "WR-2"]),
        ("<IDOCS><IDOCS>" + good[0] + "</IDOCS></IDOCS>", ["WR-1"]),
        ("<IDOCS" + good[0] + "</IDOCS>", ["WR-1"]),
    ):
        events = read(text)
        assert len(problems(events)) >= 1, text
        assert numbers(events) == accepted
    with pytest.raises(Unreadable):
        read("<ORDERS05></ORDERS05>")


def test_an_xml_file_cut_anywhere_never_gives_a_wrong_document():
    text = file_of(xml, movement(1), movement(2))
    whole = documents(read(text))
    for cut in range(1, len(text) - 1):
        try:
            events = read(text[:cut])
        except Unreadable:
            continue
        given = documents(events)
        assert given == whole[: len(given)]
        assert problems(events), cut


@both
def test_too_many_segments_are_sent_in_parts(spell, monkeypatch):
    monkeypatch.setattr("transforms.formats.idoc.flat.MAX_SEGMENTS", 20)
    monkeypatch.setattr("transforms.formats.idoc.xml.MAX_SEGMENTS", 20)
    events = read(file_of(spell, movement(1, *[moved("701")] * 30), movement(2)))
    assert [problem.code for problem in problems(events)] == ["VALUE_RANGE"]
    assert numbers(events) == ["WR-2"]


@both
def test_a_large_idoc_becomes_documents_of_at_most_500_lines(spell):
    events = read(spell(*movement(1, *[moved("701", str(n + 1)) for n in range(1_200)])))
    assert [len(document.lines) for document in documents(events)] == [500, 500, 200]
    drafts = [event for event in events if isinstance(event, Drafted)]
    assert len({draft.key for draft in drafts}) == 3


@both
def test_an_unknown_message_of_a_material_is_refused(spell):
    [problem] = problems(read(spell(*material(MSGFN="777"))))
    assert (problem.code, problem.location.field) == ("DOC_UNSUPPORTED", "MSGFN")
    assert re.match("IDOC0+4711", problem.location.path)
    assert head("MATMAS", "MATMAS05")["MESTYP"] in problem.fragment.decode()
