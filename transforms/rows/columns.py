"""Rows of text → canonical lines, a block of rows at a time and column by column.

Codes, dates and even quantities repeat, so each converted column remembers what its values became: most
of the work is one dictionary look-up. Only a column with a wrong value is gone through value by value,
and only the rows with wrong values are taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from transforms import errors, mapping
from transforms.canonical import trusted
from transforms.converters import Memo
from transforms.location import Location
from transforms.rows.contract import BadRow, Rows
from transforms.rows.layout import Layout

Columns = dict[str, Sequence[Any]]


@dataclass(slots=True)
class _Block:
    """The values of a block of rows by column name, and what was found wrong with its rows."""

    columns: Mapping[str, Sequence[str]]
    size: int
    wrong: dict[int, errors.TransformError] = field(default_factory=dict)

    def refuse(self, index: int, name: str, error: errors.TransformError) -> None:
        """The first error of a row is the one that is told."""
        error.location = Location(field=name)
        error.__traceback__ = None  # it would hold the whole block in a cycle
        self.wrong.setdefault(index, error)


@dataclass(frozen=True, slots=True)
class Block:
    """Good rows, converted: group keys, header columns and lines, all of one length; and the bad ones."""

    numbers: Sequence[int]
    keys: Sequence[Any]
    header: Columns
    lines: Sequence[Any]
    bad: Sequence[BadRow]


class Table:
    """Converts the rows of one file, whose header gave ``names``."""

    def __init__(self, layout: Layout, names: Sequence[str], source: str) -> None:
        self._layout = layout
        self._names = names
        self._source = source
        slots = [slot for record in (layout.header, layout.line) for slot in _slots(record)]
        self._memos = {id(slot): Memo(slot.convert) for slot in slots}

    def convert(self, rows: Rows) -> Block:
        block = _Block(dict(zip(self._names, rows.columns, strict=True)), len(rows.numbers))
        header = self._record(self._layout.header, block)
        line = self._record(self._layout.line, block)
        if self._layout.options.natural_key:
            line["effect_key"] = self._effect_keys(block)
        if "line" not in line:
            line["line"] = list(map(str, rows.numbers))
        numbers, keys = rows.numbers, self._keys(block)
        bad = [
            BadRow(rows.numbers[index], rows.texts[index], error)
            for index, error in sorted(block.wrong.items())
        ]
        if bad:
            good = [index for index in range(block.size) if index not in block.wrong]
            header, line = _only(good, header), _only(good, line)
            numbers, keys = [numbers[index] for index in good], [keys[index] for index in good]
        return Block(numbers, keys, header, trusted.build(self._layout.line.model, line), bad)

    def _record(self, record: mapping.Record, block: _Block) -> Columns:
        columns: Columns = {slot.target: self._column(slot, block) for slot in record.slots}
        for codes in record.codes:
            columns[codes.target] = self._codes(codes, block)
        return columns

    def _column(self, slot: mapping.Slot, block: _Block) -> Sequence[Any]:
        if not slot.inputs:
            return [slot.convert(None)] * block.size
        inputs = [block.columns[name] for name in slot.inputs]
        if slot.plain:
            texts = [value.strip() or None for value in inputs[0]]
            if not (slot.required and None in texts):
                return texts
        values: Sequence[Any] = inputs[0] if len(inputs) == 1 else list(zip(*inputs, strict=True))
        memo = self._memos[id(slot)]
        try:
            return list(map(memo.__getitem__, values))
        except errors.TransformError:
            return [_value(memo, slot, value, index, block) for index, value in enumerate(values)]

    def _codes(self, codes: mapping.Codes, block: _Block) -> Sequence[dict[Any, Any]]:
        columns = [(key, self._column(slot, block)) for key, slot in codes.slots]
        if len(columns) == 1:
            [(only, values)] = columns
            found = [{only: value} if value is not None else {} for value in values]
        else:
            found = [{} for _ in range(block.size)]
            for key, values in columns:
                for index, value in enumerate(values):
                    if value is not None:
                        found[index][key] = value
        if codes.required and {} in found:
            name = ", ".join(name for _, slot in codes.slots for name in slot.inputs)
            for index, value in enumerate(found):
                if not value:
                    block.refuse(
                        index, name, errors.ElementInvalid(f"none of {codes.target}'s codes is there")
                    )
        return found

    def _effect_keys(self, block: _Block) -> Sequence[str]:
        columns = []
        for name in self._layout.options.natural_key:
            values = [value.strip().replace("/", "%2F") for value in block.columns[name]]
            columns.append(values)
            if "" in values:
                for index, value in enumerate(values):
                    if not value:
                        block.refuse(index, name, errors.ElementInvalid("a part of the natural key is empty"))
        return ["/".join((self._source, *row)) for row in zip(*columns, strict=True)]

    def _keys(self, block: _Block) -> Sequence[Any]:
        names = self._layout.group
        if len(names) == 1:
            return block.columns[names[0]]
        columns = [block.columns[name] for name in names]
        return list(zip(*columns, strict=True)) if columns else [()] * block.size


def _value(memo: Memo, slot: mapping.Slot, value: Any, index: int, block: _Block) -> Any:
    try:
        return memo[value]
    except errors.TransformError as error:
        block.refuse(index, slot.inputs[0], error)
        return None


def _slots(record: mapping.Record) -> list[mapping.Slot]:
    return [*record.slots, *(slot for codes in record.codes for _, slot in codes.slots)]


def _only(indexes: Sequence[int], columns: Columns) -> Columns:
    return {name: [values[index] for index in indexes] for name, values in columns.items()}
