"""Every bad input through the real doors of real processes, a good one beside each of them."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from bridge import check, dispatch
from bridge.store import raw
from bridge.store import tables as t
from tests import company, processes
from tests.conftest import ROOT
from tests.faults.bad_inputs import page
from tests.faults.bad_inputs.cases import CANARY, DROPS, HOOKS, body_of, event
from tests.faults.bad_inputs.site import Answer, Site

pytestmark = pytest.mark.integration


@dataclass
class Aftermath:
    """What there is after everything was sent and all came to rest."""

    site: Site
    answers: dict[str, Answer]
    good: dict[str, Answer]
    codes: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Codes of dead letters, by what was sent."""
    sha256: dict[str, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    pids: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    with ExitStack() as stack:
        site = Site(tmp_path_factory.mktemp("site"), stack)
        pids = {name: member.process.pid for name, member in site.fleet.members.items() if member.process}
        answers, good = {}, {}
        for name, hook in HOOKS.items():
            answers[name] = site.post(f"bad/{name}", body_of(hook, f"bad/{name}"), hook.headers, age=hook.age)
            good[name] = site.post_good(f"good-{len(good)}")
        for number, drop in enumerate(DROPS.values()):
            site.drop(drop.folder, drop.name or f"file-{number}.txt", drop.body)
        accepted = sum(one.status == 202 for one in [*answers.values(), *good.values()])
        assert site.rest(accepted + sum(drop.name is None for drop in DROPS.values()))
        yield _look(site, Aftermath(site, answers, good, pids=pids))


def _look(site: Site, found: Aftermath) -> Aftermath:
    by_sha = {hashlib.sha256(drop.body).hexdigest(): name for name, drop in DROPS.items()}
    with site.ledger.read() as connection:
        who = {}
        for row in connection.execute(select(t.message)):
            name = by_sha.get(row.sha256) or row.key.removeprefix("wh/dc1-a/bad/")
            who[row.id] = name
            found.sha256[name] = row.sha256
            with raw.open_raw(site.ledger, site.settings.raw_store, row.id) as kept:
                assert hashlib.sha256(kept.read()).hexdigest() == row.sha256, name
        for letter in connection.execute(select(t.dead_letter)):
            found.codes[who[letter.message_id]].append(letter.code)
            assert letter.location, letter.sentence
    found.numbers = site.numbers()
    return found


@pytest.mark.parametrize("name", HOOKS)
def test_a_bad_webhook_gets_a_typed_answer_and_its_bytes_are_kept(after: Aftermath, name: str) -> None:
    hook, answer = HOOKS[name], after.answers[name]
    assert answer.status == hook.status, answer.text
    assert "Traceback" not in answer.text
    if hook.status == 202:
        assert after.codes[name] == ([hook.code] if hook.code else [])
        assert after.sha256[name] == hashlib.sha256(body_of(hook, f"bad/{name}")).hexdigest()
        assert f"bad/{name}" not in after.numbers
    else:
        assert answer.code == hook.code
        assert name not in after.sha256


@pytest.mark.parametrize("name", DROPS)
def test_a_bad_file_gets_its_letters_and_what_is_good_in_it_goes_on(after: Aftermath, name: str) -> None:
    drop = DROPS[name]
    if drop.name is not None:
        error = after.site.data / "drop" / drop.folder / "error"
        reasons = [path.read_text() for path in error.glob("*.reason.txt")]
        assert drop.body in [path.read_bytes() for path in error.iterdir()]
        assert all(reason.startswith("ENV_NAME: ") for reason in reasons)
        assert name not in after.sha256
        return
    assert tuple(after.codes[name]) == drop.codes
    assert after.sha256[name] == hashlib.sha256(drop.body).hexdigest()
    effects = " ".join(after.numbers)
    with after.site.ledger.read() as connection:
        posted = " ".join(connection.execute(select(t.movement.c.effect_key)).scalars())
    assert [
        number for number in drop.good if number not in effects and f"counts/{number}" not in posted
    ] == []


def test_the_neighbours_went_through_and_every_process_lives(after: Aftermath) -> None:
    assert {one.status for one in after.good.values()} == {202}
    assert {number for number in after.numbers if number.startswith("good-")} == {
        f"good-{count}" for count in range(len(HOOKS))
    }
    running = {
        name: member.process.pid for name, member in after.site.fleet.members.items() if member.process
    }
    assert running == after.pids
    assert all(member.runs for member in after.site.fleet.members.values())


def test_the_same_again_is_a_yes_with_one_effect(after: Aftermath) -> None:
    assert after.site.post_good("good-0").status == 202
    assert after.site.rest(0)
    assert after.site.numbers().count("good-0") == 1


def test_the_same_id_with_another_body_is_a_conflict_and_somebody_is_told(after: Aftermath) -> None:
    answer = after.site.post("good-1", company.event("dc1-a", "good-1", qty=77).body or b"")
    assert (answer.status, answer.code) == (409, "DUP_CONTENT_CONFLICT")
    with after.site.ledger.read() as connection:
        alerts = connection.execute(select(t.alert.c.code)).scalars().all()
    assert "DUP_CONTENT_CONFLICT" in alerts


def test_a_bell_in_pickle_is_refused_and_the_worker_lives(after: Aftermath) -> None:
    site = after.site
    app = dispatch.celery(site.settings.broker_url, site.data)
    with app.connection_for_write() as connection:
        producer = connection.Producer(serializer="json")
        producer.publish(
            pickle.dumps(os.system), routing_key=dispatch.QUEUE_LANES, content_type="application/x-python-serialize",
            content_encoding="binary", headers={"task": dispatch.WORK, "id": "1"},
        )  # fmt: skip
    log = site.folder / "worker.log"
    assert processes.soon(lambda: "Refusing to deserialize" in log.read_text(), 20)
    assert site.post_good("after-pickle").status == 202
    assert processes.soon(lambda: "after-pickle" in site.numbers(), 20)
    assert site.fleet.members["worker"].runs


@pytest.mark.parametrize(
    ("name", "arguments"), [("crossdock.work.v0", [1]), (dispatch.WORK, [1, "more"]), (dispatch.WORK, [])]
)
def test_a_bell_of_another_version_is_passed_over_and_the_work_is_done(
    after: Aftermath, name: str, arguments: list[object]
) -> None:
    site = after.site
    app = dispatch.celery(site.settings.broker_url, site.data)
    app.send_task(name, args=arguments, queue=dispatch.QUEUE_LANES, ignore_result=True)
    number = f"after-{name}-{len(arguments)}"
    assert site.post_good(number).status == 202
    assert processes.soon(lambda: number in site.numbers(), 20)
    assert site.fleet.members["worker"].runs


def test_a_company_folder_makes_no_objects(tmp_path: Path) -> None:
    folder = company.write(tmp_path / "company", erp={"connector": "http"}, wms={"connector": "http"})
    (folder / "company.yaml").write_text("name: !!python/object/apply:os.system [touch made]\n")
    (fault,) = check.check(folder).faults
    assert "company.yaml" in str(fault)
    assert not Path("made").exists()


@pytest.mark.parametrize("word", ["NO", "012", "12:30:45"])
def test_words_that_yaml_reads_in_its_own_way_are_refused_where_a_text_is_wanted(
    tmp_path: Path, word: str
) -> None:
    folder = company.write(tmp_path / "company", erp={"connector": "http"}, wms={"connector": "http"})
    (folder / "company.yaml").write_text(f"name: {word}\n")
    (fault,) = check.check(folder).faults
    assert "name" in str(fault)


def test_a_secret_is_nowhere_but_where_it_belongs(after: Aftermath) -> None:
    """Not in a log, a Sentry event, a bell, an answer or a metric, and each of these was looked into."""
    site = after.site
    worker = site.fleet.members["worker"]
    assert worker.process is not None
    os.kill(worker.process.pid, signal.SIGTERM)  # flushes what it still has to say
    assert processes.soon(lambda: not worker.runs, 20)
    logs = {path.name: path.read_text(errors="replace") for path in site.folder.glob("*.log")}
    bells = [path.read_bytes() for path in (site.data / "broker").rglob("*.msg")]
    assert len(logs["api.log"]) > 1_000
    assert site.sentry.events
    for name, text in {**logs, **{f"event {n}": one for n, one in enumerate(site.sentry.events)}}.items():
        assert CANARY not in text, name
        assert "\x1b[31m" not in text, name
    assert not any(CANARY.encode() in bell for bell in bells)
    assert not any(CANARY in text for text in site.answers)


def test_every_case_has_a_row_and_every_row_a_case_a_test_or_a_reason() -> None:
    rows = page.rows()
    assert [one.row for one in rows] == list(range(1, 81))
    named = {case for one in rows for case in one.cases}
    assert named == {*HOOKS, *DROPS}
    for one in rows:
        assert bool(one.waits_for) != bool(one.cases or one.tests), one
        for test in one.tests:
            path, name = test.split("::")
            assert f"def {name}(" in Path(ROOT, path).read_text(), test


def test_the_page_says_what_the_table_says() -> None:
    assert (ROOT / "docs" / "reference" / "bad-inputs.md").read_text(encoding="utf-8") == page.page()


def test_a_table_is_plain_data() -> None:
    assert yaml.safe_load(page.TABLE.read_text())
    assert event()
