"""Dead letters on both databases: buried, found, released, replayed, edited and discarded."""

from __future__ import annotations

import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from bridge import dead_letter_detail, dead_letter_search, dead_letters, replay, source_text
from bridge.dead_letter_search import Filter
from bridge.edits import EditInvalid
from bridge.errors import ContentConflict
from bridge.ingress.contract import Content
from bridge.message import LEGAL, Subject
from bridge.replay import ReplayRefused
from bridge.store import documents, raw
from bridge.store import tables as t
from tests.letters import AT, Yard

pytestmark = pytest.mark.integration
LATER = AT + timedelta(minutes=5)
WHY = {"actor": "olaf", "reason": "the ERP is up again"}


@pytest.fixture
def yard(ledger) -> Yard:
    return Yard(ledger)


@pytest.fixture(autouse=True)
def every_change_of_state_is_legal(ledger):
    yield
    with ledger.read() as connection:
        for row in connection.execute(t.transition.select()):
            assert (row.from_state, row.to_state) in LEGAL[Subject(row.subject)], row


def resolve(yard: Yard, **ids: list[int]) -> None:
    with yard.ledger.write() as connection:
        dead_letters.resolve(connection, at=LATER, **ids)


def bells(yard: Yard) -> set[int]:
    return {row.lane_id for row in yard.rows(t.bell, t.bell.c.set_at.is_not(None))}


# -- burying and resolving -----------------------------------------------------------------------


def test_what_fails_again_gets_its_letter_back(yard):
    public_id = yard.unknown_item()
    first = yard.letter(public_id)
    replay.replay(yard.ledger, [public_id], ring=yard.ring, **WHY)
    again = yard.bury(
        subject=Subject.DOCUMENT, step="apply", message_id=first.message_id, document_id=first.document_id,
        code="UOM_NO_CONVERSION", sentence="no factor", release_condition="unit:A-1:CS",
    )  # fmt: skip
    assert again == public_id
    letter = yard.letter(public_id)
    assert (letter.state, letter.count, letter.code) == ("open", 2, "UOM_NO_CONVERSION")
    assert (letter.release_condition, letter.resolution) == ("unit:A-1:CS", None)


def test_what_has_advanced_resolves_its_letter_and_no_other(yard):
    replayed, other, part = yard.unknown_item("PO-1"), yard.unknown_item("PO-2"), yard.bad_row()
    replay.replay(yard.ledger, [replayed], ring=yard.ring, **WHY)
    ids = [yard.letter(one).document_id for one in (replayed, other)]
    resolve(yard, document_ids=ids, message_ids=[yard.letter(part).message_id])
    assert [yard.letter(one).state for one in (replayed, other, part)] == ["resolved", "open", "open"]
    assert yard.letter(replayed).resolution == "replayed"


def test_a_second_failure_after_that_is_a_new_letter(yard):
    public_id = yard.unknown_item()
    replay.replay(yard.ledger, [public_id], ring=yard.ring, **WHY)
    row = yard.letter(public_id)
    resolve(yard, document_ids=[row.document_id])
    new = yard.bury(
        subject=Subject.DOCUMENT, step="apply", message_id=row.message_id, document_id=row.document_id,
        code="INT_BUG", sentence="x",
    )  # fmt: skip
    assert new != public_id


def test_parts_never_share_a_letter(yard):
    message_id = yard.message()
    first, second = (
        yard.bury(subject=Subject.PART, step="translate", message_id=message_id, code="SYN_ROW", sentence="x")
        for _ in range(2)
    )
    assert first != second


# -- one fix frees all ---------------------------------------------------------------------------


