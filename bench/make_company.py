"""Master data of the bench company: 20,000 items in four sites, with their pack factors."""

from __future__ import annotations

import csv
import sys
from pathlib import Path


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    skus = [f"SKU-{number:06d}" for number in range(20_000)]
    _write(folder / "items.csv", ["item_id", "description", "base_unit", "unit_precision"],
           ([sku, f"Bench item {sku}", "EA", 0] for sku in skus))  # fmt: skip
    packs = (("XCS", 12), ("XPL", 480), ("XPX", 480), ("XBX", 10))
    _write(folder / "item_units.csv", ["item_id", "unit", "numerator", "denominator"],
           ([sku, unit, factor, 1] for sku in skus for unit, factor in packs))  # fmt: skip
    _write(folder / "cross_references.csv", ["domain", "partner", "qualifier", "source_code", "target_code"],
           (["site", "*", "92", f"DC{number}", f"DC{number}"] for number in range(1, 5)))  # fmt: skip


def _write(path: Path, header: list[str], rows: object) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
