"""``crossdock``: running the bridge, taking files in, and looking things up."""

# ruff: noqa: PLC0415  # imported on use, so that --help is quick
from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.cli import edi, ledger, letters, master_data, operations, output, session
from bridge.cli.explain import Stop
from bridge.cli.output import Json

app = typer.Typer(
    name="crossdock",
    help="Files, EDI and webhooks in; ERP, WMS and channels out, in order and with one effect.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(operations.app)
app.add_typer(letters.app, name="dead-letters")
app.add_typer(ledger.app, name="ledger")
app.add_typer(edi.app, name="edi")
app.add_typer(master_data.references, name="xref")
app.add_typer(master_data.units, name="unit")


_PASSWORD = re.compile(r"(://[^:@/]*:)[^@]*(@)")
"""The password in a URL."""


@app.callback()
def choose(
    data: Annotated[Path | None, typer.Option(help="The data folder, instead of CROSSDOCK_DATA.")] = None,
    company: Annotated[
        Path | None, typer.Option(help="The company folder, instead of CROSSDOCK_COMPANY.")
    ] = None,
    debug: Annotated[bool, typer.Option(help="Show where an error comes from.")] = False,
) -> None:
    """Which installation a command is about."""
    chosen = {"CROSSDOCK_DATA": data, "CROSSDOCK_COMPANY": company}
    os.environ.update({name: str(path) for name, path in chosen.items() if path is not None})
    if debug:
        os.environ["CROSSDOCK_DEBUG"] = "1"


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Check every expectation, then end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="End with one line of JSON.")] = False,
) -> None:
    """Run a business day of the example company on this machine."""
    from bridge.demo.run import run as play

    raise typer.Exit(play(once=once, as_json=as_json))


@app.command()
def up() -> None:
    """Run API, worker, beat and Flower, and start again what dies, until Ctrl-C."""
    from bridge.cli import foreground

    foreground.up(session.settings())


@app.command()
def run(role: Annotated[str, typer.Argument(help="api, worker, beat or flower.")]) -> None:
    """Run one process of the stack in place of this one."""
    from bridge import stack

    if role not in stack.ROLES:
        raise typer.BadParameter(f"there is no {role!r}; there are: {', '.join(stack.ROLES)}")
    command = stack.command(role, session.settings())
    os.execv(command[0], command)  # noqa: S606  # nosec B606  # our own command, without a shell


@app.command()
def health(
    role: Annotated[str, typer.Argument(help="api, worker, beat or flower; else only the ledger.")] = "",
    as_json: Json = False,
) -> None:
    """Say with the exit code whether a process does its work."""
    from bridge import stack

    settings = session.settings()
    is_well = stack.readiness(role, settings)() if role in {"api", "flower"} else _has_pulse(role)
    if as_json:
        output.print_json({"role": role or "ledger", "healthy": is_well})
    if not is_well:
        raise Stop(f"{role or 'ledger'} is not healthy")


def _has_pulse(role: str) -> bool:
    from bridge import pulse

    with session.ledger() as ledger:
        return pulse.beats(ledger) if role else pulse.reaches(ledger)


@app.command()
def migrate(as_json: Json = False) -> None:
    """Bring the ledger to this version, load master data and write the schedule; harmless to repeat."""
    from bridge import bootstrap

    counts = bootstrap.prepare(session.settings())
    if as_json:
        output.print_json(counts)
    else:
        typer.echo("the ledger is ready; read: " + ", ".join(f"{n} {kind}" for kind, n in counts.items()))


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="The company folder.")] = None,
    write_expected: Annotated[
        bool, typer.Option(help="Keep what the samples become as what is expected.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check a company folder: configuration, master data, and that its samples become what is expected."""
    from bridge import check as checking
    from bridge.settings import Settings

    where = folder or Settings().company
    report = checking.check(where, write_expected=write_expected)
    if as_json:
        output.print_json(report)
    else:
        for fault in report.faults:
            typer.echo(str(fault), err=True)
        for path in report.written:
            typer.echo(f"written: {path}")
    if report.faults:
        raise Stop(f"{where}: {len(report.faults)} to put right")
    if not as_json:
        typer.echo(f"{where}: all right, {report.samples} samples")


@app.command()
def accept(
    file: Annotated[Path, typer.Argument(help="The file to take in.", exists=True, dir_okay=False)],
    partner: Annotated[str, typer.Option(help="Who sent it.")],
    source: Annotated[str, typer.Option(help="Which of the partner's sources it came by.")] = "",
    as_json: Json = False,
) -> None:
    """Take a file in, as if it had come through one of the partner's doors."""
    from bridge.errors import Refused
    from bridge.ingress.contract import Content

    with session.opened() as bridge:
        name = _source(bridge.company, partner, source)
        (answer,) = bridge.accept_all([Content(source=name, name=file.name, path=file)])
    if isinstance(answer, Refused):
        raise answer
    if as_json:
        output.print_json({"source": name, **output.plain(answer)})
    else:
        typer.echo(f"{'accepted before' if answer.duplicate else 'accepted'} as message {answer.public_id}")


def _source(company: Any, partner: str, source: str) -> str:
    if partner not in company.partners:
        raise Stop(f"there is no partner {partner!r}; there are: {', '.join(company.partners)}")
    names = list(company.partners[partner].sources)
    if source and source not in names:
        raise Stop(f"{partner} has no source {source!r}; it has: {', '.join(names)}")
    if not source and len(names) != 1:
        raise Stop(f"{partner} has several sources; say which with --source: {', '.join(names)}")
    return source or names[0]


@app.command()
def trace(
    key: Annotated[str, typer.Argument(help="A PO, ASN, receipt, SKU, message id, … .")],
    as_json: Json = False,
) -> None:
    """Follow anything from door to door: messages, documents, movements, deliveries, dead letters."""
    from bridge import trace as traces
    from bridge.cli import tracing

    with session.ledger() as ledger:
        found = traces.trace(ledger, key)
    if as_json:
        output.print_json(found.as_dict())
    else:
        tracing.print_trace(found)
    if not found.messages:
        raise typer.Exit(1)


@app.command()
def settings(as_json: Json = False) -> None:
    """Every setting: its variable, what it is now, and what it is for. Secrets are masked."""
    from bridge.settings import Settings

    known = Settings()
    rows = [
        {
            "variable": f"CROSSDOCK_{name.upper()}",
            "value": _PASSWORD.sub(r"\1***\2", str(getattr(known, name))),
            "meaning": field.description,
        }
        for name, field in type(known).model_fields.items()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
    else:
        output.print_table(("variable", "value", "meaning"), [tuple(row.values()) for row in rows])