def test_one_release_frees_all_that_wait_and_nothing_else(yard):
    waiting = [yard.unknown_item(f"PO-{n}") for n in range(3)]
    other = yard.unknown_item("PO-9", sku="QQ-1")
    with yard.ledger.write() as connection:
        touched = dead_letters.release(
            connection, "xref:item:SUPA:VN:XYZ-999", actor="anna", reason="mapped", at=LATER
        )
    assert touched == [yard.source_lane]
    for public_id in waiting:
        letter = yard.letter(public_id)
        assert (letter.state, letter.resolution) == ("replaying", "released")
        assert yard.row(t.document, letter.document_id).state == "ready"
        (entry,) = yard.rows(t.audit, t.audit.c.subject_id == public_id)
        assert (entry.actor, entry.action, entry.reason) == ("anna", "dead_letter.release", "mapped")
    assert yard.letter(other).state == "open"


# -- looking up ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["' OR 1=1--", "%", "_", "100%", "\\", "/"])
def test_a_search_text_is_never_part_of_the_query(yard, text):
    yard.unknown_item()
    assert dead_letter_search.find(yard.ledger, Filter(text=text)) == []


def test_letters_are_filtered_and_paged_in_sql(yard):
    ids = [yard.unknown_item(f"PO-{n}") for n in range(5)] + [yard.refused()]
    first = dead_letter_search.find(yard.ledger, Filter(), limit=4)
    rest = dead_letter_search.find(yard.ledger, Filter(), limit=4, before_id=first[-1].id)
    assert [one.public_id for one in first + rest] == ids[::-1]
    assert [one.number for one in dead_letter_search.find(yard.ledger, Filter(text="po-3"))] == ["PO-3"]
    assert dead_letter_search.count(yard.ledger, Filter(endpoint="erp", code="DST_REJECTED")) == 1
    assert dead_letter_search.count(yard.ledger, Filter(until=AT)) == 0
    assert dead_letter_search.count(yard.ledger, Filter(state=None, since=AT, source="supa-orders")) == 6


def test_groups_show_how_many_wait_for_one_thing(yard):
    for number in ("PO-1", "PO-2"):
        yard.unknown_item(number)
    yard.refused()
    found = dead_letter_search.groups(yard.ledger)
    assert [(one.name, one.count) for one in found.by_condition] == [("xref:item:SUPA:VN:XYZ-999", 2)]
    assert [(one.name, one.count) for one in found.by_reason] == [
        ("XREF_ITEM_UNKNOWN", 2),
        ("DST_REJECTED", 1),
    ]


def test_a_letter_shows_its_source_with_the_place_marked(yard):
    detail = dead_letter_detail.show(yard.ledger, yard.bad_row(), raw_store=Path("none"))
    (fault,) = [line for line in detail.excerpt.lines if line.is_fault]
    assert (fault.number, fault.text) == (3, "PO-2,ABC-1,dozen")
    assert detail.reason.title == "A number was expected"
    assert detail.editable == "order,sku,qty\nPO-2,ABC-1,dozen\n"


def test_a_letter_of_a_document_shows_where_its_value_stands(yard):
    detail = dead_letter_detail.show(yard.ledger, yard.unknown_item(), raw_store=Path("none"))
    assert [line.text for line in detail.excerpt.lines if line.is_fault] == ["PO-1,XYZ-999,12"]
    assert json.loads(detail.editable)["number"] == "PO-1"
    assert (detail.gap.partner, detail.gap.source_code, detail.waiting) == ("SUPA", "XYZ-999", 1)


def test_a_letter_of_a_delivery_shows_the_endpoints_own_words(yard):
    detail = dead_letter_detail.show(yard.ledger, yard.refused(), raw_store=Path("none"))
    assert [(one.status, one.detail) for one in detail.attempts] == [(422, "customer is blocked")]
    assert detail.delivery.state == "dead"


# -- replay --------------------------------------------------------------------------------------


def test_a_replayed_document_is_ready_and_its_lane_is_rung(yard):
    public_id = yard.unknown_item()
    outcome = replay.replay(yard.ledger, [public_id], ring=yard.ring, **WHY)
    assert outcome.done == (public_id,)
    assert yard.row(t.document, yard.letter(public_id).document_id).state == "ready"
    assert yard.rung == [yard.source_lane]
    assert bells(yard) == {yard.source_lane}


