"""The one function that decides what becomes of something that went wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import errors
from bridge.company import Retry
from bridge.connectors.contract import Features, Receipt
from bridge.pipeline.outcome import ADVANCE, DeadLetter, RetryAt, backoff, decide
from transforms.errors import NotNumeric

AT = datetime(2026, 3, 1, tzinfo=UTC)
RETRY = Retry(tries=3, first=1.0, longest=8.0)
KEYED, ASKED, NEITHER = Features(idempotency_key=True), Features(lookup=True), Features()


def leaves(kind: type) -> list[type]:
    below = kind.__subclasses__()
    return [leaf for one in below for leaf in leaves(one)] if below else [kind]


def test_a_receipt_advances_and_so_does_nothing_at_all():
    assert decide(Receipt(200), at=AT) is ADVANCE
    assert decide(None, at=AT) is ADVANCE


@pytest.mark.parametrize("kind", leaves(errors.NotYet))
def test_what_goes_on_by_itself_is_tried_again_and_given_up_after_the_last_try(kind):
    early = decide(kind("busy"), tries=2, at=AT, retry=RETRY, features=KEYED)
    assert isinstance(early, RetryAt)
    assert (early.code, early.text) == (kind.code, "busy")
    assert early.at > AT
    late = decide(kind("busy"), tries=3, at=AT, retry=RETRY, features=KEYED)
    assert isinstance(late, DeadLetter)
    assert late.code == "DST_TIMEOUT"
    assert "3 tries" in late.text


@pytest.mark.parametrize("kind", leaves(errors.Stopped))
def test_what_needs_a_person_keeps_its_code_its_value_and_its_release(kind):
    outcome = decide(kind("stop", release="xref:a", value="XYZ"), at=AT, retry=RETRY, features=KEYED)
    assert outcome == DeadLetter(kind.code, "stop", "xref:a", "XYZ")


def test_what_is_wrong_with_a_source_keeps_its_code_and_value():
    assert decide(NotNumeric("no number", value="1O"), at=AT) == DeadLetter(
        "VALUE_NOT_NUMERIC", "no number", value="1O"
    )


@pytest.mark.parametrize("features", [KEYED, ASKED])
def test_an_unknown_outcome_is_settled_by_what_the_endpoint_can_do(features):
    assert isinstance(decide(errors.ResultUnknown(), tries=1, at=AT, retry=RETRY, features=features), RetryAt)


def test_an_unknown_outcome_that_nobody_can_settle_is_parked_at_the_first_try():
    outcome = decide(errors.ResultUnknown("cut off"), tries=1, at=AT, retry=RETRY, features=NEITHER)
    assert isinstance(outcome, DeadLetter)
    assert (outcome.parked, outcome.code) == (True, "DST_UNKNOWN_RESULT")
    assert outcome.text.startswith("cut off")


def test_tries_used_up_on_an_unknown_outcome_leave_it_parked():
    outcome = decide(errors.ResultUnknown(), tries=3, at=AT, retry=RETRY, features=KEYED)
    assert isinstance(outcome, DeadLetter)
    assert outcome.parked


def test_what_nobody_expected_is_a_bug_and_its_text_is_not_shown():
    outcome = decide(KeyError("secret"), at=AT)
    assert isinstance(outcome, DeadLetter)
    assert outcome.code == "INT_BUG"
    assert "secret" not in outcome.text
    assert "KeyError" in outcome.text


def test_without_retries_nothing_is_tried_again():
    assert isinstance(decide(errors.DestinationUnavailable(), at=AT), DeadLetter)


@given(st.integers(0, 10_000))
def test_the_wait_doubles_and_has_an_end(tries):
    steps = max(tries - 1, 0)
    exact = min(8.0, 2.0 ** min(steps, 30))
    wait = backoff(RETRY, tries)
    assert timedelta(seconds=exact * 0.75) <= wait <= timedelta(seconds=exact * 1.25)


@given(st.floats(0, 3600))
def test_nobody_is_tried_earlier_than_they_wish(wish):
    assert backoff(RETRY, 1, wish) >= timedelta(seconds=wish)
