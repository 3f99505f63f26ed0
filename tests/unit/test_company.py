"""A company folder is checked as a whole; what is wrong is said with file, field and remedy."""

from __future__ import annotations

import csv
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from bridge import check, company, routing
from bridge.company import CompanyInvalid
from bridge.demo import day, picture
from bridge.master_data import load
from bridge.store import migrate
from bridge.store.ledger import Ledger
from transforms import canonical, identifiers

NORTHBAY = Path(__file__).parent.parent.parent / "examples" / "northbay"
SMALL = {
    "company.yaml": {"name": "small"},
    "endpoints.yaml": {"endpoints": {"erp": {"connector": "http", "settings": {"url": "http://erp/"}}}},
    "routes.yaml": {"routes": [{"types": ["*"], "to": ["erp"]}]},
    "partners/shop/partner.yaml": {
        "sources": {
            "shop-sales": {
                "door": "folder",
                "format": "csv",
                "settings": {"path": "shop"},
                "options": {
                    "type": "crossdock.sales.reported.v1",
                    "mode": "event",
                    "natural_key": ["tx"],
                    "header": {"site": {"92": "store"}},
                    "line": {"item": {"SK": "sku"}, "quantity": "qty", "unit": {"constant": "EA"}},
                },
            }
        }
    },
}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    for name, data in SMALL.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data))
    samples = tmp_path / "partners/shop/samples"
    samples.mkdir()
    (samples / "monday.csv").write_text("store,tx,sku,qty\nS1,1,A,2\nS1,2,B,x\n")
    master = tmp_path / "master"
    master.mkdir()
    (master / "items.csv").write_text("item_id,base_unit\nA,EA\n")
    check.check(tmp_path, write_expected=True)
    return tmp_path


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_northbay_is_all_right() -> None:
    report = check.check(NORTHBAY)
    assert [str(fault) for fault in report.faults] == []
    assert report.samples == 28


