"""The running API asked whatever its own description allows, and what it does not: never a 5xx.

Schemathesis makes the requests, always the same ones, with the key of an approver. Every answer must be
one that the description knows, in the shape that it says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi import checks

from tests import company
from tests.integration.api import apis
from tests.letters import Yard

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("described")
    with (
        pytest.MonkeyPatch.context() as patch,
        apis.opened(folder, f"sqlite:///{folder}/ledger.db", patch) as api,
        api.served() as port,
    ):
        api.hook(company.event("dc1-a", "e-1").body or b"")
        yard = Yard(api.bridge.ledger)
        known = [yard.unknown_item(f"PO-{number}") for number in range(40)]
        described = schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/v1/openapi.json")
        described.config.generation.update(allow_extra_parameters=False)

        @described.hook
        def map_path_parameters(_context: Any, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
            """Every other request is about something that there is."""
            if parameters and known and len(str(parameters["public_id"])) % 2:
                return {"public_id": known[len(str(parameters["public_id"])) % len(known)]}
            return parameters

        yield described


GENERATE = settings(
    max_examples=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SEEN = {
    "positive": {200, 404, 422},
    "negative": {400, 401, 404, 422},
}
"""What at least must have been answered: else nothing much was asked."""


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_whatever_is_asked_the_answer_is_one_that_is_described(description, mode):
    seen = set()
    for operation in description.get_all_operations():

        @GENERATE
        @given(case=operation.ok().as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            answer = case.call_and_validate(
                headers={"Authorization": "Bearer key-a"},
                excluded_checks=[checks.positive_data_acceptance],  # an edit may be refused for its content
            )
            seen.add(answer.status_code)

        ask()
    assert seen >= SEEN[mode.value]
