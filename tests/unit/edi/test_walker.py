"""The walk along a message's structure, and that its shortcut sees nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.edi import walker
from transforms.edi.faults import Fault, Wrong
from transforms.edi.shortcut import Shortcut, worth_a_shortcut
from transforms.edi.structure import Structure, nodes_of, segments_of
from transforms.edi.walker import Walker
from transforms.formats.x12 import standard
from transforms.formats.x12.standard import v004010, v005010
from transforms.segments import Dialect

DIALECT = Dialect("*", "~", ">", repetition="^")
SMALL = Structure(
    "999",
    nodes_of("BIG! REF:2 N1:5(N2 N3:2) LIN!:1000(PID:3 DTM QTY!:9(DTM:2) N1:5(N2)) CTT(AMT)"),
    segments_of(
        """
BIG an2! an1-22! dt8
REF an2-3! an1-30 an1-80 | R0203
N1 an2-3! an1-60 an1-2 an2-80 | R0203 P0304
N2 an1-60!
N3 an1-55! an1-55
LIN an1-20 an2! an1-48! 3*[an2 an1-48] | P0405-0809
PID an1! an2 an1-80
DTM an3! dt8 tm4-8 | R0203
QTY an2! r1-15 (an2! r1-9) an1-30
    | R0204 E0204
