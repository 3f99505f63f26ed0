"""The closed set of converters with which a partner layout turns a source's values into canonical ones.

A layout is data: each canonical field names where it comes from and one converter with a few options.
There is no language in it, so there is nothing to debug but the data. A :class:`FieldMap` is compiled
once into a closure; the closure returns a value of the declared kind, ``None`` when the source says
nothing, or raises a :class:`transforms.errors.TransformError` with the value (the reader adds the place).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from transforms import errors, units
from transforms.canonical.document import in_plain_digits

Convert = Callable[[Any], Any]

MAX_DIGITS = 40
"""No number of a business document is longer; what is longer is refused before it is read."""

_REMEMBERED = 8192


class Memo(dict[Any, Any]):
    """Value → converted value, for converters that see the same few thousand values again and again.

    An error is not remembered; it is raised again.
    """

    def __init__(self, convert: Convert) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: Any) -> Any:
        converted = self._convert(value)
        if len(self) >= _REMEMBERED:
            self.clear()
        self[value] = converted
        return converted


class NegateWhen(BaseModel):
    """The sign flips when another field has one of these values (returns in a sales file)."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: str = Field(alias="from", description="Column or dotted path that is looked at.")
    values: tuple[str, ...] = Field(alias="in", description="Values at which the sign flips.")


