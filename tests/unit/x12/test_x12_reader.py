"""Reading X12: what is right comes through, what is wrong has a reason, a place and a copy to repair."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from transforms.errors import Problem, TransformError
from transforms.formats import x12
from transforms.formats.x12.writers import Control, Profile, write
from transforms.reading import Context, Drafted, PartClosed

ISA = "ISA*00*          *00*          *ZZ*THREEPL        *ZZ*NORTHBAY       *261102*1500*U*00401*{icn}*0*P*>"


def interchange(
    *sets: str, icn: str = "000000304", group: str = "RE", mark: str = "~\n", **wrong: str
) -> str:
    """Sets between headers and trailers; ``ge``, ``iea`` and ``iea_control`` replace what is right."""
    head = [ISA.format(icn=icn), f"GS*{group}*THREEPL*NORTHBAY*20261102*1500*304*X*004010"]
    tail = [
        f"GE*{wrong.get('ge', len(sets))}*304",
        f"IEA*{wrong.get('iea', 1)}*{wrong.get('iea_control', icn)}",
    ]
    text = "~".join([*head, *sets, *tail]) + "~"
    return text.replace("~", mark)


def receipt(control: str, number: str, *lines: str, se: str | None = None, total: str | None = None) -> str:
    """A 944 of W07 lines such as ``30*EA**SK*SKU-015``."""
    body = [f"ST*944*{control}", f"W17*F*20261102*{number}*P-7003", "N1*WH*DC2*UL*9521234009023"]
    body += [f"W07*{line}" for line in lines]
    if total is not None:
        body.append(f"W14*{total}")
    return "~".join([*body, f"SE*{se or len(body) + 1}*{control}"])


def read(text: str | bytes, **options: Any) -> tuple[list[Drafted], list[Problem]]:
    """Documents of accepted parts without the acknowledgement, and problems.

    Structural faults have tests of their own; the small sets here are full of them.
    """
    options = {"structure": "off"} | options
    context = Context(
        "nb", "threepl", "threepl", "file/threepl/x", datetime(2026, 11, 2, tzinfo=UTC), options=options
    )
    data = text.encode("latin-1") if isinstance(text, str) else text
    events = list(x12.read(io.BytesIO(data), context))
    accepted = {event.part for event in events if isinstance(event, PartClosed) and event.accepted}
    drafted = [e for e in events if isinstance(e, Drafted) and e.part in accepted]
    return (
        [one for one in drafted if "acknowledged" not in one.document.type],
        [event for event in events if isinstance(event, Problem)],
    )


def acknowledgement(text: str) -> Any:
    context = Context("nb", "threepl", "threepl", "file/threepl/x", datetime(2026, 11, 2, tzinfo=UTC))
    events = x12.read(io.BytesIO(text.encode()), context)
    return next(e.document for e in events if isinstance(e, Drafted) and "acknowledged" in e.document.type)


GOOD = receipt("0001", "WR-1", "30*EA**SK*SKU-015", total="30")
OTHER = receipt("0002", "WR-2", "5*EA**SK*SKU-016", total="5")


@pytest.mark.parametrize("mark", ["~", "~\n", "~\r\n", "\n", "'"])
def test_any_terminator_and_line_end(mark: str) -> None:
    drafted, problems = read(interchange(GOOD, OTHER, mark=mark))
    assert [one.document.number for one in drafted] == ["WR-1", "WR-2"]
    assert problems == []


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n  ", b"\xef\xbb\xbf\n"])
def test_a_mark_or_blanks_before_the_first_segment(before: bytes) -> None:
    drafted, problems = read(before + interchange(GOOD).encode())
    assert len(drafted) == 1
    assert problems == []


def test_two_interchanges_with_different_delimiters() -> None:
    second = interchange(OTHER, icn="000000305").replace("*", "|").replace(">", ":")
    drafted, problems = read(interchange(GOOD) + second)
    assert [one.document.number for one in drafted] == ["WR-1", "WR-2"]
    assert problems == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (interchange(receipt("0001", "WR-1", "30*EA**SK*A", se="9"), OTHER), "ENV_CONTROL_MISMATCH"),
        (interchange(GOOD.replace("SE*6*0001", "SE*6*0009"), OTHER), "ENV_CONTROL_MISMATCH"),
        (interchange(receipt("0001", "WR-1", "1O*EA**SK*A"), OTHER), "VALUE_NOT_NUMERIC"),
        (interchange(receipt("0001", "WR-1", "1*QQ**SK*A"), OTHER), "UOM_UNKNOWN"),
        (interchange(receipt("0001", "WR-1", "1*EA**SK*A", total="7"), OTHER), "CTRL_TOTAL_MISMATCH"),
        (interchange(receipt("0001", "WR-1", "1*EA**SK*A\0"), OTHER), "ENV_UNREADABLE"),
        (interchange("ST*204*0001~B2*X~SE*3*0001", OTHER), "DOC_UNSUPPORTED"),
        (interchange(GOOD, OTHER.replace("*0002", "*0001")), "ENV_CONTROL_MISMATCH"),
    ],
)
def test_a_bad_set_stops_alone_with_a_copy_that_can_be_read(text: str, code: str) -> None:
    drafted, problems = read(text)
    assert len(drafted) == 1
    assert [problem.code for problem in problems] == [code]
    assert problems[0].location.path is not None
    fragment = problems[0].fragment
    assert fragment is not None
    if "stands twice" not in problems[0].text:  # alone in its own interchange it does not
        assert [problem.code for problem in read(fragment)[1]] == [code]


@pytest.mark.parametrize("wrong", [{"ge": "5"}, {"iea": "4"}, {"iea_control": "000000999"}])
def test_wrong_trailers_are_told_and_good_sets_pass(wrong: dict[str, str]) -> None:
    drafted, problems = read(interchange(GOOD, **wrong))
    assert len(drafted) == 1
    assert [problem.code for problem in problems] == ["ENV_CONTROL_MISMATCH"]


def test_a_truncated_interchange_keeps_its_whole_sets() -> None:
    whole = interchange(GOOD, OTHER)
    drafted, problems = read(whole[: whole.index("SE*6*0002")])
    assert [one.document.number for one in drafted] == ["WR-1"]
    assert [problem.code for problem in problems] == ["ENV_UNREADABLE"]


def test_a_bad_line_of_a_receipt_stops_alone() -> None:
    lines = ("30*EA**SK*SKU-015", "1O*EA**SK*SKU-016", "4*EA**SK*SKU-017")
    drafted, problems = read(interchange(receipt("0001", "WR-1", *lines)))
    assert [line.line for line in drafted[0].document.lines] == ["1", "3"]
    assert [problem.code for problem in problems] == ["VALUE_NOT_NUMERIC"]
    assert problems[0].fragment is not None
    repaired, none = read(problems[0].fragment.replace(b"1O*", b"10*"))
    assert none == []
    assert [str(line.quantity) for line in repaired[0].document.lines] == ["10"]


def test_a_reversal_shares_its_number_and_not_its_business_key() -> None:
    back = receipt("0002", "WR-1", "30*EA**SK*SKU-015****2")
    drafted, _ = read(interchange(GOOD, back))
    assert [one.document.type.split(".")[2] for one in drafted] == ["confirmed", "reversed"]
    assert len({one.business_key for one in drafted}) == 2


@pytest.mark.parametrize(
    "data",
    [b"", b"  \n", b"ISA*00*short~", b"hello, this is no EDI at all" * 10, ISA.replace(">", "*").encode()],
)
def test_what_is_no_interchange_is_refused(data: bytes) -> None:
    with pytest.raises(TransformError) as refused:
        read(data)
    assert refused.value.code == "ENV_UNREADABLE"


def test_sender_and_usage_are_checked() -> None:
    assert read(interchange(GOOD), sender="ZZ:SOMEBODY")[1][0].code == "ENV_UNKNOWN_SENDER"
    test_flag = interchange(GOOD).replace("*0*P*>", "*0*T*>")
    drafted, problems = read(test_flag)
    assert drafted == []
    assert problems[0].code == "ENV_TEST_FLAG"


def test_the_acknowledgement_names_every_set_and_counts() -> None:
    text = interchange(GOOD, receipt("0002", "WR-2", "1O*EA**SK*A"))
    written = write(
        "997",
        acknowledgement(text),
        profile=Profile(),
        control=Control(7, 7, 1),
        at=datetime(2026, 11, 2, 16, tzinfo=UTC),
    ).decode()
    assert "AK2*944*0001~\nAK5*A~" in written
    assert "AK2*944*0002~\nAK3*W07*4*W07*8~\nAK4*1**6*1O~\nAK3*W14*5**3~\nAK5*R*5~" in written
    assert "AK9*P*2*2*1~" in written
    segments = [segment for segment in written.replace("\n", "").split("~") if segment]
    count = segments.index(next(s for s in segments if s.startswith("SE*"))) - 1
    assert f"SE*{count}*0001" in segments
    assert written.startswith("ISA*00*          *00*          *ZZ*NORTHBAY       *ZZ*THREEPL        *")


class Endless(io.RawIOBase):
    """A source that never ends a segment; it counts what was taken of it."""

    def __init__(self, size: int) -> None:
        self.left, self.taken = size, 0

    def read(self, size: int = -1) -> bytes:
        size = min(size, self.left)
        self.left -= size
        self.taken += size
        return b"A" * size


def test_a_segment_that_never_ends_is_not_taken_into_memory() -> None:
    head = interchange(GOOD).split("ST*")[0].encode()
    source = Endless(200_000_000)
    joined: Any = type(
        "Joined", (), {"read": lambda self, n: self.parts.pop(0) if self.parts else source.read(n)}
    )()
    joined.parts = [head]
    context = Context("nb", "s", "p", "file/s/x", datetime(2026, 11, 2, tzinfo=UTC))
    with pytest.raises(TransformError) as refused:
        list(x12.read(joined, context))
    assert refused.value.code == "ENV_UNREADABLE"
    assert source.taken < 4_000_000


def test_the_samples_of_the_business_day(shared: Path) -> None:
    for path in sorted((shared / "scenario" / "samples").glob("*.x12")):
        drafted, problems = read(path.read_bytes())
        assert problems == [], path.name
        assert len(drafted) == 1, path.name
