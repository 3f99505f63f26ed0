from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms import errors
from transforms.formats import csv
from transforms.mapping import LayoutInvalid
from transforms.reading import MAX_LINES, Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)

SALES = {
    "type": "crossdock.sales.reported.v1",
    "mode": "event",
    "delimiter": ";",
    "natural_key": ["store", "tx", "sku"],
    "unit_system": "x12",
    "header": {
        "site": {"92": "store"},
        "occurred_at": {"from": ["date", "time"], "format": "%Y%m%d %H%M%S", "zone": "Europe/Vienna"},
    },
    "line": {
        "item": {"SK": "sku"},
        "unit": "uom",
        "quantity": {"from": "qty", "negate_when": {"from": "type", "in": ["RETURN"]}},
    },
}
STOCK = {
    "type": "crossdock.inventory.snapshot.v1",
    "mode": "snapshot_full",
    "delimiter": ";",
    "unit_system": "x12",
    "header": {"site": {"92": "store"}, "occurred_at": "asof"},
    "line": {"item": {"SK": "sku"}, "unit": "uom", "quantity": "on_hand"},
}
SALES_HEADER = "store;date;time;tx;sku;qty;uom;type\n"
STOCK_HEADER = "store;asof;sku;on_hand;uom\n"


def events(data, options, **alias):
    source = io.BytesIO(data.encode() if isinstance(data, str) else data)
    return list(csv.read(source, Context("nb", "st3", "st3", "file/st3/abc", NOW, "f.csv", options, alias)))


def documents(found):
    return [event.document for event in found if isinstance(event, Drafted)]


def problems(found):
    return [event for event in found if isinstance(event, errors.Problem)]


def stock(rows):
    return events(STOCK_HEADER + rows, STOCK)


def test_sales_rows_become_one_document_with_a_key_for_each_row():
    found = events(
        SALES_HEADER
        + "ST3;20261102;115800;88101;SKU-016;3;EA;SALE\nST3;20261102;115900;88102;SKU-017;5;EA;RETURN\n",
        SALES,
    )
    [document] = documents(found)
    assert document.site == {"92": "ST3"}
    assert document.occurred_at == datetime(2026, 11, 2, 10, 59, tzinfo=UTC)
    assert [line.quantity for line in document.lines] == [3, -5]
    assert [line.effect_key for line in document.lines] == ["st3/ST3/88101/SKU-016", "st3/ST3/88102/SKU-017"]
    assert [type(event) for event in found] == [Drafted, PartClosed]
    assert found[0].key == "file/st3/abc/1"
    assert found[0].position == "lines 2-3"


def test_a_letter_in_a_quantity_costs_its_row_and_no_other():
    found = events(
        SALES_HEADER
        + "ST3;20261102;165200;88140;SKU-019;2;EA;SALE\nST3;20261102;165900;88141;SKU-020;1O;EA;SALE\n",
        SALES,
    )
    [document], [problem] = documents(found), problems(found)
    assert [line.item for line in document.lines] == [{"SK": "SKU-019"}]
    assert (problem.code, problem.value) == ("VALUE_NOT_NUMERIC", "1O")
    assert (problem.location.line, problem.location.field) == (3, "qty")
    repaired = problem.fragment.replace(b"1O", b"10")
    [line] = documents(events(repaired, SALES))[0].lines
    assert (line.quantity, line.effect_key) == (10, "st3/ST3/88141/SKU-020")


def test_a_full_snapshot_is_complete_when_its_site_fits_one_document():
    rows = "ST3;20261102T180000Z;SKU-017;20;EA\nST3;20261102T180000Z;SKU-008;30;EA\n"
    [document] = documents(stock(rows))
    assert document.complete
    assert document.occurred_at == datetime(2026, 11, 2, 18, tzinfo=UTC)
    assert not documents(stock(rows + "ST3;20261102T180000Z;SKU-009;x;EA\n"))[0].complete
    many = "".join(f"ST3;20261102T180000Z;S{n};1;EA\n" for n in range(MAX_LINES + 1))
    assert [(len(found.lines), found.complete) for found in documents(stock(many))] == [
        (500, False),
        (1, False),
    ]


