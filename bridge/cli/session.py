"""What a command works with: the settings of the installation that it is about, and its ledger."""

# ruff: noqa: PLC0415  # imported on use, so that --help is quick
from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bridge.cli.explain import Stop

if TYPE_CHECKING:
    from bridge.bootstrap import Bridge
    from bridge.settings import Settings
    from bridge.store.ledger import Ledger


def settings() -> Settings:
    """From the environment; what runs on the data folder says how to reach it."""
    from bridge import stack
    from bridge.settings import Settings

    for name, value in stack.read_running(Settings().data).items():
        os.environ.setdefault(name, value)
    return Settings()


@contextmanager
def ledger() -> Iterator[Ledger]:
    """The ledger, for commands that need no company."""
    from bridge.store.ledger import Ledger

    known = settings()
    if not known.ledger_url and not (known.data / "ledger.db").is_file():
        raise Stop(
            f"there is no ledger in {known.data}; make it with: crossdock migrate, or name it with --data"
        )
    opened = Ledger(known.ledger)
    try:
        yield opened
    finally:
        opened.dispose()


@contextmanager
def opened() -> Iterator[Bridge]:
    """The whole bridge, for commands that take something in."""
    from bridge import bootstrap

    with ledger():
        bridge = bootstrap.open_bridge(settings())
    try:
        yield bridge
    finally:
        bridge.close()


def actor() -> str:
    """Who the audit trail will name."""
    return f"cli:{getpass.getuser()}"
