"""The tab "Dead letters": what it shows, and what its forms do for whom."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from html import unescape

import pytest

from bridge.message import Step, Subject
from bridge.store import tables as t
from tests.conftest import ROOT

pytestmark = pytest.mark.integration
SAMPLES = ROOT / "transforms/formats"
NASTY = "<script>alert(1)</script>"


def form_content(text: str) -> str:
    """What stands in the text area, as a browser reads it."""
    return unescape(text.split("<textarea", 1)[1].split(">\n", 1)[1].split("</textarea>", maxsplit=1)[0])


def test_the_list_filters_groups_and_pages(console):
    for number in range(60):
        console.yard.unknown_item(f"PAGE-{number:02}", sku="PAGED")
    with console.client("vera") as client:
        first = client.get("/dead-letters", params={"q": "PAGED"}).text
        assert "60 letters" in first
        assert "PAGE-59" in first
        assert "PAGE-09" not in first
        older = unescape(first.split('">Older</a>')[0].rsplit('href="', 1)[1])
        second = client.get(older).text
        assert "PAGE-09" in second
        assert "PAGE-10" not in second
        group = client.get(
            "/dead-letters", params={"condition": "xref:item:SUPA:VN:PAGED", "state": "all"}
        ).text
        assert "60 letters" in group
        assert '<span class="count">60</span> wait for this' in group


@pytest.mark.parametrize("query", ["before=x", "since=yesterday", "until=2026-13-01"])
def test_a_senseless_filter_is_refused(console, query):
    with console.client("vera") as client:
        assert client.get(f"/dead-letters?{query}").status_code == 400


@pytest.mark.parametrize("text", ["' OR 1=1--", "%", "_%_", "'; drop table dead_letter;--", NASTY])
def test_a_search_text_finds_itself_and_nothing_else(console, text):
    console.yard.refused()
    with console.client("vera") as client:
        page = client.get("/dead-letters", params={"q": text + "?"}).text
    assert "0 letters" in page
    assert NASTY not in page


def test_a_letter_shows_what_the_partner_says_of_its_delivery(console):
    public_id = console.yard.refused("PO-SAID")
    delivery_id = console.yard.letter(public_id).delivery_id
    said = {"state": "accepted_with_errors", "acknowledged_at": datetime.now(UTC), "detail": "997 E <code> 5"}
    with console.client("vera") as client:
        assert "Acknowledgement" not in client.get(f"/dead-letters/{public_id}").text
        with console.yard.ledger.write() as connection:
            connection.execute(t.acknowledgement.insert().values(delivery_id=delivery_id, **said))
        page = client.get(f"/dead-letters/{public_id}").text
    assert "accepted with errors" in page
    assert "997 E &lt;code&gt; 5" in page


def test_a_letter_shows_reason_remedy_source_document_and_history(console):
    public_id = console.yard.unknown_item("PO-SHOW")
    with console.client("vera") as client:
        page = unescape(client.get(f"/dead-letters/{public_id}").text)
    for words in (
        "The partner's item code is not known", "Say which item of ours it means", "PO-1,XYZ-999,12",
        '"number": "PO-SHOW"', "xref:item:SUPA:VN:XYZ-999", "History",
    ):  # fmt: skip
        assert words in page


def test_what_a_sender_wrote_is_shown_and_never_run(console):
    public_id = console.yard.unknown_item(NASTY, sku='"><img src=x onerror=alert(1)>')
    with console.client("anna") as client:
        for path in (f"/dead-letters/{public_id}", "/dead-letters"):
            page = client.get(path).text
            assert NASTY not in page
            assert "<img" not in page.replace('<img src="/static', "")


def test_an_unknown_letter_is_not_found(console):
    with console.client("vera") as client:
        assert client.get("/dead-letters/00000000-0000-0000-0000-000000000000").status_code == 404
        assert client.get("/dead-letters/..%2f..%2fetc").status_code == 404
        assert client.get("/dead-letters/static/..%2fhandlers.py").status_code in {403, 404}


# -- who may do what -----------------------------------------------------------------------------

ALLOWED = [
    ("vera", set()),
    ("olaf", {"replay", "edit"}),
    ("anna", {"replay", "edit", "discard", "cross-reference", "item-unit"}),
]


@pytest.mark.parametrize(("name", "allowed"), ALLOWED)
def test_a_page_offers_only_what_the_role_allows(console, name, allowed):
    public_id = console.yard.unknown_item("PO-ROLE")
    with console.client(name) as client:
        page = client.get(f"/dead-letters/{public_id}").text
    for action in ("replay", "edit", "discard", "cross-reference"):
        assert (f"/dead-letters/{public_id}/{action}" in page) == (action in allowed)


@pytest.mark.parametrize(("name", "allowed"), ALLOWED)
def test_what_the_role_does_not_allow_is_refused(console, name, allowed):
    public_id = console.yard.unknown_item("PO-ROLE")
    for action in {"replay", "edit", "discard", "cross-reference", "item-unit"} - allowed:
        answer = console.post(name, f"/dead-letters/{public_id}/{action}", reason="because", content="{}")
        assert answer.status_code == 403
    many = {"id": public_id, "reason": "because", "condition": "xref:item:SUPA:VN:XYZ-999"}
    for action in {"replay", "discard"} - allowed:
        assert console.post(name, f"/dead-letters/{action}", **many).status_code == 403
    if "replay" not in allowed:
        assert console.post(name, "/dead-letters/release", **many).status_code == 403
    assert console.yard.letter(public_id).state == "open"


def test_a_post_without_login_token_or_from_elsewhere_is_refused(console):
    public_id = console.yard.unknown_item("PO-CSRF")
    path, data = f"/dead-letters/{public_id}/replay", {"reason": "because"}
    with console.client() as client:
        assert client.post(path, data=data).status_code == 401
    with console.client("olaf") as client:
        assert client.post(path, data=data).status_code == 403
        token = console.token(client)
        assert client.post(path, data={**data, "_xsrf": "2|00000000|00|0"}).status_code == 403
        good = {**data, "_xsrf": token}
        elsewhere = {"Origin": "https://evil.example"}
        assert client.post(path, data=good, headers=elsewhere).status_code == 403
        assert client.post(path, data=good, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert console.yard.letter(public_id).state == "open"


# -- what the forms do ---------------------------------------------------------------------------


def test_replay_is_done_by_the_name_of_the_login(console):
    public_id = console.yard.unknown_item("PO-R")
    answer = console.post("olaf", f"/dead-letters/{public_id}/replay", reason="mapped by hand")
    assert answer.status_code == 303
    with console.client("olaf") as client:
        assert "1 letter put back to work" in client.get(answer.headers["Location"]).text
    (entry,) = console.yard.rows(t.audit, t.audit.c.subject_id == public_id)
    assert (entry.actor, entry.reason, entry.action) == ("olaf", "mapped by hand", "dead_letter.replay")


def test_nothing_happens_without_a_reason(console):
    public_id = console.yard.unknown_item("PO-N")
    answer = console.post("anna", f"/dead-letters/{public_id}/discard", reason=" ")
    assert answer.status_code == 422
    assert "give a reason" in answer.text
    assert console.yard.letter(public_id).state == "open"


def test_eight_posts_at_once_for_two_letters_replay_two(console):
    ids = [console.yard.unknown_item("PO-P1"), console.yard.unknown_item("PO-P2")]
    with ThreadPoolExecutor(8) as people:
        answers = list(
            people.map(lambda _: console.post("olaf", "/dead-letters/replay", id=ids, reason="all"), range(8))
        )
    assert {answer.status_code for answer in answers} == {303}
    done = [int(answer.headers["Location"].split("done=")[1].split("&")[0]) for answer in answers]
    assert sum(done) == 2
    assert len(console.yard.rows(t.audit, t.audit.c.subject_id.in_(ids))) == 2


def test_an_edited_document_is_checked_and_nothing_typed_is_lost(console):
    public_id = console.yard.unknown_item("PO-E")
    with console.client("olaf") as client:
        content = form_content(client.get(f"/dead-letters/{public_id}").text)
    typed = content.replace('"12"', '"a dozen"')
    refused = console.post("olaf", f"/dead-letters/{public_id}/edit", content=typed, reason="typo")
    assert refused.status_code == 422
    assert "lines.0.quantity" in refused.text
    assert form_content(refused.text).rstrip() == typed.rstrip()
    done = console.post(
        "olaf", f"/dead-letters/{public_id}/edit", content=content.replace('"12"', '"24"'), reason="typo"
    )
    assert done.status_code == 303
    document = console.yard.row(t.document, console.yard.letter(public_id).document_id)
    assert (document.state, document.body["lines"][0]["quantity"]) == ("ready", "24")


def test_an_edited_part_arrives_byte_for_byte(console):
    separators = b"ISA\x1dGS\x1eEND~\n"
    message_id = console.yard.message()
    public_id = console.yard.bury(
        subject=Subject.PART, step=Step.TRANSLATE, message_id=message_id, code="SYN_ELEMENT", sentence="x",
        fragment=separators, source="dc1-a",
    )  # fmt: skip
    with console.client("olaf") as client:
        content = form_content(client.get(f"/dead-letters/{public_id}").text)
    typed = content.replace("END", "ENDE").replace("\n", "\r\n")
    answer = console.post("olaf", f"/dead-letters/{public_id}/edit", content=typed, reason="cut short")
    assert answer.status_code == 303
    (message,) = console.yard.rows(t.message, t.message.c.caused_by == public_id)
    assert message.key == f"edit/{public_id}/1"
    (raw,) = console.yard.rows(t.raw, t.raw.c.message_id == message.id)
    assert raw.body == separators.replace(b"END", b"ENDE")
    assert console.yard.letter(public_id).resolution == "edited"


def test_a_cross_reference_frees_all_that_wait_for_it(console):
    ids = [console.yard.unknown_item(f"PO-X{n}", sku="NEW:CODE-1") for n in range(3)]
    path = f"/dead-letters/{ids[0]}/cross-reference"
    wrong = console.post("anna", path, target_code="NO-SUCH-ITEM", reason="new item")
    assert wrong.status_code == 422
    assert "there is no item" in wrong.text
    answer = console.post("anna", path, target_code="SKU-1", reason="new item")
    assert answer.status_code == 303
    assert [console.yard.letter(one).state for one in ids] == ["replaying"] * 3
    reference = console.yard.rows(t.cross_reference, t.cross_reference.c.source_code == "NEW:CODE-1")
    assert [(one.partner, one.target_code, one.steward) for one in reference] == [("SUPA", "SKU-1", "anna")]


def test_a_pack_factor_frees_all_that_wait_for_it(console):
    document_id = console.yard.document("PO-U")
    message_id = console.yard.row(t.document, document_id).message_id
    public_id = console.yard.bury(
        subject=Subject.DOCUMENT, step=Step.APPLY, message_id=message_id, document_id=document_id,
        code="UOM_NO_CONVERSION", sentence="no factor", release_condition="unit:SKU-2:CS",
    )  # fmt: skip
    path = f"/dead-letters/{public_id}/item-unit"
    for numerator in ("", "0", "-1", "1.5", "x"):
        fields = {"numerator": numerator, "denominator": "1", "reason": "case of 12"}
        assert console.post("anna", path, **fields).status_code == 422
    answer = console.post("anna", path, numerator="12", denominator="1", reason="case of 12")
    assert answer.status_code == 303
    assert console.yard.letter(public_id).state == "replaying"


def test_all_that_wait_for_one_thing_try_again_together(console):
    ids = [console.yard.unknown_item(f"PO-W{n}", sku="TOGETHER") for n in range(2)]
    fields = {"condition": "xref:item:SUPA:VN:TOGETHER", "reason": "loaded the item master"}
    assert console.post("olaf", "/dead-letters/release", **fields).status_code == 303
    assert [console.yard.letter(one).resolution for one in ids] == ["released"] * 2


def test_discarding_says_so_and_is_final(console):
    public_id = console.yard.unknown_item("PO-D")
    assert console.post("anna", f"/dead-letters/{public_id}/discard", reason="sent twice").status_code == 303
    again = console.post("anna", f"/dead-letters/{public_id}/replay", reason="changed my mind")
    assert again.status_code == 409
    assert "somebody has acted on it already" in again.text
    with console.client("anna") as client:
        page = client.get(f"/dead-letters/{public_id}").text
    assert "What you can do" not in page
    assert "sent twice" in page


def test_a_replay_rings_the_lane(console, redis_url):
    import redis

    public_id = console.yard.unknown_item("PO-BELL")
    with redis.Redis.from_url(redis_url) as broker:
        broker.delete("crossdock.lanes")
        with console.yard.ledger.write() as connection:
            connection.execute(t.bell.update().values(set_at=None))
        console.post("olaf", f"/dead-letters/{public_id}/replay", reason="ring")
        bells = [json.loads(one) for one in broker.lrange("crossdock.lanes", 0, -1)]
    assert [one["headers"]["task"] for one in bells] == ["crossdock.work"]


def test_an_edi_letter_is_checked_by_hand_against_the_standard(console):
    order = (SAMPLES / "x12/samples/850-order.x12").read_bytes()
    public_id = console.yard.bad_set(order.replace(b"PO1*2*24*EA", b"PO1*2*<b>*EA"))
    with console.client("vera") as client:
        page = client.get(f"/dead-letters/{public_id}").text
        assert "?check=1" in page
        assert "1 rejected" not in page
        page = client.get(f"/dead-letters/{public_id}?check=1").text
        assert "0 accepted, 1 rejected" in page
        assert "PO102 must be a number" in unescape(page)
        assert "PO1*2*<b>*EA*4.15" in unescape(page)
        assert "<b>" not in page
        flat = console.yard.bad_row()
        assert "?check=1" not in client.get(f"/dead-letters/{flat}").text
        missing = "/dead-letters/00000000-0000-0000-0000-000000000000?check=1"
        assert client.get(missing).status_code == 404
