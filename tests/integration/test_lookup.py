"""Looking codes up: the same answers whether everything is at hand or only what was asked for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bridge.errors import ConversionMissing, CrossReferenceAmbiguous, ItemUnknown, MasterNotActive
from bridge.master_data import lookup, steward
from bridge.master_data.lookup import Lookup, to_base
from bridge.store import tables as t
from bridge.store.ledger import Ledger
from transforms.errors import OutOfRange, UnitFractional

pytestmark = pytest.mark.integration

ITEMS = [
    {
        "item_id": name,
        "base_unit": "EA",
        "unit_precision": 0,
        "lifecycle": state,
        "description": "",
        "tracking": "none",
    }
    for name, state in (("A", "active"), ("B", "active"), ("OLD", "blocked"))
]
REFERENCES = [("VN", "V-1", "p", "A"), ("VN", "V-1", "*", "B"), ("VN", "V-2", "*", "B"),
              ("GTIN", "09521234000013", "*", "A"), ("VN", "V-OLD", "*", "OLD")]  # fmt: skip


@pytest.fixture(params=["whole", "piecemeal"])
def looked(request: pytest.FixtureRequest, ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    """Looks codes of partner ``p`` up, each time as a batch of its own."""
    with ledger.write() as connection:
        connection.execute(t.item.insert(), ITEMS)
        connection.execute(
            t.item_unit.insert(), [{"item_id": "A", "unit": "XCS", "numerator": 12, "denominator": 1}]
        )
        connection.execute(
            t.cross_reference.insert(),
            [
                {"domain": "item", "partner": partner, "qualifier": qualifier, "source_code": code,
                 "target_code": target, "status": "approved", "steward": "test"}
                for qualifier, code, partner, target in REFERENCES
            ],
        )  # fmt: skip
        steward.count_stamp(connection)
    if request.param == "piecemeal":
        monkeypatch.setattr(lookup, "COPIES", 2)
    found = Lookup()
    with ledger.read() as connection:
        assert found.warm(connection) is (request.param == "whole")

    def look(**codes: str):
        with ledger.read() as connection:
            found.refresh(connection)
            found.fetch(connection, items=[codes], sites=[])
        return found.items("p")[tuple(codes.items())]

    return look


@pytest.mark.parametrize(
    ("codes", "item"),
    [
        ({"SK": "A"}, "A"), ({"VN": "V-1"}, "A"), ({"VN": "V-2"}, "B"), ({"EN": "9521234000013"}, "A"),
        ({"UP": "521234000013", "SK": "B"}, "B"), ({"EN": "9521234000013", "VN": "V-1"}, "A"),
        ({"VN": "nobody's", "SK": "A"}, "A"),
    ],
)  # fmt: skip
def test_codes_lead_to_the_item(looked, codes, item):
    assert looked(**codes).item_id == item
    assert looked(**codes).item_id == item


@pytest.mark.parametrize(
    ("codes", "error", "release"),
    [
        ({"VN": "V-9"}, ItemUnknown, "xref:item:p:VN:V-9"),
        ({"EN": "9521234000020", "VN": "V-9"}, ItemUnknown, "xref:item:p:VN:V-9"),
        ({"EN": "9521234000020"}, ItemUnknown, "xref:item:p:EN:9521234000020"),
        ({"SK": "C"}, ItemUnknown, "xref:item:p:SK:C"),
        ({"VN": "V-OLD"}, MasterNotActive, "item:OLD"),
        ({"VN": "V-1", "SK": "B"}, CrossReferenceAmbiguous, None),
    ],
)
def test_what_leads_nowhere_says_what_is_missing(looked, codes, error, release):
    with pytest.raises(error) as raised:
        looked(**codes)
    assert raised.value.release == release


def test_units_become_the_base_unit(looked):
    item = looked(SK="A")
    assert to_base(Decimal(3), item.factor("XCS")) == 36
    assert to_base(Decimal(3), item.factor("EA")) == 3
    assert to_base(Decimal(2), item.factor("DZN")) == 24
    with pytest.raises(ConversionMissing, match="item A has no factor from LTR"):
        item.factor("LTR")
    with pytest.raises(UnitFractional):
        to_base(Decimal("0.3"), item.factor("EA"))
    with pytest.raises(OutOfRange):
        to_base(Decimal(10**11), item.factor("XCS"))


def test_items_with_the_same_factors_share_them_and_others_do_not(looked):
    a, b = looked(SK="A"), looked(SK="B")
    assert "XCS" in a.factors
    with pytest.raises(ConversionMissing):
        b.factor("XCS")
