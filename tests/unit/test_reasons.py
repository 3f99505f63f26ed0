"""Every reason code that can be written has a title, a remedy and a way to go on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bridge import reasons
from bridge.errors import CrossdockError
from transforms.errors import TransformError


def tree(cls: type[Exception]) -> Iterator[type[Exception]]:
    yield cls
    for child in cls.__subclasses__():
        yield from tree(child)


CODES = sorted({cls.code for root in (CrossdockError, TransformError) for cls in tree(root)})


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_the_error_trees_has_a_remedy(code):
    reason = reasons.REASONS[code]
    assert len(reason.title) > 10
    assert reason.remedy.endswith(".")


def test_no_remedy_is_left_of_a_code_that_is_gone():
    assert sorted(reasons.REASONS) == CODES


def test_a_code_of_another_release_gets_a_general_answer():
    assert reasons.of("NOT_OF_THIS_RELEASE").retry is reasons.Retry.AFTER_FIX