@pytest.mark.parametrize("state", ["dead", "parked"])
def test_a_replayed_delivery_keeps_its_key_and_its_tries(yard, state):
    public_id = yard.refused(state=state)
    before = yard.row(t.delivery, yard.letter(public_id).delivery_id)
    replay.replay(yard.ledger, [public_id], ring=yard.ring, **WHY)
    after = yard.row(t.delivery, before.id)
    assert (after.state, after.key, after.tries) == ("pending", before.key, 3)
    assert yard.rung == [yard.endpoint_lane]


def test_a_replayed_message_is_read_again(yard):
    public_id = yard.unreadable()
    replay.replay(yard.ledger, [public_id], ring=yard.ring, **WHY)
    assert yard.row(t.message, yard.letter(public_id).message_id).state == "accepted"


def test_a_replayed_part_is_accepted_as_a_message_of_its_own(yard):
    accepted: list[Content] = []
    public_id = yard.bad_row()
    replay.replay(yard.ledger, [public_id], accept=accepted.append, ring=yard.ring, **WHY)
    (content,) = accepted
    assert content.body == b"order,sku,qty\nPO-2,ABC-1,dozen\n"
    assert (content.key, content.caused_by) == (f"edit/{public_id}/1", public_id)
    letter = yard.letter(public_id)
    assert (letter.state, letter.resolution) == ("resolved", "replayed")


def test_a_part_without_a_fragment_cannot_be_replayed(yard):
    public_id = yard.bad_row(fragment=None)
    outcome = replay.replay(yard.ledger, [public_id], accept=pytest.fail, ring=yard.ring, **WHY)
    assert "send it again" in outcome.skipped[0].why
    assert yard.letter(public_id).state == "open"


def test_a_part_that_is_refused_anew_stays_open_and_says_why(yard):
    def refuse(_content: Content) -> None:
        raise ContentConflict("this key was used before")

    part, document = yard.bad_row(), yard.unknown_item()
    outcome = replay.replay(yard.ledger, [part, document], accept=refuse, ring=yard.ring, **WHY)
    assert outcome.done == (document,)
    assert outcome.skipped == (replay.Skipped(part, "this key was used before"),)
    assert yard.letter(part).state == "open"


def test_eight_people_who_replay_two_letters_replay_two(yard):
    ids = [yard.unknown_item("PO-1"), yard.unknown_item("PO-2")]
    with ThreadPoolExecutor(8) as people:
        outcomes = list(
            people.map(lambda _: replay.replay(yard.ledger, ids, ring=yard.ring, **WHY), range(8))
        )
    assert sorted(one for outcome in outcomes for one in outcome.done) == sorted(ids)
    assert len(yard.rows(t.audit)) == 2


@pytest.mark.parametrize("act", [replay.replay, replay.discard])
def test_nothing_is_done_without_a_reason(yard, act):
    public_id = yard.unknown_item()
    with pytest.raises(ReplayRefused, match="reason"):
        act(yard.ledger, [public_id], actor="olaf", reason="  ", ring=yard.ring)
    assert yard.letter(public_id).state == "open"


def test_every_action_is_audited_with_before_and_after(yard):
    public_id = yard.unknown_item()
    replay.replay(yard.ledger, [public_id], ring=yard.ring, **WHY)
    (entry,) = yard.rows(t.audit)
    assert (entry.actor, entry.reason, entry.subject_id) == ("olaf", "the ERP is up again", public_id)
    assert (entry.before["state"], entry.after["state"]) == ("open", "replaying")


# -- edit ----------------------------------------------------------------------------------------


