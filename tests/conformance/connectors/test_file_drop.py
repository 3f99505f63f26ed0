"""The file_drop connector: names, whole files, two documents of one name, and acknowledgements."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from bridge.connectors import file_drop
from bridge.connectors.contract import Outgoing, Receipt
from bridge.errors import DestinationRejected, DestinationUnavailable
from bridge.store.control_numbers import Numbers
from tests.conformance.connectors import endpoints
from tests.conformance.connectors.endpoints import World, outgoing
from transforms.errors import Unwritable


@pytest.fixture
def world(tmp_path: Path) -> World:
    return endpoints.file_drop_world(tmp_path / "out")


def folder(world: World) -> Path:
    return Path(world.settings["folder"])


def test_the_file_is_named_from_the_document_and_nothing_else_lies_beside_it(world):
    (receipt,) = world.deliver(outgoing("n1"), name="{type}-{number}.json")
    assert receipt == Receipt(reference="crossdock.inventory.adjusted.v1-n1.json")
    (path,) = folder(world).iterdir()
    assert orjson.loads(path.read_bytes()) == outgoing("n1").document
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    "number",
    ["../../evil", "/etc/passwd", "a/b", "..", ".hidden", "a\0b", "a\nb", "..\\..\\w", "%2e%2e", "a;rm", "ü", "",
     "x" * 300, "ok\n"],
)  # fmt: skip
def test_a_name_that_is_no_plain_name_is_refused(world, number):
    (result,) = world.deliver(outgoing(number), name="{number}")
    assert isinstance(result, DestinationRejected)
    assert not folder(world).exists()


def test_a_value_that_x12_cannot_carry_is_said_by_type_and_nothing_is_written(world):
    profile = {"sender": "ZZ:US", "receiver": "ZZ:THEM"}
    line = {"line": "1", "item": {"SK": "A*1"}, "quantity": "1", "unit": "EA"}
    document = {
        "id": "d-1", "type": "crossdock.fulfilment.requested.v1", "time": "2026-11-02T09:30:00Z",
        "data": {"number": "SO-1", "occurred_at": "2026-11-02T09:30:00Z", "lines": [line]},
    }  # fmt: skip
    one = Outgoing("out/d-1/wh", document, Numbers(41, 42, 43))
    (result,) = world.deliver(one, encoder="x12-940", x12=profile, name="{number}.x12")
    assert isinstance(result, Unwritable)
    assert result.value == "A*1"
    assert not folder(world).exists()
    other = {**profile, "element": "|"}
    (result,) = world.deliver(one, encoder="x12-940", x12=other, name="{number}.x12")
    text = (folder(world) / "SO-1.x12").read_text()
    assert result == Receipt(reference="SO-1.x12")
    assert "|000000041|" in text
    assert "GE|1|42~" in text
    assert "ST|940|0043~" in text


def test_other_content_under_the_same_name_gets_a_name_of_its_own_and_keeps_it(world):
    one, other = outgoing("n1"), Outgoing("out/other/erp", outgoing("n1", note="other").document)
    names = [world.deliver(each, name="{number}.json")[0].reference for each in (one, other, other, one)]
    # the first is written last again: its content lies there under its name
    assert names[0] == "n1.json"
    assert names[1] == names[2] != "n1.json"
    assert names[3] == names[0]
    assert len(list(folder(world).iterdir())) == 2


def test_documents_of_one_name_at_the_same_time_lose_nothing(world):
    connector = file_drop.connect(file_drop.Settings(folder=folder(world), name="same.json"), None)
    start = threading.Barrier(8)

    def write(number: int) -> object:
        start.wait()
        return connector._write(outgoing(f"n{number}"))

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(write, range(8)))
    assert {type(one) for one in found} == {Receipt}
    assert sorted(world.effects()) == [f"n{number}" for number in range(8)]


def test_a_folder_that_cannot_be_written_to_is_tried_again(world):
    folder(world).write_text("a file stands where the folder should be")
    (result,) = world.deliver(outgoing("n1"))
    assert isinstance(result, DestinationUnavailable)


@pytest.mark.parametrize("name", ["{id.__class__}", "{id[0]}", "{}", "{0}"])
def test_a_template_reads_fields_and_nothing_behind_them(world, name):
    with pytest.raises(ValueError, match="not a field"):
        file_drop.Settings(folder=folder(world), name=name)


def test_a_template_with_a_field_that_is_not_there_says_so(world):
    (result,) = world.deliver(outgoing("n1"), name="{nothing}.json")
    assert isinstance(result, DestinationRejected)
    assert "nothing" in result.text
