"""``crossdock status|backup|restore|retention``: what whoever runs an installation needs."""

# ruff: noqa: PLC0415  # imported on use, so that --help is quick
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bridge.cli import output, session
from bridge.cli.explain import Stop
from bridge.cli.output import Json


def status(as_json: Json = False) -> None:
    """How the installation is: what waits, who works, what is overdue; ends with 1 when something stops it."""
    from bridge import status as statuses

    settings = session.settings()
    with session.ledger() as ledger:
        found = statuses.look(ledger, settings)
    if as_json:
        output.print_json({"well": found.is_well, "status": found})
    else:
        lanes = [list(one.values()) for one in found.lanes]
        output.print_table(("Lane", "Worked by", "Batch", "Failures", "Paused until"), lanes)
        schedules = [list(one.values()) for one in found.schedules]
        output.print_table(("Schedule", "Every s", "Due", "Last error"), schedules)
        output.print_pairs(
            {**{name.replace("_", " "): count for name, count in found.waiting.items() if count},
             "oldest waiting": found.oldest_waiting, "free": f"{found.free_bytes >> 20} MB",
             "schema": found.schema, "broker": "answers" if found.broker else "does not answer"}
        )  # fmt: skip
        for text in found.troubles:
            typer.echo(f"TROUBLE  {text}")
        for text in found.notes:
            typer.echo(f"note     {text}")
    raise typer.Exit(0 if found.is_well else 1)


def backup(target: Annotated[Path, typer.Argument(help="A new folder.")], *, as_json: Json = False) -> None:
    """Write the ledger and the raw store into a folder; work goes on meanwhile."""
    from bridge import backup as backups

    try:
        made = backups.make(session.settings(), target)
    except backups.BackupRefused as error:
        raise Stop(str(error)) from error
    if as_json:
        output.print_json(made)
    else:
        typer.echo(f"{target}: {made.database}, schema {made.schema}, {made.files} raw files")


def restore(
    target: Annotated[Path, typer.Argument(help="A folder that crossdock backup wrote.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the ledger that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Put a backup in place of the ledger. Stop everything first; run crossdock migrate after it."""
    from bridge import backup as backups

    try:
        put = backups.restore(session.settings(), target, force=force)
    except backups.BackupRefused as error:
        raise Stop(str(error)) from error
    if as_json:
        output.print_json(put)
    else:
        typer.echo(f"restored what was there at {put.made_at}; now: crossdock migrate, then start everything")


def retention(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: Json = False,
) -> None:
    """Delete raw bytes and attempts older than CROSSDOCK_RETENTION_DAYS, as the schedule does every day."""
    from bridge import clock
    from bridge import retention as pruning

    settings = session.settings()
    now, days = clock.now(), settings.retention_days
    with session.ledger() as ledger:
        if dry_run:
            found = pruning.plan(ledger, now=now, days=days)
        else:
            found = pruning.prune(ledger, settings.raw_store, now=now, days=days)
    if as_json:
        output.print_json(found)
    else:
        what = "would be deleted" if dry_run else "deleted"
        typer.echo(
            f"{what}: bytes of {found.raw} messages, {found.attempts} attempts, {found.files} raw files"
        )
