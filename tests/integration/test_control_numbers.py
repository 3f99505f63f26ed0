"""Control numbers have neither gaps nor repeats, whoever takes them and whatever fails."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from bridge import dead_letter_detail, replay
from bridge.connectors.contract import Receipt
from bridge.errors import DestinationRejected
from bridge.ingress.contract import Content
from bridge.outlets import Outlets
from bridge.store import control_numbers
from bridge.store import tables as t
from bridge.store.control_numbers import HIGHEST, Numbers
from tests import company, effects

pytestmark = pytest.mark.integration


class GivenUp(Exception):
    pass


def give_up():
    raise GivenUp


def taken(ledger, series="acme", kind="interchange", count=1):
    with ledger.write() as connection:
        return control_numbers.take(connection, series, kind, count)


def test_eight_threads_leave_no_gap_and_no_repeat_although_some_give_up(ledger):
    def work(worker):
        found = []
        for turn in range(25):
            try:
                with ledger.write() as connection:
                    numbers = control_numbers.take(connection, "acme", "interchange", 1 + turn % 3)
                    if (worker + turn) % 5 == 0:
                        give_up()
                    found += numbers
            except GivenUp:
                continue
        return found

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(number for found in pool.map(work, range(8)) for number in found)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 200


def test_behind_the_highest_comes_one_again(ledger):
    taken(ledger)
    with ledger.write() as connection:
        connection.execute(t.control_number.update().values(last=HIGHEST - 2))
    assert taken(ledger, count=4) == [HIGHEST - 1, HIGHEST, 1, 2]
    assert taken(ledger) == [3]


def test_partners_and_kinds_have_series_of_their_own(ledger):
    assert [taken(ledger, "acme"), taken(ledger, "acme", "set"), taken(ledger, "other")] == [[1], [1], [1]]
    assert taken(ledger, "acme") == [2]


# -- from the document to the file


def interchange(control, groups=1):
    head = (
        f"ISA*00*{'':10}*00*{'':10}*ZZ*{'KEEPER':15}*ZZ*{'SMALL':15}*261102*1800*U*00401*{control:09d}*0*P*>~"
    )
    body = "".join(
        f"GS*IB*KEEPER*SMALL*20261102*1800*{control}{n}*X*004010~ST*846*0001~BIA*00*DD*I-{control}-{n}*20261102~"
        f"N1*WH*DC1*92*DC1~LIN*1*SK*SKU-1~QTY*17*5*EA~SE*6*0001~GE*1*{control}{n}~"
        for n in range(1, groups + 1)
    )
    return Content("stock", name=f"{control}.x12", body=f"{head}{body}IEA*{groups}*{control:09d}~".encode())


@pytest.fixture
def works(tmp_path, ledger_url):
    """The small company; ``erp`` is numbered, and so are the acknowledgements that lie in ``out``."""
    folder = tmp_path / "company"
    effects.write_company(folder, control_series="erp")
    endpoints = yaml.safe_load((folder / "endpoints.yaml").read_text())
    out = {"folder": str(tmp_path / "out"), "name": "{number}.x12", "encoder": "x12-ack"}
    acks = {"connector": "file_drop", "settings": out, "control_series": "keeper", "retry": effects.RETRY}
    endpoints["endpoints"]["acks"] = acks
    (folder / "endpoints.yaml").write_text(yaml.safe_dump(endpoints))
    routes = [{"types": ["crossdock.inventory.adjusted.*"], "to": ["erp"]},
              {"types": ["crossdock.document.acknowledged.*"], "to": ["acks"]}]  # fmt: skip
    (folder / "routes.yaml").write_text(yaml.safe_dump({"routes": routes}))
    partner = folder / "partners/keeper/partner.yaml"
    partner.write_text(partner.read_text().replace("acknowledge: never", "acknowledge: always"))
    opened = effects.open_works(tmp_path, ledger_url)
    opened.runner.outlets = Mixed(opened.bridge.company, opened.endpoints)
    yield opened
    opened.close()


class Mixed(effects.Book):
    """Endpoints in memory, and real ones where there is none."""

    def __init__(self, loaded, endpoints):
        super().__init__(loaded, endpoints.__getitem__)
        self._endpoints = endpoints

    def get(self, name):
        return super().get(name) if name in self._endpoints else Outlets.get(self, name)


def written(folder: Path):
    found = {}
    for path in folder.iterdir():
        segments = [one.split("*") for one in path.read_text().replace("\n", "").split("~")]
        found[path.stem] = {
            tag: [one[at] for one in segments if one[0] == tag]
            for tag, at in (("ISA", 13), ("GS", 6), ("ST", 2))
        }
    return found


def test_each_answer_takes_the_next_numbers_of_its_partner(works, tmp_path):
    works.take_in(interchange(7), interchange(8, groups=3), interchange(9))
    assert written(tmp_path / "out") == {
        "000000007": {"ISA": ["000000001"], "GS": ["1"], "ST": ["0001"]},
        "000000008": {"ISA": ["000000002"], "GS": ["2"], "ST": ["0002", "0003", "0004"]},
        "000000009": {"ISA": ["000000003"], "GS": ["3"], "ST": ["0005"]},
    }
    assert [(one.series, one.group) for one in works.rows(t.interchange)] == [
        ("keeper", n) for n in (1, 2, 3)
    ]


def test_a_delivery_keeps_its_numbers_over_tries_and_an_edited_one_gets_new_ones(works):
    seen = []

    def answer(one, _count):
        seen.append(one.numbers)
        wrong = one.document["data"]["lines"][0]["quantity"] == "13"
        return DestinationRejected("bad luck", status=422) if wrong else Receipt(200)

    works.erp.answer = answer
    works.take_in(company.event("dc1-a", "n1", qty=13), company.event("dc1-a", "n2", sku="SKU-2"))
    (letter,) = works.letters()
    who = {"actor": "olaf", "reason": "put right"}
    replay.replay(works.ledger, [letter.public_id], **who)
    works.work()
    data = json.loads(
        dead_letter_detail.show(works.ledger, letter.public_id, raw_store=Path("none")).editable
    )
    data["lines"][0]["quantity"] = "12"
    replay.edit_and_replay(works.ledger, letter.public_id, json.dumps(data), **who)
    works.work()
    first, second, third = Numbers(1, 1, 1), Numbers(2, 2, 2), Numbers(3, 3, 3)
    assert sorted(seen[:2], key=lambda one: one.group) == [first, second]
    assert seen[2:] == [first, third]


def test_what_cannot_be_written_is_a_dead_letter_with_its_own_reason(works, tmp_path):
    folder = tmp_path / "company"
    routes = [{"types": ["crossdock.inventory.adjusted.*"], "to": ["acks"]}]
    (folder / "routes.yaml").write_text(yaml.safe_dump({"routes": routes}))
    again = effects.open_works(tmp_path, works.bridge.settings.ledger_url)
    again.runner.outlets = Outlets(again.bridge.company)
    again.take_in(company.event("dc1-a", "n1"))
    (letter,) = again.letters()
    assert (letter.code, letter.endpoint) == ("DOC_UNSUPPORTED", "acks")
    assert again.states(t.delivery) == {"dead": 1}
    again.close()
