"""Makes ``docs/reference/bad-inputs.md`` from the table: ``python -m tests.faults.bad_inputs.page docs/reference``."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml

TABLE = Path(__file__).with_name("table.yaml")


@dataclass(frozen=True)
class Row:
    """One bad input: what becomes of it, and what shows that."""

    row: int
    family: str
    input: str
    outcome: str = ""
    cases: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    waits_for: str | None = None


def rows() -> list[Row]:
    """The table."""
    return [Row(**one) for one in yaml.safe_load(TABLE.read_text())]


def page() -> str:
    """The text of the page."""
    found = rows()
    shown = sum(one.waits_for is None for one in found)
    lines = [
        "# Bad inputs",
        "",
        "<!-- Made by python -m tests.faults.bad_inputs.page docs/reference; change table.yaml, not this page. -->",
        "",
        "What comes in wrong gets an answer or a dead letter with a reason code, its place and its raw bytes; what is",
        "good beside it goes on, no process ends, and no answer tells of our insides. A case is sent through the real",
        "doors by `make test ARGS=tests/faults/bad_inputs`.",
        "",
        f"**{shown} of {len(found)}** are shown; the others wait for what is named.",
        "",
        "| # | Family | Input | What becomes of it | Shown by |",
        "|---|---|---|---|---|",
        *(_line(one) for one in found),
    ]
    return "\n".join(lines) + "\n"


def _line(one: Row) -> str:
    shown = [f"case “{case}”" for case in one.cases] + [f"`{test.split('::')[1]}`" for test in one.tests]
    words = (
        str(one.row),
        one.family,
        one.input,
        one.outcome,
        ", ".join(shown) or f"waits for {one.waits_for}",
    )
    return "| " + " | ".join(word.replace("|", "\\|").replace("<", "&lt;") for word in words) + " |"


def main() -> None:
    (Path(sys.argv[1]) / "bad-inputs.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
