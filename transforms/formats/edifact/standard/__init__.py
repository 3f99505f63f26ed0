"""What the directories say about the messages that we know, by version and release."""

from __future__ import annotations

from functools import cache

from transforms.edi.structure import Segment, Structure, nodes_of, segments_of
from transforms.formats.edifact.standard import d01b, d96a, service

_DIRECTORIES = {"D:96A": d96a, "D:01B": d01b}
_SEGMENTS = {"D:96A": (d96a,), "D:01B": (d96a, d01b)}
"""Where a version's segments stand; the later directory says only what differs from the earlier."""


@cache
def structure(version: str, kind: str) -> Structure | None:
    """The structure of a message under a version such as ``D:96A``; ``None`` where we know none."""
    directory = service if kind in service.MESSAGES else _DIRECTORIES.get(version)
    text = directory.MESSAGES.get(kind) if directory is not None else None
    return Structure(kind, nodes_of(text), _segments(version)) if text else None


@cache
def _segments(version: str) -> dict[str, Segment]:
    declared: dict[str, Segment] = {}
    for directory in (*_SEGMENTS.get(version, ()), service):
        declared |= segments_of(directory.SEGMENTS)
    return declared
