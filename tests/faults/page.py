"""Makes ``docs/reference/faults.md`` from the fault matrix and from what the last chaos campaign measured.

``python -m tests.faults.page docs/reference`` writes it; a test fails where page and data differ.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.faults import campaign, recovery

MATRIX = Path(__file__).with_name("matrix.yaml")
PROMISES = {"L": "Lost", "D": "Doubled", "O": "Order", "X": "Reason"}


@dataclass(frozen=True)
class Row:
    """One fault, what is promised under it, and what shows it."""

    row: int
    fault: str
    holds: str
    chaos: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    pairs: list[str] = field(default_factory=list)
    waits_for: str | None = None

    @property
    def is_shown(self) -> bool:
        return self.waits_for is None

    @property
    def commands(self) -> list[str]:
        """What shows it, to be typed."""
        shown = [f"make chaos ARGS='--fault \"{name}\"'" for name in self.chaos]
        return shown + [f"make test ARGS={one}" for one in self.tests]


def rows() -> list[Row]:
    """The matrix."""
    return [Row(**one) for one in yaml.safe_load(MATRIX.read_text())]


def page() -> str:
    """The text of the page."""
    found = rows()
    measured = json.loads(recovery.RESULTS.read_text())
    shown = sum(one.is_shown for one in found)
    lines = [
        "# Faults",
        "",
        "<!-- Made by python -m tests.faults.page docs/reference; change tests/faults/matrix.yaml, not this page. -->",
        "",
        "Nothing answered 2xx is lost, given a durable database. At most one effect where the endpoint honours the",
        "idempotency key or can be asked; elsewhere at least once, or parked for a person. This page lists the faults",
        "under which that is shown, and how. `make simulate` drives the ledger's own functions through ten thousand",
        "seeded days of crashes at every commit and every send; `make chaos` kills, freezes, cuts off and fills up a",
        "real installation. Both end with the same checker, which is itself tested by wrong variants of the pipeline",
        "(`tests/faults/mutants.py`).",
        "",
        f"**{shown} of {len(found)}** faults are shown. A verdict is given where something is promised; *recovery* is the",
        "longest time over all pairs of database and broker, from the end of the fault until everything accepted before",
        "it had arrived.",
        "",
        f"| # | Fault | {' | '.join(PROMISES.values())} | Recovery | Shown by |",
        "|---|---|---|---|---|---|---|---|",
        *(_line(one, measured) for one in found),
        "",
        *_campaign(json.loads(campaign.RESULTS.read_text())),
    ]
    return "\n".join(lines) + "\n"


def _line(one: Row, measured: dict[str, dict[str, float]]) -> str:
    verdicts = ["" if letter not in one.holds else "holds" if one.is_shown else "?" for letter in PROMISES]
    times = [
        seconds
        for pair, faults in measured.items()
        for name, seconds in faults.items()
        if name in one.chaos and (not one.pairs or pair in one.pairs)
    ]
    shown = (
        "<br>".join(f"`{command}`" for command in one.commands)
        if one.is_shown
        else f"waits for {one.waits_for}"
    )
    return f"| {one.row} | {one.fault} | {' | '.join(verdicts)} | {f'{max(times):.0f} s' if times else ''} | {shown} |"


def _campaign(made: dict[str, Any]) -> list[str]:
    runs = made["runs"]
    accepted, faults = (sum(run[name] for run in runs) for name in ("accepted", "faults"))
    violations = sum(run["violations"] for run in runs)
    return [
        "## The last campaign",
        "",
        f"`make chaos-all` on {made['day']}, {made['seconds']:g} seconds of faults in each run: {accepted} messages",
        f"accepted, {faults} faults, {violations} violations. *Drain* is from the last mending until all was at rest,",
        "clients that still repeat what they heard no answer to included.",
        "",
        "| Command | Accepted | Effects | Faults | Violations | Drain |",
        "|---|---|---|---|---|---|",
        *(
            f"| `make chaos ARGS='{' '.join(_options(run, made['seconds']))}'` | {run['accepted']} "
            f"| {run['effects']} | {run['faults']} | {run['violations']} | {run['drain_seconds']:.0f} s |"
            for run in runs
        ),
        "",
        "The control, `make chaos ARGS='--seconds 20 --control --fault \"endpoint reset_after\"'`, runs against endpoints",
        "that do not recognise keys, and must fail: a checker that cannot see a doubled effect would see none.",
    ]


def _options(run: dict[str, Any], seconds: float) -> list[str]:
    return campaign.command(run["seed"], run["database"], run["broker"], seconds)


def main() -> None:
    folder = Path(sys.argv[1])
    (folder / "faults.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
