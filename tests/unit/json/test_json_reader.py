from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from transforms import errors
from transforms.formats import json as json_format
from transforms.mapping import LayoutInvalid
from transforms.reading import MAX_LINES, Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
SIGNED = {"from": "qty", "quoted": True}
STATUS = {"available": "available", "qc_hold": "quality_hold", "damaged": "damaged"}

WMS = {
    "type_by": "event_type",
    "unit_system": "x12",
    "header": {"number": "event_id", "site": {"92": "warehouse"}, "occurred_at": "occurred_at"},
    "line": {
        "line": "line_id",
        "item": {"SK": "sku", "EN": "gtin"},
        "quantity": SIGNED,
        "unit": "uom",
        "lot": "lot",
        "serials": "serials",
    },
    "documents": {
        "inventory.adjusted": {
            "type": "crossdock.inventory.adjusted.v1",
            "each": "lines",
            "line": {"source_reason": "reason", "stock_status": {"from": "status", "codes": STATUS}},
        },
        "inventory.status_changed": {
            "type": "crossdock.inventory.status_changed.v1",
            "each": "lines",
            "line": {
                "from_status": {"from": "from", "codes": STATUS},
                "to_status": {"from": "to", "codes": STATUS},
            },
        },
        "receipt.confirmed": {
            "type": "crossdock.receipt.confirmed.v1",
            "each": "lines",
            "header": {
                "number": "receipt_no",
                "references": {"po": "po", "transfer": "transfer_no"},
                "final": "final",
            },
            "line": {
                "splits": {
                    "each": "splits",
                    "fields": {"stock_status": {"from": "status", "codes": STATUS}, "quantity": SIGNED},
                }
            },
        },
        "order.submitted": {
            "type": "crossdock.order.submitted.v1",
            "each": "lines",
            "header": {"number": "order_no", "customer": "customer", "ship_to": {"92": "ship_to"}},
        },
    },
}


def event(kind="inventory.adjusted", **more):
    line = {
        "line_id": 7,
        "sku": "SKU-1",
        "qty": -3,
        "uom": "CA",
        "lot": "L1",
        "reason": "DMG",
        "status": "damaged",
    }
    data = {
        "event_type": kind,
        "event_id": "E1",
        "sequence": 12,
        "warehouse": "DC1",
        "occurred_at": "2026-11-02T09:30:00+01:00",
        "lines": [line],
    }
    return data | more


def read(data, options=WMS):
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return list(
        json_format.read(
            io.BytesIO(body), Context("nb", "wms-dc1", "wms", "wh/wms-dc1/E1", NOW, options=options)
        )
    )


def documents(found):
    return [one.document for one in found if isinstance(one, Drafted)]


def problems(found):
    return [one for one in found if isinstance(one, errors.Problem)]


def test_an_event_becomes_the_document_that_its_type_names():
    found = read(event())
    assert [type(one) for one in found] == [Drafted, PartClosed]
    assert (found[0].key, found[0].position) == ("wh/wms-dc1/E1", "/")
    [document] = documents(found)
    assert (document.type, document.number, document.site) == (
        "crossdock.inventory.adjusted.v1",
        "E1",
        {"92": "DC1"},
    )
    assert document.occurred_at == datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
    [line] = document.lines
    assert (line.line, line.quantity, line.unit, line.source_unit) == ("7", Decimal(-3), "XCS", "CA")
    assert (line.stock_status, line.source_reason, line.lot) == ("damaged", "DMG", "L1")


def test_lists_inside_a_line_and_texts_of_many():
    line = {
        "line_id": "1",
        "sku": "A",
        "qty": "118",
        "uom": "EA",
        "serials": ["S1", "S2"],
        "splits": [{"status": "damaged", "qty": 4}],
    }
    [document] = documents(
        read(event("receipt.confirmed", receipt_no="R1", po="P-7001", final=False, lines=[line]))
    )
    assert (document.number, document.references, document.final) == ("R1", {"po": "P-7001"}, False)
    assert document.lines[0].serials == ("S1", "S2")
    assert [(split.stock_status, split.quantity) for split in document.lines[0].splits] == [("damaged", 4)]


