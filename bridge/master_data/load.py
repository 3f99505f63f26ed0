"""Loading a company's master data from its folder. What a steward changed since is not overwritten."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection

from bridge import clock
from bridge.inventory import book
from bridge.inventory.postings import ADJUST, Bucket, Movement
from bridge.master_data import steward
from bridge.master_data.lookup import GTIN
from bridge.store import tables as t
from bridge.store.ledger import Ledger, upsert
from transforms import identifiers

_BATCH = 5_000


def load_folder(ledger: Ledger, folder: Path) -> dict[str, int]:
    """Load what is new in ``master/`` and the partners' cross references; returns rows read by kind."""
    master = folder / "master"
    counts = {
        "items": _load_items(ledger, master / "items.csv"),
        "item_units": _load_units(ledger, master / "item_units.csv"),
        "cross_references": sum(
            _load_references(ledger, path)
            for path in (
                master / "cross_references.csv",
                *sorted(folder.glob("partners/*/cross_reference.csv")),
            )
        ),
        "opening": _load_opening(ledger, master / "opening.csv"),
    }
    with ledger.write() as connection:
        steward.count_stamp(connection)
    return counts


def _rows(path: Path) -> Iterator[list[dict[str, str]]]:
    if not path.is_file():
        return
    with path.open(newline="", encoding="utf-8-sig") as file:
        batch: list[dict[str, str]] = []
        for row in csv.DictReader(file, strict=True):
            batch.append(row)
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def _load_items(ledger: Ledger, path: Path) -> int:
    count = 0
    for batch in _rows(path):
        with ledger.write() as connection:
            connection.execute(
                upsert(connection, t.item).on_conflict_do_nothing(),
                [
                    {
                        "item_id": row["item_id"],
                        "description": row.get("description") or row["item_id"],
                        "base_unit": row["base_unit"],
                        "unit_precision": int(row.get("unit_precision") or 0),
                        "tracking": row.get("tracking") or "none",
                        "lifecycle": row.get("lifecycle") or "active",
                    }
                    for row in batch
                ],
            )
        count += len(batch)
    return count


def _load_units(ledger: Ledger, path: Path) -> int:
    count = 0
    for batch in _rows(path):
        with ledger.write() as connection:
            connection.execute(
                upsert(connection, t.item_unit).on_conflict_do_nothing(),
                [
                    {
                        "item_id": row["item_id"],
                        "unit": row["unit"],
                        "numerator": int(row["numerator"]),
                        "denominator": int(row.get("denominator") or 1),
                    }
                    for row in batch
                ],
            )
        count += len(batch)
    return count


def _load_references(ledger: Ledger, path: Path) -> int:
    count = 0
    for batch in _rows(path):
        with ledger.write() as connection:
            connection.execute(
                upsert(connection, t.cross_reference).on_conflict_do_nothing(),
                [
                    {
                        **row,
                        "source_code": _reference_code(row),
                        "status": "approved",
                        "steward": f"file:{path.name}",
                    }
                    for row in batch
                ],
            )
        count += len(batch)
    return count


def _reference_code(row: dict[str, str]) -> str:
    """A GTIN stands in its 14 digits. Raises :class:`transforms.errors.CheckDigitWrong`."""
    code = row["source_code"]
    return identifiers.normal_gtin(code) if row["qualifier"] == GTIN else code


def _load_opening(ledger: Ledger, path: Path) -> int:
    """Opening balances, posted as movements; loading them again changes nothing."""
    count = 0
    for batch in _rows(path):
        with ledger.write() as connection:
            _post_opening(connection, batch, clock.now())
        count += len(batch)
    return count


def _post_opening(connection: Connection, rows: list[dict[str, str]], at: datetime) -> None:
    movements = []
    for row in rows:
        quantity = Decimal(row["quantity"])
        status = row.get("stock_status") or "available"
        lot, serial = row.get("lot") or "", row.get("serial") or ""
        here = Bucket(row["site"], row.get("location") or "", status)
        key = f"opening/{row['item_id']}/{row['site']}/{here.location}/{lot}/{serial}/{status}"
        movements.append(
            (0, Movement(key, "opening", row["item_id"], quantity, Bucket(ADJUST), here, at, lot, serial))
        )
    book.post(connection, [one for one in movements if one[1].quantity], at=at, watch_negative=False)
