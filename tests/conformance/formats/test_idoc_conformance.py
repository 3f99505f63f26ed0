"""What every format must hold, shown for IDocs; files are made as they are read."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from tests.idocs import NOW, delivery, flat, goods, idoc_element
from transforms.errors import Problem, TransformError
from transforms.formats import idoc
from transforms.reading import Context, Drafted, PartClosed

SAMPLES = Path(idoc.__file__).parent / "samples"
ALL = sorted(path for path in SAMPLES.iterdir() if path.suffix != ".json")
CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"
LINES = 20


class Stream(io.RawIOBase):
    """Bytes that are made as they are read, so that only the reader can hold them."""

    def __init__(self, chunks):
        self.chunks, self.rest = chunks, b""

    def read(self, size=-1):
        while len(self.rest) < size and (chunk := next(self.chunks, None)) is not None:
            self.rest += chunk
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


def shipment(number):
    lines = [goods(f"{n * 10:06}", f"{n}.000", CHARG=f"L{n:05}") for n in range(1, LINES + 1)]
    return delivery(*lines, docnum=f"{number:016}")


def shipments(spelling, count):
    """A file of many IDocs; only numbers differ, so that making it costs little."""
    if spelling == "flat":
        pattern = flat(*shipment(4711)).encode()
    else:
        pattern = idoc_element(*shipment(4711)).encode() + b"\n"
        yield b"<DELVRY03>\n"
    for number in range(count):
        yield pattern.replace(b"0000000000004711", b"%016d" % number)
    if spelling == "xml":
        yield b"</DELVRY03>\n"


def read(source, **options):
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    return idoc.read(source, Context("nb", "sap", "sap", "file/sap/1", NOW, options=options))


def lines_of(events):
    return sum(len(event.document.lines) for event in events if isinstance(event, Drafted))


@pytest.mark.parametrize("spelling", ["flat", "xml"])
def test_totals_documents_and_keys_are_those_of_the_file(spelling):
    events = list(read(Stream(shipments(spelling, 200))))
    drafts = [event for event in events if isinstance(event, Drafted)]
    assert [event for event in events if isinstance(event, Problem)] == []
    assert len({draft.key for draft in drafts}) == 200
    assert sum(line.quantity for draft in drafts for line in draft.document.lines) == 200 * sum(
        range(LINES + 1)
    )


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
@pytest.mark.parametrize("drip", [1, 7, 97])
def test_the_same_bytes_give_the_same_events_however_they_arrive(sample, drip):
    class Drip(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, drip))

    data = sample.read_bytes()
    assert list(read(Drip(data))) == list(read(data))


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.name)
def test_every_problem_has_a_place_and_every_fragment_reads_by_itself(sample):
    data = sample.read_bytes()
    for wrong, right in (
        (b"6.000", b"6,000"),
        (b"0000000000004711", b"0000000000004x11"),
        (b"SAPERP", b"      "),
    ):
        for problem in read(data.replace(wrong, right, 1)):
            if isinstance(problem, Problem):
                assert problem.location.path or problem.location.offset is not None
                if problem.fragment is not None:
                    again = [event for event in read(problem.fragment) if isinstance(event, Problem)]
                    assert [(one.code, one.text) for one in again] == [(problem.code, problem.text)]


@pytest.mark.parametrize("spelling", ["flat", "xml"])
def test_an_idoc_without_end_costs_no_memory_of_its_size(spelling):
    def chunks():
        yield from list(shipments(spelling, 2))[: 2 if spelling == "flat" else 3]
        yield b"<IDOC BEGIN='1'>" if spelling == "xml" else b""
        for _ in range(100):
            yield b"x" * (1 << 20)

    events = list(read(Stream(chunks())))
    accepted = {event.part for event in events if isinstance(event, PartClosed) and event.accepted}
    assert len(accepted) == (1 if spelling == "flat" else 2)  # what follows a flat IDoc belongs to it
    assert any(isinstance(event, Problem) for event in events)


MEASURE = """
import resource, sys
from tests.conformance.formats import test_idoc_conformance as test
count = test.lines_of(test.read(test.Stream(test.shipments(sys.argv[1], int(sys.argv[2])))))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize(("spelling", "small"), [("flat", 70), ("xml", 400)])
def test_a_file_ten_times_as_large_takes_the_same_memory(spelling, small):
    """About 2 MB and 20 MB."""
    peaks = []
    for count in (small, small * 10):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, spelling, str(count)],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        lines, peak = map(int, done.stdout.split())
        assert lines == count * LINES
        peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.1 + 4096


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of found files is not beside the project")
def test_found_files_give_only_typed_errors():
    with (CORPUS / "INDEX.tsv").open() as index:
        names = [row["file"] for row in csv.DictReader(index, delimiter="\t") if row["standard"] == "IDOC"]
    assert names
    for name in names:
        with (CORPUS / name).open("rb") as file:
            try:
                events = list(read(file))
            except TransformError:
                continue
        assert all(event.location for event in events if isinstance(event, Problem))
        assert events
