"""Bad input through accept and the runner: a letter with a code and a place, the bytes kept, neighbours through."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bridge.ingress.contract import Content
from bridge.store import raw
from bridge.store import tables as t
from tests import company, effects
from tests.effects import COLUMNS, Works

pytestmark = pytest.mark.integration


@pytest.fixture
def works(tmp_path: Path, ledger_url: str):
    opened = effects.open_works(tmp_path, ledger_url)
    yield opened
    opened.close()


def kept(works: Works) -> set[bytes]:
    found = set()
    for row in works.rows(t.message):
        with raw.open_raw(works.ledger, works.bridge.settings.raw_store, row.id) as file:
            found.add(file.read())
    return found


def body(**fields: object) -> bytes:
    return company.event("dc1-a", "bad", **fields).body


def with_quantity(text: str) -> bytes:
    return body(qty=12_345_678).replace(b"12345678", text.encode())


JSON = {
    "unknown item": (body(sku="NEVER-HEARD-OF"), "XREF_ITEM_UNKNOWN"),
    "unknown site": (body(warehouse="DC77"), "XREF_LOCATION_UNKNOWN"),
    "unknown unit": (body(uom="BUSHEL"), "UOM_UNKNOWN"),
    "a letter in a number": (with_quantity('"1O"'), "VALUE_NOT_NUMERIC"),
    "half a piece": (with_quantity("0.5"), "UOM_FRACTIONAL"),
    "no number at all": (with_quantity("null"), "SYN_ELEMENT"),
    "unknown type": (body(event_type="inventory.eaten"), "DOC_UNSUPPORTED"),
    "a date that is none": (body(occurred_at="2026-02-30T10:00:00Z"), "VALUE_DATE"),
    "NaN": (with_quantity("NaN"), "ENV_UNREADABLE"),
    "infinity": (with_quantity("-Infinity"), "ENV_UNREADABLE"),
    "a name twice": (body()[:-1] + b',"qty":2}', "ENV_UNREADABLE"),
    "depth 100,000": (b"[" * 100_000, "ENV_UNREADABLE"),
    "a 5,000-digit number": (with_quantity("9" * 5_000), "VALUE_RANGE"),
    "a huge exponent": (with_quantity("1e999999999"), "VALUE_RANGE"),
    "invalid UTF-8": (body().replace(b"SKU-1", b"SKU-\xff"), "ENV_UNREADABLE"),
    "NUL": (body(sku="SKU-\0"), "ENV_UNREADABLE"),
    "half a surrogate": (body().replace(b"SKU-1", b"SKU-\\ud800"), "ENV_UNREADABLE"),
    "nothing": (b"", "ENV_UNREADABLE"),
    "cut short": (body()[:-9], "ENV_UNREADABLE"),
    "unclosed quote": (body().replace(b'"SKU-1"', b'"SKU-1'), "ENV_UNREADABLE"),
    "not an object": (b"7", "DOC_UNSUPPORTED"),
}


def test_bad_json_is_told_apart_and_its_neighbours_go_through(works):
    """All of it at once, a good event between every two."""
    contents = []
    for n, (name, (bad, _)) in enumerate(JSON.items()):
        contents.append(Content("dc1-a", key=f"bad/{name}", body=bad))
        contents.append(company.event("dc1-a", f"good-{n}", sku=f"SKU-{n % 9 + 10}"))
    works.bridge.accept_all(contents)
    works.work()
    names = {row.id: row.key.rpartition("/")[2] for row in works.rows(t.message)}
    found = {names[letter.message_id]: letter for letter in works.letters()}
    assert {name: letter.code for name, letter in found.items()} == {
        name: code for name, (_, code) in JSON.items()
    }
    assert [name for name, letter in found.items() if not letter.location] == []
    assert len(works.letters()) == len(JSON)
    assert set(works.erp.numbers) == {f"good-{n}" for n in range(len(JSON))}
    assert {bad for bad, _ in JSON.values()} <= kept(works)
    assert works.rows(t.lane, t.lane.c.holder.is_not(None)) == []


GOOD = "c0,DC1,SKU-1,,1,EA,2026-11-02T09:30:00Z"
ROWS = {
    "unknown item": ("c1,DC1,,NEVER,1,EA,2026-11-02T09:30:00Z", "XREF_ITEM_UNKNOWN"),
    "unknown unit": ("c1,DC1,SKU-1,,1,BUSHEL,2026-11-02T09:30:00Z", "UOM_UNKNOWN"),
    "a letter in a number": ("c1,DC1,SKU-1,,1O,EA,2026-11-02T09:30:00Z", "VALUE_NOT_NUMERIC"),
    "NaN": ("c1,DC1,SKU-1,,NaN,EA,2026-11-02T09:30:00Z", "VALUE_NOT_NUMERIC"),
    "a 1,900-digit number": (f"c1,DC1,SKU-1,,{'9' * 1_900},EA,2026-11-02T09:30:00Z", "VALUE_NOT_NUMERIC"),
    "a value without end": (f"c1,DC1,SKU-1,,{'9' * 5_000},EA,2026-11-02T09:30:00Z", "SYN_ROW"),
    "short": ("c1,DC1,SKU-1", "SYN_ROW"),
    "long": (f"{GOOD},more", "SYN_ROW"),
    "unclosed quote": ('c1,DC1,"SKU-1,,1,EA,2026-11-02T09:30:00Z', "SYN_ROW"),
    "NUL": ("c1,DC1,SKU-\0,,1,EA,2026-11-02T09:30:00Z", "SYN_ROW"),
    "invalid UTF-8": ("c1,DC1,SKU-\udcff,,1,EA,2026-11-02T09:30:00Z", "SYN_ROW"),
    "no key": (",DC1,SKU-1,,1,EA,2026-11-02T09:30:00Z", "SYN_ELEMENT"),
}


def test_bad_rows_are_told_apart_and_their_neighbours_go_through(works):
    contents = []
    for n, (row, _) in enumerate(ROWS.values()):
        lines = [
            COLUMNS,
            f"g{n}a,DC1,SKU-2,,1,EA,2026-11-02T09:30:00Z",
            row,
            f"g{n}b,DC1,SKU-3,,1,EA,2026-11-02T09:30:00Z",
        ]
        text = "\n".join(lines) + "\n"
        contents.append(Content("counts", name=f"{n}.csv", body=text.encode(errors="surrogateescape")))
    works.bridge.accept_all(contents)
    works.work()
    names = dict(zip([row.id for row in works.rows(t.message)], ROWS, strict=True))
    found = {names[letter.message_id]: letter for letter in works.letters()}
    assert {name: letter.code for name, letter in found.items()} == {
        name: code for name, (_, code) in ROWS.items()
    }
    assert [name for name, letter in found.items() if not letter.location] == []
    assert len(works.letters()) == len(ROWS)
    effects_of = {row.effect_key for row in works.rows(t.movement)}
    assert effects_of == {f"counts/g{n}{side}" for n in range(len(ROWS)) for side in "ab"}
    assert {content.body for content in contents} <= kept(works)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "ENV_UNREADABLE"),
        (b"\xff\xfei\x00d\x00", "ENV_UNREADABLE"),
        (b"one,two\n1,2\n", "ENV_UNREADABLE"),
        (COLUMNS.encode() + b",id\n", "ENV_UNREADABLE"),
    ],
    ids=["nothing", "UTF-16", "another file", "a column twice"],
)
def test_a_file_that_is_not_what_it_should_be_is_a_letter_of_the_message(works, data, code):
    works.take_in(Content("counts", name="bad.csv", body=data), effects.counts("c1"))
    (letter,) = works.letters()
    assert (letter.subject, letter.code) == ("message", code)
    assert letter.location
    assert works.count(t.movement) == 1
    assert data in kept(works)


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"ISA*00*short~", b"ISA" + b"*" * 500, b"\xff" * 200], ids=str
)
def test_an_interchange_that_is_none_is_a_letter_of_the_message(works, data):
    works.take_in(Content("stock", name="bad.x12", body=data), company.event("dc1-a", "n1"))
    (letter,) = works.letters()
    assert (letter.subject, letter.code) == ("message", "ENV_UNREADABLE")
    assert letter.location is not None
    assert works.erp.numbers == ["n1"]
    assert json.dumps(letter.location)
    assert data in kept(works)


@pytest.mark.parametrize("field", ["sku", "event_id", "warehouse", "vendor_code"])
def test_a_text_too_long_for_any_index_is_a_letter_and_stops_no_lane(works, field):
    """Not a run of one letter: such a text would be compressed into an index."""
    text = "".join(str(hash((field, n))) for n in range(1_500))
    works.take_in(Content("dc1-a", key="bad/long", body=body(**{field: text})), company.event("dc1-a", "n1"))
    (letter,) = works.letters()
    assert (letter.code, letter.subject) == ("SYN_ELEMENT", "part")
    assert works.erp.numbers == ["n1"]


def test_what_no_waiting_mends_in_the_database_is_a_letter_and_stops_no_lane(works, monkeypatch):
    """Where something too long gets past the check, PostgreSQL refuses it; SQLite takes it."""
    monkeypatch.setattr("bridge.pipeline.translate._OVERLONG", re.compile("(?!)"))
    text = "".join(str(hash(("event_id", n))) for n in range(1_500))
    works.take_in(Content("dc1-a", key="bad/long", body=body(event_id=text)), company.event("dc1-a", "n1"))
    codes = [letter.code for letter in works.letters()]
    assert codes == ([] if works.ledger.is_sqlite else ["INT_BUG"])
    assert works.erp.numbers[-1] == "n1"
