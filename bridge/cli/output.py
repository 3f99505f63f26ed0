"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the audit trail.")]


def plain(value: Any) -> Any:
    """Anything the bridge's functions return, as JSON knows it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if hasattr(value, "_mapping"):
        return plain(dict(value._mapping))  # noqa: SLF001  # a row of SQLAlchemy; this is its public name
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


def print_json(value: Any) -> None:
    """One line, for a program."""
    typer.echo(json.dumps(plain(value), ensure_ascii=False))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> None:
    """A table for a person; long values wrap, and nothing in them is taken for markup."""
    from rich.console import Console  # noqa: PLC0415  # only when a table is printed
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(Text("" if cell is None else _shown(cell)) for cell in row))
    Console().print(table)


def _shown(cell: Any) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    return str(cell)


def print_pairs(pairs: Mapping[str, Any]) -> None:
    """Names and values, one pair a line."""
    width = max(map(len, pairs), default=0)
    for name, value in pairs.items():
        if value not in (None, "", ()):
            typer.echo(f"{name:<{width}}  {_shown(value)}")


def read_text(path: Path) -> str:
    """A file's text, or standard input's for ``-``."""
    return typer.get_text_stream("stdin").read() if str(path) == "-" else path.read_text(encoding="utf-8")
