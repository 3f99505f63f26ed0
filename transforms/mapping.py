"""Partner layouts: which field of a flat file or JSON document becomes which canonical field, as data.

A :class:`Record` is the compiled form of one part of a layout (the header or the line): checked against
the canonical model, so that a layout which names a field wrongly, or maps words onto a quantity, is
refused when it is loaded and not when the first message arrives. What a record yields is of the kinds
that the canonical model declares. How source values are found is the format's business.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from transforms import canonical, errors
from transforms.canonical import trusted
from transforms.canonical.document import Document
from transforms.converters import Convert, FieldMap, Notation, converter
from transforms.location import Location

M = TypeVar("M", bound=BaseModel)

_SET_LATER = frozenset({"item_id", "site_id", "to_site_id", "base_quantity", "base_unit", "lines"})
"""Fields that the apply step fills in, and lines, which have a map of their own."""

_FITTING = {
    "text": ("text", "unit", "date", "time"),
    "decimal": ("decimal", "integer", "minus"),
    "time": ("time",),
    "flag": ("flag",),
    "status": (),
    "texts": (),
}
"""Kind of a canonical field → the converters that a layout may ask for with ``as``."""


class LayoutInvalid(ValueError):
    """A layout makes no sense; the text names the field and says what would."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One canonical field with its source fields and its converter."""

    target: str
    inputs: tuple[str, ...]
    convert: Convert
    required: bool
    plain: bool
    """Nothing is done to the value but trimming it."""
    few: bool
    """The source has few different values for it (codes, units), so they are worth remembering."""


@dataclass(frozen=True, slots=True)
class Codes:
    """A canonical field that is a mapping: identifiers by qualifier, quantities by status."""

    target: str
    slots: tuple[tuple[Any, Slot], ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Nested:
    """A canonical field that is a list of records inside the line (JSON only)."""

    target: str
    each: str
    record: Record


@dataclass(frozen=True, slots=True)
class Record:
    """The compiled map of one canonical model."""

    model: type[BaseModel]
    slots: tuple[Slot, ...]
    codes: tuple[Codes, ...]
    nested: tuple[Nested, ...]

    @property
    def inputs(self) -> set[str]:
        """Every source field that is read."""
        slots = [*self.slots, *(slot for codes in self.codes for _, slot in codes.slots)]
        return {name for slot in slots for name in slot.inputs}


def document_type(name: str) -> type[Document]:
    """The canonical document called ``name``. Raises :class:`LayoutInvalid`."""
    if name not in canonical.TYPES:
        raise LayoutInvalid(f"type: {_unknown(name, canonical.TYPES)}")
    return canonical.TYPES[name]


def line_model(document: type[Document]) -> type[BaseModel]:
    """The model of a document's lines."""
    model: type[BaseModel] = get_args(document.model_fields["lines"].annotation)[0]
    return model


def build_document(
    document: type[Document], header: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], where: Location
) -> Document:
    """A document whose lines have values of the right kinds already, all with the same fields in one order.

    Raises :class:`transforms.errors.ElementInvalid` for a header that the model does not take.
    """
    values: dict[str, Any] = dict(header)
    if lines:
        columns = zip(*[line.values() for line in lines], strict=True)
        named = dict(zip(lines[0], columns, strict=True))
        values["lines"] = tuple(trusted.build(line_model(document), named))
    try:
        return document.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise errors.ElementInvalid(f"{field}: {first['msg']}", location=where) from error


def checked(model: type[M], data: Mapping[str, Any], where: str) -> M:
    """``data`` as ``model``. Raises :class:`LayoutInvalid` with the field and, where near, the right name."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([where, *(str(part) for part in first["loc"])])
        text = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            names = [field.alias or name for name, field in model.model_fields.items()]
            text = _unknown(str(first["loc"][-1]), names)
        raise LayoutInvalid(f"{place}: {text}") from None


def compile_record(
    model: type[BaseModel],
    spec: Mapping[str, Any],
    *,
    where: str,
    notation: Notation,
    given: Iterable[str] = (),
) -> Record:
    """Check ``spec`` (canonical field → where from) against ``model`` and compile it.

    ``given`` are required fields that the reader fills in when the layout does not.
    Raises :class:`LayoutInvalid`.
    """
    allowed = [name for name in model.model_fields if name not in _SET_LATER]
    for name in spec:
        if name not in allowed:
            raise LayoutInvalid(f"{where}: {_unknown(name, allowed)}")
    if "source_unit" in allowed and "unit" in spec and "source_unit" not in spec:
        spec = {**spec, **_source_unit(spec["unit"])}
    parts = [_part(model, name, value, f"{where}.{name}", notation) for name, value in spec.items()]
    for name in allowed:
        if model.model_fields[name].is_required() and name not in spec and name not in given:
            raise LayoutInvalid(f"{where}: {name!r} is missing; say where it comes from")
    return Record(
        model,
        slots=tuple(part for part in parts if isinstance(part, Slot)),
        codes=tuple(part for part in parts if isinstance(part, Codes)),
        nested=tuple(part for part in parts if isinstance(part, Nested)),
    )


def _source_unit(unit: Any) -> dict[str, Any]:
    """The unit as the source wrote it stays beside its Rec 20 code, to answer in the partner's words."""
    source = unit.get("from") if isinstance(unit, dict) else unit
    return {"source_unit": source} if isinstance(source, str) else {}


