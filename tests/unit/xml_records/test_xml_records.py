"""XML records: values by path, hostile documents refused, and what came before a fault counts."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import Problem, SnapshotEmpty
from transforms.formats import xml
from transforms.mapping import LayoutInvalid
from transforms.reading import Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, tzinfo=UTC)
LAYOUT: dict[str, Any] = {
    "type": "crossdock.inventory.snapshot.v1", "mode": "snapshot_full", "record": "Stock/Items/Item",
    "columns": {
        "site": "/Stock/Items/Site", "sku": "@id", "qty": "Qty", "unit": "Qty@unit", "lot": "Batch/Number",
    },
    "header": {"site": {"92": "site"}},
    "line": {"item": {"SK": "sku"}, "quantity": "qty", "unit": "unit", "lot": "lot"},
}  # fmt: skip


def item(sku: str = "SKU-1", qty: str = "12.5", unit: str = "EA") -> str:
    return f'<Item id="{sku}"><Qty unit="{unit}">{qty}</Qty><Batch><Number>L1</Number></Batch></Item>'


def stock(*items: str, site: str = "DC1") -> str:
    return f"<Stock>\n<Items><Site>{site}</Site>\n" + "\n".join(items) + "\n</Items>\n</Stock>\n"


def read(data: str | bytes, **options: Any) -> list[Any]:
    raw = data if isinstance(data, bytes) else data.encode()
    context = Context("nb", "s", "s", "file/s/1", NOW, "stock.xml", LAYOUT | options)
    return list(xml.read(io.BytesIO(raw), context))


def lines_of(events: list[Any]) -> list[Any]:
    return [one for event in events if isinstance(event, Drafted) for one in event.document.lines]


def problems(events: list[Any]) -> list[Problem]:
    return [event for event in events if isinstance(event, Problem)]


def test_elements_attributes_and_what_stands_before():
    events = read(stock(item(), item("SKU-2", "3", "KGM")))
    assert problems(events) == []
    assert [(one.item, one.quantity, one.source_unit, one.lot) for one in lines_of(events)] == [
        ({"SK": "SKU-1"}, Decimal("12.5"), "EA", "L1"),
        ({"SK": "SKU-2"}, Decimal(3), "KGM", "L1"),
    ]
    [document] = [event.document for event in events if isinstance(event, Drafted)]
    assert (document.site, document.complete) == ({"92": "DC1"}, True)


def test_a_head_holds_until_the_next_one():
    text = f"<Stock><Items><Site>DC1</Site>{item('A')}<Site>DC2</Site>{item('B')}{item('C')}</Items></Stock>"
    sites = {
        one.document.site["92"]: len(one.document.lines) for one in read(text) if isinstance(one, Drafted)
    }
    assert sites == {"DC1": 1, "DC2": 2}


def test_prefixes_do_not_matter_and_namespaces_do_when_they_are_named():
    text = (
        stock(item())
        .replace("<", "<s:")
        .replace("<s:/", "</s:")
        .replace("<s:Stock", '<s:Stock xmlns:s="urn:stock"')
    )
    assert len(lines_of(read(text))) == 1
    assert len(lines_of(read(text, namespaces=["urn:stock"]))) == 1
    with pytest.raises(SnapshotEmpty):
        read(text, namespaces=["urn:other"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_declared_encoding_is_read(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + stock(item("Ä-1"))
    assert [one.item["SK"] for one in lines_of(read(text.encode(encoding)))] == ["Ä-1"]


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        (item(qty="1O"), "VALUE_NOT_NUMERIC", "qty"),
        (item(unit="???"), "UOM_UNKNOWN", "unit"),
        (item(sku=""), "SYN_ELEMENT", "sku"),
        ("<Item/>", "SYN_ELEMENT", "qty"),
        (item(sku="x" * 3_000), "SYN_ROW", None),
    ],
)
def test_a_bad_record_is_told_with_its_line_and_its_neighbours_go_on(bad, code, field):
    events = read(stock(item("A"), bad, item("B")))
    [problem] = problems(events)
    assert (problem.code, problem.location.line, problem.location.field) == (code, 4, field)
    assert [one.item["SK"] for one in lines_of(events)] == ["A", "B"]
    assert not any(event.document.complete for event in events if isinstance(event, Drafted))


def test_a_bad_record_is_repaired_in_its_place():
    [problem] = problems(
        read(stock(item("A"), item("B & <C>".replace("&", "&amp;").replace("<", "&lt;"), "1O")))
    )
    assert problem.fragment is not None
    events = read(problem.fragment.replace(b"1O", b"10"))
    assert problems(events) == []
    assert [(one.item["SK"], one.quantity, one.lot) for one in lines_of(events)] == [
        ("B & <C>", Decimal(10), "L1")
    ]
    assert [event.document.site for event in events if isinstance(event, Drafted)] == [{"92": "DC1"}]


EVIL = {
    "an external entity": '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    "entities that multiply": '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    "an external DTD": '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">',
}


@pytest.mark.parametrize("doctype", EVIL.values(), ids=EVIL)
def test_a_document_type_is_refused(doctype):
    [problem] = problems(read(doctype + stock(item("&e;"))))
    assert (problem.code, problem.location.line) == ("ENV_UNREADABLE", 1)
    assert "DTD" in problem.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        stock(item("A"))[:-20],
        stock("<Item>"),
        "<a>" * 100,
        stock(item("A")) + "<more/>",
        "<a>\0</a>",
    ],
)
def test_what_is_no_xml_is_told_with_its_place_and_what_came_before_counts(text):
    events = read(text)
    [problem] = problems(events)
    assert problem.code == "ENV_UNREADABLE"
    assert problem.location.line is not None
    assert len(lines_of(events)) == text.count("</Item>")


def test_a_record_without_end_is_not_held():
    events = read(
        f"<Stock><Items><Site>DC1</Site>{item('A')}<Item><Qty>{'9' * 3_000_000}</Qty></Item></Items></Stock>"
    )
    assert [one.code for one in problems(events)] == ["ENV_UNREADABLE"]
    assert len(lines_of(events)) == 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"record": "//Item"}, "path"),
        ({"columns": {"sku": "a b"}}, "place"),
        ({"columns": {"sku": "@id"}}, "has no place"),
        ({"max_depth": 1}, "max_depth"),
    ],
)
def test_a_layout_that_makes_no_sense_is_named(change, word):
    with pytest.raises(LayoutInvalid, match=word):
        xml.check_options(LAYOUT | change)


words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(st.lists(st.tuples(words, st.integers(0, 10**9)), min_size=1, max_size=30))
def test_what_is_written_is_read(rows):
    events = read(stock(*(item(escape(sku, {'"': "&quot;"}), str(number)) for sku, number in rows)))
    assert problems(events) == []
    assert [(one.item["SK"], one.quantity) for one in lines_of(events)] == [
        (sku, number) for sku, number in rows
    ]


@given(at=st.integers(0, 250), byte=st.integers(0, 255))
def test_no_flipped_byte_is_a_crash(at, byte):
    raw = bytearray(stock(item("A"), item("B"), item("C")).encode())
    raw[at % len(raw)] = byte
    try:
        events = read(bytes(raw))
    except SnapshotEmpty:
        return
    assert all(event.accepted for event in events if isinstance(event, PartClosed))
