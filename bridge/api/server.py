"""``python -m bridge.api.server``: the API on uvicorn."""

from __future__ import annotations

import gc
import signal
import sys
from types import FrameType

import uvicorn

from bridge import bootstrap, observability
from bridge.api.app import create_app
from bridge.dispatch import current_settings

PATIENCE = 10
"""Seconds that requests in flight are waited for at the end; a sender that heard no yes sends again."""


def main() -> None:
    """Serve until a signal ends it: then no more is taken, and what was begun is answered."""
    signal.signal(signal.SIGTERM, _end)
    settings = current_settings()
    observability.configure(settings, service="api")
    bridge = bootstrap.open_bridge(settings)
    gc.freeze()
    try:
        uvicorn.run(
            create_app(bridge),
            host=settings.api_host,
            port=settings.api_port,
            loop="uvloop",
            http="httptools",
            lifespan="off",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            log_config=None,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=PATIENCE,
        )
    finally:
        bridge.close()


def _end(_number: int, _frame: FrameType | None) -> None:
    """The server raises the signal once more when it has ended; what is still open is then closed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


if __name__ == "__main__":
    main()
