"""How long each fault is felt: it strikes once under load, and what was accepted until it was mended must arrive.

    make recovery ARGS='--database sqlite --broker redis'      a few minutes; adds to tests/faults/recovery.json

The page ``docs/reference/faults.md`` shows the numbers.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import track
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from bridge.store import tables as t
from tests import processes
from tests.faults.chaos import REST, Site, Weather, parser
from tests.faults.senders import Sender

RESULTS = Path(__file__).with_name("recovery.json")
CALM = 2.0
"""Seconds of load before each fault."""


def measure(arguments: argparse.Namespace, console: Console) -> dict[str, float]:
    """Seconds from the mending of each fault until everything accepted before it is at rest."""
    found = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crossdock-chaos-")))
        site = Site(folder, arguments.database, arguments.broker, stack)
        site.start(dedup=True)
        sender = Sender("dc1-a", site.api_port, arguments.seed, arguments.rate)
        thread = sender.start()
        stack.callback(thread.join, 130)
        stack.callback(sender.is_over.set)
        weather = Weather(site, random.Random(arguments.seed), arguments.fault or ())
        for name in track(weather.names, description="faults", console=console):
            time.sleep(CALM)
            weather.strike(name)
            while not weather.is_over:
                weather.mend()
                time.sleep(0.05)
            mended = time.monotonic()
            youngest = _youngest(site)
            processes.soon(lambda mark=youngest: _arrived(site, mark), REST)  # type: ignore[misc]  # bound early
            found[name] = round(time.monotonic() - mended, 1)
    return found


def _youngest(site: Site) -> int:
    """The youngest message, as soon as the ledger answers."""
    while True:
        try:
            with site.ledger.read() as connection:
                return connection.execute(select(func.max(t.message.c.id))).scalar_one() or 0
        except SQLAlchemyError:
            time.sleep(0.1)


def _arrived(site: Site, youngest: int) -> bool:
    """Whether nothing up to that message is under way any more."""
    try:
        with site.ledger.read() as connection:
            waiting = select(t.message.c.id).where(
                t.message.c.id <= youngest,
                or_(
                    t.message.c.state == "accepted",
                    t.message.c.id.in_(
                        select(t.document.c.message_id).where(t.document.c.state.in_(["ready", "staged"]))
                    ),
                    t.message.c.id.in_(
                        select(t.document.c.message_id)
                        .join(t.delivery, t.delivery.c.document_id == t.document.c.id)
                        .where(t.delivery.c.state.in_(["pending", "retry", "waiting"]))
                    ),
                ),
            )
            return connection.execute(waiting.limit(1)).first() is None
    except SQLAlchemyError:
        return False


def main() -> None:
    """Measure one pair and keep the numbers beside those of the others."""
    arguments = parser().parse_args()
    console = Console()
    found = measure(arguments, console)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept[f"{arguments.database} and {arguments.broker}"] = found
    RESULTS.write_text(json.dumps(dict(sorted(kept.items())), indent=1) + "\n")
    for name, seconds in found.items():
        console.print(f"{seconds:6.1f} s  {name}")
    sys.exit(max(found.values()) >= REST)


if __name__ == "__main__":
    main()
