"""A person repairs a dead letter in a browser, with everything real from the watched folder to the ERP."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.demo import picture, stage
from bridge.demo.day import Event
from bridge.demo.stage import LOGIN, Stage
from tests.conftest import ROOT
from tests.processes import alive, children, soon

pytestmark = [pytest.mark.browser, pytest.mark.integration]

SALES = """store;date;time;tx;sku;qty;uom;type
ST3;20261102;115800;90001;SKU-016;3;EA;SALE
ST3;20261102;115900;90002;SKU-O17;5;EA;SALE
"""
"""A good row, and one with a letter in place of a digit."""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Stage]:
    """The whole stack with its ERP; ends with a look whether any process outlived it."""
    before = children(os.getpid())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSDOCK_COMPANY", str(ROOT / "examples/northbay"))
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.chdir(tmp_path)
        with stage.opened(keep=True) as opened:
            others = {child for known in before for child in children(known)}  # a browser's come and go
            started = set(children(os.getpid())) - others.union(before)
            yield opened
    assert soon(lambda: not any(map(alive, started)))


# The browser comes first: where there is none, no stack is started for nothing.
def test_a_person_repairs_an_unknown_item_and_the_erp_receives_it(
    open_page: Any, running: Stage, tmp_path: Path
) -> None:
    sales = tmp_path / "sales.csv"
    sales.write_text(SALES)
    running.send(Event(at="12:00", what="sales of the branch", source="st3-sales", sample=sales))
    assert soon(lambda: sold(running) == {"SKU-016": ["3"]}, 30)

    page = open_page(LOGIN, running.password)
    flower = running.flower.removesuffix("/dead-letters")
    assert httpx.get(flower).status_code == 401
    page.goto(flower)
    page.get_by_role("link", name="Dead letters").click()
    page.locator("table").get_by_role("link", name="The partner's item code is not known").click()
    told = page.get_by_label("What happened")
    assert "XREF_ITEM_UNKNOWN" in told.inner_text()
    assert "SKU-O17" in told.locator("p").first.inner_text()
    assert "SKU-O17" in page.get_by_label("Source around the fault").locator(".fault").inner_text()

    page.get_by_text("Edit and replay").click()
    content = page.get_by_label("Content")
    content.fill(content.input_value().replace("SKU-O17", "SKU-017"))
    form = page.locator("form", has=content)
    form.get_by_label("Reason").fill("the till wrote O for 0")
    form.get_by_role("button", name="Replay this version").click()
    page.get_by_text("1 letter replaced by your version and put back to work.").wait_for()

    assert soon(lambda: "SKU-017" in sold(running), 30)
    assert soon(lambda: picture.figures(running.ledger).under_way == 0)
    assert sold(running) == {"SKU-016": ["3"], "SKU-017": ["5"]}

    page.goto(page.url.partition("?")[0])
    assert "resolved edited" in told.inner_text()
    assert page.get_by_text("What you can do").count() == 0
    audited = page.get_by_role("row").filter(has_text="dead_letter.edit")
    assert audited.get_by_role("cell").all_inner_texts()[3:] == ["the till wrote O for 0", LOGIN]
    page.goto(running.flower)
    page.get_by_text("Everything goes through.").wait_for()


def sold(running: Stage) -> dict[str, list[str]]:
    """What the ERP says was sold, by item: a quantity for each time that it took effect there."""
    found: dict[str, list[str]] = {}
    for effect in httpx.get(f"{running.endpoints['erp']}/_effects").text.splitlines():
        for line in json.loads(effect)["transaction"]["data"]["lines"]:
            found.setdefault(line["item"]["SK"], []).append(line["quantity"])
    return found