def _part(
    model: type[BaseModel], name: str, value: Any, where: str, notation: Notation
) -> Slot | Codes | Nested:
    info = model.model_fields[name]
    bare = _bare(info.annotation)
    if get_origin(bare) is dict:
        return _codes(name, value, bare, where=where, required=info.is_required(), notation=notation)
    if get_origin(bare) is tuple and get_args(bare)[0] is not str:
        if not isinstance(value, dict) or set(value) != {"each", "fields"}:
            raise LayoutInvalid(f"{where}: a list is written as `each: <path>` and `fields: {{…}}`")
        record = compile_record(get_args(bare)[0], value["fields"], where=where, notation=notation)
        return Nested(name, value["each"], record)
    required = info.is_required()
    target = _Target(name, *_kind(bare), required, None if required else info.get_default())
    return _slot(target, checked(FieldMap, value, where), where, notation)


def _codes(name: str, value: Any, bare: Any, *, where: str, required: bool, notation: Notation) -> Codes:
    if not isinstance(value, dict) or not value:
        raise LayoutInvalid(f"{where}: write `<qualifier>: <field>` for each code that the source gives")
    key_type, value_type = (_bare(argument) for argument in get_args(bare))
    slots = []
    for key, field in value.items():
        if issubclass(key_type, StrEnum) and key not in set(key_type):
            raise LayoutInvalid(f"{where}: {_unknown(key, [str(choice) for choice in key_type])}")
        place = f"{where}.{key}"
        target = _Target(str(key), *_kind(value_type), required=False)
        slots.append((key_type(key), _slot(target, checked(FieldMap, field, place), place, notation)))
    return Codes(name, tuple(slots), required)


@dataclass(frozen=True, slots=True)
class _Target:
    """What a canonical field asks for."""

    name: str
    kind: str
    choices: type[StrEnum] | None
    required: bool
    absent: Any = None


def _slot(target: _Target, spec: FieldMap, where: str, notation: Notation) -> Slot:
    fitting = _FITTING[target.kind]
    if spec.kind is not None and spec.kind not in fitting:
        raise LayoutInvalid(
            f"{where}: `as: {spec.kind}` does not fit; this field takes {', '.join(fitting) or 'no `as`'}"
        )
    how = spec.kind or ("unit" if target.name == "unit" else target.kind)
    try:
        convert = converter(
            spec,
            kind=how,
            required=target.required,
            notation=notation,
            absent=target.absent,
            choices=target.choices,
        )
    except (errors.TransformError, ValueError) as error:
        raise LayoutInvalid(f"{where}: {error}") from error
    if how == "time" and target.kind == "text":
        convert = _rfc3339(convert)
    single = len(spec.inputs) == 1
    plain = single and how == "text" and not spec.model_fields_set - {"source", "kind"}
    few = single and (how in ("unit", "status") or spec.codes is not None)
    return Slot(
        target.name, spec.inputs, convert, target.required, plain=plain and target.absent is None, few=few
    )


def _rfc3339(convert: Convert) -> Convert:
    def text(value: Any) -> str | None:
        moment: datetime | None = convert(value)
        return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

    return text


def _kind(bare: Any) -> tuple[str, type[StrEnum] | None]:
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return "status", bare
    if get_origin(bare) is tuple:
        return "texts", None
    return {Decimal: "decimal", datetime: "time", bool: "flag"}.get(bare, "text"), None


def _bare(annotation: Any) -> Any:
    """An annotation without ``Annotated`` and without ``None``."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _bare(next(part for part in get_args(annotation) if part is not type(None)))
    return annotation


def _unknown(name: str, allowed: Iterable[str]) -> str:
    names = sorted(allowed)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{name!r} is not known{hint} There are: {', '.join(names)}"
