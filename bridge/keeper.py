"""Ends what a supervisor started when the supervisor itself was killed.

``python -m bridge.keeper`` reads process groups from its standard input, one a line: ``+123`` for one that
was started and ``-123`` for one that has ended. When the input closes, whoever wrote it is gone, and all
groups that are still there are killed. Nothing is lost by that: what the bridge promises survives any kill.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    for deaf in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(deaf, signal.SIG_IGN)  # it ends with its supervisor, not before
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
