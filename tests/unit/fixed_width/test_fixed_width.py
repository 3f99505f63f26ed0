"""Fixed-width records: every column in its place, every fault told with its place, neighbours going on."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import Problem, SnapshotEmpty, Unreadable
from transforms.formats import fixed_width
from transforms.mapping import LayoutInvalid
from transforms.reading import Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LAYOUT: dict[str, Any] = {
    "type": "crossdock.inventory.snapshot.v1", "mode": "snapshot_full",
    "tag": {"start": 1, "length": 1}, "line_tags": ["D"], "skip": ["C"],
    "heads": {"H": {"site": {"start": 2, "length": 4}, "counted": {"start": 6, "length": 8}}},
    "trailer": {"tag": "T", "count": {"start": 2, "length": 6}},
    "columns": {
        "sku": {"start": 2, "length": 10}, "qty": {"start": 12, "length": 9, "decimals": 3, "sign": "trailing"},
        "unit": {"start": 21, "length": 3},
    },
    "header": {"site": {"92": "site"}, "occurred_at": {"from": "counted", "zone": "UTC"}},
    "line": {"item": {"SK": "sku"}, "quantity": "qty", "unit": "unit"},
}  # fmt: skip


def head(site: str = "DC1", day: str = "20261102") -> str:
    return f"H{site:4}{day}"


def line(sku: str = "SKU-1", qty: str = "000012500", unit: str = "EA") -> str:
    return f"D{sku:10}{qty:9}{unit:3}"


def file(*lines: str, count: int | None = None, heads: str | None = None, end: str = "\n") -> str:
    number = sum(one.startswith("D") for one in lines) if count is None else count
    return end.join([heads or head(), *lines, f"T{number:06d}", ""])


def read(data: str | bytes, **options: Any) -> list[Any]:
    raw = data if isinstance(data, bytes) else data.encode()
    context = Context("nb", "s", "s", "file/s/1", NOW, "stock.txt", LAYOUT | options)
    return list(fixed_width.read(io.BytesIO(raw), context))


def lines_of(events: list[Any]) -> list[Any]:
    return [one for event in events if isinstance(event, Drafted) for one in event.document.lines]


def problems(events: list[Any]) -> list[Problem]:
    return [event for event in events if isinstance(event, Problem)]


def test_columns_heads_and_implied_decimals():
    events = read(file(line("SKU-1", "000012500"), line("SKU-2", "00001250-", "KGM")))
    assert problems(events) == []
    assert [(one.item, one.quantity, one.source_unit) for one in lines_of(events)] == [
        ({"SK": "SKU-1"}, Decimal("12.5"), "EA"),
        ({"SK": "SKU-2"}, Decimal("-1.25"), "KGM"),
    ]
    [document] = [event.document for event in events if isinstance(event, Drafted)]
    assert (document.site, document.complete) == ({"92": "DC1"}, True)
    assert document.occurred_at == datetime(2026, 11, 2, tzinfo=UTC)


def test_a_head_holds_for_the_lines_below_it():
    text = file(line("A"), head("DC2"), line("B"), line("C"), count=3)
    sites = {
        event.document.site["92"]: len(event.document.lines)
        for event in read(text)
        if isinstance(event, Drafted)
    }
    assert sites == {"DC1": 1, "DC2": 2}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85"])
def test_any_line_end(end):
    assert len(lines_of(read(file(line("A"), line("B"), end=end)))) == 2


@pytest.mark.parametrize("behind", ["\x1a", "\x0c\x1a\r\n", "\0\0\0", ""])
def test_what_old_systems_put_behind_the_end(behind):
    assert problems(read(file(line()) + behind)) == []


def test_ebcdic_without_line_ends():
    text = "".join(one.ljust(30) for one in (head(), line("A"), line("B"), "T000002"))
    events = read(text.encode("cp037"), encoding="cp037", record_length=30)
    assert problems(events) == []
    assert [one.item["SK"] for one in lines_of(events)] == ["A", "B"]


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        ("DSKU-1", "SYN_ROW", "sku"),
        (line()[:14], "SYN_ROW", "qty"),
        (line(qty="0000125OO"), "VALUE_NOT_NUMERIC", "qty"),
        (line(unit="???"), "UOM_UNKNOWN", "unit"),
        (line(sku=""), "SYN_ELEMENT", "sku"),
        (line(sku="A\0B"), "SYN_ROW", None),
        ("X what is this", "SYN_SEGMENT", None),
    ],
)
def test_a_bad_record_is_told_with_its_place_and_its_neighbours_go_on(bad, code, field):
    text = file(line("A"), bad, line("B"), count=3 if bad.startswith("D") else 2)
    events = read(text)
    [problem] = problems(events)
    assert (problem.code, problem.location.line, problem.location.field) == (code, 3, field)
    assert [one.item["SK"] for one in lines_of(events)] == ["A", "B"]
    assert not any(event.document.complete for event in events if isinstance(event, Drafted))
    if problem.location.offset is not None:
        assert text[problem.location.offset :].startswith(bad[:5])


def test_a_bad_record_is_repaired_below_its_head():
    [problem] = problems(read(file(line("A"), line("B", "0000125OO"))))
    assert problem.fragment is not None
    events = read(problem.fragment.replace(b"OO", b"00"))
    assert problems(events) == []
    assert [one.quantity for one in lines_of(events)] == [Decimal("12.5")]
    assert [event.document.site for event in events if isinstance(event, Drafted)] == [{"92": "DC1"}]


def test_the_trailer_counts_and_a_cut_is_told():
    assert [one.code for one in problems(read(file(line(), count=2)))] == ["CTRL_TOTAL_MISMATCH"]
    assert [one.code for one in problems(read(f"{head()}\n{line()}\n"))] == ["ENV_UNREADABLE"]
    assert [one.code for one in problems(read(file(line()) + line()))] == ["SYN_ORDER"]


def test_short_records_are_padded_where_the_layout_says_so():
    text = file(line(unit="EA").rstrip())
    assert [one.code for one in problems(read(text))] == ["SYN_ROW"]
    assert problems(read(text, short="pad")) == []


def test_bytes_of_another_encoding_cost_their_record():
    events = read(file(line("A"), line("B")).encode().replace(b"DA ", b"D\xe4 "))
    [problem] = problems(events)
    assert (problem.code, problem.fragment) == ("SYN_ROW", None)
    assert [one.item["SK"] for one in lines_of(events)] == ["B"]


def test_a_record_that_never_ends_is_told_once_and_not_held():
    events = read(file(line("A"), "D" + "x" * 3_000_000, line("B"), count=3))
    assert [one.code for one in problems(events)] == ["SYN_ROW", "CTRL_TOTAL_MISMATCH"]
    assert [one.item["SK"] for one in lines_of(events)] == ["A", "B"]


def test_nothing_is_refused_and_a_snapshot_of_nothing_as_well():
    with pytest.raises(Unreadable):
        read(b"")
    with pytest.raises(SnapshotEmpty):
        read(file())


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"tag": None}, "tag"),
        ({"line_tags": []}, "line_tags"),
        ({"skip": ["D"]}, "twice"),
        ({"encoding": "klingon"}, "klingon"),
        ({"line": {**LAYOUT["line"], "lot": "batch"}}, "batch"),
        ({"columns": {**LAYOUT["columns"], "site": {"start": 1, "length": 1}}}, "two records"),
        ({"columns": {"sku": {"start": 0, "length": 1}}}, "start"),
    ],
)
def test_a_layout_that_makes_no_sense_is_named(change, word):
    with pytest.raises(LayoutInvalid, match=word):
        fixed_width.check_options(LAYOUT | change)


words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.", min_size=1, max_size=10)


@given(st.lists(st.tuples(words, st.integers(0, 99_999_999)), min_size=1, max_size=40))
def test_what_is_written_is_read(rows):
    events = read(file(*(line(sku, f"{number:09d}") for sku, number in rows)))
    assert problems(events) == []
    assert [(one.item["SK"], one.quantity) for one in lines_of(events)] == [
        (sku, Decimal(number) / 1000) for sku, number in rows
    ]


@given(at=st.integers(0, 80), byte=st.integers(0, 255))
def test_no_flipped_byte_is_a_crash_or_a_silent_loss(at, byte):
    raw = bytearray(file(line("A"), line("B"), line("C")).encode())
    raw[at] = byte
    events = read(bytes(raw))
    assert len(lines_of(events)) == 3 or problems(events)
    assert all(event.accepted for event in events if isinstance(event, PartClosed))
