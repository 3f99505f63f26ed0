"""A small company for tests: two webhook sources, one CSV folder, two endpoints, three items."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import yaml

from bridge import bootstrap
from bridge.bootstrap import Bridge
from bridge.ingress.contract import Content
from bridge.settings import Settings

EVENT_OPTIONS: dict[str, Any] = {
    "type_by": "event_type",
    "documents": {
        "inventory.adjusted": {
            "type": "crossdock.inventory.adjusted.v1",
            "header": {
                "number": "event_id",
                "occurred_at": "occurred_at",
                "site": {"92": "warehouse"},
            },
            "line": {
                "item": {"SK": "sku", "VN": "vendor_code", "EN": "gtin"},
                "quantity": "qty",
                "unit": "uom",
            },
        }
    },
}


def write(folder: Path, *, erp: dict[str, Any], wms: dict[str, Any]) -> Path:
    """Write the company folder; ``erp`` and ``wms`` are the two endpoints."""
    source = {"door": "webhook", "format": "json", "options": EVENT_OPTIONS}
    files: dict[str, Any] = {
        "company.yaml": {"name": "small"},
        "endpoints.yaml": {"endpoints": {"erp": erp, "wms": wms}},
        "routes.yaml": {"routes": [{"types": ["crossdock.inventory.*"], "to": ["erp", "wms"]}]},
        "partners/dc1/partner.yaml": {
            "sources": {
                name: {**source, "settings": {"path": f"/hooks/{name}", "secrets": ["env:SMALL_SECRET"]}}
                for name in ("dc1-a", "dc1-b")
            }
        },
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(data))
    _table(folder / "master/items.csv", ["item_id,description,base_unit,unit_precision"],
           [f"SKU-{number},Item {number},EA,0" for number in range(1, 21)])  # fmt: skip
    _table(folder / "master/item_units.csv", ["item_id,unit,numerator,denominator"], ["SKU-1,XCS,12,1"])
    _table(folder / "master/cross_references.csv", ["domain,partner,qualifier,source_code,target_code"],
           ["site,*,92,DC1,DC1"])  # fmt: skip
    return folder


def _table(path: Path, header: list[str], rows: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(line.split(",") for line in header + rows)


def settings(tmp_path: Path, ledger_url: str, **more: Any) -> Settings:
    return Settings(
        company=tmp_path / "company", data=tmp_path / "data", ledger_url=ledger_url,
        broker_url="filesystem://localhost", **more,
    )  # fmt: skip


def open_small(tmp_path: Path, ledger_url: str, **more: Any) -> Bridge:
    """A prepared bridge on the small company, whose bells are heard by nobody."""
    if not (tmp_path / "company").exists():
        write(tmp_path / "company", erp={"connector": "http"}, wms={"connector": "http"})
    chosen = settings(tmp_path, ledger_url, **more)
    bootstrap.prepare(chosen)
    return bootstrap.open_bridge(chosen, ring=lambda _: None)


def event(source: str, number: str, *, sku: str = "SKU-1", qty: int = 1, **fields: Any) -> Content:
    """One webhook's body."""
    body = {
        "event_type": "inventory.adjusted", "event_id": number, "warehouse": "DC1", "sku": sku,
        "qty": qty, "uom": "EA", "occurred_at": "2026-11-02T09:30:00Z", **fields,
    }  # fmt: skip
    return Content(source, key=number, body=json.dumps(body).encode())
