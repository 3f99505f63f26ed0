"""Spreadsheets: typed cells, limits before anything is unpacked, and every fault with its row and column."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import Problem, SnapshotEmpty, TransformError, Unreadable
from transforms.formats import xlsx
from transforms.reading import Context, Drafted

NOW = datetime(2026, 11, 2, tzinfo=UTC)
NAMES = ("site", "sku", "qty", "unit", "counted")
LAYOUT: dict[str, Any] = {
    "type": "crossdock.inventory.snapshot.v1", "mode": "snapshot_full", "texts": ["sku"],
    "header": {"site": {"92": "site"}, "occurred_at": {"from": "counted", "zone": "UTC"}},
    "line": {"item": {"SK": "sku"}, "quantity": "qty", "unit": "unit"},
}  # fmt: skip
DAY = datetime(2026, 11, 1, 8)


def row(
    sku: Any = "SKU-1", qty: Any = 12.5, unit: Any = "EA", site: Any = "DC1", counted: Any = DAY
) -> tuple[Any, ...]:
    return site, sku, qty, unit, counted


def book(
    *rows: tuple[Any, ...], header: tuple[Any, ...] = NAMES, above: int = 0, title: str = "Stock"
) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = title
    for _ in range(above):
        sheet.append(["Stock of the day"])
    for one in (header, *rows):
        sheet.append(one)
    made.create_sheet("Notes").append(["nothing here"])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def read(raw: bytes, **options: Any) -> list[Any]:
    context = Context("nb", "s", "s", "file/s/1", NOW, "stock.xlsx", LAYOUT | options)
    return list(xlsx.read(io.BytesIO(raw), context))


def lines_of(events: list[Any]) -> list[Any]:
    return [one for event in events if isinstance(event, Drafted) for one in event.document.lines]


def problems(events: list[Any]) -> list[Problem]:
    return [event for event in events if isinstance(event, Problem)]


def test_typed_cells_become_what_the_layout_says():
    events = read(book(row("00123", 12.5), row("B", 7, "KGM"), row("C", "1.25")))
    assert problems(events) == []
    assert [(one.item["SK"], one.quantity, one.source_unit) for one in lines_of(events)] == [
        ("00123", Decimal("12.5"), "EA"), ("B", Decimal(7), "KGM"), ("C", Decimal("1.25"), "EA"),
    ]  # fmt: skip
    [document] = [event.document for event in events if isinstance(event, Drafted)]
    assert (document.occurred_at, document.complete) == (DAY.replace(tzinfo=UTC), True)


@pytest.mark.parametrize("sheet", ["Stock", 1])
def test_a_sheet_by_name_or_position_below_a_title(sheet):
    assert len(lines_of(read(book(row(), above=3), sheet=sheet, header_row=4))) == 1


def test_empty_rows_are_passed_over_and_end_the_sheet_when_there_are_many():
    assert len(lines_of(read(book(row(), (), (), row("B"))))) == 2
    assert len(lines_of(read(book(row(), *[()] * 200, row("B"))))) == 1


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        (row(sku=123), "SYN_ELEMENT", "sku"),
        (row(qty="1O"), "VALUE_NOT_NUMERIC", "qty"),
        (row(qty="#N/A"), "SYN_ELEMENT", "qty"),
        (row(unit="???"), "UOM_UNKNOWN", "unit"),
        (row(sku=None), "SYN_ELEMENT", "sku"),
        (row(sku="x" * 3_000), "SYN_ROW", "sku"),
    ],
)
def test_a_bad_row_is_told_with_its_place_and_its_neighbours_go_on(bad, code, field):
    events = read(book(row("A"), bad, row("B")))
    [problem] = problems(events)
    assert (problem.code, problem.location.line, problem.location.field) == (code, 3, field)
    assert [one.item["SK"] for one in lines_of(events)] == ["A", "B"]


@pytest.mark.parametrize(
    ("header", "word"),
    [
        (("site", "sku", "qty", "unit"), "missing: counted"),
        ((*NAMES, "qty"), "twice"),
        ((*NAMES, "colour"), "not known: colour"),
        ((), "empty"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(header, word):
    with pytest.raises(Unreadable, match=word):
        read(book(row(), header=header))


def test_a_sheet_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(Unreadable, match="Stock, Notes"):
        read(book(row()), sheet="Bestand")
    with pytest.raises(Unreadable, match="there are 2"):
        read(book(row()), sheet=3)
    with pytest.raises(SnapshotEmpty):
        read(book())


def with_part(raw: bytes, name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, data if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, data)
    return out.getvalue()


def test_bombs_document_types_and_passwords_are_refused():
    raw = book(row())
    with pytest.raises(Unreadable, match="unpacks to more"):
        read(with_part(raw, "xl/media/image1.png", b"\0" * 50_000_000))
    with pytest.raises(Unreadable, match="max_unpacked"):
        read(with_part(raw, "xl/media/image1.png", bytes(range(256)) * 4_000), max_unpacked=1 << 17)
    sheet = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml")
    evil = b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + sheet
    with pytest.raises(Unreadable, match="DTD"):
        read(with_part(raw, "xl/worksheets/sheet1.xml", evil))
    locked = bytearray(raw)
    locked[raw.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unreadable, match="password"):
        read(bytes(locked))


@pytest.mark.parametrize("raw", [b"", b"site,sku\nDC1,A\n", b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0old"])
def test_what_is_no_workbook_is_refused(raw):
    with pytest.raises(Unreadable, match="no workbook"):
        read(raw)


words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=1, max_size=12)


@given(st.lists(st.tuples(words, st.decimals(0, 10**6, places=3)), min_size=1, max_size=20))
def test_what_is_written_is_read(rows):
    events = read(book(*(row(sku, float(quantity)) for sku, quantity in rows)))
    assert problems(events) == []
    assert [(one.item["SK"], one.quantity) for one in lines_of(events)] == rows


RAW = book(row("A"), row("B"))


@given(at=st.integers(0, len(RAW) - 1), byte=st.integers(0, 255))
def test_no_flipped_byte_is_a_crash(at, byte):
    raw = bytearray(RAW)
    raw[at] = byte
    try:
        read(bytes(raw))
    except TransformError:
        return
