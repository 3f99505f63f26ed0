"""Which endpoints must hear of a document (Content-Based Router). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from bridge.company import Route


@lru_cache(maxsize=4096)
def endpoints(
    routes: Sequence[Route], *, document_type: str, source: str, site: str | None
) -> tuple[str, ...]:
    """The endpoints of every route that fits, each named once, in the order of the routes."""
    found = (
        endpoint
        for route in routes
        if any(fnmatchcase(document_type, pattern) for pattern in route.types)
        and (not route.sources or source in route.sources)
        and (not route.sites or site in route.sites)
        for endpoint in route.to
    )
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=256)
def _fits(patterns: tuple[str, ...], document_type: str) -> bool:
    return any(fnmatchcase(document_type, pattern) for pattern in patterns)


def posts(patterns: Sequence[str], document_type: str) -> bool:
    """Whether the book takes the movements of this type of document."""
    return _fits(tuple(patterns), document_type)
