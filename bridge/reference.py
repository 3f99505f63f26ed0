"""Makes the reference pages that follow from the code: settings, permissions, reason codes, company folder, options.

``python -m bridge.reference docs/reference`` writes them. A test fails when a page and the code differ,
so that neither can be changed alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from bridge import permissions, reasons, registry
from bridge.company import Company, Endpoint, Partner, Policies, Route, Source
from bridge.company import Retry as BackOff
from bridge.reasons import Retry
from bridge.settings import Settings
from transforms import payload
from transforms.converters import FieldMap, NegateWhen
from transforms.formats.csv import layout as csv
from transforms.formats.edifact import options as edifact
from transforms.formats.edifact.writers import assembly
from transforms.formats.fixed_width import layout as fixed_width
from transforms.formats.idoc import options as idoc
from transforms.formats.idoc.maps.postings import POSTINGS
from transforms.formats.idoc.segments import SEGMENTS
from transforms.formats.idoc.writing.agreement import Agreement
from transforms.formats.json import layout as json
from transforms.formats.x12 import options as x12
from transforms.formats.x12.writers import envelope
from transforms.formats.xlsx import layout as xlsx
from transforms.formats.xml import layout as xml

_MADE = "<!-- Made by python -m bridge.reference docs/reference; change the code, not this page. -->"

_GOES_ON = {
    Retry.AUTO: "by itself: the workers try again",
    Retry.WAIT: "by itself, once what it waits for is there",
    Retry.AFTER_FIX: "by replay, after a person has put something right",
    Retry.NO: "not at all: the sender sends again, or it is discarded",
}


def pages() -> dict[str, str]:
    """File name → text of every page that is made."""
    return {
        "settings.md": _settings(),
        "permissions.md": _permissions(),
        "reason-codes.md": _reason_codes(),
        "company.md": _company(),
        "options.md": _options(),
        "idoc.md": _idoc(),
    }


def write(folder: Path) -> list[Path]:
    """Write the pages into ``folder``; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in pages().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _settings() -> str:
    rows = [
        (f"`CROSSDOCK_{name.upper()}`", _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    return _page(
        "Settings",
        "How an installation runs. Every setting is an environment variable. `crossdock settings` shows what",
        "is set now, with secrets masked. What is exchanged, and with whom, stands in the",
        "[company folder](company.md).",
        "",
        *_table(("Variable", "Default", "Meaning"), rows),
        "",
        "The roles of `CROSSDOCK_API_KEYS` and `CROSSDOCK_FLOWER_USERS` stand in",
        "[permissions](permissions.md).",
    )


def _permissions() -> str:
    rows = [
        (
            f"`{permission.value}`",
            permission.meaning,
            *("yes" if permissions.allows(role, permission) else "" for role in _ROLES),
        )
        for permission in permissions.Permission
    ]
    return _page(
        "Permissions",
        "Who may do what, with an API key (`CROSSDOCK_API_KEYS`, `Authorization: Bearer`) and with a login of",
        "Flower (`CROSSDOCK_FLOWER_USERS`). Both are lists of `name:role:secret`. Without either, everything but",
        "health checks, metrics and the description of the API is answered with 401; with too low a role, with",
        "403. Both are logged, without what was given as a secret. A webhook needs no login: its signature says",
        "who sends.",
        "",
        *_table(("Permission", "What it allows", *(f"`{role.title}`" for role in _ROLES)), rows),
    )


_ROLES = tuple(permissions.Role)


def _reason_codes() -> str:
    legend = [(f"`{retry.value}`", text) for retry, text in _GOES_ON.items()]
    rows = [
        (f"`{code}`", reason.title, f"`{reason.retry.value}`", reason.remedy)
        for code, reason in reasons.REASONS.items()
    ]
    return _page(
        "Reason codes",
        "Every refusal, every try that failed and every dead letter carries one of these codes. The code comes",
        "from the type of the error. Scripts may rely on it; the sentences beside it may change.",
        "",
        *_table(("Goes on", "How"), legend),
        "",
        *_table(("Code", "What it says", "Goes on", "What to do"), rows),
    )


def _company() -> str:
    models: list[tuple[str, type[BaseModel]]] = [
        ("`company.yaml`", Company),
        ("`company.yaml`, `policies`", Policies),
        ("`partners/<name>/partner.yaml`", Partner),
        ("`partner.yaml`, below `sources.<name>`", Source),
        ("`endpoints.yaml`, below `endpoints.<name>`", Endpoint),
        ("`endpoints.yaml`, `retry`: back-off between tries", BackOff),
        ("`routes.yaml`, each of `routes`", Route),
        *_plugins("door", "a source"),
        *_plugins("connector", "an endpoint"),
    ]
    return _page(
        "The company folder",
        "A company is a folder of data. `crossdock check FOLDER` checks all of it. In any value `${NAME}` and",
        "`${NAME:-default}` are taken from the environment. Secrets stand as `env:NAME` or `file:PATH`. How",
        "`options` and `payload` look is said in [layouts](layouts.md) and, field by field, in",
        "[options](options.md).",
        *_sections(models),
    )


def _options() -> str:
    models: list[tuple[str, type[BaseModel]]] = [
        ("`options` of format `csv`", csv.Options),
        ("`options` of format `fixed_width`", fixed_width.Options),
        ("Format `fixed_width`: a column", fixed_width.Column),
        ("Format `fixed_width`: `trailer`", fixed_width.Trailer),
        ("`options` of format `xml`", xml.Options),
        ("`options` of format `xlsx`", xlsx.Options),
        ("`options` of format `json`", json.Options),
        ("Format `json`: `document`, and each of `documents`", json.DocumentMap),
        ("`options` of format `x12`", x12.Options),
        ("`options` of format `edifact`", edifact.Options),
        ("`edifact` in the settings of connector `file_drop`", assembly.Profile),
        ("`options` of format `idoc`", idoc.Options),
        ("`x12` in the settings of connector `file_drop`", envelope.Profile),
        ("`idoc` in the settings of connector `file_drop`", Agreement),
        ("A field of `header` and `line` (csv, json)", FieldMap),
        ("`negate_when` of a field", NegateWhen),
        ("`payload` of an endpoint", payload.Payload),
        ("`payload`: each of `lists`", payload.Lines),
        ("`payload`: a field", payload.Out),
    ]
    return _page(
        "Options of formats, and payloads",
        "What may stand under `options` of a source and `payload` of an endpoint. Examples stand in",
        "[layouts](layouts.md).",
        *_sections(models),
    )


def _idoc() -> str:
    places = [
        (f"`{segment.name}`", f"`{segment.flat_name}`", f"`{segment.parent}`" if segment.parent else "",
         ", ".join(f"{name} {offset}+{length}" for name, offset, length, _ in segment.fields))
        for segment in SEGMENTS.values()
    ]  # fmt: skip
    types = [
        (movement, posting.what, posting.status, posting.reason if posting.what == "change" else "",
         "yes" if posting.cancels else "")
        for movement, posting in sorted(POSTINGS.items())
    ]  # fmt: skip
    return _page(
        "SAP IDocs: segments and movement types",
        "What is read and written of each segment. Places are offsets in the 1,000 characters of SDATA and",
        "lengths; they matter in flat files only. The option `fields` of a source moves those that a release has",
        "elsewhere: compare with the segment documentation of the system before the first message.",
        "",
        *_table(("Segment", "In a flat file", "Below", "Fields"), places),
        "",
        "## Movement types",
        "",
        "A type that is not here stops its line. One that cancels needs the document that it cancels",
        "(LFBNR, REF_DOC).",
        "",
        *_table(("Type", "What it is", "Stock status", "Reason", "Cancels"), types),
    )


def _sections(models: Iterable[tuple[str, type[BaseModel]]]) -> Iterable[str]:
    return (line for title, model in models for line in ("", f"## {title}", "", *_fields(model)))


def _plugins(kind: str, of: str) -> Iterable[tuple[str, type[BaseModel]]]:
    for name in registry.names(kind):
        yield f"{kind.title()} `{name}`: `settings` of {of}", registry.load(kind, name).Settings


_GIVEN: dict[type[BaseModel], set[str]] = {
    Company: {"folder", "partners", "endpoints", "routes"},
    Source: {"name", "partner"},
    Partner: {"partner"},
    Endpoint: {"name"},
}
"""Fields that come from other files, or from the name of a file or a key."""


def _fields(model: type[BaseModel]) -> Iterable[str]:
    rows = [
        (f"`{field.alias or name}`", _default(field), field.description or "")
        for name, field in model.model_fields.items()
        if name not in _GIVEN.get(model, ())
    ]
    return _table(("Field", "Default", "Meaning"), rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return f"`{_plain(value)}`" if _plain(value) else ""


def _plain(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if value is None or isinstance(value, BaseModel):
        return ""
    if isinstance(value, dict | tuple | list):
        return ", ".join(map(str, value))
    return str(value)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    cells = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in cells]


def _page(title: str, *lines: str) -> str:
    return "\n".join([_MADE, "", f"# {title}", "", *lines]) + "\n"


if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")):
        sys.stdout.write(f"written: {path}\n")
