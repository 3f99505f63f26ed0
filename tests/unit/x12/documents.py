"""Documents to be written as X12, one for each set, and what a second reader says of what was written."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

from pyx12.x12file import X12Reader

from transforms.canonical import TYPES
from transforms.canonical.document import Document
from transforms.formats import x12
from transforms.formats.x12.writers import Control, Profile

AT = datetime(2026, 11, 2, 16, 30, tzinfo=UTC)
PROFILE = Profile(sender="ZZ:NORTHBAY", receiver="ZZ:PARTNER", depositor="92:NORTHBAY")
CONTROL = Control(4711, 812, 9001)
GLN, SSCC = "9521234009016", "095212340000000013"
CASE = {"line": "1", "item": {"SK": "SKU-001", "EN": "9521234000013"}, "quantity": "12", "unit": "XCS"}


def common(number: str, **more: object) -> dict[str, object]:
    return {"number": number, "occurred_at": AT, "site": {"UL": GLN}, **more}


def _sample(path: Path) -> Document:
    found = json.loads(path.read_text())
    return TYPES[found["type"]].model_validate(found["data"])


SAMPLES = Path(x12.__file__).parent / "samples" / "out"
DOCUMENTS = {path.name.removesuffix(".document.json"): _sample(path) for path in SAMPLES.glob("*.json")}
"""What stands beside each written sample."""
CANCELLED = DOCUMENTS.pop("940-cancel")


def segments(written: bytes) -> list[list[str]]:
    """A split of its own, which knows nothing of ours."""
    text = written.decode("latin-1")
    return [one.strip().split(text[3]) for one in text.split(text[105]) if one.strip()]


def told_by_another(written: bytes) -> list[str]:
    """What pyx12 finds wrong with envelope, counts and control numbers."""
    reader = X12Reader(io.StringIO(written.decode("latin-1")))
    errors = []
    for _ in reader:
        errors += reader.pop_errors()
    reader.cleanup()
    return [str(error) for error in (*errors, *reader.pop_errors())]