def edited_body(yard: Yard, public_id: str, **changes: object) -> str:
    body = yard.row(t.document, yard.letter(public_id).document_id).body
    return json.dumps({**body, **changes})


def test_an_edited_document_takes_the_old_ones_place_behind_its_key(yard):
    public_id = yard.unknown_item(key="order:PO-1")
    old = yard.row(t.document, yard.letter(public_id).document_id)
    content = edited_body(yard, public_id, number="PO-1b")
    replay.edit_and_replay(yard.ledger, public_id, content, ring=yard.ring, **WHY)
    letter = yard.letter(public_id)
    new = yard.row(t.document, letter.document_id)
    assert (new.state, new.number, new.split_from) == ("ready", "PO-1b", old.id)
    assert new.public_id == documents.public_id(f"edit/{public_id}/1")
    assert yard.row(t.document, old.id).state == "replaced"
    (held,) = yard.rows(t.blocked_key)
    assert (held.ordering_key, held.holder_id) == ("order:PO-1", new.id)
    (entry,) = yard.rows(t.audit)
    assert "PO-1b" in entry.after["content"]
    assert "PO-1b" not in entry.before["content"]
    resolve(yard, document_ids=[new.id])
    assert (yard.letter(public_id).state, yard.letter(public_id).resolution) == ("resolved", "edited")


def test_an_edited_document_that_fails_again_can_be_edited_again(yard):
    public_id = yard.unknown_item()
    for round_number in (1, 2):
        replay.edit_and_replay(
            yard.ledger,
            public_id,
            edited_body(yard, public_id, number=f"N{round_number}"),
            ring=yard.ring,
            **WHY,
        )
        letter = yard.letter(public_id)
        yard.set_state(t.document, letter.document_id, "dead")
        yard.bury(
            subject=Subject.DOCUMENT, step="apply", message_id=letter.message_id,
            document_id=letter.document_id, code="INT_BUG", sentence="x",
        )  # fmt: skip
    assert yard.letter(public_id).count == 3
    assert len(yard.rows(t.document)) == 3


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("{", "Invalid JSON"),
        ('{"number": "x", "surprise": 1}', "surprise"),
        ("[]", "valid dictionary|object"),
    ],
)
def test_a_wrong_edit_is_refused_with_its_place_and_changes_nothing(yard, content, where):
    public_id = yard.unknown_item()
    with pytest.raises(EditInvalid, match=where):
        replay.edit_and_replay(yard.ledger, public_id, content, ring=yard.ring, **WHY)
    assert yard.letter(public_id).state == "open"
    assert len(yard.rows(t.document)) == 1


def test_an_edited_delivery_is_a_new_operation_with_a_link_to_the_old(yard):
    public_id = yard.refused()
    letter = yard.letter(public_id)
    old = yard.row(t.delivery, letter.delivery_id)
    content = edited_body(yard, public_id, references={"po": "other"})
    replay.edit_and_replay(yard.ledger, public_id, content, ring=yard.ring, **WHY)
    letter = yard.letter(public_id)
    new, document = yard.row(t.delivery, letter.delivery_id), yard.row(t.document, letter.document_id)
    assert (new.state, new.replaces, new.tries) == ("pending", old.id, 0)
    assert new.key == f"out/{document.public_id}/erp"
    assert new.key != old.key
    assert (document.state, document.body["references"]) == ("applied", {"po": "other"})
    assert yard.row(t.delivery, old.id).state == "replaced"
    assert [held.holder_id for held in yard.rows(t.blocked_key)] == [new.id]


def test_an_edited_part_keeps_line_ends_and_character_set(yard):
    accepted: list[Content] = []
    public_id = yard.bad_row("größe;menge\nXL;zwölf\n".encode("latin-1"))
    replay.edit_and_replay(
        yard.ledger, public_id, "größe;menge\r\nXL;12\r\n", accept=accepted.append, ring=yard.ring, **WHY
    )
    assert accepted[0].body == "größe;menge\nXL;12\n".encode("latin-1")
    (entry,) = yard.rows(t.audit)
    assert "zwölf" in entry.before["content"]