class FieldMap(BaseModel):
    """Where one canonical field comes from and how its value is converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: tuple[str, ...] = Field(
        (), alias="from", description="Column or dotted path; several are joined by `join`."
    )
    kind: Literal["text", "decimal", "integer", "minus", "date", "time", "unit", "flag"] | None = Field(
        None, alias="as", description="Converter; by default what the canonical field asks for."
    )
    constant: str | None = Field(None, description="The value, whatever the source says.")
    default: str | None = Field(None, description="The value where the source says nothing.")
    empty: tuple[str, ...] = Field((), description="Values that mean nothing, such as `000000`.")
    strip: bool = Field(True, description="Blanks at both ends are taken off.")
    join: str = Field(" ", description="What stands between several values that are joined.")
    split: str | None = Field(None, description="Cut at the first occurrence of this.")
    take: Literal["first", "rest"] = Field("first", description="What of a value that was cut.")
    codes: dict[str, str] | None = Field(None, description="The source's word → ours.")
    otherwise: str | None = Field(None, description="What a word that `codes` does not name becomes.")
    decimal_mark: Literal[".", ","] = Field(".", description="Mark before the decimals of a number.")
    thousands_mark: Literal["", ".", ",", " ", "'"] = Field(
        "", description="Mark between the thousands of a number; by default there is none."
    )
    trailing_minus: bool = Field(False, description="`12-` is minus twelve.")
    implied_decimals: int = Field(0, ge=0, le=6, description="`1250` with 2 is 12.50.")
    quoted: bool = Field(False, description="In JSON: the number may also be written as a string.")
    negate: bool = Field(False, description="The sign of the number always flips.")
    negate_when: NegateWhen | None = Field(
        None, description="The sign of the number flips when another field has one of some values."
    )
    format: str | None = Field(None, description="strptime format; without it ISO 8601.")
    zone: str | None = Field(None, description="Zone of times that do not carry one.")
    pivot: int | None = Field(None, ge=0, le=99, description="Two-digit years below it are 20xx.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, str | list | tuple) else value

    @field_validator("source", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _makes_sense(self) -> FieldMap:
        if bool(self.source) == (self.constant is not None):
            raise ValueError("a field has either `from` or `constant`")
        if self.kind == "minus" and len(self.source) != 2:
            raise ValueError("`as: minus` takes two fields in `from`")
        if self.decimal_mark == self.thousands_mark:
            raise ValueError("decimal_mark and thousands_mark are the same")
        if self.format and "%y" in self.format and self.pivot is None:
            raise ValueError("a format with %y needs `pivot`: two-digit years below it are 20xx, others 19xx")
        if self.zone is not None:
            _zone(self.zone)
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        """All source fields whose values the converter takes, in order."""
        return (*self.source, *((self.negate_when.source,) if self.negate_when else ()))


@dataclass(frozen=True, slots=True)
class Notation:
    """How a source writes units and numbers."""

    unit_system: str = "rec20"
    unit_alias: Mapping[str, str] = field(default_factory=dict)
    text_numbers: bool = True
    """Numbers come as text (a flat file); where they have a type of their own, text is refused."""


def converter(
    spec: FieldMap,
    *,
    kind: str,
    required: bool,
    notation: Notation,
    absent: Any = None,
    choices: type[StrEnum] | None = None,
) -> Convert:
    """The closure for one field. It takes one value, or a tuple when the field has several inputs.

    ``kind`` is one of :class:`FieldMap`'s, ``texts`` (a list) or ``status``, for which ``choices`` are what
    may come out. ``absent`` is what an optional field becomes when the source says nothing.
    """
    if kind == "texts":
        return _texts(spec)
    finish = _finish(spec, kind, notation, choices)
    if spec.constant is not None:
        fixed = finish(spec.constant)
        return lambda _value: fixed
    fallback = absent if spec.default is None else finish(spec.default)
    numeric = kind in ("decimal", "integer", "minus")
    prepare = _preparer(spec, numeric=numeric, text=not numeric or spec.quoted or notation.text_numbers)

    def convert(value: Any) -> Any:
        text = prepare(value)
        if text is not None:
            return finish(text)
        if required and spec.default is None:
            raise errors.ElementInvalid("a value is needed here and there is none", value=None)
        return fallback

    if spec.negate_when:
        return _signed(convert, spec.negate_when, many=len(spec.source) > 1)
    return _difference(convert) if spec.kind == "minus" else convert


def _preparer(spec: FieldMap, *, numeric: bool, text: bool) -> Convert:
    """Source value → trimmed, cut text, or a JSON number for a numeric field; ``None`` for nothing.

    ``text`` says whether text may stand here at all.
    """
    empty, strip, split, rest, join = set(spec.empty), spec.strip, spec.split, spec.take == "rest", spec.join
    numbers = (int, Decimal)

    def prepare(value: Any) -> Any:
        if type(value) is tuple:
            value = join.join(str(part).strip() for part in value if part not in (None, ""))
        if value is None:
            return None
        if numeric and type(value) in numbers:
            return value
        if type(value) is not str or not text:
            value = _as_text(value, numeric=numeric)
        if strip:
            value = value.strip()
        if split is not None:
            head, _, tail = value.partition(split)
            value = tail if rest else head
        return None if not value or value in empty else value

    return prepare


def _texts(spec: FieldMap) -> Convert:
    """A list of texts; a flat file writes one as text with a separator (``split``)."""

    def texts(value: Any) -> tuple[str, ...]:
        if isinstance(value, str) and spec.split:
            value = [part.strip() for part in value.split(spec.split) if part.strip()]
        if value is None or value == "":
            return ()
        if not isinstance(value, list) or not all(isinstance(part, str) and part for part in value):
            raise errors.ElementInvalid("a list of texts is needed here", value=str(value)[:80])
        return tuple(value)

    return texts


def _as_text(value: Any, *, numeric: bool) -> str:
    """A JSON value that stands for text; a quantity in quotes, a list or an object does not."""
    if numeric:
        raise errors.NotNumeric(f"{str(value)[:80]!r} is not a number", value=str(value)[:80])
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    raise errors.ElementInvalid("a text is needed here", value=str(value)[:80])


def _finish(spec: FieldMap, kind: str, notation: Notation, choices: type[StrEnum] | None) -> Convert:
    if kind in ("decimal", "minus", "integer"):
        return _decimal(spec, whole=kind == "integer")
    coded = _coded(spec)
    if kind == "unit":
        return lambda text: units.rec20(coded(text), system=notation.unit_system, alias=notation.unit_alias)
    if kind in ("date", "time"):
        return _date(spec) if kind == "date" else _time(spec)
    if kind == "flag":
        return _choice(coded, {"true": True, "false": False})
    if choices is not None:
        return _choice(coded, {choice.value: choice for choice in choices})
    return coded


def _coded(spec: FieldMap) -> Convert:
    codes, otherwise = spec.codes, spec.otherwise
    if codes is None:
        return lambda text: text

    def coded(text: str) -> str:
        word = codes.get(text, otherwise)
        if word is None:
            raise errors.RuleMissing(
                f"{text!r} is not in the layout's codes ({', '.join(codes)}); add it", value=text
            )
        return word

    return coded


def _choice(coded: Convert, choices: Mapping[str, Any]) -> Convert:
    def choose(text: str) -> Any:
        word = coded(text)
        if word not in choices:
            raise errors.RuleMissing(
                f"{word!r} is not one of {', '.join(choices)}; map it in codes", value=text
            )
        return choices[word]

    return choose


def _decimal(spec: FieldMap, *, whole: bool) -> Convert:
    mark, thousands = re.escape(spec.decimal_mark), re.escape(spec.thousands_mark)
    digits = rf"(?:[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"
    sign = "(?:[+-]?{0}|{0}-)" if spec.trailing_minus else "[+-]?{0}"
    shape = re.compile(sign.format(rf"{digits}(?:{mark}[0-9]+)?")).fullmatch
    negate, implied = spec.negate, spec.implied_decimals

    def decimal(value: Any) -> Decimal:
        if type(value) is str:
            if len(value) > MAX_DIGITS or not shape(value):
                raise errors.NotNumeric(f"{value[:80]!r} is not a number", value=value[:80])
            if spec.thousands_mark:
                value = value.replace(spec.thousands_mark, "")
            value = value.replace(",", ".")
            value = "-" + value[:-1] if value[-1] == "-" else value
        number = Decimal(value)
        if implied:
            number = number.scaleb(-implied)
        _in_range(number, whole=whole)
        return in_plain_digits(-number if negate and number else number)

    return decimal


def _in_range(number: Decimal, *, whole: bool) -> None:
    if abs(number) >= 10**12:
        raise errors.OutOfRange("a quantity is below 10^12", value=str(number)[:80])
    if number != round(number, 0 if whole else 6):
        allowed = "no decimals here" if whole else "at most six decimals"
        raise errors.OutOfRange(f"a quantity has {allowed}", value=str(number)[:80])


def _signed(convert: Convert, when: NegateWhen, *, many: bool) -> Convert:
    values = frozenset(when.values)

    def signed(inputs: tuple[Any, ...]) -> Any:
        number = convert(inputs[:-1] if many else inputs[0])
        flips = isinstance(inputs[-1], str) and inputs[-1].strip() in values
        return -number if flips and number else number

    return signed


def _difference(convert: Convert) -> Convert:
    def difference(inputs: tuple[Any, Any]) -> Any:
        whole, part = convert(inputs[0]), convert(inputs[1])
        return None if whole is None else whole - (part or 0)

    return difference


def _date(spec: FieldMap) -> Convert:
    def to_date(text: str) -> str:
        day: date = _parsed(text, spec, date.fromisoformat)
        return f"{day:%Y-%m-%d}"

    return to_date


def _time(spec: FieldMap) -> Convert:
    zone = _zone(spec.zone) if spec.zone else None

    def to_time(text: str) -> datetime:
        moment: datetime = _parsed(text, spec, datetime.fromisoformat)
        if moment.tzinfo is None:
            if zone is None:
                raise errors.DateInvalid(f"{text!r} has no zone; declare `zone` in the layout", value=text)
            local, moment = moment, moment.replace(tzinfo=zone)
            if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
                raise errors.DateInvalid(
                    f"{text!r} did not happen in {spec.zone}: the clock skipped it", value=text
                )
        return moment.astimezone(UTC)

    return to_time


def _parsed(text: str, spec: FieldMap, iso: Callable[[str], Any]) -> Any:
    moment = _moment(text, spec, iso) if text.isascii() else None
    if moment is None:
        wanted = spec.format or "ISO 8601"
        raise errors.DateInvalid(f"{text[:80]!r} is not a date of the form {wanted}", value=text[:80])
    return moment


def _moment(text: str, spec: FieldMap, iso: Callable[[str], Any]) -> Any:
    try:
        if spec.format is None:
            return iso(text)
        moment = datetime.strptime(text, spec.format)  # noqa: DTZ007 - the zone is a matter of the layout
        if spec.pivot is None or "%y" not in spec.format:
            return moment
        year = moment.year % 100
        return moment.replace(year=year + (2000 if year < spec.pivot else 1900))
    except ValueError:
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"no time zone is called {name!r}; write one like Europe/Vienna or UTC") from None
