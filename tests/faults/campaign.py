"""A chaos run for every pair of database and broker, each with a seed of its own; the results as data.

    make chaos-all        about a quarter of an hour; writes tests/faults/campaign.json

The page ``docs/reference/faults.md`` shows what the last campaign came to.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).with_name("campaign.json")
PAIRS = [
    (database, broker)
    for broker in ("redis", "rabbitmq", "filesystem")
    for database in ("sqlite", "postgres")
]


def command(seed: int, database: str, broker: str, seconds: float) -> list[str]:
    """What one run is started with; the page quotes it."""
    return [
        "--seconds", f"{seconds:g}", "--seed", str(seed), "--database", database, "--broker", broker, "--json",
    ]  # fmt: skip


def main() -> None:
    """Run all; end with 1 when any run broke a promise."""
    parser = argparse.ArgumentParser(prog="make chaos-all", description="Chaos for all pairs.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long faults strike in each run (60)")
    parser.add_argument("--first-seed", type=int, default=1, help="the seed of the first run (1)")
    arguments = parser.parse_args()
    console, runs = Console(), []
    for seed, (database, broker) in enumerate(PAIRS, start=arguments.first_seed):
        console.print(f"seed {seed}: {database}, {broker}")
        options = command(seed, database, broker, arguments.seconds)
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.chaos", *options], check=False, stdout=subprocess.PIPE
        )
        runs.append(json.loads(done.stdout))
    day = datetime.now(UTC).date().isoformat()
    RESULTS.write_text(json.dumps({"day": day, "seconds": arguments.seconds, "runs": runs}, indent=1) + "\n")
    console.print(_table(runs))
    sys.exit(any(run["violations"] for run in runs))


def _table(runs: list[dict[str, object]]) -> Table:
    names = ("seed", "database", "broker", "accepted", "faults", "violations", "drain_seconds")
    table = Table(*names)
    for run in runs:
        table.add_row(*(str(run[name]) for name in names))
    return table


if __name__ == "__main__":
    main()