CTT n1-6! r1-10 an2 | P0203
AMT an1-3@522! r1-18!
MSG an1-264!
""",
        {"522": "1 TT"},
    ),
)
HEAD, TAIL = ["BIG*00*R1*20260131", "N1*WH**92*DC1"], ["CTT*2"]
LINE = ["LIN*1*SK*A1*EN*9521234000013", "PID*F**GREEN", "QTY*17*5", "DTM*036*20260131"]


def walked(segments: list[str], structure: Structure = SMALL, *, run: int = 1_000_000) -> list[Fault]:
    one = Walker(structure, DIALECT)
    for at in range(0, len(segments), run):
        one.feed(segments[at : at + run])
    one.close()
    return one.faults


def told(segments: list[str]) -> list[tuple[Wrong, str, int, int | None]]:
    return [(one.wrong, one.tag, one.segment, one.element) for one in walked(segments)]


def test_a_sound_message_has_no_fault() -> None:
    assert walked(HEAD + LINE + LINE + TAIL) == []


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (HEAD + LINE + ["XYZ*1"] + TAIL, (Wrong.SEGMENT_UNKNOWN, "XYZ", 8, None)),
        (HEAD + LINE + ["MSG*1"] + TAIL, (Wrong.SEGMENT_UNEXPECTED, "MSG", 8, None)),
        ([*HEAD[:1], "N3*X", *LINE, *TAIL], (Wrong.SEGMENT_UNEXPECTED, "N3", 3, None)),
        (HEAD[1:] + LINE + TAIL, (Wrong.SEGMENT_MISSING, "BIG", 2, None)),
        (HEAD + LINE[:2] + LINE + TAIL, (Wrong.SEGMENT_MISSING, "QTY", 6, None)),
        (HEAD + TAIL, (Wrong.SEGMENT_MISSING, "LIN", 4, None)),
        (HEAD + LINE + ["DTM*036*20260131", "DTM*036*20260131"], (Wrong.SEGMENT_TOO_OFTEN, "DTM", 9, None)),
        (HEAD + HEAD[1:] * 5 + LINE, (Wrong.LOOP_TOO_OFTEN, "N1", 8, None)),
        (HEAD + LINE + TAIL + LINE, (Wrong.SEGMENT_MISPLACED, "LIN", 9, None)),
        (["BIG**R1", *LINE], (Wrong.ELEMENT_MISSING, "BIG", 2, 1)),
        (["BIG*00*R1***", *LINE], None),
        (["BIG*00*R1**X", *LINE], (Wrong.ELEMENTS_TOO_MANY, "BIG", 2, 4)),
        (["BIG*0*R1", *LINE], (Wrong.TOO_SHORT, "BIG", 2, 1)),
        (["BIG*000*R1", *LINE], (Wrong.TOO_LONG, "BIG", 2, 1)),
        (["BIG*00*R1*20260230", *LINE], (Wrong.DATE, "BIG", 2, 3)),
        (["BIG*00*R1", "LIN**SK*1", "QTY*17*x"], (Wrong.CHARACTER, "QTY", 4, 2)),
        (["BIG*00*R1", "LIN**SK*1", "QTY*17"], (Wrong.ELEMENT_NEEDED, "QTY", 4, 2)),
        (["BIG*00*R1", "LIN**SK*1", "QTY*17*1**1"], (Wrong.ELEMENT_EXCLUDED, "QTY", 4, 4)),
        (["BIG*00*R1", "LIN**SK*1*EN", "QTY*17*1"], (Wrong.ELEMENT_NEEDED, "LIN", 3, 5)),
        (["BIG*00*R1", "LIN**SK*1", "QTY*17*1*EA>x"], (Wrong.CHARACTER, "QTY", 4, 3)),
        (["BIG*00*R1", "LIN**SK*1", "QTY*17*1*EA>1>1"], (Wrong.ELEMENTS_TOO_MANY, "QTY", 4, 3)),
        (["BIG*00*R1", *LINE, "CTT*1", "AMT*9*1"], (Wrong.CODE, "AMT", 8, 1)),
        (["BIG*00*R1", "LIN**SK*1", "DTM*036**2460", "QTY*17*1"], (Wrong.TIME, "DTM", 4, 3)),
    ],
)  # fmt: skip
def test_each_fault_is_told_where_it_stands(
    segments: list[str], expected: tuple[Wrong, str, int, int | None] | None
) -> None:
    assert told(segments) == ([expected] if expected else [])


def test_a_line_too_many_is_told_once() -> None:
    faults = walked(HEAD + LINE * 1_500)
    assert [(one.wrong, one.tag) for one in faults] == [(Wrong.LOOP_TOO_OFTEN, "LIN")]


def test_a_fault_names_the_loop_it_belongs_to() -> None:
    (fault,) = walked(HEAD + LINE * 3 + LINE[:2] + ["QTY*17*many"] + TAIL)
    assert (fault.loop, fault.owner, fault.segment) == ("QTY", 18, 18)
    (fault,) = walked(HEAD + LINE * 100 + ["LIN*1*SK*A1"] + TAIL)
    assert (fault.wrong, fault.tag, fault.loop, fault.owner) == (Wrong.SEGMENT_MISSING, "QTY", "LIN", 404)


_SEGMENT = st.sampled_from(
    [
        *LINE, *LINE, *LINE, "LIN*2*SK", "LIN**SK*A", "QTY*17*-5.25", "QTY*17*x", "QTY*17**EA>1", "N1*ST*X", "N2*Y",
        "DTM*036*20240229", "DTM*036*20230229", "DTM*036**2359", "PID*F", "PID*F*08*", "CTT*1", "REF*PO*1", "QTY*17*1*EA*",
        "ZZZ*1", "QTY*1*2*3", "QTY*17*1234567890123456", "LIN*1*SK*A*EN*1*UP*2*VN*3", "LIN*1*SK*A**1", "N1*ST**92*1",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(_SEGMENT, min_size=1, max_size=6), max_size=12), st.integers(1, 200))
def test_the_shortcut_finds_what_the_walk_finds(odd: list[list[str]], run: int) -> None:
    """Sound lines between odd ones, in runs of any length: with and without looking ahead."""
    segments = HEAD + [one for group in odd for one in LINE * 20 + group] + LINE * 40 + TAIL
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(walker, "FEW", 1 << 30)
        plainly = walked(segments, run=run)
        patch.setattr(walker, "FEW", 0)
        assert walked(segments, run=run) == plainly


@pytest.mark.parametrize("version", ["004010", "005010"])
@pytest.mark.parametrize("kind", sorted({*v004010.SETS, *v005010.SETS}))
def test_every_segment_of_every_set_is_declared(version: str, kind: str) -> None:
    structure = standard.structure(version, kind)
    if structure is None:
        assert (version, kind) == ("004010", "999")
    else:
        assert structure.tags <= set(structure.segments)


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_a_pattern_can_be_made_of_every_loop_that_is_worth_one(version: str) -> None:
    made = 0
    for kind in {*v004010.SETS, *v005010.SETS}:
        structure = standard.structure(version, kind)
        waiting = list(structure.nodes) if structure else []
        while waiting:
            node = waiting.pop()
            waiting += node.children
            if worth_a_shortcut(node):
                shortcut = Shortcut(structure, Dialect("*", "~", ">"))
                shortcut.load([f"{node.tag}*"])
                shortcut.sound(node, 0)
                made += 1
    assert made > 20
