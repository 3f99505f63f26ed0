"""Reader of JSON documents (a Message Translator): a webhook's body → canonical documents, by layout.

A body is one document, or a list of them of which each is a part of its own. A document whose good lines
may go on without the bad ones loses only those; an order stands or falls as a whole. Properties that
the layout does not name are left alone, for senders add them without asking.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson
from pydantic import ValidationError

from transforms import errors
from transforms.canonical.document import SplitPolicy
from transforms.errors import Problem
from transforms.formats.json import strict
from transforms.formats.json.layout import Compiled, Layout, compile_layout
from transforms.location import Location
from transforms.reading import MAX_LINES, Context, Drafted, PartClosed, ReadEvent


def check_options(options: dict[str, Any]) -> None:
    """Raise ``ValueError`` with the remedy when a layout makes no sense."""
    compile_layout(options, {})


def read(source: BinaryIO, context: Context) -> Iterator[ReadEvent]:
    """Read one body. See :class:`transforms.reading.Reader`.

    Raises what :func:`transforms.formats.json.strict.parse` raises: then there is nothing to go on with.
    """
    layout = _layout(_as_key(context.options), _as_key(context.unit_alias))
    limit = layout.options.max_bytes
    data = strict.parse(source.read(limit + 1), max_bytes=limit)
    if not isinstance(data, list):
        yield from _document(data, "", context.message_key, layout, context)
        return
    for index, item in enumerate(data):
        yield from _document(item, f"/{index}", f"{context.message_key}/{index + 1}", layout, context)


def _document(data: Any, pointer: str, part: str, layout: Layout, context: Context) -> Iterator[ReadEvent]:
    try:
        kind = layout.kind_of(data, pointer)
        header = {"number": part, "occurred_at": context.received_at, **kind.header(data, pointer)}
        sources = _lines(kind, data, pointer)
    except errors.TransformError as error:
        yield Problem.of(error, _fragment(data))
        yield PartClosed(part, accepted=False)
        return
    lines, problems = _made(kind, data, pointer, sources)
    if kind.document.split is SplitPolicy.ATOMIC and problems:
        lines = []
    size = len(lines) if kind.document.split is SplitPolicy.ATOMIC else MAX_LINES
    drafts = []
    for start in range(0, len(lines), max(size, 1)):
        key = part if len(lines) <= size else f"{part}/{start // size + 1}"
        try:
            document = kind.document.model_validate({**header, "lines": lines[start : start + size]})
        except ValidationError as error:
            problems.append(Problem.of(_invalid(error, pointer), _fragment(data)))
            continue
        drafts.append(Drafted(document, key=key, position=pointer or "/", part=part))
    if not sources:
        problems.append(Problem.of(_empty(kind, pointer), _fragment(data)))
    yield from problems
    yield from drafts
    yield PartClosed(part, accepted=bool(drafts))


def _lines(kind: Compiled, data: Any, pointer: str) -> list[Any]:
    if kind.each is None:
        return [data]
    lines = kind.each(data)
    if not isinstance(lines, list):
        raise errors.ElementInvalid(
            "a list of lines is needed here", location=Location(path=pointer + kind.each_path)
        )
    return lines


def _made(
    kind: Compiled, data: Any, pointer: str, sources: list[Any]
) -> tuple[list[dict[str, Any]], list[Problem]]:
    lines, problems = [], []
    for index, source in enumerate(sources):
        place = f"{pointer}{kind.each_path}/{index}" if kind.each else pointer
        try:
            lines.append({"line": str(index + 1), **kind.line(source, place)})
        except errors.TransformError as error:
            atomic = kind.document.split is SplitPolicy.ATOMIC or kind.each is None
            problems.append(Problem.of(error, _fragment(data if atomic else _only(data, kind, source))))
    return lines, problems


def _only(data: Any, kind: Compiled, line: Any) -> Any:
    """The document with this one line."""
    names = kind.each_path.strip("/").split("/")
    copy = dict(data)
    inner = copy
    for name in names[:-1]:
        inner[name] = dict(inner[name])
        inner = inner[name]
    inner[names[-1]] = [line]
    return copy


def _empty(kind: Compiled, pointer: str) -> errors.TransformError:
    return errors.ElementInvalid(
        "the document has no lines", location=Location(path=pointer + kind.each_path)
    )


def _invalid(error: ValidationError, pointer: str) -> errors.TransformError:
    first = error.errors()[0]
    place = Location(path=pointer or "/", field=".".join(map(str, first["loc"])))
    return errors.ElementInvalid(first["msg"], location=place, value=str(first["input"])[:80])


def _fragment(data: Any) -> bytes:
    return strict.dump(data).encode()


@functools.lru_cache(maxsize=256)
def _layout(options: bytes, alias: bytes) -> Layout:
    return compile_layout(orjson.loads(options), orjson.loads(alias))


def _as_key(data: dict[str, Any]) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)
