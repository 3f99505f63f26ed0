"""The tab in a real browser: nothing a sender wrote is run, and a mistake is put right by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bridge.message import Step, Subject
from bridge.store import tables as t
from tests import consoles
from tests.consoles import Console

pytestmark = [pytest.mark.browser, pytest.mark.integration]

NASTY = "\"'><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Console]:
    with consoles.console(tmp_path_factory.mktemp("flower"), redis_url) as running:
        yield running


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A page of somebody who may approve."""
    return open_page("anna", consoles.PASSWORDS["anna"])


def test_what_a_sender_wrote_does_nothing(console, page):
    body = f"order,sku\nPO-1,{NASTY}\n".encode()
    message_id = console.yard.message(body, name=NASTY)
    console.yard.bury(
        subject=Subject.PART, step=Step.TRANSLATE, message_id=message_id, code="SYN_ROW", sentence=NASTY,
        value=NASTY, fragment=body, number=NASTY, release_condition=f"xref:item:{NASTY}:VN:{NASTY}",
    )  # fmt: skip
    page.goto(f"{console.url}/dead-letters")
    assert page.title() == "Dead letters · Flower"
    assert page.get_by_text("<script>document").count() >= 1
    page.locator("table").get_by_role("link", name="A row does not fit its layout").click()
    page.wait_for_load_state()
    assert page.title() == "A row does not fit its layout · Flower"
    page.get_by_text("Edit and replay").click()
    assert page.locator("textarea").input_value() == body.decode()
    assert page.locator("main img").count() == 0


def test_flowers_own_pages_run_their_scripts(console, page):
    for address in ("/", "/tasks", "/broker"):
        page.goto(console.url + address)
        page.wait_for_timeout(300)
    page.goto(console.url)
    assert page.evaluate("typeof autorefresh") == "number"
    page.get_by_role("link", name="Dead letters").click()
    assert page.url == f"{console.url}/dead-letters"


def test_a_row_is_put_right_by_hand(console, page):
    public_id = console.yard.bury(
        subject=Subject.PART, step=Step.TRANSLATE, message_id=console.yard.message(), source="dc1-a",
        code="VALUE_NOT_NUMERIC", sentence="qty is not a number", fragment=b"order,sku,qty\nPO-2,ABC-1,dozen\n",
    )  # fmt: skip
    page.goto(f"{console.url}/dead-letters/{public_id}")
    page.get_by_text("Edit and replay").click()
    page.locator("textarea").fill("order,sku,qty\nPO-2,ABC-1,12\n")
    form = page.locator("form", has=page.locator("textarea"))
    form.get_by_label("Reason").fill("a dozen is 12")
    form.get_by_role("button").click()
    page.get_by_text("replaced by your version").wait_for()
    (message,) = console.yard.rows(t.message, t.message.c.caused_by == public_id)
    (raw,) = console.yard.rows(t.raw, t.raw.c.message_id == message.id)
    assert raw.body == b"order,sku,qty\nPO-2,ABC-1,12\n"


def test_one_fix_frees_all_that_wait(console, page):
    ids = [console.yard.unknown_item(f"PO-{n}", sku="BROWSER-1") for n in range(3)]
    page.goto(f"{console.url}/dead-letters/{ids[0]}")
    form = page.locator("form[action$=cross-reference]")
    form.get_by_label("Our item").fill("SKU-3")
    form.get_by_label("Reason").fill("new catalogue")
    page.get_by_role("button", name="Approve and free 3").click()
    page.get_by_text("goes on by itself").first.wait_for()
    assert [console.yard.letter(one).state for one in ids] == ["replaying"] * 3
