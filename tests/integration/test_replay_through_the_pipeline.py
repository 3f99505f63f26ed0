"""What stops is put right and goes all the way, in its order; a trace tells the story afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bridge import dead_letter_detail, dead_letter_search, replay
from bridge import trace as tracing
from bridge.bootstrap import Bridge
from bridge.connectors.contract import Features, Outgoing, Receipt, Result
from bridge.dead_letter_search import Filter
from bridge.errors import DestinationRejected
from bridge.ingress.contract import Content
from bridge.master_data import steward
from bridge.outlets import Outlet, Outlets
from bridge.pipeline.runner import Runner
from bridge.store import lanes
from tests import company

pytestmark = pytest.mark.integration
WHY = {"actor": "olaf", "reason": "put right"}


class Picky:
    """An endpoint that refuses what is about 13 pieces, and remembers what it took."""

    features = Features(idempotency_key=True, batch=1)

    def __init__(self) -> None:
        self.took: list[tuple[str, str]] = []

    async def deliver(self, batch: Sequence[Outgoing], *, timeout: float) -> Sequence[Result]:
        return [self._answer(one) for one in batch]

    def _answer(self, one: Outgoing) -> Result:
        data = one.document["data"]
        quantity = data["lines"][0]["quantity"]
        if quantity == "13":
            return DestinationRejected("thirteen brings bad luck", status=422)
        self.took.append((data["number"], quantity))
        return Receipt(200, reference=f"ERP-{len(self.took)}")

    async def look_up(self, key: str, *, timeout: float) -> Receipt | None:
        return None

    async def close(self) -> None:
        pass


class PickyOutlets(Outlets):
    def get(self, name: str) -> Outlet:
        if name not in self._open:
            self._open[name] = Outlet(self._company.endpoints[name], Picky())
        return self._open[name]


class Works:
    """The small company with one worker that works when told."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge, self.ledger = bridge, bridge.ledger
        self.runner: Runner = bridge.runner()
        self.runner.outlets = PickyOutlets(bridge.company)

    def take_in(self, *contents: Content) -> None:
        self.bridge.accept_all(contents)
        self.work()

    def accept(self, content: Content) -> object:
        return self.bridge.accept_all([content])[0]

    def work(self) -> None:
        for _ in range(20):
            with self.ledger.read() as connection:
                todo = lanes.unattended(connection, self.ledger, older_than=-1)
            for lane_id in todo:
                self.runner.work(lane_id)
            if not todo:
                return

    def took(self, endpoint: str) -> list[tuple[str, str]]:
        connector: Any = self.runner.outlets.get(endpoint).connector
        return connector.took

    def letters(self, **wanted: Any) -> list[Any]:
        return dead_letter_search.find(self.ledger, Filter(**wanted))[::-1]


@pytest.fixture
def works(tmp_path: Path, ledger_url: str):
    bridge = company.open_small(tmp_path, ledger_url)
    opened = Works(bridge)
    yield opened
    opened.runner.outlets.close()
    bridge.close()


def test_one_cross_reference_frees_all_and_they_go_out_in_order(works):
    events = [
        company.event("dc1-a", f"n{n}", sku="", vendor_code="XYZ-999", qty=n, warehouse="DC1")
        for n in (1, 2, 3)
    ]
    works.take_in(*events, company.event("dc1-a", "other", sku="SKU-2"))
    assert works.took("erp") == [("other", "1")]
    (group,) = dead_letter_search.groups(works.ledger).by_condition
    partner, qualifier, code = group.name.split(":")[2:]
    steward.add_cross_reference(
        works.ledger, domain="item", partner=partner, qualifier=qualifier, source_code=code,
        target_code="SKU-1", actor="anna", reason="new supplier",
    )  # fmt: skip
    works.work()
    assert works.took("erp")[1:] == [("n1", "1"), ("n2", "2"), ("n3", "3")]
    assert {letter.state for letter in works.letters(state=None)} == {"resolved"}


