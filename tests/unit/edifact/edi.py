"""EDIFACT texts for tests: messages, envelopes that are right unless told otherwise, reading with options."""

from __future__ import annotations

import io
from typing import Any

from tests.edi_files import NOW
from transforms.errors import Problem
from transforms.formats import edifact
from transforms.reading import Context, Drafted, PartClosed

UNA = "UNA:+.? '"


def message(kind: str, *segments: str, control: str = "1", count: int | None = None, unt: str | None = None):
    """A message of segments without terminators; ``count`` and ``unt`` replace what is right."""
    name = kind if ":" in kind else f"{kind}:D:96A:UN"
    counted = len(segments) + 2 if count is None else count
    return [f"UNH+{control}+{name}", *segments, f"UNT+{counted}+{unt or control}"]


def interchange(*messages: list[str], **change: str) -> str:
    """Messages between UNB and UNZ; ``syntax``, ``ref``, ``rest``, ``unz``, ``una``, ``end`` replace what is right."""
    ref = change.get("ref", "R1")
    unb = f"UNB+{change.get('syntax', 'UNOC:3')}+THEM:14+US:14+261102:0845+{ref}{change.get('rest', '')}"
    unz = change.get("unz", f"UNZ+{len(messages)}+{ref}")
    segments = [unb, *[segment for one in messages for segment in one], *([unz] if unz else [])]
    end = change.get("end", "'\n")
    return change.get("una", UNA) + "".join(segment + end for segment in segments)


def response(number: str = "R-1", control: str = "1", **more: Any) -> list[str]:
    """A short good message."""
    return message(
        "ORDRSP", f"BGM+231+{number}+29", "DTM+137:20261102:102", "RFF+ON:P-1", "UNS+S",
        control=control, **more,
    )  # fmt: skip


def read(text: str | bytes, *, key: str = "file/x/1", alias: dict[str, str] | None = None, **options: Any):
    """All events; nothing is answered unless told."""
    data = text if isinstance(text, bytes) else text.encode("latin-1")
    context = Context(
        "nb", "x", "partner", key, NOW, options={"acknowledge": "never"} | options, unit_alias=alias or {}
    )
    return list(edifact.read(io.BytesIO(data), context))


def documents(events):
    accepted = {event.part for event in events if isinstance(event, PartClosed) and event.accepted}
    return [e.document for e in events if isinstance(e, Drafted) and e.part in accepted]


def problems(events):
    return [event for event in events if isinstance(event, Problem)]


def told(events):
    return [problem.text for problem in problems(events)]
