"""What every format must hold, shown for JSON; the layout as a partner's data would have it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
import yaml

from transforms import errors
from transforms.formats import json as json_format
from transforms.reading import Context, Drafted, PartClosed

LAYOUT = yaml.safe_load("""
type_by: type
documents:
  inventory.adjustment:
    type: crossdock.inventory.adjusted.v1
    header:
      number: event_id
      occurred_at: occurred_at
      site: {"92": {from: location, split: "-"}}
    line:
      item: {SK: sku}
      quantity: qty
      unit: uom
      lot: lot
      location: {from: location, split: "-", take: rest}
      source_reason: reason
      reason: {from: reason, codes: {CYC: cycle_count, DMG: damage, RCV: receipt, SHP: shipment, XFR: transfer}}
""")
EVENT = {
    "event_id": "6513270e",
    "type": "inventory.adjustment",
    "sku": "SKU-001582",
    "location": "DC1-E-06-2",
    "lot": "L611097",
    "qty": 166,
    "uom": "EA",
    "reason": "XFR",
    "occurred_at": "2026-05-07T01:05:27+00:00",
}


def read(body, options=LAYOUT):
    context = Context("nb", "wms", "wms", "wh/wms/E1", datetime(2026, 5, 7, tzinfo=UTC), options=options)
    return list(json_format.read(io.BytesIO(body), context))


def test_an_event_becomes_its_document():
    draft, closed = read(json.dumps(EVENT).encode())
    assert isinstance(draft, Drafted)
    assert closed == PartClosed("wh/wms/E1", accepted=True)
    document, [line] = draft.document, draft.document.lines
    assert (document.number, document.site_code) == ("6513270e", "DC1")
    assert (line.location, line.reason, line.source_reason, line.quantity) == (
        "E-06-2",
        "transfer",
        "XFR",
        166,
    )


def test_a_body_cut_anywhere_is_refused_with_its_place():
    body = json.dumps(EVENT).encode()
    for cut in range(len(body)):
        with pytest.raises(errors.Unreadable) as caught:
            read(body[:cut])
        assert str(caught.value.location)


@pytest.mark.parametrize("name", sorted(EVENT))
@pytest.mark.parametrize("value", [None, "", 5.5, [], {}, True, "x" * 2000])
def test_any_value_in_any_place_is_an_event_and_problems_have_places(name, value):
    for event in read(json.dumps(EVENT | {name: value}).encode()):
        if isinstance(event, errors.Problem):
            assert event.location.field
            again = [one for one in read(event.fragment) if isinstance(one, errors.Problem)]
            assert [(one.code, one.text) for one in again] == [(event.code, event.text)]


def test_a_body_over_the_limit_is_not_read_to_its_end():
    class Endless(io.RawIOBase):
        def read(self, size=-1):
            assert size > 0
            return b" " * size

    context = Context("nb", "wms", "wms", "wh/wms/E1", datetime(2026, 5, 7, tzinfo=UTC), options=LAYOUT)
    with pytest.raises(errors.Unreadable, match="more than"):
        list(json_format.read(Endless(), context))
