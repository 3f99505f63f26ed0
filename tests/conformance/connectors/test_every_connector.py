"""What every connector promises, tried according to its features against a real endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge import registry
from bridge.connectors.contract import Receipt
from bridge.errors import (
    DestinationAuth,
    DestinationLimited,
    DestinationRejected,
    DestinationUnavailable,
    ResultUnknown,
)
from tests.conformance.connectors import endpoints
from tests.conformance.connectors.endpoints import World, outgoing

WORLDS = ("file_drop", "http")


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "file_drop":
        yield endpoints.file_drop_world(tmp_path / "out")
        return
    with endpoints.demo_server(tmp_path) as url:
        yield endpoints.http_world(url, tmp_path / "erp.jsonl")


# What only some of them can be tried for.
can_fail = pytest.mark.parametrize("world", ["http"], indirect=True)
can_be_asked = pytest.mark.parametrize("world", ["http"], indirect=True)
has_secrets = pytest.mark.parametrize("world", ["http"], indirect=True)


def features(world: World, **settings: object):
    async def read(connector):
        return connector.features

    return world.run(read, **settings)


def test_every_connector_is_tried():
    assert registry.names("connector") == sorted(WORLDS)


def test_what_is_delivered_has_one_receipt_and_one_effect_each(world):
    results = [world.deliver(outgoing(number))[0] for number in ("n1", "n2")]
    assert [type(one) for one in results] == [Receipt, Receipt]
    assert all(one.reference for one in results)
    assert world.effects() == ["n1", "n2"]


def test_twice_with_the_same_key_is_one_effect(world):
    assert features(world).idempotency_key
    first, second = world.deliver(outgoing("n1")), world.deliver(outgoing("n1"))
    assert first[0].reference == second[0].reference
    assert world.effects() == ["n1"]


@can_be_asked
def test_what_it_can_be_asked_it_answers(world):
    assert features(world).lookup
    one = outgoing("n/1 ä")  # a key is a key, whatever characters are in it
    assert world.run(lambda connector: connector.look_up(one.key, timeout=5)) is None
    (receipt,) = world.deliver(one)
    assert world.run(lambda connector: connector.look_up(one.key, timeout=5)).reference == receipt.reference


@can_fail
def test_no_answer_in_time_leaves_the_outcome_open_and_the_key_settles_it(world):
    world.fault("slow", seconds=1.5, count=1)
    (result,) = world.deliver(outgoing("n1"), timeout=0.5)
    assert isinstance(result, ResultUnknown)
    (again,) = world.deliver(outgoing("n1"))
    assert isinstance(again, Receipt)
    assert world.effects() == ["n1"]


@can_fail
def test_a_reset_after_it_took_effect_leaves_the_outcome_open(world):
    world.fault("reset_after", count=1)
    (result,) = world.deliver(outgoing("n1"))
    assert isinstance(result, ResultUnknown)
    assert world.effects() == ["n1"]
    assert isinstance(world.deliver(outgoing("n1"))[0], Receipt)
    assert world.effects() == ["n1"]


@can_fail
def test_html_with_200_is_no_yes(world):
    world.fault("html", count=1)
    (result,) = world.deliver(outgoing("n1"))
    assert isinstance(result, ResultUnknown)
    assert world.effects() == []


@can_fail
def test_a_refusal_has_the_endpoints_own_words(world):
    world.fault("reject", match="glove")
    (refused,) = world.deliver(outgoing("n1", note="glove"))
    (taken,) = world.deliver(outgoing("n2"))
    assert isinstance(refused, DestinationRejected)
    assert refused.text == "422: posting period 10/2026 is closed for this item"
    assert isinstance(taken, Receipt)
    assert world.effects() == ["n2"]


@can_fail
def test_too_many_requests_says_when_to_come_back(world):
    world.fault("429", seconds=7, count=1)
    (result,) = world.deliver(outgoing("n1"))
    assert isinstance(result, DestinationLimited)
    assert result.retry_after == 7.0


@can_fail
def test_an_error_of_the_endpoint_goes_on_by_itself(world):
    world.fault("500", count=1)
    (result,) = world.deliver(outgoing("n1"))
    assert isinstance(result, DestinationUnavailable)
    assert not isinstance(result, DestinationAuth)


@has_secrets
def test_settings_show_no_secret(world, monkeypatch):
    monkeypatch.setenv("CANARY", "canary-7f3a")
    plugin = registry.load("connector", world.connector)
    settings = plugin.Settings.model_validate(
        {**world.settings, "bearer": "env:CANARY", "secret_headers": {"X-Key": "env:CANARY"}}
    )
    connector = plugin.connect(settings, None)
    shown = f"{settings!r} {settings.model_dump()!r} {settings.model_dump_json()} {connector!r}"
    assert "canary-7f3a" not in shown
    assert "CANARY" not in shown
