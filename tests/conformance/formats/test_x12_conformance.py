"""What every format must hold, shown for X12; files are made as they are read."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transforms.errors import Problem, TransformError, Unreadable
from transforms.formats import x12
from transforms.reading import MAX_LINES, Context, Drafted, PartClosed

NOW = datetime(2026, 11, 2, tzinfo=UTC)
SAMPLES = Path(x12.__file__).parent / "samples"
CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"
HEAD = (
    f"ISA*00*{'':10}*00*{'':10}*ZZ*{'KEEPER':15}*ZZ*{'NORTHBAY':15}*261102*1800*U*00401*000000905*0*P*>~\n"
    "GS*IB*KEEPER*NORTHBAY*20261102*1800*1*X*004010~\n"
)
UNITS = ["EA", "CA", "BX", "PL"]


class Stream(io.RawIOBase):
    """Bytes that are made as they are read, so that only the reader can hold them."""

    def __init__(self, chunks):
        self.chunks, self.rest = chunks, b""

    def read(self, size=-1):
        while len(self.rest) < size and (chunk := next(self.chunks, None)) is not None:
            self.rest += chunk
        given, self.rest = self.rest[:size], self.rest[size:]
        return given


def stock(sets, lines):
    """An interchange of stock reports."""
    yield HEAD.encode()
    for number in range(1, sets + 1):
        yield f"ST*846*{number:04d}~\nBIA*00*SI*1-{number}*20261102~\nN1*WH*DC1*92*DC1~\n".encode()
        for start in range(1, lines + 1, 100):
            yield "".join(
                f"LIN*{n}*SK*SKU-{n:06d}*UP*{n:012d}~\nREF*LT*L{n:06d}~\nQTY*33*{n}*{UNITS[n % 4]}~\nQTY*17*{n + 7}*EA~\n"
                for n in range(start, min(start + 100, lines + 1))
            ).encode()
        yield f"CTT*{lines}~\nSE*{5 + 4 * lines}*{number:04d}~\n".encode()
    yield f"GE*{sets}*1~\nIEA*1*000000905~\n".encode()


def read(source, **options):
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    return x12.read(source, Context("nb", "keeper", "keeper", "file/keeper/1", NOW, options=options))


def lines_of(events):
    return sum(len(event.document.lines) for event in events if isinstance(event, Drafted))


def test_totals_documents_and_keys_are_those_of_the_file():
    drafts = [
        event for event in read(Stream(stock(3, 1_200)), acknowledge=False) if isinstance(event, Drafted)
    ]
    assert [len(draft.document.lines) for draft in drafts] == [MAX_LINES, MAX_LINES, 200] * 3
    assert len({draft.key for draft in drafts}) == 9
    want = sum(n + 7 if n % 4 == 0 else n for n in range(1, 1_201))
    assert sum(line.quantity for draft in drafts for line in draft.document.lines) == 3 * want


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.x12")), ids=lambda sample: sample.stem)
@pytest.mark.parametrize("drip", [1, 7, 97])
def test_the_same_bytes_give_the_same_events_however_they_arrive(sample, drip):
    class Drip(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, drip))

    data = sample.read_bytes()
    assert list(read(Drip(data))) == list(read(data))


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.x12")), ids=lambda sample: sample.stem)
def test_a_file_cut_anywhere_gives_typed_problems_and_never_a_wrong_document(sample):
    data = sample.read_bytes()
    whole = [event.document for event in read(data, acknowledge=False) if isinstance(event, Drafted)]
    for cut in range(len(data)):
        try:
            events = list(read(data[:cut], acknowledge=False))
        except Unreadable:
            continue
        accepted = {event.part for event in events if isinstance(event, PartClosed) and event.accepted}
        given = [e.document for e in events if isinstance(e, Drafted) and e.part in accepted]
        assert given in ([], whole)
        problems = [event for event in events if isinstance(event, Problem)]
        assert given or problems
        assert all(one.location.path or one.location.offset is not None for one in problems)


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.x12")), ids=lambda sample: sample.stem)
def test_every_segment_may_be_missing_or_doubled_and_every_fragment_reads_by_itself(sample):
    if b"\nGS*" not in sample.read_bytes():
        pytest.skip("TA1 alone is held together by nothing")
    segments = sample.read_bytes().splitlines(keepends=True)
    for at in range(1, len(segments)):
        for changed in (segments[:at] + segments[at + 1 :], segments[: at + 1] + segments[at:]):
            problems = [event for event in read(b"".join(changed)) if isinstance(event, Problem)]
            assert problems, changed
            for problem in problems:
                if problem.fragment is not None:
                    again = [event for event in read(problem.fragment) if isinstance(event, Problem)]
                    # what is wrong only beside its double is right alone
                    alone = (
                        []
                        if "stands twice in" in problem.text and "HL" not in problem.text
                        else [problem.code]
                    )
                    assert [one.code for one in again] == alone


def test_a_segment_of_200_megabytes_is_refused_and_what_was_before_it_stays():
    def chunks():
        yield from list(stock(1, 5))[:-1]
        for _ in range(200):
            yield b"x" * (1 << 20)

    events = []
    with pytest.raises(Unreadable, match="no segment terminator"):
        events.extend(read(Stream(chunks())))
    reading, kept = read(Stream(chunks())), []
    with pytest.raises(Unreadable):
        kept.extend(iter(lambda: kept.append(next(reading)), object()))
    assert lines_of(kept) == 5
    assert any(isinstance(event, PartClosed) and event.accepted for event in kept)


MEASURE = """
import resource, sys
from tests.conformance.formats import test_x12_conformance as test
count = test.lines_of(test.read(test.Stream(test.stock(int(sys.argv[1]), int(sys.argv[2])))))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize(("small", "large"), [((230, 100), (2_300, 100)), ((1, 23_000), (1, 230_000))])
def test_a_file_ten_times_as_large_takes_the_same_memory(small, large):
    """Of many sets, and of one that has all the lines: about 2 MB and 20 MB."""
    peaks = []
    for sets, lines in (small, large):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(sets), str(lines)],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        count, peak = map(int, done.stdout.split())
        assert count == sets * lines
        peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.1 + 4096


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of found files is not beside the project")
def test_found_files_give_only_typed_errors():
    with (CORPUS / "INDEX.tsv").open() as index:
        names = [row["file"] for row in csv.DictReader(index, delimiter="\t") if row["standard"] == "X12"]
    assert names
    read_through = 0
    for name in names:
        try:
            with (CORPUS / name).open("rb") as file:
                events = list(read(file, usage="P"))
        except TransformError:
            continue
        read_through += 1
        assert all(event.location for event in events if isinstance(event, Problem))
    assert read_through > len(names) / 2
