"""``crossdock dead-letters``: what the Dead letters tab in Flower does, for scripts and terminals."""

# ruff: noqa: PLC0415  # imported on use, so that --help is quick
from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli import output, session
from bridge.cli.explain import Stop
from bridge.cli.output import Json, Reason

if TYPE_CHECKING:
    from bridge.bootstrap import Bridge
    from bridge.replay import Accept, Outcome

app = typer.Typer(
    help="What stopped, why, and setting it going again.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Ids = Annotated[list[str], typer.Argument(help="Ids as `list` shows them; the first characters will do.")]


@app.command("list")
def list_letters(
    *,
    state: Annotated[str, typer.Option(help="open, replaying, resolved, discarded, or all.")] = "open",
    code: Annotated[str | None, typer.Option(help="Reason code.")] = None,
    source: Annotated[str | None, typer.Option(help="Source.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="Endpoint.")] = None,
    release: Annotated[str | None, typer.Option(help="Release condition.")] = None,
    text: Annotated[str | None, typer.Option(help="Anywhere in the sentence, number or value.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: Json = False,
) -> None:
    """List dead letters, the newest first."""
    from bridge import dead_letter_search as search

    wanted = search.Filter(
        state=None if state == "all" else state,
        code=code,
        source=source,
        endpoint=endpoint,
        release_condition=release,
        text=text,
    )
    with session.ledger() as ledger:
        found = search.find(ledger, wanted, limit=limit)
        total = search.count(ledger, wanted)
    if as_json:
        output.print_json({"total": total, "letters": found})
        return
    output.print_table(
        ("id", "since", "source", "number", "reason", "what", "waits for"),
        [
            (one.public_id[:8], one.first_at, one.endpoint or one.source, one.number, one.code, one.sentence,
             one.release_condition)
            for one in found
        ],
        title=f"{len(found)} of {total} dead letters",
    )  # fmt: skip


@app.command()
def show(
    letter: Annotated[str, typer.Argument(help="Id; its first characters will do.")], as_json: Json = False
) -> None:
    """One dead letter with its reason, remedy, source, content and history."""
    from bridge import dead_letter_detail as details

    with session.ledger() as ledger:
        (public_id,) = _resolved([letter])
        found = details.show(ledger, public_id, raw_store=session.settings().raw_store)
    if as_json:
        output.print_json(found)
        return
    row = found.letter
    output.print_pairs(
        {
            "id": row.public_id,
            "state": row.state,
            "reason": f"{row.code}: {found.reason.title}",
            "what": row.sentence,
            "where": found.location,
            "value": row.value,
            "source": row.source,
            "endpoint": row.endpoint,
            "document": " ".join(filter(None, (row.type, row.number))),
            "step": row.step,
            "times": row.count,
            "since": row.first_at,
            "waits for": row.release_condition
            and f"{row.release_condition} (with {found.waiting - 1} others)",
            "remedy": found.reason.remedy,
        }
    )
    for event in found.history:
        who = f" by {event.by}" if event.by else ""
        why = f" ({event.reason})" if event.reason else ""
        typer.echo(f"  {event.at:%Y-%m-%d %H:%M:%S}  {event.subject} {event.what}{who}{why}")
    if found.editable is not None:
        typer.echo(f"\n{found.editable}")


@app.command()
def edit(
    letter: Annotated[str, typer.Argument(help="Id; its first characters will do.")],
    content: Annotated[
        Path, typer.Option("--content", help="File with the corrected content; - is standard input.")
    ],
    reason: Reason,
    as_json: Json = False,
) -> None:
    """Let what stopped go on with other content."""
    from bridge import replay as acting

    (public_id,) = _resolved([letter])
    with session.opened() as bridge:
        outcome = acting.edit_and_replay(
            bridge.ledger, public_id, output.read_text(content), actor=session.actor(), reason=reason,
            accept=_acceptor(bridge),
        )  # fmt: skip
    _report(outcome, "going on with the new content", as_json=as_json)


@app.command()
def replay(ids: Ids, reason: Reason, as_json: Json = False) -> None:
    """Let what stopped go on as it is."""
    from bridge import replay as acting

    found = _resolved(ids)
    with session.opened() as bridge:
        outcome = acting.replay(
            bridge.ledger, found, actor=session.actor(), reason=reason, accept=_acceptor(bridge)
        )
    _report(outcome, "going on", as_json=as_json)


@app.command()
def discard(ids: Ids, reason: Reason, as_json: Json = False) -> None:
    """Decide that what stopped shall never take effect; what waited behind it goes on."""
    from bridge import replay as acting

    with session.ledger() as ledger:
        outcome = acting.discard(ledger, _resolved(ids), actor=session.actor(), reason=reason)
    _report(outcome, "discarded", as_json=as_json)


def _acceptor(bridge: Bridge) -> Accept:
    from bridge.errors import Refused
    from bridge.ingress.contract import Content

    def accept(content: Content) -> None:
        (answer,) = bridge.accept_all([content])
        if isinstance(answer, Refused):
            raise answer

    return accept


def _resolved(ids: list[str]) -> list[str]:
    """Whole ids from their first characters. Raises :class:`Stop` for none, or for more than one."""
    from sqlalchemy import select

    from bridge.store import tables as t

    letter = t.dead_letter.c.public_id
    whole = []
    with session.ledger() as ledger, ledger.read() as connection:
        for given in ids:
            query = select(letter).where(letter.startswith(given, autoescape=True)).limit(2)
            found = connection.execute(query).scalars().all()
            if len(found) != 1:
                many = "more than one dead letter begins" if found else "no dead letter begins"
                raise Stop(f"{many} with {given!r}; crossdock dead-letters list --state all shows them")
            whole.append(found[0])
    return whole


def _report(outcome: Outcome, done: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json(outcome)
    else:
        for public_id in outcome.done:
            typer.echo(f"{public_id[:8]}  {done}")
        for skipped in outcome.skipped:
            typer.echo(f"{skipped.public_id[:8]}  left as it is: {skipped.why}", err=True)
    if outcome.skipped:
        raise typer.Exit(1)
