"""What every format must hold, shown for delimited files; layouts as a partner's data would have them."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from transforms import errors
from transforms.formats import csv
from transforms.reading import MAX_LINES, Context, Drafted, PartClosed

LAYOUT = yaml.safe_load("""
type: crossdock.inventory.snapshot.v1
mode: snapshot_partial
group: [site]
header:
  site: {"92": site}
  occurred_at: counted_at
line:
  item: {SK: sku}
  lot: lot
  location: bin
  unit: uom
  quantity: on_hand
  committed: allocated
  stock_status: {from: status, codes: {A: available, H: quality_hold, Q: blocked}}
  as_of: {from: counted_at, as: time}
""")
ALIAS = {"CS": "XCS", "PL": "XPX", "BX": "XBX"}
HEADER = b"site,sku,lot,bin,uom,on_hand,allocated,status,counted_at\r\n"
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def row(number, on_hand=None):
    return b"DC%d,SKU-%06d,L%06d,A-%02d-1,%s,%s,%d,A,2026-05-%02dT06:00:00Z\r\n" % (
        number % 4 + 1,
        number % 20000,
        number,
        number % 60,
        [b"EA", b"CS", b"PL", b"BX"][number % 4],
        on_hand or b"%d" % (number % 5000),
        number % 400,
        number % 28 + 1,
    )


def read(source):
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    return csv.read(source, Context("nb", "wms", "wms", "file/wms/abc", NOW, "stock.csv", LAYOUT, ALIAS))


class Stream(io.RawIOBase):
    """Bytes that are made as they are read, so that only the reader can hold them."""

    def __init__(self, chunks):
        self.chunks = chunks
        self.rest = b""

    def read(self, size=-1):
        while len(self.rest) < size and (chunk := next(self.chunks, None)) is not None:
            self.rest += chunk
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


def rows(count):
    yield HEADER
    for start in range(0, count, 1000):
        yield b"".join(map(row, range(start, min(start + 1000, count))))


def test_totals_documents_and_keys_are_those_of_the_file():
    bad = {500, 1777, 3999}
    data = HEADER + b"".join(row(number, b"n/a" if number in bad else None) for number in range(4000))
    events = list(read(data))
    drafts = [event for event in events if isinstance(event, Drafted)]
    lines = [line for draft in drafts for line in draft.document.lines]
    good = [number for number in range(4000) if number not in bad]
    assert len(lines) == len(good)
    assert sum(line.quantity - line.committed for line in lines) == sum(n % 5000 - n % 400 for n in good)
    assert [len(draft.document.lines) <= MAX_LINES for draft in drafts] == [True] * len(drafts)
    assert len({draft.key for draft in drafts}) == len(drafts) == 8
    problems = [event for event in events if isinstance(event, errors.Problem)]
    assert [(one.location.line, one.location.field, one.value) for one in problems] == [
        (number + 2, "on_hand", "n/a") for number in sorted(bad)
    ]
    [line] = [line for line in lines if line.lot == "L000001"]
    assert (line.unit, line.source_unit, line.quantity, line.as_of) == (
        "XCS",
        "CS",
        Decimal(1),
        "2026-05-02T06:00:00Z",
    )


def test_the_same_bytes_give_the_same_events_however_they_arrive():
    data = HEADER + b"".join(map(row, range(700)))

    class Drip(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 97))

    assert [repr(event) for event in read(data)] == [repr(event) for event in read(data)]
    whole, dripped = (
        [e.document for e in read(source) if isinstance(e, Drafted)] for source in (data, Drip(data))
    )
    assert [document.lines for document in whole] == [document.lines for document in dripped]


@pytest.mark.parametrize("cut", [1, 5, 30, 58, 59])
def test_a_truncated_file_costs_only_its_last_row(cut):
    data = HEADER + b"".join(map(row, range(100)))
    events = list(read(data[:-cut]))
    lines = sum(len(event.document.lines) for event in events if isinstance(event, Drafted))
    problems = [event for event in events if isinstance(event, errors.Problem)]
    assert lines + len(problems) == 100
    assert lines >= 99
    assert all(problem.location.line == 101 for problem in problems)


def test_every_problem_has_a_place_and_every_fragment_reads_by_itself():
    data = HEADER + row(1) + b"\xff,\n" + row(2, b"x") + b'"a\n' + b"a,b\n" + b"\0\n" + row(3) + b"\n"
    events = list(read(data))
    problems = [event for event in events if isinstance(event, errors.Problem)]
    assert [problem.location.line for problem in sorted(problems, key=lambda one: one.location.line)] == [
        3,
        4,
        5,
        6,
        7,
    ]
    for problem in problems:
        if problem.fragment is not None:
            [again] = [event for event in read(problem.fragment) if isinstance(event, errors.Problem)]
            assert (again.code, again.text) == (problem.code, problem.text)
    accepted = [event for event in events if isinstance(event, PartClosed)]
    assert all(part.accepted for part in accepted)


def test_a_line_of_200_megabytes_is_skipped_with_its_place():
    def chunks():
        yield HEADER + row(1)
        for _ in range(200):
            yield b"x" * (1 << 20)
        yield b"\n" + row(2)

    events = list(read(Stream(chunks())))
    [problem] = [event for event in events if isinstance(event, errors.Problem)]
    assert (problem.code, problem.location.line) == ("SYN_ROW", 3)
    assert problem.location.offset == len(HEADER + row(1))
    lines = [line for event in events if isinstance(event, Drafted) for line in event.document.lines]
    assert [(line.lot, line.line) for line in lines] == [("L000001", "2"), ("L000002", "4")]


MEASURE = """
import resource, sys
from tests.conformance.formats import test_csv_conformance as test
count = sum(len(event.document.lines) for event in test.read(test.Stream(test.rows(int(sys.argv[1]))))
            if isinstance(event, test.Drafted))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_file_ten_times_as_large_takes_the_same_memory():
    peaks = []
    for count in (33_000, 330_000):  # about 2 MB and 20 MB
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(count)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[3],
        )
        lines, peak = map(int, done.stdout.split())
        assert lines == count
        peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.1 + 2048
