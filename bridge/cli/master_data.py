"""``crossdock xref`` and ``crossdock unit``: a steward adds what was missing, and with it frees what waited."""

# ruff: noqa: PLC0415  # imported on use, so that --help is quick
from __future__ import annotations

from typing import Annotated

import typer

from bridge.cli import output, session
from bridge.cli.output import Json, Reason

references = typer.Typer(
    help="What partners' codes mean to us.", no_args_is_help=True, pretty_exceptions_enable=False
)
units = typer.Typer(
    help="How many base units one unit of an item is.", no_args_is_help=True, pretty_exceptions_enable=False
)


@references.command("add")
def add_reference(
    partner: Annotated[str, typer.Argument(help="Whose code it is; * is everybody's.")],
    qualifier: Annotated[str, typer.Argument(help="Kind of code, such as VN, BP, GTIN, UL.")],
    source_code: Annotated[str, typer.Argument(help="The partner's code.")],
    target_code: Annotated[str, typer.Argument(help="Our code.")],
    *,
    reason: Reason,
    domain: Annotated[str, typer.Option(help="item or site.")] = "item",
    as_json: Json = False,
) -> None:
    """Approve that a partner's code means one of ours; everything that waited for it goes on."""
    from bridge.master_data import steward

    session.settings()
    with session.ledger() as ledger:
        lanes = steward.add_cross_reference(
            ledger, domain=domain, partner=partner, qualifier=qualifier, source_code=source_code,
            target_code=target_code, actor=session.actor(), reason=reason,
        )  # fmt: skip
    _report(f"{domain} {qualifier} {source_code} of {partner} is {target_code}", lanes, as_json=as_json)


@units.command("add")
def add_unit(
    item: Annotated[str, typer.Argument(help="Our item.")],
    unit: Annotated[str, typer.Argument(help="Rec 20 code, such as XPK.")],
    numerator: Annotated[int, typer.Argument(help="Base units in one unit.")],
    *,
    reason: Reason,
    denominator: Annotated[int, typer.Option(help="If it is a fraction.")] = 1,
    as_json: Json = False,
) -> None:
    """Approve a pack factor; everything that waited for it goes on."""
    from bridge.master_data import steward

    session.settings()
    with session.ledger() as ledger:
        lanes = steward.add_item_unit(
            ledger, item_id=item, unit=unit, numerator=numerator, denominator=denominator,
            actor=session.actor(), reason=reason,
        )  # fmt: skip
    factor = str(numerator) if denominator == 1 else f"{numerator}/{denominator}"
    _report(f"one {unit} of {item} is {factor} base units", lanes, as_json=as_json)


def _report(what: str, lanes: list[int], *, as_json: bool) -> None:
    if as_json:
        output.print_json({"approved": what, "lanes_rung": lanes})
    else:
        typer.echo(what + ("; what waited for it goes on" if lanes else "; nothing waited for it"))
