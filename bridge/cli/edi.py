"""``crossdock edi check|read|ack|show``: an EDI file looked at by itself, without a partner and without a ledger."""

# ruff: noqa: PLC0415  # imported on use, so that --help is quick
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from bridge.cli import output
from bridge.cli.output import Json

if TYPE_CHECKING:
    from transforms.edi.inspection import Inspection
    from transforms.errors import Problem

app = typer.Typer(
    help="Look into EDI files: what is in them, what is wrong, what to answer.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="X12, EDIFACT or IDocs.")
]
Files = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, readable=True, help="X12, EDIFACT or IDocs.")
]


@app.command()
def check(files: Files, *, as_json: Json = False) -> None:
    """Say what is in each file and what is wrong with it; ends with 1 when anything is.

    Envelopes, counts and control numbers are checked in every message, the standard's structure where it is
    known, and control totals in the messages that Crossdock reads. With --json one object for each file, a
    line each.
    """
    from bridge import edi

    is_sound = True
    for path in files:
        with path.open("rb") as source:
            found = edi.check(source)
            if as_json:
                output.print_json(_as_json(path, found))
            else:
                _print(path, source, found)
        is_sound = is_sound and found.is_sound
    raise typer.Exit(0 if is_sound else 1)


@app.command()
def read(
    file: File,
    *,
    stats: Annotated[bool, typer.Option("--stats", help="Say how long it took.")] = False,
    structure: Annotated[
        bool, typer.Option("--structure", help="Check the standard's structure as well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Stream a file of any size through the reader, with all checks of the envelope."""
    from bridge import edi

    found = edi.measure(file, structure=structure)
    if as_json:
        output.print_json(found)
        return
    pairs: dict[str, Any] = {
        "segments": f"{found.segments:,}", "sets": f"{found.sets:,}", "problems": f"{found.problems:,}",
    }  # fmt: skip
    if stats:
        pairs |= {
            "CPU seconds": found.seconds, "MB/s": found.mb_per_s, "peak memory": f"{found.peak_rss_mb} MB",
        }  # fmt: skip
    output.print_pairs(pairs)


@app.command()
def ack(
    file: File,
    *,
    kind: Annotated[
        Literal["997", "999", "ta1"] | None, typer.Option("--type", help="Of X12; a 997 unless it is said.")
    ] = None,
) -> None:
    """Print the acknowledgement of a file: what was accepted, what was not, and where it is wrong."""
    from bridge import edi

    for answer in edi.answer(file, kind=kind):
        typer.echo(answer.decode("utf-8", "replace"), nl=False)


@app.command()
def show(file: File) -> None:
    """Print a file segment by segment, indented by its loops and explained."""
    from bridge.edi_listing import listing

    for line in listing(file):
        typer.echo(line)


def _as_json(path: Path, found: Inspection) -> dict[str, Any]:
    from transforms.edi.inspection import plain

    return {
        "file": str(path),
        "interchanges": found.interchanges,
        "sets": [
            {
                "type": one.kind,
                "control": one.control,
                "accepted": one.accepted,
                "problems": [plain(problem) for problem in one.problems],
            }
            for one in found.seen
        ],
        "problems": [plain(problem) for problem in found.problems],
        "accepted": found.accepted,
        "rejected": found.rejected,
    }


def _print(path: Path, source: BinaryIO, found: Inspection) -> None:
    counts = f"{found.interchanges} interchanges, {found.accepted} accepted, {found.rejected} rejected"
    typer.echo(f"{path}: {counts}")
    for problem in found.problems:
        _print_problem(source, found, problem)
    for one in found.seen:
        if one.accepted and not one.problems:
            continue
        typer.echo(f"  {one.kind} {one.control}: {'accepted' if one.accepted else 'REJECTED'}")
        for problem in one.problems:
            _print_problem(source, found, problem)


def _print_problem(source: BinaryIO, found: Inspection, problem: Problem) -> None:
    from bridge import edi

    mark = "note" if problem.warning else problem.code
    typer.echo(f"    {mark}: {problem.text}")
    typer.echo(f"      at {problem.location}")
    if (quoted := edi.quote(source, found, problem)) is not None:
        typer.echo(f"      {quoted}")
