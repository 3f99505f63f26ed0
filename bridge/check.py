"""Checks a company folder before anything runs on it: configuration, master data, and partners' samples.

A partner's samples are its tests: each file of ``partners/<p>/samples/`` must become exactly what stands
beside it in ``<file>.expected.json``. Where a partner has several sources, the samples of each stand in a
folder named after it. Nothing is connected to and nothing is written but expectations, when asked for.
"""

from __future__ import annotations

import csv
import difflib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bridge import company, registry
from bridge.company import Company, CompanyInvalid, Partner, Source
from bridge.registry import PluginMissing
from transforms import mapping, payload
from transforms.errors import Problem, TransformError
from transforms.reading import Context, Drafted

EXPECTED = ".expected.json"
_SHOWN = 6
"""Lines of a difference that a fault shows."""
_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""When every sample is said to have arrived, so that it always becomes the same."""

_COLUMNS = {
    "items": {"item_id", "base_unit"},
    "item_units": {"item_id", "unit", "numerator"},
    "cross_references": {"domain", "partner", "qualifier", "source_code", "target_code"},
    "opening": {"item_id", "site", "quantity"},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to put right."""

    file: str
    field: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.field, self.text) if part)


@dataclass(frozen=True, slots=True)
class Report:
    faults: tuple[Fault, ...]
    samples: int = 0
    written: tuple[str, ...] = ()


def check(folder: Path, *, write_expected: bool = False) -> Report:
    """Check a company folder. Never raises for what is wrong with it."""
    try:
        loaded = company.load(folder)
    except CompanyInvalid as error:
        return Report((Fault(str(folder), "", str(error)),))
    faults = [*_plugins(loaded), *_master(folder)]
    samples, written = 0, []
    for partner, source, path in _samples(loaded, faults):
        samples += 1
        if write_expected:
            if (expectation := _write(loaded, source, path, faults)) is not None:
                written.append(str(expectation))
        else:
            faults += _compare(loaded, partner, source, path)
    return Report(tuple(faults), samples, tuple(written))


# -- configuration ---------------------------------------------------------------------------------------


def _plugins(loaded: Company) -> Iterator[Fault]:
    for source in loaded.sources.values():
        file = str(_partner_file(loaded, source.partner))
        where = f"sources.{source.name}"
        yield from _caught(file, f"{where}.options", partial(_check_format, source))
        yield from _caught(
            file, f"{where}.settings", partial(_check_settings, "door", source.door, source.settings)
        )
    file = str(loaded.folder / "endpoints.yaml")
    for name, endpoint in loaded.endpoints.items():
        where = f"endpoints.{name}"
        settings = partial(_check_settings, "connector", endpoint.connector, endpoint.settings)
        yield from _caught(file, f"{where}.settings", settings)
        if endpoint.payload is not None:
            yield from _caught(file, f"{where}.payload", partial(payload.compile_payload, endpoint.payload))


def _check_format(source: Source) -> None:
    registry.load("format", source.format).reader.check_options(source.options)


def _check_settings(kind: str, plugin: str, settings: dict[str, Any]) -> None:
    registry.load(kind, plugin).Settings.model_validate(settings)


def _caught(file: str, field: str, work: Callable[[], object]) -> Iterator[Fault]:
    try:
        work()
    except ValidationError as error:
        for one in error.errors():
            yield Fault(file, ".".join([field, *map(str, one["loc"])]), one["msg"])
    except (PluginMissing, mapping.LayoutInvalid, ValueError) as error:
        yield Fault(file, field, str(error))


def _partner_file(loaded: Company, partner: str) -> Path:
    return loaded.folder / "partners" / partner / "partner.yaml"


# -- master data -----------------------------------------------------------------------------------------


def _master(folder: Path) -> Iterator[Fault]:
    faults: list[Fault] = []
    items = {row["item_id"] for row, _ in _table(folder / "master" / "items.csv", "items", faults)}
    files = [(folder / "master" / f"{name}.csv", name) for name in ("item_units", "opening")]
    files += [(folder / "master" / "cross_references.csv", "cross_references")]
    files += [(path, "cross_references") for path in sorted(folder.glob("partners/*/cross_reference.csv"))]
    for path, kind in files:
        for row, number in _table(path, kind, faults):
            item = row.get("item_id") if kind != "cross_references" else _item_target(row)
            if item is not None and item not in items:
                faults.append(Fault(str(path), f"row {number}", f"there is no item {item!r} in items.csv"))
    yield from faults


