"""Folder name → plug-in, imported on use. A missing driver ends in an install hint, not in a traceback."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from types import ModuleType

_HOMES = {"format": "transforms.formats", "connector": "bridge.connectors", "door": "bridge.ingress"}


class PluginMissing(Exception):
    """No plug-in of this name exists, or a package that it needs is not installed."""


def names(kind: str) -> list[str]:
    """All plug-ins of a kind: the folders in its home."""
    home = importlib.import_module(_HOMES[kind])
    return sorted(found.name for found in pkgutil.iter_modules(home.__path__) if found.ispkg)


@lru_cache(maxsize=64)
def load(kind: str, name: str) -> ModuleType:
    """Import one plug-in. Raises :class:`PluginMissing` with the remedy."""
    if name not in names(kind):
        raise PluginMissing(f"there is no {kind} {name!r}; there are: {', '.join(names(kind))}")
    try:
        return importlib.import_module(f"{_HOMES[kind]}.{name}")
    except ModuleNotFoundError as error:
        raise PluginMissing(f"{kind} {name!r} needs a package: pip install {error.name}") from error
