"""The tree of an IDoc as text, flat or XML."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from xml.sax.saxutils import escape  # nosec B406  # it writes; nothing is parsed

from transforms.errors import OutOfRange
from transforms.formats.idoc.segments import CONTROL, SEGMENTS, Field
from transforms.formats.idoc.segments.control import DATA, NAME, RECORD
from transforms.formats.idoc.tree import Node

_SDATA = RECORD - 1000


def element(node: Node, dropped: Collection[int] = ()) -> str:
    """A segment as an element, with what stands below it; without the segments of some ordinals."""
    if node.ordinal in dropped:
        return ""
    fields = "".join(f"<{name}>{escape(value)}</{name}>\n" for name, value in node.fields.items())
    below = "".join(element(child, dropped) for child in node.children)
    return f'<{node.name} SEGMENT="1">\n{fields}{below}</{node.name}>\n'


def document(control: Node, top: Sequence[Node]) -> str:
    """One IDoc as an XML document."""
    root = control.fields["IDOCTYP"]
    body = "".join(element(node) for node in (control, *top))
    return f'<{root}>\n<IDOC BEGIN="1">\n{body}</IDOC>\n</{root}>\n'


def records(control: Node, top: Sequence[Node]) -> list[str]:
    """One IDoc as flat records of their full length."""
    written = [_filled(control, CONTROL, 524)]
    for node in top:
        _add(written, control, node, parent=0, level=1)
    return written


def _add(written: list[str], control: Node, node: Node, *, parent: int, level: int) -> None:
    number = len(written)
    segment = SEGMENTS[node.name]
    header = Node(
        node.name,
        {
            "SEGNAM": segment.flat_name,
            "MANDT": control.get("MANDT"),
            "DOCNUM": control.get("DOCNUM"),
            "SEGNUM": f"{number:06d}",
            "PSGNUM": f"{parent:06d}",
            "HLEVEL": f"{level:02d}",
        },
        number,
    )
    written.append(_filled(header, DATA, _SDATA) + _filled(node, segment.fields, 1000))
    for child in node.children:
        _add(written, control, child, parent=number, level=level + 1)


def check(node: Node) -> None:
    """Raise :class:`OutOfRange` when a value does not fit its field; nothing is ever cut off."""
    fields = CONTROL if node.name == NAME else SEGMENTS[node.name].fields
    longest = {field.name: field.length for field in fields}
    for name, value in node.fields.items():
        if len(value) > longest[name]:
            raise OutOfRange(f"{node.name} {name} takes {longest[name]} characters: {value!r}", value=value)
    for child in node.children:
        check(child)


def _filled(node: Node, fields: Sequence[Field], length: int) -> str:
    line, at = [], 0
    for field in fields:
        if field.offset > at:
            line.append(" " * (field.offset - at))
        line.append(node.get(field.name).ljust(field.length))
        at = field.offset + field.length
    return "".join(line).ljust(length)
