"""The operations below ``/v1``, health and metrics, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests import company
from tests.integration.api import apis
from tests.integration.api.apis import Api
from tests.letters import Yard

pytestmark = pytest.mark.integration
LETTERS = "/v1/dead-letters"


@pytest.fixture
def api(tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    with apis.opened(tmp_path, ledger_url, monkeypatch) as opened:
        yield opened


@pytest.fixture
def yard(api: Api) -> Yard:
    return Yard(api.bridge.ledger)


def bury(yard: Yard, number: str) -> str:
    return yard.bury(
        subject="message", message_id=yard.message(), step="translate", code="ENV_UNREADABLE",
        sentence=f"the document {number} is not JSON", number=number,
    )  # fmt: skip


def test_a_message_is_shown_by_its_public_id_and_by_nothing_else(api):
    public_id = api.hook(company.event("dc1-a", "e-1").body).json()["id"]
    shown = api.ask("GET", f"/v1/messages/{public_id}", key="key-v")
    assert (shown.status_code, shown.json()["source"], shown.json()["key"]) == (200, "dc1-a", "wh/dc1-a/m-1")
    for other in ("m-1", "1", "00000000-0000-0000-0000-000000000000"):
        assert api.ask("GET", f"/v1/messages/{other}", key="key-v").status_code == 404
    traced = api.ask("GET", "/v1/trace", params={"key": public_id}, key="key-v").json()
    assert [message["public_id"] for message in traced["messages"]] == [public_id]


def test_letters_come_newest_first_and_page_by_page(api, yard, monkeypatch):
    monkeypatch.setattr("bridge.api.operations.PAGE", 3)
    ids = [bury(yard, f"n{number}") for number in range(7)]
    found, before = [], None
    for _ in range(3):
        page = api.ask("GET", LETTERS, params={"before": before} if before else {}, key="key-v").json()
        found += [letter["public_id"] for letter in page["letters"]]
        before = page["next"]
    assert found == ids[::-1]
    assert before is None


def test_a_letter_is_shown_with_its_remedy(api, yard):
    shown = api.ask("GET", f"{LETTERS}/{bury(yard, 'n1')}", key="key-v").json()
    assert shown["letter"]["code"] == "ENV_UNREADABLE"
    assert shown["remedy"]
    assert api.ask("GET", f"{LETTERS}/nothing", key="key-v").status_code == 404


def test_a_letter_is_discarded_by_who_may(api, yard):
    public_id = bury(yard, "n1")
    path, body = f"{LETTERS}/{public_id}/discard", {"reason": "a test file"}
    assert [api.ask("POST", path, json=body, key=key).status_code for key in ("key-v", "key-o")] == [403, 403]
    assert yard.letter(public_id).state == "open"
    assert api.ask("POST", path, json=body, key="key-a").json() == {"done": [public_id], "skipped": {}}
    assert yard.letter(public_id).state == "discarded"


@pytest.mark.parametrize("key", [None, "", "key-x", "key-v x", "clé", "key-v,key-o"])
def test_whoever_shows_no_valid_key_is_told_how(api, key):
    headers = {} if key is None else {"Authorization": f"Bearer {key}".encode("latin-1")}
    with capture_logs() as logs:
        answer = api.ask("GET", LETTERS, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert [line["event"] for line in logs] == ["api.login_failed"]
    assert "key-" not in str(logs)


@pytest.mark.parametrize(
    "text", ["' OR 1=1--", "%", "_", "\\", '"', "a AND b", "ü", "*", "NEAR(", "'; drop table message;--"]
)
def test_what_is_looked_for_is_text_and_nothing_more(api, yard, text):
    bury(yard, "n1")
    for path, name in ((LETTERS, "text"), (LETTERS, "code"), (LETTERS, "source"), ("/v1/trace", "key")):
        answer = api.ask("GET", path, params={name: text}, key="key-v")
        assert answer.status_code == 200
        assert not any(answer.json().get(found) for found in ("letters", "messages"))


def test_a_nul_is_refused_wherever_it_stands(api, yard):
    letter = bury(yard, "n1")
    gets = [
        f"{LETTERS}?text=%00", f"{LETTERS}?code=a%00", f"{LETTERS}?state=%00", "/v1/trace?key=a%00b",
        f"{LETTERS}/%00", "/v1/messages/a%00",
    ]  # fmt: skip
    assert {api.ask("GET", path, key="key-v").status_code for path in gets} == {422}
    answer = api.ask("POST", f"{LETTERS}/{letter}/discard", json={"reason": "a\0b"}, key="key-a")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": "x" * 501}, {"reason": 1}, {"reason": "x", "more": 1}, [], None]
)
def test_an_action_without_a_reason_is_refused(api, yard, body):
    answer = api.ask("POST", f"{LETTERS}/{bury(yard, 'n1')}/replay", json=body, key="key-o")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("before", ["0", "-1", "x", str(2**63), "9" * 400])
def test_a_cursor_is_a_number_that_a_database_knows(api, before):
    assert api.ask("GET", LETTERS, params={"before": before}, key="key-v").status_code == 422


def test_health_says_whether_the_ledger_answers(api, monkeypatch):
    assert api.ask("GET", "/health/live").text == "alive\n"
    assert api.ask("GET", "/health/ready").text == "ready\n"

    def away() -> None:
        raise ConnectionError("no database at 10.0.0.8")

    monkeypatch.setattr(api.bridge.ledger, "read", away)
    answer = api.ask("GET", "/health/ready")
    assert answer.status_code == 503
    assert "10.0.0.8" not in answer.text
    assert api.ask("GET", "/health/live").status_code == 200


def test_metrics_tell_what_waits_and_what_is_dead(api, yard):
    bury(yard, "n1")
    api.hook(company.event("dc1-a", "e-1").body)
    lines = api.ask("GET", "/metrics").text.splitlines()
    assert "crossdock_dead_letters_open 1" in lines
    assert "crossdock_messages_to_translate 1" in lines


def test_the_api_describes_itself(api):
    paths = api.ask("GET", "/v1/openapi.json").json()["paths"]
    assert {"/v1/trace", "/v1/messages/{public_id}", LETTERS, LETTERS + "/{public_id}/replay"} <= set(paths)
    assert api.ask("GET", "/v1/docs").status_code == 200