def test_a_company_without_a_fault_says_how_many_samples_it_has(small: Path) -> None:
    assert check.check(small) == check.Report((), samples=1)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("partners/shop/partner.yaml", "format: csv", "format: cvs", r"sources\.shop-sales\.options.*no format 'cvs'.*there are: .*csv"),
        ("partners/shop/partner.yaml", "quantity: qty", "quantaty: qty", r"options.*did you mean 'quantity'"),
        ("partners/shop/partner.yaml", "path: shop", "paths: shop", r"settings\.path: Field required"),
        ("partners/shop/partner.yaml", "door: folder", "doors: folder", r"partner\.yaml.*sources\.shop-sales\.door"),
        ("endpoints.yaml", "url: http://erp/", "url: ftp://erp/", r"endpoints\.yaml: endpoints\.erp\.settings\.url"),
        ("endpoints.yaml", "connector: http", "connector: carrier-pigeon", "no connector 'carrier-pigeon'"),
        ("endpoints.yaml", "connector: http", "payload: {field: {a: b}}\n    connector: http", r"endpoints\.erp\.payload.*did you mean 'fields'"),
        ("routes.yaml", "- erp", "- epr", "no endpoint named epr"),
        ("company.yaml", "name: small", "name: Small & Sons", "name"),
        ("master/items.csv", "base_unit", "unit", "row 1: columns are missing: base_unit"),
        ("partners/shop/samples/monday.csv", "S1,1,A,2", "S1,1,A,3", r"monday\.csv.*something else than expected"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(small: Path, name: str, old: str, new: str, told: str) -> None:
    change(small, name, old, new)
    faults = check.check(small).faults
    assert any(re.search(told, str(fault), re.DOTALL) for fault in faults), [str(fault) for fault in faults]


def test_a_sample_without_expectation_is_a_fault(small: Path) -> None:
    (small / "partners/shop/samples/monday.csv.expected.json").unlink()
    (fault,) = check.check(small).faults
    assert "check --write-expected" in fault.text


def test_what_was_written_is_told_by_the_path_of_the_expectation(small: Path) -> None:
    expectation = small / "partners/shop/samples/monday.csv.expected.json"
    expectation.unlink()
    assert check.check(small, write_expected=True).written == (str(expectation),)
    assert expectation.is_file()


def test_writing_expectations_again_writes_nothing(small: Path) -> None:
    assert check.check(small, write_expected=True).written == ()


def test_with_several_sources_a_sample_stands_in_its_sources_folder(small: Path) -> None:
    partner = small / "partners/shop/partner.yaml"
    data = yaml.safe_load(partner.read_text())
    data["sources"]["shop-returns"] = data["sources"]["shop-sales"]
    partner.write_text(yaml.safe_dump(data))
    (fault,) = check.check(small).faults
    assert "a folder named after its source: shop-returns, shop-sales" in fault.text
    samples = small / "partners/shop/samples"
    (samples / "shop-sales").mkdir()
    for path in samples.glob("monday*"):
        path.rename(samples / "shop-sales" / path.name)
    assert check.check(small).faults == ()


def test_a_cross_reference_leads_to_an_item_that_exists(small: Path) -> None:
    (small / "partners/shop/cross_reference.csv").write_text(
        "domain,partner,qualifier,source_code,target_code\nitem,shop,VN,9,Z\nsite,shop,92,S1,DC1\n"
    )
    (fault,) = check.check(small).faults
    assert fault.field == "row 2"
    assert "'Z'" in fault.text


def test_a_source_has_its_name_once(small: Path) -> None:
    shutil.copytree(small / "partners/shop", small / "partners/kiosk")
    with pytest.raises(CompanyInvalid, match="twice: shop-sales"):
        company.load(small)


def test_values_come_from_the_environment(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(small, "endpoints.yaml", "http://erp/", "${SMALL_ERP}")
    with pytest.raises(CompanyInvalid, match=r"SMALL_ERP.*not set"):
        company.load(small)
    monkeypatch.setenv("SMALL_ERP", "https://erp.example/")
    assert company.load(small).endpoints["erp"].settings["url"] == "https://erp.example/"


def test_northbays_world() -> None:
    with (NORTHBAY / "master/items.csv").open() as file:
        assert [row["item_id"] for row in csv.DictReader(file)] == [f"SKU-{n:03d}" for n in range(1, 41)]
    with (NORTHBAY / "master/cross_references.csv").open() as file:
        references = list(csv.DictReader(file))
    gtins = [row["source_code"] for row in references if row["qualifier"] == "GTIN"]
    assert len(set(gtins)) == 40
    assert all(identifiers.is_valid_gtin(code) and code.startswith("0952") for code in gtins)
    with (NORTHBAY / "master/item_units.csv").open() as file:
        assert ("SKU-013", "XPK") not in {(row["item_id"], row["unit"]) for row in csv.DictReader(file)}


def test_northbays_stock_at_the_beginning(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    migrate.upgrade(ledger)
    load.load_folder(ledger, NORTHBAY)
    load.load_folder(ledger, NORTHBAY)
    stock = picture.stock(ledger)
    ledger.dispose()
    assert stock["SKU-001", "DC1"] == (Decimal(210), Decimal(210))
    assert stock["SKU-025", "DC1"] == (Decimal(450), Decimal(438))
    assert stock["SKU-026", "DC2"] == (Decimal(210), Decimal(202))
    assert stock["SKU-034", "DC1"] == (Decimal("250.000"), Decimal("250.000"))
    assert stock["SKU-040", "ST3"] == (Decimal(2), Decimal(2))


def test_every_document_of_northbay_goes_somewhere() -> None:
    loaded = company.load(NORTHBAY)
    for name in canonical.TYPES:
        source = "acme" if "acknowledged" in name else "wms-dc1"
        assert routing.endpoints(loaded.routes, document_type=name, source=source, site="DC1"), name


def test_the_day_uses_what_is_there() -> None:
    loaded, story = company.load(NORTHBAY), day.load(NORTHBAY)
    for event in story.arrivals:
        assert event.source in loaded.sources
        assert (NORTHBAY / str(event.sample)).is_file()
    for event in story.events:
        assert event.fault is None or event.fault.endpoint in loaded.endpoints
    assert len(day.expected_stock(NORTHBAY, story)) == 120
