"""The command line: everything that the console can do, and what runs the bridge.

Importing this costs next to nothing, so that ``crossdock --help`` answers at once; each command imports
what it works with when it is used. Results go to standard output, as tables or with ``--json`` as JSON;
an error is one line with its remedy on standard error. Exit codes: 0 done, 1 it failed, 2 wrong usage.
"""

from __future__ import annotations

import os
import sys

from bridge.cli.commands import app
from bridge.cli.explain import in_one_line

__all__ = ["main"]


def main() -> None:
    """Entry point of ``crossdock``."""
    try:
        app()
    except Exception as error:
        if os.environ.get("CROSSDOCK_DEBUG"):
            raise
        sys.stderr.write(f"crossdock: {in_one_line(error)}\n")
        raise SystemExit(1) from None