def test_a_change_of_status():
    line = {"line_id": 1, "sku": "A", "qty": 12, "uom": "EA", "from": "qc_hold", "to": "available"}
    [document] = documents(read(event("inventory.status_changed", lines=[line])))
    assert (document.lines[0].from_status, document.lines[0].to_status) == ("quality_hold", "available")


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({"qty": True}, "VALUE_NOT_NUMERIC", "qty"),
        ({"qty": "1O"}, "VALUE_NOT_NUMERIC", "qty"),
        ({"qty": [1]}, "VALUE_NOT_NUMERIC", "qty"),
        ({"qty": None}, "SYN_ELEMENT", "qty"),
        ({"qty": 2**63}, "VALUE_RANGE", "qty"),
        ({"uom": "parsec"}, "UOM_UNKNOWN", "uom"),
        ({"sku": None}, "SYN_ELEMENT", "item"),
        ({"sku": {"id": 1}}, "SYN_ELEMENT", "sku"),
        ({"status": "lost"}, "MAP_RULE_MISSING", "status"),
        ({"serials": "S1"}, "SYN_ELEMENT", "serials"),
    ],
)
def test_a_bad_line_costs_itself_and_its_fragment_reads_by_itself(line, code, field):
    good = event()["lines"][0]
    found = read(event(lines=[good, good | line, good]))
    assert len(documents(found)[0].lines) == 2
    [problem] = problems(found)
    assert (problem.code, problem.location.path, problem.location.field) == (code, "/lines/1", field)
    again = read(problem.fragment)
    assert [(one.code, one.text) for one in problems(again)] == [(problem.code, problem.text)]
    assert not documents(again)
    assert again[-1].accepted is False


def test_a_quantity_in_quotes_is_refused_unless_the_layout_takes_it():
    strict = WMS | {"line": WMS["line"] | {"quantity": "qty"}}
    [problem] = problems(read(event(lines=[event()["lines"][0] | {"qty": "12"}]), strict))
    assert problem.code == "VALUE_NOT_NUMERIC"


def test_an_order_stands_or_falls_as_a_whole():
    order = {"order_no": "PO1", "customer": "ACME", "ship_to": "A1"}
    line = {"line_id": 1, "sku": "A", "qty": 1, "uom": "EA"}
    found = read(event("order.submitted", lines=[line, line | {"qty": "x"}], **order))
    assert not documents(found)
    assert len(problems(found)) == 1
    assert found[-1] == PartClosed("wh/wms-dc1/E1", accepted=False)
    [document] = documents(read(event("order.submitted", lines=[line] * (MAX_LINES + 1), **order)))
    assert len(document.lines) == MAX_LINES + 1


def test_a_list_is_several_documents_and_a_long_one_is_cut():
    found = read([event(), event("unheard.of"), event(occurred_at="0000-00-00"), event(lines=[])])
    assert [one.key for one in found if isinstance(one, Drafted)] == ["wh/wms-dc1/E1/1"]
    assert [(one.code, one.location.path) for one in problems(found)] == [
        ("DOC_UNSUPPORTED", "/1"),
        ("VALUE_DATE", "/2"),
        ("SYN_ELEMENT", "/3/lines"),
    ]
    assert [one.accepted for one in found if isinstance(one, PartClosed)] == [True, False, False, False]
    long = read(event(lines=event()["lines"] * (MAX_LINES + 1)))
    assert [one.key for one in long if isinstance(one, Drafted)] == ["wh/wms-dc1/E1/1", "wh/wms-dc1/E1/2"]


def test_a_flat_event_is_its_own_line():
    flat = {
        "document": {
            "type": "crossdock.inventory.adjusted.v1",
            "header": {"site": {"92": {"from": "location", "split": "-"}}, "number": "event_id"},
            "line": {
                "item": {"SK": "sku"},
                "quantity": "qty",
                "unit": "uom",
                "location": {"from": "location", "split": "-", "take": "rest"},
            },
        }
    }
    body = {"event_id": "E9", "sku": "A", "qty": 1.25, "uom": "EA", "location": "DC1-A-05-2"}
    [document] = documents(read(body, flat))
    assert (document.site, document.occurred_at) == ({"92": "DC1"}, NOW)
    assert (document.lines[0].location, document.lines[0].quantity) == ("A-05-2", Decimal("1.25"))


@pytest.mark.parametrize("body", [b"1", b"null", b'"text"', b"[[]]", b"[1]"])
def test_what_is_no_object_is_a_problem_and_no_crash(body):
    [problem] = problems(read(body))
    assert (problem.code, str(problem.location) != "") == ("DOC_UNSUPPORTED", True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type_by": None}, "either `document`"),
        ({"documents": {"x": {"type": "crossdock.inventory.adjustd.v1"}}}, "did you mean"),
        (
            {"documents": {"x": {"type": "crossdock.inventory.adjusted.v1", "line": {"resaon": "r"}}}},
            "did you mean 'reason'",
        ),
        ({"documents": {"x": {"type": "crossdock.receipt.confirmed.v1", "line": {"splits": "s"}}}}, "each"),
        ({"line": {}}, "'item' is missing"),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused_with_the_remedy(change, words):
    with pytest.raises(LayoutInvalid, match=words):
        json_format.check_options(WMS | change)