def test_an_edited_delivery_goes_out_before_those_that_waited_behind_it(works):
    works.take_in(*(company.event("dc1-a", f"n{qty}", qty=qty) for qty in (12, 13, 14)))
    assert works.took("erp") == [("n12", "12")]
    erp, wms = sorted(works.letters(), key=lambda letter: letter.endpoint)
    detail = dead_letter_detail.show(works.ledger, erp.public_id, raw_store=Path("none"))
    data = json.loads(detail.editable)
    data["lines"][0]["quantity"] = "1"
    replay.edit_and_replay(works.ledger, erp.public_id, json.dumps(data), **WHY)
    replay.discard(works.ledger, [wms.public_id], **WHY)
    works.work()
    assert works.took("erp") == [("n12", "12"), ("n13", "1"), ("n14", "14")]
    assert works.took("wms") == [("n12", "12"), ("n14", "14")]
    states = {letter.endpoint: (letter.state, letter.resolution) for letter in works.letters(state=None)}
    assert states == {"erp": ("resolved", "edited"), "wms": ("discarded", "discarded")}


def test_what_is_refused_again_comes_back_with_its_count_raised(works):
    works.take_in(company.event("dc1-a", "n13", qty=13))
    erp, _ = sorted(works.letters(), key=lambda letter: letter.endpoint)
    replay.replay(works.ledger, [erp.public_id], **WHY)
    works.work()
    (again, _) = sorted(works.letters(), key=lambda letter: letter.endpoint)
    assert (again.public_id, again.count, again.state) == (erp.public_id, 2, "open")


def test_a_message_that_cannot_be_read_is_edited_and_read_anew(works):
    good = company.event("dc1-a", "n1").body
    works.take_in(Content("dc1-a", key="e1", body=good[:-1]))
    (letter,) = works.letters()
    detail = dead_letter_detail.show(
        works.ledger, letter.public_id, raw_store=works.bridge.settings.raw_store
    )
    assert detail.editable == good[:-1].decode()
    replay.edit_and_replay(works.ledger, letter.public_id, good.decode(), accept=works.accept, **WHY)
    works.work()
    assert works.took("erp") == [("n1", "1")]
    found = tracing.trace(works.ledger, letter.public_id)
    assert [message.state for message in found.messages] == ["discarded", "translated"]
    assert found.messages[1].caused_by == letter.public_id


def test_a_trace_leads_from_any_key_to_the_whole_story(works):
    works.take_in(
        company.event("dc1-a", "n7", sku="SKU-7"), company.event("dc1-b", "n13", sku="SKU-8", qty=13)
    )
    story = tracing.trace(works.ledger, "n7")
    (message,) = story.messages
    (document,) = message.documents
    assert [(one.item_id, str(one.quantity)) for one in document.movements] == [("SKU-7", "1")]
    assert {one.endpoint: one.state for one in document.deliveries} == {
        "erp": "delivered",
        "wms": "delivered",
    }
    assert [one.outcome for one in document.deliveries[0].attempts] == ["delivered"]
    for key in (
        document.public_id,
        document.key,
        document.deliveries[0].key,
        message.public_id,
        message.key,
        "SKU-7",
    ):
        assert tracing.trace(works.ledger, key).messages == story.messages, key
    (other,) = tracing.trace(works.ledger, "SKU-8").messages
    assert {one.code for one in other.documents[0].letters} == {"DST_REJECTED"}
    assert json.loads(json.dumps(story.as_dict()))["messages"][0]["documents"][0]["number"] == "n7"


@pytest.mark.parametrize("text", ["nothing of that name", "", "%", '"', "' OR 1=1--", "n"])
def test_an_unknown_text_gives_an_empty_trace(works, text):
    works.take_in(company.event("dc1-a", "n7"))
    assert tracing.trace(works.ledger, text).messages == ()


def test_a_trace_says_when_it_is_cut(works):
    works.take_in(*(company.event("dc1-a", f"c{n}", sku="SKU-9") for n in range(tracing.MOST + 1)))
    story = tracing.trace(works.ledger, "SKU-9")
    assert len(story.messages) == tracing.MOST
    assert story.cut
