"""The documentation agrees with the code: generated pages, links, commands, targets, and what is promised."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from bridge import check, reasons, reference, registry
from bridge.acknowledgements import OVERDUE, REJECTED, UNKNOWN
from bridge.cli.commands import app
from bridge.company import Endpoint
from bridge.connectors import file_drop
from bridge.message import AcknowledgementState
from bridge.settings import Settings
from transforms import canonical
from transforms.formats import x12
from transforms.payload import compile_payload

ALERTS = (OVERDUE, REJECTED, UNKNOWN)
ROOT = Path(__file__).parent.parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("docs/**/*.md")),
]
LINK = re.compile(r"\]\(([^)#\s]*)(#[^)\s]*)?\)|(?:src|srcset)=\"([^\"]+)\"")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", reference.pages())
def test_a_generated_page_is_what_the_code_says(name: str) -> None:
    found = text_of(ROOT / "docs/reference" / name)
    assert found == reference.pages()[name], "write it anew: python -m bridge.reference docs/reference"


def test_every_setting_is_described_and_stands_on_its_page() -> None:
    page = text_of(ROOT / "docs/reference/settings.md")
    for name, field in Settings.model_fields.items():
        assert field.description, f"{name} needs a description in bridge/settings.py"
        assert f"`CROSSDOCK_{name.upper()}`" in page


@pytest.mark.parametrize("name", ["company.md", "options.md"])
def test_every_field_is_described(name: str) -> None:
    rows = [line for line in reference.pages()[name].splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if row.endswith("|  |")] == [], (
        "each needs a description where it is declared"
    )


def test_every_reason_code_stands_on_its_page() -> None:
    page = text_of(ROOT / "docs/reference/reason-codes.md")
    for code, reason in reasons.REASONS.items():
        assert f"| `{code}` | {reason.title} |" in page


def test_every_canonical_document_stands_on_the_page_of_layouts() -> None:
    page = text_of(ROOT / "docs/reference/layouts.md")
    assert [name for name in canonical.TYPES if f"`{name}`" not in page] == []


@each_page
def test_no_relative_link_is_broken(page: Path) -> None:
    targets = [link[0] or link[2] for link in LINK.findall(text_of(page)) if link[0] or link[2]]
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (page.parent / target).exists()] == []


@each_page
def test_every_anchor_leads_to_a_heading(page: Path) -> None:
    for path, anchor, _ in LINK.findall(text_of(page)):
        if anchor and "://" not in path:
            target = page.parent / path if path else page
            headings = re.findall(r"^#+ (.+)$", text_of(target), re.MULTILINE)
            assert anchor[1:] in {slug(heading) for heading in headings}


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@each_page
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    commands = re.findall(r"(?:^ *|`)make ((?:[a-z]+ ?)+)", text_of(page), re.MULTILINE)
    named = {target for command in commands for target in command.split()}
    assert named <= targets


def commands_of(page: Path) -> list[str]:
    """Every ``crossdock …`` of the page, in code blocks and in the text."""
    text = text_of(page)
    blocks = "\n".join(body for language, body in FENCE.findall(text) if language in {"", "console", "sh"})
    lines = re.findall(r"^(?:\$ )?(crossdock .*)$", blocks.replace("\\\n", " "), re.MULTILINE)
    return lines + re.findall(r"`(crossdock [^`\n]+)`", FENCE.sub("", text))


@each_page
def test_every_command_that_is_named_exists_with_its_options(page: Path) -> None:
    for line in commands_of(page):
        words = shlex.split(line, comments=True)[1:]
        command: Any = typer.main.get_command(app)
        while hasattr(command, "commands") and words:
            if words[0] in options_of(command):
                words = words[2:]
                continue
            assert words[0] in command.commands, line
            command, words = command.commands[words[0]], words[1:]
        assert {word for word in words if word.startswith("--")} <= options_of(command), line


def options_of(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


def test_the_pages_show_commands() -> None:
    assert sum(len(commands_of(page)) for page in PAGES) > 30
    assert len(yaml_blocks()) >= 4


def test_every_command_stands_on_the_page_of_commands() -> None:
    page = text_of(ROOT / "docs/reference/cli.md")
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        for path in [f"{name} {inner}" for inner in getattr(command, "commands", {})] or [name]:
            assert f"`crossdock {path}" in page, path


def yaml_blocks() -> list[tuple[str, Any]]:
    found = []
    for page in PAGES:
        blocks = [body for language, body in FENCE.findall(text_of(page)) if language == "yaml"]
        found += [(f"{page.name}-{number}", yaml.safe_load(body)) for number, body in enumerate(blocks, 1)]
    return found


@pytest.mark.parametrize(("_name", "data"), yaml_blocks(), ids=[name for name, _ in yaml_blocks()])
def test_every_layout_that_is_shown_compiles(_name: str, data: dict[str, Any]) -> None:
    for source in data.get("sources", {}).values():
        registry.load("format", source["format"]).check_options(source["options"])
    for endpoint in data.get("endpoints", {}).values():
        if "payload" in endpoint:
            compile_payload(endpoint["payload"])


def test_the_partner_of_the_worked_example_is_all_right(tmp_path: Path) -> None:
    blocks = FENCE.findall(text_of(ROOT / "docs/how-to/adding-a-partner.md"))
    sample, reference_rows = [body for language, body in blocks if language == "text"]
    [profile] = [body for language, body in blocks if language == "yaml"]
    company = tmp_path / "northbay"
    shutil.copytree(ROOT / "examples/northbay", company)
    partner = company / "partners/st9"
    (partner / "samples").mkdir(parents=True)
    (partner / "partner.yaml").write_text(profile)
    (partner / "cross_reference.csv").write_text(reference_rows)
    (partner / "samples/monday.csv").write_text(sample)

    check.check(company, write_expected=True)
    assert check.check(company).faults == ()
    [document] = json.loads((partner / "samples/monday.csv.expected.json").read_text())["documents"]
    assert [line["quantity"] for line in document["data"]["lines"]] == ["3", "-1"]


def test_what_is_agreed_on_acknowledgements_is_taken() -> None:
    page = text_of(ROOT / "docs/how-to/follow-acknowledgements.md")
    profile, *endpoints = [
        yaml.safe_load(body) for language, body in FENCE.findall(page) if language == "yaml"
    ]
    x12.check_options(profile["options"])
    for one in [one for block in endpoints for one in block["endpoints"].values()]:
        Endpoint.model_validate(one)
        file_drop.Settings.model_validate(one["settings"])
    assert [code for code in (*ALERTS, *AcknowledgementState) if f"`{code}`" not in page] == []


@each_page
def test_nothing_is_promised_that_cannot_be_kept(page: Path) -> None:
    assert "exactly once" not in re.sub(r"[\s-]+", " ", text_of(page)).lower()
