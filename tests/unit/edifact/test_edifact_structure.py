"""EDIFACT messages against their directory: each fault has its place, what is legal passes, the profile decides."""

from __future__ import annotations

import pytest

from tests.unit.edifact.edi import documents, interchange, message, problems, read, told
from transforms.formats.edifact import standard
from transforms.formats.edifact.maps import MAPS

HEAD = ["BGM+231+R-1+29", "DTM+137:20261102:102", "RFF+ON:P-1"]
LIN, QTY, END = "LIN+1+5+9521234000013:EN", "QTY+113:5:PCE", "UNS+S"
SOUND = [*HEAD, LIN, QTY, END]


def answers(*segments: str, version: str = "D:96A:UN", **options: str):
    return read(interchange(message(f"ORDRSP:{version}", *segments)), **options)


@pytest.mark.parametrize("version", ["D:96A", "D:01B"])
@pytest.mark.parametrize("kind", sorted(MAPS))
def test_every_segment_of_every_message_is_declared(version, kind):
    structure = standard.structure(version, kind)
    assert structure.tags <= set(structure.segments)


def test_a_directory_that_nobody_knows_has_no_structure():
    assert standard.structure("D:93A", "ORDERS") is None


@pytest.mark.parametrize("version", ["D:96A:UN", "D:96A:UN:EAN008", "D:01B:UN", "D:01B:UN:EAN010"])
def test_what_is_sound_is_taken(version):
    events = answers(*SOUND, version=version)
    assert problems(events) == []
    assert len(documents(events)) == 1


@pytest.mark.parametrize("version", ["D:96A:UN:EAN008", "D:01B:UN:EAN010"])
@pytest.mark.parametrize("more", ["+1:1", "++1", "+1:1+1"])
def test_a_line_may_be_a_part_of_another_with_or_without_a_level(version, more):
    assert problems(answers(*HEAD, LIN + more, QTY, END, version=version)) == []


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        (SOUND[1:], ("SYN_SEGMENT", "BGM is missing", "BGM", 2, None, None)),
        (SOUND[:-1], ("SYN_SEGMENT", "UNS is missing", "UNS", 7, None, None)),
        ([*HEAD, LIN, QTY, HEAD[0], END], ("SYN_ORDER", "BGM stands too late", "BGM", 7, None, None)),
        ([*HEAD, LIN, QTY, "PIA+1+A:NB", END], ("SYN_ORDER", "PIA stands too late", "PIA", 7, None, None)),
        (
            [*HEAD, LIN, QTY, "INV+1", END],
            ("SYN_SEGMENT", "INV does not belong into ORDRSP", "INV", 7, None, None),
        ),
        (
            [*HEAD, LIN, QTY, "XYZ+1", END],
            ("SYN_SEGMENT", "'XYZ' is no segment of the directories", "XYZ", 7, None, None),
        ),
        ([*HEAD, QTY, LIN, END], ("SYN_SEGMENT", "QTY may not stand here", "QTY", 5, None, None)),
        (
            [*HEAD, LIN, *["PCD+1:1"] * 6, END],
            ("SYN_SEGMENT", "PCD stands more than 5 times", "PCD", 11, None, None),
        ),
        (
            [*HEAD, LIN, "QTY+:5:PCE", END],
            ("SYN_ELEMENT", "component 1 of QTY01 is missing", "QTY", 6, 1, 1),
        ),
        (
            [*HEAD, LIN, "QTY+113:x:PCE", END],
            ("VALUE_NOT_NUMERIC", "component 2 of QTY01 must be a number, it is 'x'", "QTY", 6, 1, 2),
        ),
        (
            [*HEAD, LIN, "QTY+113:5:PCEX", END],
            ("SYN_ELEMENT", "component 3 of QTY01 may have 3 characters, it has 4: 'PCEX'", "QTY", 6, 1, 3),
        ),
        (
            [*HEAD, LIN, "QTY+113:5:PCE:9", END],
            ("SYN_ELEMENT", "QTY01 has 4 components, the standard knows 3", "QTY", 6, 1, 4),
        ),
        (
            [*HEAD, LIN, QTY + "+9", END],
            ("SYN_ELEMENT", "QTY has 2 elements, the standard knows 1", "QTY", 6, 2, None),
        ),
        (
            [*HEAD, LIN, QTY, "UNS+SX"],
            ("SYN_ELEMENT", "UNS01 may have 1 characters, it has 2: 'SX'", "UNS", 7, 1, None),
        ),
    ],
)
def test_each_fault_is_told_where_it_stands(segments, said):
    events = answers(*segments)
    (problem,) = problems(events)
    where = problem.location
    assert (problem.code, problem.text, where.tag, where.segment, where.element, where.component) == said
    assert documents(events) == []


@pytest.mark.parametrize(
    ("at", "wrong", "said"),
    [
        (1, "DTM+137:20261102:102:9", "DTM01 has 4 components, the standard knows 3"),
        (5, "UNS+SX", "UNS01 may have 1 characters, it has 2: 'SX'"),
        (3, "LIN+1234567+5+9521234000013:EN", "LIN01 may have 6 characters, it has 7: '1234567'"),
    ],
)
@pytest.mark.parametrize("version", ["D:96A:UN", "D:96A:UN:EAN008", "D:01B:UN", "D:01B:UN:EAN010"])
def test_both_directories_look_into_segments_that_stayed_the_same(version, at, wrong, said):
    assert told(answers(*SOUND[:at], wrong, *SOUND[at + 1 :], version=version)) == [said]


def test_what_differs_is_judged_by_the_version_that_the_message_names():
    segments = [*HEAD[:2], "RFF+ON:" + "P" * 36, LIN, QTY, END]
    assert told(answers(*segments, version="D:96A:UN"))[0].startswith("component 2 of RFF01 may have 35")
    assert told(answers(*segments, version="D:01B:UN")) == []


def test_more_lines_or_references_than_foreseen_are_noted_and_taken():
    events = answers(*HEAD, *HEAD[2:] * 10, LIN, QTY, END)
    assert [(one.warning, one.text) for one in problems(events)] == [(True, "RFF stands more than 10 times")]
    assert len(documents(events)) == 1


@pytest.mark.parametrize(
    ("wish", "warnings", "taken"), [("reject", [False], 0), ("warn", [True], 1), ("off", [], 1)]
)
def test_the_profile_says_what_a_fault_does(wish, warnings, taken):
    events = answers(*SOUND[:-1], "UNS+SX", structure=wish)
    assert [one.warning for one in problems(events)] == warnings
    assert len(documents(events)) == taken


def test_a_fault_in_one_message_stops_no_other():
    events = read(
        interchange(
            message("ORDRSP", *SOUND[:-1], "UNS+SX"),
            message("ORDRSP", SOUND[0].replace("R-1", "R-2"), *SOUND[1:], control="2"),
        )
    )
    assert [one.references["response"] for one in documents(events)] == ["R-2"]


def test_a_contrl_is_judged_by_the_service_directory():
    contrl = message("CONTRL:D:3:UN", "UCI+1+US:14:A:B+THEM:14+7")
    assert told(read(interchange(contrl))) == ["UCI02 has 4 components, the standard knows 3"]
