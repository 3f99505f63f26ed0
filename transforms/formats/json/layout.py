"""The layout of a partner's JSON: which document it is, and which property is which canonical field.

One kind of document stands under ``document``; several are told apart by the property ``type_by`` and
stand under ``documents``. What they have in common is written once, under ``header`` and ``line``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transforms import errors, mapping
from transforms.canonical.document import Document
from transforms.converters import Memo, Notation
from transforms.formats.json.strict import MAX_BYTES
from transforms.location import Location

Values = Callable[[Any, str], dict[str, Any]]
"""Source object and its JSON pointer → canonical values; raises a TransformError with the place."""


class DocumentMap(BaseModel):
    """One kind of document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="The canonical document.")
    each: str | None = Field(
        None, description="Path of the list of lines; without it the object is its one line."
    )
    header: dict[str, Any] = Field(default_factory=dict, description="Field of the document → path.")
    line: dict[str, Any] = Field(
        default_factory=dict, description="Field of the line → path inside an element of `each`."
    )


class Options(BaseModel):
    """What stands under ``options`` of a source whose format is ``json``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: DocumentMap | None = Field(
        None, description="The one kind of document there is; else `type_by` tells them apart."
    )
    type_by: str | None = Field(None, description="Path of the property whose value chooses the document.")
    documents: dict[str, DocumentMap] = Field(
        default_factory=dict, description="Value of `type_by` → document."
    )
    header: dict[str, Any] = Field(default_factory=dict, description="What all headers have in common.")
    line: dict[str, Any] = Field(default_factory=dict, description="What all lines have in common.")
    unit_system: str = Field(
        "rec20",
        pattern="^(x12|edifact|rec20)$",
        description="How units are written: x12, edifact or rec20.",
    )
    max_bytes: int = Field(MAX_BYTES, gt=0, description="Largest message in bytes.")

    @model_validator(mode="after")
    def _one_way_to_choose(self) -> Options:
        if (self.document is None) == (self.type_by is None) or bool(self.documents) != bool(self.type_by):
            raise ValueError("write either `document`, or `type_by` with `documents`")
        return self


@dataclass(frozen=True, slots=True)
class Compiled:
    """One kind of document, ready to be made."""

    document: type[Document]
    each: Callable[[Any], Any] | None
    each_path: str
    header: Values
    line: Values


@dataclass(frozen=True, slots=True)
class Layout:
    options: Options
    kinds: dict[str | None, Compiled]
    type_by: Callable[[Any], Any] | None

    def kind_of(self, data: Any, pointer: str) -> Compiled:
        """Raises :class:`transforms.errors.Unsupported` for a document that the layout does not name."""
        if self.type_by is None:
            return self.kinds[None]
        word = self.type_by(data)
        kind = self.kinds.get(word) if isinstance(word, str) else None
        if kind is None:
            raise errors.Unsupported(
                f"{word!r} is not a document of this layout; there are: {', '.join(map(str, self.kinds))}",
                location=Location(path=pointer or "/", field=self.options.type_by),
                value=str(word)[:80],
            )
        return kind


def compile_layout(data: dict[str, Any], alias: dict[str, str]) -> Layout:
    """Raises :class:`transforms.mapping.LayoutInvalid` with the field and the remedy."""
    options = mapping.checked(Options, data, "options")
    notation = Notation(options.unit_system, alias, text_numbers=False)
    if options.document is not None:
        return Layout(options, {None: _compiled(options, options.document, "document", notation)}, None)
    kinds: dict[str | None, Compiled] = {
        word: _compiled(options, kind, f"documents.{word}", notation)
        for word, kind in options.documents.items()
    }
    return Layout(options, kinds, getter(options.type_by or ""))


def getter(path: str) -> Callable[[Any], Any]:
    """Reads a dotted path (``quantity.delta``, ``lines.0.sku``); what is not there is ``None``."""
    names = path.split(".")
    if len(names) == 1:
        return lambda data: data.get(path) if type(data) is dict else None

    def get(data: Any) -> Any:
        for name in names:
            if type(data) is dict:
                data = data.get(name)
            elif type(data) is list and name.isdecimal() and int(name) < len(data):
                data = data[int(name)]
            else:
                return None
        return data

    return get


def _compiled(options: Options, kind: DocumentMap, where: str, notation: Notation) -> Compiled:
    document = mapping.document_type(kind.type)
    header = mapping.compile_record(
        document,
        options.header | kind.header,
        where=f"{where}.header",
        notation=notation,
        given=("number", "occurred_at"),
    )
    line = mapping.compile_record(
        mapping.line_model(document),
        options.line | kind.line,
        where=f"{where}.line",
        notation=notation,
        given=("line",),
    )
    each = getter(kind.each) if kind.each else None
    pointer = "/" + kind.each.replace(".", "/") if kind.each else ""
    return Compiled(document, each, pointer, _values(header), _values(line))


def _values(record: mapping.Record) -> Values:
    slots = [(slot.target, _read(slot)) for slot in record.slots]
    codes = [(part, [(key, _read(slot)) for key, slot in part.slots]) for part in record.codes]
    nested = [(part, getter(part.each), _values(part.record)) for part in record.nested]

    def values(data: Any, pointer: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for target, read in slots:
            if (value := read(data, pointer)) is not None:
                made[target] = value
        for group, members in codes:
            found = {key: value for key, read in members if (value := read(data, pointer)) is not None}
            if group.required and not found:
                text = f"none of {group.target}'s codes is there"
                raise errors.ElementInvalid(text, location=Location(path=pointer or "/", field=group.target))
            made[group.target] = found
        for part, get, inner in nested:
            place = f"{pointer}/{part.each}"
            made[part.target] = tuple(
                inner(item, f"{place}/{index}") for index, item in enumerate(get(data) or ())
            )
        return made

    return values


def _read(slot: mapping.Slot) -> Callable[[Any, str], Any]:
    gets = [getter(path) for path in slot.inputs]
    get = gets[0] if len(gets) == 1 else lambda data: tuple(get(data) for get in gets)
    convert, name = slot.convert, slot.inputs[0] if slot.inputs else slot.target
    plain, known = slot.plain, Memo(convert) if slot.few else None

    def read(data: Any, pointer: str) -> Any:
        value = get(data)
        try:
            if type(value) is str:
                if plain and (text := value.strip()):
                    return text
                if known is not None:
                    return known[value]
            return convert(value)
        except errors.TransformError as error:
            error.location = Location(path=pointer or "/", field=name)
            raise

    return read
