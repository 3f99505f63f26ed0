"""What the standard says about the sets that we know, by version."""

from __future__ import annotations

from functools import cache

from transforms.edi.structure import Segment, Structure, nodes_of, segments_of
from transforms.formats.x12.standard import v004010, v005010


def structure(version: str, kind: str) -> Structure | None:
    """The structure of a set under the version that GS08 gives; ``None`` for a set that we do not know.

    Versions up to 4060 are read as 004010, later ones as 005010: what lies between differs in elements at
    the end of segments that few partners send.
    """
    return _structure(version[:6] >= "005", kind)


@cache
def _structure(is_later: bool, kind: str) -> Structure | None:
    text = v005010.SETS.get(kind) if is_later else None
    text = text or v004010.SETS.get(kind)
    return Structure(kind, nodes_of(text), _segments(is_later)) if text else None


@cache
def _segments(is_later: bool) -> dict[str, Segment]:
    found = segments_of(v004010.SEGMENTS, v004010.CODES)
    return found | segments_of(v005010.SEGMENTS, v004010.CODES) if is_later else found