def test_interleaved_sites_are_gathered_and_not_splintered():
    rows = "".join(f"DC{n % 4};20261102T180000Z;S{n};1;EA\n" for n in range(4000))
    found = documents(stock(rows))
    assert len(found) == 8
    assert sum(len(document.lines) for document in found) == 4000
    for document in found:
        assert {line.item["SK"] for line in document.lines} <= {
            f"S{n}" for n in range(4000) if f"DC{n % 4}" in document.site.values()
        }


def test_many_interleaved_sites_are_let_go_oldest_first():
    rows = "".join(f"DC{n % 3000};20261102T180000Z;S{n};1;EA\n" for n in range(9000))
    assert sum(len(document.lines) for document in documents(stock(rows))) == 9000


def test_an_unclosed_quote_does_not_swallow_the_rows_behind_it():
    found = stock(
        'ST3;20261102T180000Z;"SKU-1;2;EA\nST3;20261102T180000Z;SKU-2;3;EA\nST3;20261102T180000Z;"SKU;3";4;EA\n'
    )
    assert [line.item["SK"] for line in documents(found)[0].lines] == ["SKU-2", "SKU;3"]
    [problem] = problems(found)
    assert (problem.code, problem.location.line) == ("SYN_ROW", 2)


def test_a_quoted_value_spans_lines_where_the_layout_says_so():
    layout = STOCK | {"multiline": True}
    data = STOCK_HEADER + 'ST3;20261102T180000Z;"SKU\n1";2;EA\nST3;20261102T180000Z;SKU-2;x;EA\n'
    found = events(data, layout)
    assert documents(found)[0].lines[0].item == {"SK": "SKU\n1"}
    assert problems(found)[0].location.line == 4
    [problem] = problems(events(data + 'ST3;2;"open', layout))[1:]
    assert (problem.code, problem.location.line) == ("SYN_ROW", 5)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_are_the_same_however_lines_end(end):
    rows = ["ST3;20261102T180000Z;A;1;EA", "ST3;20261102T180000Z;B;2;EA", "ST3;20261102T180000Z;C;3;EA"]
    text = STOCK_HEADER.strip() + end + end.join(rows[:2]) + "\n" + rows[2]
    found = events(text, STOCK)
    assert [(line.item["SK"], line.line) for line in documents(found)[0].lines] == [
        ("A", "2"),
        ("B", "3"),
        ("C", "4"),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("ST3;20261102T180000Z;A;1", "SYN_ROW"),
        ("ST3;20261102T180000Z;A;1;EA;more", "SYN_ROW"),
        ("ST3;20261102T180000Z;A\0;1;EA", "SYN_ROW"),
        ("ST3;20261102T180000Z;;1;EA", "SYN_ELEMENT"),
        ("ST3;20261102T180000Z;A;;EA", "SYN_ELEMENT"),
        ("ST3;20261102T180000Z;A;1_000;EA", "VALUE_NOT_NUMERIC"),
        ("ST3;20261102T180000Z;A;١٢;EA", "VALUE_NOT_NUMERIC"),
        ("ST3;20261102T180000Z;A;NaN;EA", "VALUE_NOT_NUMERIC"),
        ("ST3;20261102T180000Z;A;1e9;EA", "VALUE_NOT_NUMERIC"),
        ("ST3;20261102T180000Z;A;1000000000000;EA", "VALUE_RANGE"),
        ("ST3;20261102T180000Z;A;0.0000001;EA", "VALUE_RANGE"),
        ("ST3;20261102T180000Z;A;1;XX", "UOM_UNKNOWN"),
        ("ST3;00000000;A;1;EA", "VALUE_DATE"),
        ("ST3;2023-02-29T10:00:00Z;A;1;EA", "VALUE_DATE"),
        ("ST3;2023-02-28T24:00:00Z;A;1;EA", "VALUE_DATE"),
        ("ST3;2023-02-28T10:00:00;A;1;EA", "VALUE_DATE"),
    ],
)
def test_a_bad_row_is_told_with_line_value_and_a_fragment_that_reads_by_itself(row, code):
    good = "ST3;20261102T180000Z;GOOD;1;EA\n"
    found = stock(good + row + "\n" + good)
    [problem] = problems(found)
    assert (problem.code, problem.location.line) == (code, 3)
    assert len(documents(found)[0].lines) == 2
    [again] = problems(events(problem.fragment, STOCK))
    assert (again.code, again.value, again.text) == (problem.code, problem.value, problem.text)