def test_a_character_that_the_source_cannot_hold_is_refused(yard):
    public_id = yard.bad_row("größe\n".encode("latin-1"))
    with pytest.raises(EditInvalid, match="latin-1"):
        replay.edit_and_replay(yard.ledger, public_id, "€\n", accept=pytest.fail, ring=yard.ring, **WHY)


def test_an_edited_message_replaces_the_unreadable_one(yard):
    accepted: list[Content] = []
    public_id = yard.unreadable()
    replay.edit_and_replay(yard.ledger, public_id, "order\n", accept=accepted.append, ring=yard.ring, **WHY)
    letter = yard.letter(public_id)
    assert (letter.state, letter.resolution) == ("resolved", "edited")
    assert yard.row(t.message, letter.message_id).state == "discarded"
    assert accepted[0].caused_by == public_id


# -- discard -------------------------------------------------------------------------------------


def test_a_discarded_document_lets_its_followers_go_on_in_order(yard):
    public_id = yard.unknown_item(key="order:PO-1")
    followers = [yard.document(f"F{n}", state="waiting", key="order:PO-1") for n in range(2)]
    stranger = yard.document("S", state="waiting", key="order:other")
    replay.discard(yard.ledger, [public_id], ring=yard.ring, **WHY)
    letter = yard.letter(public_id)
    assert (letter.state, letter.resolution) == ("discarded", "discarded")
    assert yard.row(t.document, letter.document_id).state == "discarded"
    assert [yard.row(t.document, one).state for one in followers] == ["ready", "ready"]
    assert yard.row(t.document, stranger).state == "waiting"
    assert yard.rows(t.blocked_key) == []
    assert yard.rung == [yard.source_lane]


def test_a_discarded_delivery_lets_its_followers_go_on(yard):
    public_id = yard.refused(key="order:PO-9")
    follower = yard.delivery(yard.document("PO-9b", state="applied"), state="waiting", key="order:PO-9")
    replay.discard(yard.ledger, [public_id], ring=yard.ring, **WHY)
    assert yard.row(t.delivery, follower).state == "pending"
    assert yard.rung == [yard.endpoint_lane]


def test_discarding_a_line_of_a_document_frees_nobody_elses_key(yard):
    other = yard.unknown_item("PO-1", key="order:PO-1")
    line = yard.unknown_item("PO-1")
    replay.discard(yard.ledger, [line], ring=yard.ring, **WHY)
    assert [held.holder_id for held in yard.rows(t.blocked_key)] == [yard.letter(other).document_id]


def test_parts_and_messages_can_be_discarded(yard):
    part, message = yard.bad_row(), yard.unreadable()
    outcome = replay.discard(yard.ledger, [part, message, "not-a-letter"], ring=yard.ring, **WHY)
    assert outcome.done == (part, message)
    assert [one.public_id for one in outcome.skipped] == ["not-a-letter"]
    assert yard.row(t.message, yard.letter(message).message_id).state == "discarded"


def test_large_sources_are_read_only_around_the_fault(yard, tmp_path):

    body = b"".join(b"row %07d,12\n" % n for n in range(200_000))
    sha256 = hashlib.sha256(body).hexdigest()
    url = raw.keep(tmp_path, io.BytesIO(body), sha256)
    offset = body.index(b"row 0150000")
    with raw.open_row(None, url, tmp_path) as file:
        cut = source_text.excerpt(
            file, format_name="csv", location={"line": 150_001, "offset": offset}, value=None
        )
    (fault,) = [line for line in cut.lines if line.is_fault]
    assert (fault.number, fault.text) == (150_001, "row 0150000,12")
    assert cut.more_before
    assert cut.more_after
    assert len(cut.lines) == 2 * source_text.AROUND + 1
