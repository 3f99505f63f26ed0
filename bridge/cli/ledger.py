"""``crossdock ledger``: whether what it says is true, and balances made anew."""

# ruff: noqa: PLC0415  # imported on use, so that --help is quick
from __future__ import annotations

from typing import Annotated

import typer

from bridge.cli import output, session
from bridge.cli.explain import Stop
from bridge.cli.output import Json

app = typer.Typer(
    help="Check the ledger, and make balances anew.", no_args_is_help=True, pretty_exceptions_enable=False
)


@app.command()
def verify(
    *,
    with_raw: Annotated[bool, typer.Option("--raw", help="Also read every kept byte; takes long.")] = False,
    as_json: Json = False,
) -> None:
    """Check everything that the ledger says against everything else; ends with 1 when something is wrong.

    It only reads, and may run while work goes on. Keep the last digest of each trail somewhere else: who
    owns the database could seal a changed history anew, but not so that the digest stays the same.
    """
    from rich.console import Console

    from bridge.integrity import checks, seals

    settings = session.settings()
    with session.ledger() as ledger, Console(stderr=True, quiet=as_json).status("looking") as status:
        found = checks.verify(
            ledger, raw_store=settings.raw_store if with_raw else None,
            note=lambda question: status.update(f"is it true that {question}?"),
        )  # fmt: skip
        with ledger.read() as connection:
            last = {trail: seals.last(connection, trail) for trail in seals.TRAILS}
    digests = {trail: one.sha256 for trail, one in last.items() if one}
    is_sound = not any(one.problems for one in found)
    if as_json:
        output.print_json({"sound": is_sound, "checks": found, "digests": digests})
    else:
        rows = [(one.question, one.rows, len(one.problems) + one.more or "") for one in found]
        output.print_table(("It is true that …", "Rows", "Problems"), rows)
        for one in found:
            for problem in one.problems:
                typer.echo(f"{one.name}: {problem}")
            if one.more:
                typer.echo(f"{one.name}: and {one.more} more")
            if one.remedy:
                typer.echo(f"  what helps: {one.remedy}")
        output.print_pairs({f"digest of {trail}": digest for trail, digest in digests.items()})
    raise typer.Exit(0 if is_sound else 1)


@app.command()
def rebuild(
    *,
    shadow: Annotated[bool, typer.Option("--shadow", help="Only compare.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Set balances that differ.")] = False,
    reason: Annotated[str, typer.Option(help="Why, with --apply; it stands in the audit trail.")] = "",
    as_json: Json = False,
) -> None:
    """Make the balances anew from the movements; ends with 1 when --shadow finds a difference."""
    from bridge import clock
    from bridge.integrity import rebuild as rebuilding

    if shadow == apply:
        raise Stop("say either --shadow (only compare) or --apply (set what differs)")
    session.settings()
    with session.ledger() as ledger:
        if apply:
            try:
                found = rebuilding.apply(ledger, actor=session.actor(), reason=reason, at=clock.now())
            except rebuilding.RebuildRefused as error:
                raise Stop(str(error)) from error
        else:
            with ledger.read() as connection:
                found = rebuilding.differences(connection)
    if as_json:
        output.print_json({"applied": apply, "differences": found})
    elif found:
        rows = [(one.item_id, one.site, one.location, one.lot, one.serial, one.stock_status, one.on_hand, one.rebuilt)
                for one in found]  # fmt: skip
        output.print_table(
            ("Item", "Site", "Location", "Lot", "Serial", "Condition", "On hand", "Rebuilt"), rows,
            title="set to what was rebuilt" if apply else None,
        )  # fmt: skip
    else:
        typer.echo("every balance is the sum of its movements")
    raise typer.Exit(1 if shadow and found else 0)
