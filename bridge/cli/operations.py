"""``crossdock status|backup|restore|retention``: what whoever runs an installation needs."""

# ruff: noqa: PLC0415  # imported on use, so that --help is quick
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import output, session
from bridge.cli.explain import Stop
from bridge.cli.output import Json

if TYPE_CHECKING:
    from bridge.status import LaneStatus, Status

app = typer.Typer()


@app.command()
def status(as_json: Json = False) -> None:
    """What waits where, what is dead, what is overdue, and whether all is well. Exit code 1: not ready."""
    from bridge import status as looking

    settings = session.settings()
    with session.ledger() as ledger:
        found = looking.look(ledger, settings)
    if as_json:
        totals = {"ready": found.readiness.is_ready, "waiting": found.waiting, "dead": found.dead}
        output.print_json({**totals, "oldest": found.oldest, **output.plain(found)})
    else:
        _print(found)
    if not found.readiness.is_ready:
        raise typer.Exit(1)


@app.command()
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


@app.command()
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


@app.command()
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


def _print(found: Status) -> None:
    free = None if found.free_bytes is None else f"{found.free_bytes >> 20} MB free"
    output.print_pairs(
        {
            "ready": "yes" if found.readiness.is_ready else "no",
            "schema": found.schema,
            "disk": free,
            "broker": "answers" if found.broker_answers else "away",
            "waiting": found.waiting,
            "oldest": found.oldest,
            "dead": found.dead,
            "acknowledgements": f"{found.awaited} awaited, {found.overdue} overdue",
        }
    )
    for fault in found.readiness.faults:
        typer.echo(f"NOT READY: {fault}")
    for word in found.readiness.degraded:
        typer.echo(f"degraded: {word}")
    _print_alerts(found)
    columns = ("lane", "waiting", "oldest", "dead", "holder", "rests until")
    output.print_table(
        columns, [_lane(one) for one in found.lanes if not _is_idle(one)], title="Lanes with work"
    )
    output.print_table(
        ("schedule", "last run", "due", "overdue", "last error"),
        [
            (one.name, one.last_run, one.due_at, "OVERDUE" if one.is_overdue else "", one.last_error)
            for one in found.schedules
        ],
    )


def _print_alerts(found: Status) -> None:
    if found.alerts:
        rows = [(one.code, one.last_at, one.count, one.text) for one in found.alerts]
        output.print_table(("alert", "last", "times", "what"), rows, title="Open alerts")


def _lane(one: LaneStatus) -> tuple[object, ...]:
    return f"{one.kind} {one.name}", one.waiting, one.oldest, one.dead, one.holder, one.paused_until


def _is_idle(one: LaneStatus) -> bool:
    return not (one.waiting or one.dead or one.holder)
