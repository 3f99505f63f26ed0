"""``python -m bridge.api.server``: the API on uvicorn."""

from __future__ import annotations

import gc

import uvicorn

from bridge import bootstrap, observability
from bridge.api.app import create_app
from bridge.dispatch import current_settings


def main() -> None:
    """Serve until a signal ends it."""
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
        )
    finally:
        bridge.close()


if __name__ == "__main__":
    main()