def _item_target(row: dict[str, str]) -> str | None:
    return row["target_code"] if row["domain"] == "item" else None


def _table(path: Path, kind: str, faults: list[Fault]) -> Iterator[tuple[dict[str, str], int]]:
    if not path.is_file():
        return
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if missing := _COLUMNS[kind] - set(reader.fieldnames or ()):
            faults.append(Fault(str(path), "row 1", f"columns are missing: {', '.join(sorted(missing))}"))
            return
        for row in reader:
            yield row, reader.line_num


# -- samples ---------------------------------------------------------------------------------------------


def _samples(loaded: Company, faults: list[Fault]) -> Iterator[tuple[Partner, Source, Path]]:
    for partner in loaded.partners.values():
        folder = _partner_file(loaded, partner.partner).parent / "samples"
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.name.endswith(EXPECTED):
                continue
            source = _source_of(partner, path.relative_to(folder))
            if source is None:
                text = f"a sample stands in a folder named after its source: {', '.join(partner.sources)}"
                faults.append(Fault(str(path), "", text))
            else:
                yield partner, source, path


def _source_of(partner: Partner, sample: Path) -> Source | None:
    if len(sample.parts) > 1:
        return partner.sources.get(sample.parts[0])
    return next(iter(partner.sources.values())) if len(partner.sources) == 1 else None


def _write(loaded: Company, source: Source, path: Path, faults: list[Fault]) -> Path | None:
    """The expectation that was written, if it was not there just so before."""
    try:
        text = translated(loaded, source, path)
    except (PluginMissing, ValueError) as error:
        faults.append(Fault(str(path), "", str(error)))
        return None
    beside = path.with_name(path.name + EXPECTED)
    if beside.is_file() and beside.read_text(encoding="utf-8") == text:
        return None
    beside.write_text(text, encoding="utf-8")
    return beside


def _compare(loaded: Company, partner: Partner, source: Source, path: Path) -> Iterator[Fault]:
    beside = path.with_name(path.name + EXPECTED)
    if not beside.is_file():
        text = "no expected documents stand beside it; look at what it becomes and keep it: check --write-expected"
        yield Fault(str(path), partner.partner, text)
        return
    try:
        found = translated(loaded, source, path)
    except (PluginMissing, ValueError) as error:
        yield Fault(str(path), source.name, str(error))
        return
    wanted = beside.read_text(encoding="utf-8")
    if found != wanted:
        lines = difflib.unified_diff(
            wanted.splitlines(), found.splitlines(), "expected", "found", n=0, lineterm=""
        )
        shown = list(lines)[2 : 2 + _SHOWN]
        yield Fault(
            str(path), source.name, "it becomes something else than expected:\n    " + "\n    ".join(shown)
        )


def translated(loaded: Company, source: Source, path: Path) -> str:
    """What a sample becomes, as the text of its expectation."""
    context = Context(
        company=loaded.name,
        source=source.name,
        partner=source.partner,
        message_key=f"sample/{source.name}/{path.name}",
        received_at=_AT,
        name=path.name,
        options=source.options,
        unit_alias=source.unit_alias,
    )
    documents: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    accepted: set[str] = set()
    with path.open("rb") as file:
        try:
            for event in registry.load("format", source.format).reader.read(file, context):
                if isinstance(event, Drafted):
                    documents.append(_document(event))
                elif isinstance(event, Problem):
                    problems.append(_problem(event))
                elif event.accepted:
                    accepted.add(event.part)
        except TransformError as error:
            problems.append(_problem(Problem.of(error)))
    kept = [document for document in documents if document["part"] in accepted]
    data = {"documents": kept, "problems": problems}
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _document(drafted: Drafted) -> dict[str, Any]:
    document = drafted.document
    return {
        "type": document.type,
        "key": drafted.key,
        "part": drafted.part,
        "position": drafted.position,
        "ordering_key": document.ordering_key,
        "data": document.model_dump(mode="json", exclude_defaults=True),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": problem.code,
        "text": problem.text,
        "location": problem.location.as_dict(),
        "value": problem.value,
    }
    if problem.warning:
        found["warning"] = True
    return found
