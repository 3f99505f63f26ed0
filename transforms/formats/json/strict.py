"""JSON with nothing left to interpretation: what two parsers could read differently is refused.

Refused are NaN and Infinity, a name twice in one object, nesting deeper than ``MAX_DEPTH``, numbers
longer than any quantity, lone surrogates and NUL characters (which no database keeps faithfully), bytes
that are not UTF-8, and bodies over the limit. Numbers become :class:`int` or :class:`~decimal.Decimal`,
never a binary float.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NoReturn

from transforms import errors
from transforms.converters import MAX_DIGITS
from transforms.location import Location

MAX_BYTES = 1 << 23
MAX_DEPTH = 64

_OPENINGS_AND_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_MAX_EXPONENT = 30


def parse(body: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """The data in ``body``. Raises a :class:`transforms.errors.TransformError` that says why not."""
    if len(body) > max_bytes:
        raise errors.Unreadable(
            f"the document has more than {max_bytes} bytes", location=Location(offset=max_bytes)
        )
    _check_depth(body)
    try:
        text = body.decode("utf-8-sig")
        data = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise errors.Unreadable("the document is not UTF-8", location=Location(offset=error.start)) from error
    except json.JSONDecodeError as error:
        place = Location(line=error.lineno, offset=len(error.doc[: error.pos].encode()))
        raise errors.Unreadable(f"the document is not JSON: {error.msg}", location=place) from error
    if b"\\u" in body:
        _check_texts(data)
    return data


def dump(data: Any) -> str:
    """``data`` as :func:`parse` gave it, back as JSON; numbers keep every digit."""
    if isinstance(data, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{dump(value)}" for name, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ",".join(map(dump, data)) + "]"
    return str(data) if isinstance(data, Decimal) else json.dumps(data)


def _check_depth(body: bytes) -> None:
    """Before parsing, for a parser that recurses must not be led into it."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _OPENINGS_AND_STRINGS.finditer(body):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
            if depth > MAX_DEPTH:
                place = Location(offset=match.start())
                raise errors.Unreadable(f"the document is nested deeper than {MAX_DEPTH}", location=place)
        elif token in (b"]", b"}"):
            depth -= 1


def _check_texts(data: Any) -> None:
    for text, path in _texts(data, ""):
        if "\0" in text or (not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text)):
            raise errors.Unreadable(
                "a text contains a NUL character or half of a surrogate pair",
                location=Location(path=path.encode("ascii", "backslashreplace").decode()),
            )


def _texts(data: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text with its JSON pointer, names included."""
    if isinstance(data, str):
        yield data, path or "/"
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, f"{path}/{index}")
    elif isinstance(data, dict):
        for name, value in data.items():
            yield name, f"{path}/{name}"
            yield from _texts(value, f"{path}/{name}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise errors.Unreadable(
            f"the name {twice!r} stands twice in one object", location=Location(field=twice)
        )
    return made


def _integer(text: str) -> int:
    return int(_short(text))


def _decimal(text: str) -> Decimal:
    number = Decimal(_short(text))
    if abs(number.adjusted()) > _MAX_EXPONENT:
        raise errors.OutOfRange("a number is out of any range", location=Location(field=text), value=text)
    return number


def _short(text: str) -> str:
    if len(text) > MAX_DIGITS:
        raise errors.OutOfRange(
            f"a number has more than {MAX_DIGITS} digits",
            location=Location(field=text[:MAX_DIGITS]),
            value=text[:80],
        )
    return text


def _constant(text: str) -> NoReturn:
    raise errors.Unreadable(f"{text} is not JSON", location=Location(field=text), value=text)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_decimal, parse_constant=_constant
)
