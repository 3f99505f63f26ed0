"""One IDoc through its map into drafted documents."""

from __future__ import annotations

import hashlib

from transforms.errors import ElementInvalid, Problem, SegmentInvalid, TransformError
from transforms.formats.idoc import fragments
from transforms.formats.idoc.maps.contract import Fields, Made, Map
from transforms.formats.idoc.values import Reading
from transforms.mapping import build_document
from transforms.reading import MAX_LINES, Drafted


def translate(one: Reading, layout: Map, *, key: str, part: str) -> tuple[list[Problem], list[Drafted]]:
    """Problems of single lines, and documents of the others.

    Raises :class:`TransformError` for what is wrong with the whole IDoc, or with all of its lines.
    """
    header = layout.header(one)
    lines, problems = _lines(one, layout, header)
    if not lines:
        raise SegmentInvalid(f"the IDoc has no line ({layout.line_segment})", location=one.idoc.place())
    drafts: list[Drafted] = []
    for start in range(0, len(lines), MAX_LINES):
        cut = f"/{start}" if start else ""
        for made in layout.documents(one, header, lines[start : start + MAX_LINES]):
            numbered = f"#{len(drafts) + 1}" if drafts else ""
            # the good lines of a repaired IDoc went through under its business key
            is_known = made.business_key is not None and not key.startswith("edit/")
            message = one.idoc.control["MESTYP"]
            drafts.append(
                Drafted(
                    document=build_document(made.document, made.header, made.lines, one.idoc.place()),
                    key=key + numbered,
                    position=one.idoc.path + numbered,
                    part=part,
                    business_key=f"idocbiz/{one.partner}/{message}/{made.business_key}{cut}"
                    if is_known
                    else None,
                    content_hash=_content(made) if is_known else None,
                )
            )
    return problems, drafts


def _lines(one: Reading, layout: Map, header: Fields) -> tuple[list[Fields], list[Problem]]:
    nodes = one.idoc.all(layout.line_segment)
    starts = {node.ordinal for node in nodes}
    is_alone = layout.line_alone and one.options.line_faults == "line"
    lines, errors = [], []
    for ordinal, node in enumerate(nodes, start=1):
        try:
            line = layout.line(one, node, ordinal, header)
            if line is not None and not line["item"]:
                raise ElementInvalid("the line names no item", location=one.idoc.place(node))
        except TransformError as error:
            if not is_alone:
                raise
            errors.append((node, error))
        else:
            if line is not None:
                lines.append(line)
    if errors and not lines:
        raise errors[0][1]
    return lines, [
        Problem.of(error, fragments.of_line(one.idoc, starts, node.ordinal)) for node, error in errors
    ]


def _content(made: Made) -> str:
    return hashlib.sha256(repr((made.header, made.lines)).encode()).hexdigest()
