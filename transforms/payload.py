"""Outbound field maps: canonical CloudEvents JSON → an endpoint's own shape (a Message Translator as data).

Targets and sources are dotted paths. ``id`` and ``data.lines.0.quantity`` read the canonical document;
``quantity.delta: …`` writes a nested object. ``lists`` turns a list of the document into a list of the
payload, its fields being read from each element. Quantities stay decimal strings unless a field asks for
``as: number``. What the document does not have is left out unless the field has a ``default``.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transforms import mapping

Plain = dict[str, Any]

_MISSING = object()
_SAFE_INTEGER = 2**53


class Out(BaseModel):
    """One field of a payload; a plain text is short for ``{from: text}``."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: str | tuple[str, str] | None = Field(
        None, alias="from", description="Path in the document, or in the element of a list; two for `minus`."
    )
    kind: Literal["as_is", "text", "number", "minus"] = Field(
        "as_is", alias="as", description="`minus` gives the difference of two quantities, as a number."
    )
    constant: Any = Field(None, description="The value, whatever the document says.")
    default: Any = Field(None, description="The value where the document has none.")
    codes: dict[str, Any] | None = Field(
        None, description="Our word → the endpoint's; others stay as they are."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _makes_sense(self) -> Out:
        if (self.source is None) == (self.constant is None):
            raise ValueError("a field has either `from` or `constant`")
        if isinstance(self.source, tuple) != (self.kind == "minus"):
            raise ValueError("`as: minus`, and nothing else, takes two paths in `from`")
        return self


class Lines(BaseModel):
    """A list of the payload, one element for each element of a list of the document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    each: str = Field("data.lines", description="Path of the list in the document.")
    fields: dict[str, Out] = Field(description="Path in an element of the list → where from.")


class Payload(BaseModel):
    """What stands under ``payload`` of an endpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: dict[str, Out] = Field(default_factory=dict, description="Path in the payload → where from.")
    lists: dict[str, Lines] = Field(
        default_factory=dict, description="Path in the payload → list of the document."
    )

    @model_validator(mode="after")
    def _no_target_inside_another(self) -> Payload:
        targets = [*self.fields, *self.lists]
        for one in targets:
            if any(other.startswith(f"{one}.") for other in targets):
                raise ValueError(f"{one!r} is both a value and an object with values of its own")
        return self


def compile_payload(spec: dict[str, Any]) -> Callable[[Plain], Plain]:
    """Check an endpoint's ``payload`` and compile it to a function of the canonical document.

    Raises :class:`transforms.mapping.LayoutInvalid`.
    """
    payload = mapping.checked(Payload, spec, "payload")
    fields = _writer(payload.fields)
    lists = [
        (path.split("."), _getter(lines.each), _writer(lines.fields)) for path, lines in payload.lists.items()
    ]

    def make(document: Plain) -> Plain:
        made = fields(document)
        for names, get, write in lists:
            found = get(document)
            _put(made, names, [] if found is _MISSING else [write(element) for element in found])
        return made

    return make


def _writer(fields: dict[str, Out]) -> Callable[[Any], Plain]:
    flat = [(path, _value(out)) for path, out in fields.items() if "." not in path]
    deep = [(path.split("."), _value(out)) for path, out in fields.items() if "." in path]

    def write(source: Any) -> Plain:
        made = {name: value for name, get in flat if (value := get(source)) is not _MISSING}
        for names, get in deep:
            if (value := get(source)) is not _MISSING:
                _put(made, names, value)
        return made

    return write


def _put(made: Plain, names: list[str], value: Any) -> None:
    for name in names[:-1]:
        made = made.setdefault(name, {})
    made[names[-1]] = value


def _value(out: Out) -> Callable[[Any], Any]:
    if out.constant is not None:
        return lambda _source: out.constant
    if isinstance(out.source, tuple):
        return _minus(*map(_getter, out.source))
    get, default = _getter(out.source or ""), _MISSING if out.default is None else out.default
    finishers: dict[str, Callable[[Any], Any]] = {"number": _number, "text": str}
    finish = finishers.get(out.kind)
    codes = out.codes
    if finish is None and codes is None and default is _MISSING:
        return lambda source: _MISSING if (found := get(source)) is None else found

    def value(source: Any) -> Any:
        found = get(source)
        if found is _MISSING or found is None:
            return default
        if codes is not None and isinstance(found, str):
            found = codes.get(found, found)
        return finish(found) if finish else found

    return value


def _minus(whole: Callable[[Any], Any], part: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def difference(source: Any) -> Any:
        left, right = whole(source), part(source)
        if left is _MISSING or left is None:
            return _MISSING
        if right is _MISSING or right is None:
            return _number(left)
        if _is_short(left) and _is_short(right):
            return int(left) - int(right)
        return _number(Decimal(left) - Decimal(right))

    return difference


def _number(value: Any) -> int | float:
    """A JSON number. Whole quantities are integers; others become a binary float, as JSON has them."""
    if _is_short(value):
        return int(value)
    number = Decimal(value)
    return int(number) if number == int(number) and abs(number) < _SAFE_INTEGER else float(number)


def _is_short(value: Any) -> bool:
    """Whether it is a whole number, written out, that needs no decimal arithmetic."""
    return type(value) is str and len(value) < 16 and value.isdecimal()


def _getter(path: str) -> Callable[[Any], Any]:
    names: list[Any] = [int(name) if name.isdecimal() else name for name in path.split(".")]
    if len(names) == 1:  # every field of every line
        only = path
        return lambda source: source.get(only, _MISSING) if type(source) is dict else _MISSING

    def get(source: Any) -> Any:
        try:
            for name in names:
                source = source[name]
        except (KeyError, IndexError, TypeError):
            return _MISSING
        return source

    return get
