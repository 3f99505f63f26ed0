"""What ``celery -A tasks.app flower --conf=…`` runs. The names below are Flower's own options."""

from __future__ import annotations

import os
import secrets

from bridge import dispatch
from bridge.flower.console import open_console
from bridge.flower.install import install

_settings = dispatch.current_settings()
address = os.environ.get("FLOWER_ADDRESS", "127.0.0.1")
install(open_console(_settings, address=address, demo=os.environ.get("CROSSDOCK_DEMO") == "1"))
port = _settings.flower_port
basic_auth = [f"guard:{secrets.token_urlsafe(32)}"]  # our guard checks logins; past it nobody gets in
cookie_secret = _settings.flower_cookie_secret.get_secret_value() or secrets.token_urlsafe(64)