def test_undecodable_bytes_are_told_with_their_offset():
    data = STOCK_HEADER.encode() + b"ST3;20261102T180000Z;A\xff;1;EA\nST3;20261102T180000Z;B;1;EA\n"
    found = events(data, STOCK)
    [problem] = problems(found)
    assert (problem.location.line, data[problem.location.offset]) == (2, 0xFF)
    assert [line.item["SK"] for line in documents(found)[0].lines] == ["B"]
    [document] = documents(events(data, STOCK | {"encoding": "cp1252"}))
    assert document.lines[0].item == {"SK": "Aÿ"}


def test_a_byte_order_mark_is_not_part_of_the_first_name():
    assert documents(events(b"\xef\xbb\xbf" + (STOCK_HEADER + "S;20261102T180000Z;A;1;EA").encode(), STOCK))


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", errors.Unreadable, "empty"),
        (STOCK_HEADER.encode(), errors.SnapshotEmpty, "nothing is in stock"),
        (b"store;asof;sku;on_hand;uom;sku\n", errors.Unreadable, "twice in the header: sku"),
        (b"store;asof;sku;uom\n", errors.Unreadable, "missing: on_hand"),
        (b"store;asof;sku;on_hand;uom;note\n", errors.Unreadable, "not known: note"),
        ("\ufeff".encode("utf-16-le") + STOCK_HEADER.encode("utf-16-le"), errors.Unreadable, "UTF-16"),
        (b"st\xffore;asof\n", errors.Unreadable, "not utf-8"),
        (b"x" * (3 << 20), errors.Unreadable, "max_line"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_where(data, error, words):
    with pytest.raises(error, match=words) as caught:
        events(data, STOCK)
    assert caught.value.location.line == 1


def test_numbers_dates_and_codes_as_legacy_systems_write_them():
    layout = STOCK | {
        "line": STOCK["line"]
        | {
            "quantity": {
                "from": "on_hand",
                "decimal_mark": ",",
                "thousands_mark": ".",
                "trailing_minus": True,
            },
            "expiry": {"from": "exp", "as": "date", "format": "%d%m%y", "pivot": 70, "empty": ["000000"]},
            "stock_status": {"from": "st", "codes": {"A": "available", "H": "quality_hold"}},
            "by_status": {"damaged": "dmg"},
            "location": {"from": "bin", "split": "-", "take": "rest"},
        }
    }
    data = "store;asof;sku;on_hand;uom;exp;st;dmg;bin\nS;20261102T180000Z;A;1.234,5-;EA;310126;H;2;DC1-A-05-2\nS;20261102T180000Z;B;7;EA;000000;A;;DC1\n"
    first, second = documents(events(data, layout))[0].lines
    assert (first.quantity, first.expiry, first.stock_status) == (
        Decimal("-1234.5"),
        "2026-01-31",
        "quality_hold",
    )
    assert (first.by_status, first.location) == ({"damaged": 2}, "A-05-2")
    assert (second.quantity, second.expiry, second.location) == (7, None, None)
    [problem] = problems(events(data.replace(";H;", ";Z;"), layout))
    assert (problem.code, problem.value) == ("MAP_RULE_MISSING", "Z")


def test_an_hour_that_the_clock_skipped_is_no_time():
    row = "ST3;20260329;023000;1;SKU-016;3;EA;SALE\n"
    assert problems(events(SALES_HEADER + row, SALES))[0].code == "VALUE_DATE"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mode": "stock"}, "options.mode"),
        ({"mode": "delta"}, "does not go with"),
        ({"delimeter": ";"}, "did you mean 'delimiter'"),
        ({"type": "crossdock.inventory.snapshots.v1"}, "did you mean 'crossdock.inventory.snapshot.v1'"),
        ({"encoding": "utf-16"}, "utf-8 or cp1252"),
        ({"encoding": "klingon"}, "no encoding"),
        (
            {"line": STOCK["line"] | {"quantitiy": "x"}},
            "line: 'quantitiy' is not known; did you mean 'quantity'",
        ),
        ({"line": {"item": {"SK": "sku"}, "quantity": "q"}}, "line: 'unit' is missing"),
        (
            {"line": STOCK["line"] | {"quantity": {"from": "q", "as": "date"}}},
            "line.quantity: `as: date` does not fit",
        ),
        ({"line": STOCK["line"] | {"expiry": {"from": "x", "format": "%d%m%y"}}}, "pivot"),
        ({"line": STOCK["line"] | {"item_id": "x"}}, "'item_id' is not known"),
        ({"line": STOCK["line"] | {"by_status": {"lost": "x"}}}, "line.by_status: 'lost' is not known"),
        ({"line": STOCK["line"] | {"unit": {"constant": "parsec"}}}, "line.unit"),
        ({"header": {"occurred_at": {"from": "x", "zone": "Vienna"}}}, "Europe/Vienna"),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused_with_the_remedy(change, words):
    with pytest.raises(LayoutInvalid, match=words):
        csv.check_options(STOCK | change)


def test_changes_that_cannot_be_told_from_a_second_file_are_refused():
    bare = {
        "type": "crossdock.inventory.adjusted.v1",
        "mode": "delta",
        "header": {"site": {"92": {"constant": "DC1"}}},
        "line": {"item": {"SK": "sku"}, "quantity": "qty", "unit": {"constant": "EA"}},
    }
    with pytest.raises(LayoutInvalid, match="natural_key"):
        csv.check_options(bare)
    for remedy in ({"natural_key": ["tx"]}, {"identity": "content+name"}, {"header": {"occurred_at": "at"}}):
        csv.check_options(bare | remedy)
    [document] = documents(events("sku,qty\nA,5\n", bare | {"identity": "content+name"}))
    assert (document.site, document.lines[0].effect_key, document.occurred_at) == ({"92": "DC1"}, None, NOW)


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@given(st.lists(st.tuples(TEXT, st.decimals(-(10**6), 10**6, places=3), TEXT), max_size=8), st.booleans())
def test_lines_are_what_validation_would_have_made(rows, quoted):
    layout = STOCK | {"line": STOCK["line"] | {"lot": "lot"}, "multiline": quoted}
    quote = lambda text: '"' + text.replace('"', '""') + '"' if quoted else text  # noqa: E731
    data = (
        "store;asof;sku;on_hand;uom;lot\n"
        + "".join(f"S;20261102T180000Z;{quote(sku)};{number};EA;{quote(lot)}\n" for sku, number, lot in rows)
        + "S;20261102T180000Z;LAST;1;EA;\n"
    )
    for event in events(data, layout):
        if isinstance(event, errors.Problem):
            assert event.location.line
        elif isinstance(event, Drafted):
            assert type(event.document).model_validate(event.document.model_dump()) == event.document


@given(st.binary(max_size=400))
def test_any_bytes_end_in_events_or_a_typed_error(data):
    for event in events(STOCK_HEADER.encode() + data + b"\nS;20261102T180000Z;A;1;EA\n", STOCK):
        if isinstance(event, errors.Problem):
            assert event.location.line
