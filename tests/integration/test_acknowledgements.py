"""What we send is answered: matched to its delivery, rejected, overdue, late, told twice, or about nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import text

from bridge import acknowledgements, clock, status, trace
from bridge.cli import operations, tracing
from bridge.company import CompanyInvalid
from bridge.ingress.contract import Content
from bridge.outlets import Outlets
from bridge.store import control_numbers
from bridge.store import tables as t
from bridge.store.control_numbers import HIGHEST
from tests import company, effects

pytestmark = pytest.mark.integration

WITHIN = 3600
BEFORE = 40
"""Groups that the keeper was sent before, so that they are numbered otherwise than interchanges."""
HEAD = f"ISA*00*{'':10}*00*{'':10}*ZZ*{'KEEPER':15}*ZZ*{'SMALL':15}*261102*1800*U*00401"


@pytest.fixture
def works(tmp_path, ledger_url):
    """The small company; its keeper reports shipments and is sent an 856 of each, which it acknowledges."""
    folder = tmp_path / "company"
    effects.write_company(folder)
    write_endpoint(tmp_path, acknowledged_within=WITHIN)
    routes = [{"types": ["crossdock.shipment.confirmed.*"], "to": ["asn"]}]
    (folder / "routes.yaml").write_text(yaml.safe_dump({"routes": routes}))
    opened = effects.open_works(tmp_path, ledger_url)
    opened.runner.outlets = Outlets(opened.bridge.company)
    begin_numbers(opened)
    yield opened
    opened.close()


def begin_numbers(works):
    with works.ledger.write() as connection:
        connection.execute(t.control_number.delete())
        control_numbers.take(connection, "keeper", "group", BEFORE)


@pytest.fixture
def reopened():
    """Opens the company anew, as it is in its folder now."""
    opened = []

    def reopen(works, tmp_path):
        again = effects.open_works(tmp_path, works.bridge.settings.ledger_url)
        again.runner.outlets = Outlets(again.bridge.company)
        opened.append(again)
        return again

    yield reopen
    for one in opened:
        one.close()


def write_endpoint(tmp_path: Path, **more):
    path = tmp_path / "company/endpoints.yaml"
    endpoints = yaml.safe_load(path.read_text())
    out = {
        "folder": str(tmp_path / "out"), "name": "{number}.x12", "encoder": "x12-856",
        "x12": {"sender": "ZZ:SMALL", "receiver": "ZZ:KEEPER"},
    }  # fmt: skip
    endpoints["endpoints"]["asn"] = {
        "connector": "file_drop",
        "settings": out,
        "control_series": "keeper",
    } | more
    path.write_text(yaml.safe_dump(endpoints))


def interchange(control, group, body):
    gs = f"GS*{group}*KEEPER*SMALL*20261102*1800*{control}*X*004010~"
    return f"{HEAD}*{control:09d}*0*P*>~{gs}{body}GE*1*{control}~IEA*1*{control:09d}~"


def ship(works, *numbers):
    """The keeper reports shipments; each becomes an 856."""
    for number in numbers:
        body = (
            f"ST*945*0001~W06*F*SO-{number}*20261102*SHP-{number}**PO-{number}~N1*SF*DC1*92*DC1~N1*ST*SHOP*92*S1~"
            "W27*M*ABFS~LX*1~MAN*GM*00095212340000000037~W12*CC*5*5*0*EA**SK*SKU-1~W03*5~SE*10*0001~"
        )
        works.take_in(Content("stock", name=f"{number}.x12", body=interchange(number, "SW", body).encode()))


def answer(works, tmp_path, sent, verdict="A", *, control=900, said="", level=""):
    """The keeper lays its 997 (or a TA1) into our folder."""
    if level:
        text = f"{HEAD}*{control:09d}*0*P*>~TA1*{sent:09d}*261102*1800*{verdict}*{level}~IEA*0*{control:09d}~"
    else:
        good = 0 if verdict == "R" else 1
        codes = "*5" if said else ""
        body = f"ST*997*0001~AK1*SH*{sent + BEFORE}~AK2*856*{sent:04d}~{said}AK5*{verdict}{codes}~AK9*{verdict}*1*1*{good}~"
        body += f"SE*{body.count('~') + 1}*0001~"
        text = interchange(control, "FA", body)
    drop = tmp_path / "data/drop/in"
    drop.mkdir(parents=True, exist_ok=True)
    (drop / f"{control}.x12").write_text(text)
    for _ in range(2):
        works.bridge.poll("stock")
    works.work()


def states(works):
    return {row.delivery_id: row.state for row in works.rows(t.acknowledgement)}


def alerts(works, state="open"):
    mine = t.alert.c.code.startswith("ACK_"), t.alert.c.state == state
    return [(row.code, row.text) for row in works.rows(t.alert, *mine)]


def later(works, seconds=WITHIN + 1):
    return acknowledgements.find_overdue(works.ledger, at=clock.now() + timedelta(seconds=seconds))


def test_a_997_is_noted_at_the_delivery_that_it_names(works, tmp_path):
    ship(works, 1, 2, 3)
    assert [path.name for path in sorted((tmp_path / "out").iterdir())] == [
        "SHP-1.x12",
        "SHP-2.x12",
        "SHP-3.x12",
    ]
    first, second, third = sorted(states(works))
    assert states(works) == dict.fromkeys([first, second, third], "awaited")
    before = datetime.now(UTC)
    answer(works, tmp_path, 2)
    answer(works, tmp_path, 3, "E", control=901, said="AK3*SN1*9*HL*8~AK4*2**6*5X~")
    assert states(works) == {first: "awaited", second: "accepted", third: "accepted_with_errors"}
    [row] = works.rows(t.acknowledgement, t.acknowledgement.c.delivery_id == second)
    assert (row.kind, row.detail) == ("997", "997 A (accepted)")
    assert before <= row.acknowledged_at <= datetime.now(UTC)
    assert alerts(works) == []
    assert works.letters() == []


def test_a_rejection_is_an_alert_with_the_partners_words_and_the_place(works, tmp_path, capsys):
    ship(works, 1)
    answer(works, tmp_path, 1, "R", said="AK3*SN1*9*HL*8~AK4*2*382*6*5X~AK3*CTT*14**3~")
    words = "997 R (rejected); 856 0001 R code 5; segment 9 SN1 code 8, element 2 code 6 '5X'; segment 14 CTT code 3"
    told = f"keeper did not take crossdock.shipment.confirmed.v1 SHP-1; it says: {words}"
    assert alerts(works) == [("ACK_REJECTED", told)]
    assert list(states(works).values()) == ["rejected"]
    [message] = trace.trace(works.ledger, "SHP-1").messages
    [document] = message.documents
    [delivery] = document.deliveries
    assert (delivery.state, delivery.acknowledgement.state) == ("delivered", "rejected")
    assert (delivery.acknowledgement.interchange, delivery.acknowledgement.detail) == (1, words)
    tracing.print_trace(trace.trace(works.ledger, "SHP-1"))
    assert "acknowledgement of interchange 1: rejected" in capsys.readouterr().out
    seen = status.look(works.ledger, works.bridge.settings)
    assert [(one.code, one.text) for one in seen.alerts][:1] == alerts(works)


def test_what_is_not_acknowledged_in_time_is_one_alert_each_and_a_late_answer_closes_it(
    works, tmp_path, capsys
):
    ship(works, 1, 2)
    assert later(works, seconds=WITHIN - 60) == 0
    seen = status.look(works.ledger, works.bridge.settings)
    assert (seen.awaited, seen.overdue) == (2, 0)
    assert (later(works), later(works)) == (2, 0)
    assert {code for code, _ in alerts(works)} == {"ACK_OVERDUE"}
    assert all("as interchange" in told for _, told in alerts(works))
    assert len(alerts(works)) == 2
    seen = status.look(works.ledger, works.bridge.settings)
    assert (seen.awaited, seen.overdue) == (0, 2)
    operations._print(seen)
    said = capsys.readouterr().out
    assert "0 awaited, 2 overdue" in said
    assert "ACK_OVERDUE" in said
    answer(works, tmp_path, 1)
    assert [code for code, _ in alerts(works, "closed")] == ["ACK_OVERDUE"]
    assert "SHP-2" in alerts(works)[0][1]
    assert sorted(states(works).values()) == ["accepted", "overdue"]
    answer(works, tmp_path, 2, "R", control=901)
    assert [code for code, _ in alerts(works)] == ["ACK_REJECTED"]
    assert later(works) == 0


def test_the_schedule_looks_for_what_is_overdue(works, monkeypatch):
    ship(works, 1)
    monkeypatch.setattr("bridge.clock._offset", timedelta(seconds=WITHIN + 1))
    with works.ledger.write() as connection:
        connection.execute(text("update schedule set due_at = 0 where name = 'acknowledgements'"))
        connection.execute(
            text("update schedule set due_at = due_at + 1000000000 where name <> 'acknowledgements'")
        )
    assert works.bridge.tick("beat") == 1
    assert [code for code, _ in alerts(works)] == ["ACK_OVERDUE"]


@pytest.mark.parametrize(
    ("uci", "more", "state"),
    [
        ("8", "", "awaited"),
        ("7", "UCM+1+DESADV:D:96A:UN+7'", "accepted"),
        ("7", "UCM+1+DESADV:D:96A:UN+4+18'UCS+6+12'UCD+12+2:1'", "rejected"),
        ("7", "UCM+1+DESADV:D:96A:UN+4+18'UCM+2+DESADV:D:96A:UN+7'", "partly_accepted"),
        ("4+23", "", "rejected"),
    ],
)
def test_a_contrl_is_matched_by_the_interchange_that_it_names(works, reopened, tmp_path, uci, more, state):
    path = tmp_path / "company/partners/keeper/partner.yaml"
    partner = yaml.safe_load(path.read_text())
    partner["sources"]["edi"] = {"door": "folder", "format": "edifact", "settings": {"path": "edi"}}
    path.write_text(yaml.safe_dump(partner))
    out = {
        "folder": str(tmp_path / "out"), "encoder": "edifact",
        "edifact": {"sender": "SMALL:14", "receiver": "KEEPER:14"},
    }  # fmt: skip
    write_endpoint(tmp_path, acknowledged_within=WITHIN, settings=out)
    again = reopened(works, tmp_path)
    ship(again, 1)
    assert [row.interchange for row in again.rows(t.interchange)] == [1]
    assert again.letters() == []
    count = 3 + more.count("'")
    text = (
        "UNB+UNOC:3+KEEPER:14+SMALL:14+261102:1900+77'UNH+1+CONTRL:D:3:UN'"
        f"UCI+1+SMALL:14+KEEPER:14+{uci}'{more}UNT+{count}+1'UNZ+1+77'"
    )
    again.take_in(Content("edi", name="contrl.edi", body=text.encode()))
    assert again.letters() == []
    assert list(states(again).values()) == [state]
    codes = [code for code, _ in alerts(again)]
    assert codes == (["ACK_REJECTED"] if state in ("partly_accepted", "rejected") else [])
    if "UCD" in more:
        assert "DESADV 1 4 code 18; segment 6 code 12, element 2-1 code 12" in alerts(again)[0][1]


def test_the_first_verdict_stands(works, tmp_path):
    ship(works, 1)
    answer(works, tmp_path, 1)
    [before] = works.rows(t.acknowledgement)
    answer(works, tmp_path, 1, "R", control=901)
    answer(works, tmp_path, 1, "R", control=902, level="001")
    assert works.rows(t.acknowledgement) == [before]
    assert alerts(works) == []


def test_a_ta1_says_that_it_came_and_the_verdict_is_still_awaited(works, tmp_path):
    ship(works, 1, 2)
    first, second = sorted(states(works))
    answer(works, tmp_path, 1, level="000")
    [row] = works.rows(t.acknowledgement, t.acknowledgement.c.delivery_id == first)
    assert (row.state, row.acknowledged_at) == ("awaited", None)
    assert row.received_at is not None
    answer(works, tmp_path, 2, "R", control=901, level="006")
    assert states(works) == {first: "awaited", second: "rejected"}
    assert [code for code, _ in alerts(works)] == ["ACK_REJECTED"]
    answer(works, tmp_path, 1, control=902)
    assert states(works)[first] == "accepted"


@pytest.mark.parametrize("number", [7, HIGHEST - BEFORE])
def test_an_answer_to_nothing_is_an_alert(works, tmp_path, number):
    ship(works, 1)
    answer(works, tmp_path, number)
    [(code, told)] = alerts(works)
    assert code == "ACK_UNKNOWN"
    assert f"nothing that we sent to keeper has the number of its group {number + BEFORE}" in told
    assert list(states(works).values()) == ["awaited"]


def test_the_same_number_to_another_partner_is_not_meant(works, reopened, tmp_path):
    write_endpoint(tmp_path, control_series="dc1")
    again = reopened(works, tmp_path)
    ship(again, 1)
    assert [(row.series, row.group) for row in again.rows(t.interchange)] == [("dc1", 1)]
    answer(again, tmp_path, 1 - BEFORE)
    assert states(again) == {}
    assert [code for code, _ in alerts(again)] == ["ACK_UNKNOWN"]


def test_an_answer_counts_where_none_was_agreed_and_the_newest_of_a_number_is_meant(
    works, reopened, tmp_path
):
    write_endpoint(tmp_path)
    again = reopened(works, tmp_path)
    ship(again, 1)
    begin_numbers(again)
    ship(again, 2)
    assert states(again) == {}
    answer(again, tmp_path, 1)
    newest = max(row.id for row in again.rows(t.delivery))
    assert states(again) == {newest: "accepted"}


def test_an_answer_may_be_faster_than_our_own_note(works, tmp_path):
    ship(works, 1)
    with works.ledger.write() as connection:
        connection.execute(t.acknowledgement.delete())
    [delivery] = works.rows(t.delivery)
    answer(works, tmp_path, 1, level="000")
    assert states(works) == {delivery.id: "received"}
    due_at = clock.now() + timedelta(hours=1)
    for expected in ("awaited", "accepted"):
        with works.ledger.write() as connection:
            acknowledgements.expect(connection, [delivery.id], due_at=due_at)
        assert states(works) == {delivery.id: expected}
        answer(works, tmp_path, 1, control=901)


def test_it_is_found_by_index_however_much_was_sent(works):
    ship(works, 1)
    later_on = "select delivery_id from acknowledgement where state = 'awaited' and due_at <= 5"
    by_number = "select delivery_id from interchange where series = 'keeper' and \"group\" = 5"
    with works.ledger.read() as connection:
        if works.ledger.is_sqlite:
            plans = [
                " ".join(str(row) for row in connection.execute(text(f"explain query plan {query}")))
                for query in (later_on, by_number)
            ]
        else:
            connection.execute(text("set local enable_seqscan = off"))
            plans = [
                " ".join(str(row) for row in connection.execute(text(f"explain {query}")))
                for query in (later_on, by_number)
            ]
    assert "ix_acknowledgement_awaited" in plans[0]
    assert "ix_interchange_group" in plans[1]


@pytest.mark.parametrize("series", [None, "nobody"])
def test_who_is_to_answer_in_time_must_have_a_series_of_its_own(tmp_path, series):
    effects.write_company(tmp_path / "company")
    write_endpoint(tmp_path, acknowledged_within=WITHIN, control_series=series)
    with pytest.raises(CompanyInvalid, match="acknowledged_within needs a control_series"):
        company.open_small(tmp_path, f"sqlite:///{tmp_path}/ledger.db")
