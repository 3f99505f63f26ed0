"""Many lines at once from values that already have the kinds the model declares.

Validating a line costs three times as much as building it, and a reader of flat files has just made
every value itself. What is built here equals what validation would have given (a test holds that); who
cannot promise the kinds of the values uses the model's own constructor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def build(model: type[M], columns: Mapping[str, Iterable[Any]]) -> list[M]:
    """One ``model`` for each row of ``columns`` (field → values, all of one length, at least one column).

    Every required field has a column; others without one have their default. Defaults and the set of
    given fields are shared, which is right because canonical models are frozen.
    """
    whole = {
        name: None if field.is_required() else field.get_default(call_default_factory=True)
        for name, field in model.model_fields.items()
    }
    names, given, new, put = tuple(columns), set(columns), model.__new__, object.__setattr__
    made = []
    for row in zip(*columns.values(), strict=True):
        values = {**whole}  # one allocation; growing a new dictionary takes three
        values.update(zip(names, row))  # noqa: B905  # the keyword costs a fifth of the whole
        line = new(model)
        put(line, "__dict__", values)
        put(line, "__pydantic_fields_set__", given)
        put(line, "__pydantic_extra__", None)
        put(line, "__pydantic_private__", None)
        made.append(line)
    return made
