"""Cutting what is wrong out of a file, as a small file that can be read by itself."""

from __future__ import annotations

from collections.abc import Collection

from transforms.formats.idoc.segments.control import DATA, NAME
from transforms.formats.idoc.spelling import element
from transforms.formats.idoc.tree import Idoc, Node

_SEGNUM, _PSGNUM = DATA[3], DATA[4]


def of_idoc(idoc: Idoc) -> bytes | None:
    """The IDoc as it came."""
    if idoc.text is None:
        return None
    text = "".join(idoc.text)
    return _in_oneelement(idoc, text) if idoc.spelling == "xml" else _encoded(idoc, text)


def of_line(idoc: Idoc, lines: Collection[int], line: int) -> bytes | None:
    """The IDoc with one of its lines; ``lines`` are the ordinals of the segments that begin one."""
    if idoc.text is None:
        return None
    dropped = {
        node.ordinal
        for top in idoc.top
        for start in top.walk()
        if start.ordinal in lines and start.ordinal != line
        for node in start.walk()
    }
    if idoc.spelling == "flat":
        return _encoded(idoc, _renumbered(idoc.text, dropped))
    control = element(Node(NAME, idoc.control, 0), dropped)
    body = "".join(element(node, dropped) for node in idoc.top)
    return _in_oneelement(idoc, f'<IDOC BEGIN="1">\n{control}{body}</IDOC>')


def _encoded(idoc: Idoc, text: str) -> bytes:
    return text.encode(idoc.encoding, "surrogateescape")


def _renumbered(records: list[str], dropped: Collection[int]) -> str:
    """Records without some, the others numbered anew so that no gap is left."""
    numbers = {0: 0}
    kept = [records[0]]
    for ordinal, record in enumerate(records[1:], start=1):
        if ordinal in dropped:
            continue
        numbers[ordinal] = len(kept)
        kept.append(_with(record, len(kept), numbers))
    return "".join(kept)


def _with(record: str, number: int, numbers: dict[int, int]) -> str:
    above = record[_PSGNUM.offset : _PSGNUM.offset + _PSGNUM.length]
    if not above.isdecimal():  # a file without numbers stays without
        return record
    head, tail = record[: _SEGNUM.offset], record[_PSGNUM.offset + _PSGNUM.length :]
    return f"{head}{number:06d}{numbers.get(int(above), 0):06d}{tail}"


def _in_oneelement(idoc: Idoc, text: str) -> bytes:
    if idoc.encoding.startswith("utf-16"):  # its declaration would need a mark before it
        return f"<IDOCS>\n{text}\n</IDOCS>\n".encode("utf-8", "surrogateescape")
    declared = f'<?xml version="1.0" encoding="{idoc.encoding}"?>\n'
    return _encoded(idoc, f"{declared}<IDOCS>\n{text}\n</IDOCS>\n")
