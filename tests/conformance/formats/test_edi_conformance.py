"""What every format must hold, shown for X12 and EDIFACT; large files are made as they are read."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edi_files import SAMPLE_IDS, SAMPLES, STANDARDS, Stream, lines_of, raw_of, taken
from transforms.errors import Problem, TransformError, Unreadable
from transforms.reading import MAX_LINES, Drafted, PartClosed

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"
X12, EDIFACT = STANDARDS
COUNTED = [
    data
    for standard, sample in SAMPLES
    if standard is EDIFACT and b"CNT" in (data := raw_of(sample).read_bytes())
]
each_standard = pytest.mark.parametrize("standard", STANDARDS, ids=lambda standard: standard.name)
each_sample = pytest.mark.parametrize(("standard", "sample"), SAMPLES, ids=SAMPLE_IDS)


@each_standard
def test_totals_documents_and_keys_are_those_of_the_file(standard):
    drafts = [
        event for event in standard.quietly(Stream(standard.stock(3, 1_200))) if isinstance(event, Drafted)
    ]
    assert [len(draft.document.lines) for draft in drafts] == [MAX_LINES, MAX_LINES, 200] * 3
    assert len({draft.key for draft in drafts}) == 9
    apart = 4 if standard is X12 else 1  # the fourth unit of X12 is that of the figure on hand
    want = sum(n + 7 if n % apart == 0 else n for n in range(1, 1_201))
    assert sum(line.quantity for draft in drafts for line in draft.document.lines) == 3 * want


@each_sample
@pytest.mark.parametrize("drip", [1, 7, 97])
def test_the_same_bytes_give_the_same_events_however_they_arrive(standard, sample, drip):
    class Drip(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, drip))

    data = raw_of(sample).read_bytes()
    assert list(standard.read(Drip(data))) == list(standard.read(data))


@each_sample
def test_a_file_cut_anywhere_gives_typed_problems_and_never_a_wrong_document(standard, sample):
    data = raw_of(sample).read_bytes()
    whole = taken(standard.quietly(data))
    for cut in range(len(data)):
        try:
            events = standard.quietly(data[:cut])
        except Unreadable:
            continue
        given_ = taken(events)
        assert given_ in [whole[:count] for count in range(len(whole) + 1)]
        problems = [event for event in events if isinstance(event, Problem)]
        assert len(given_) == len(whole) or problems or ends_between_interchanges(data, cut)
        assert all(one.location.path or one.location.offset is not None for one in problems)


def ends_between_interchanges(data, cut):
    """A file of several interchanges may be cut where one has just ended: nothing can tell."""
    return data[:cut].rstrip().split(b"\n")[-1].startswith(b"UNZ") or b"*SB0003~" in data[cut - 9 : cut + 1]


@each_sample
def test_every_segment_may_be_missing_or_doubled_and_every_fragment_reads_by_itself(standard, sample):
    segments = raw_of(sample).read_bytes().splitlines(keepends=True)
    if segments[1].startswith(b"TA1"):
        pytest.skip("TA1 alone is held together by nothing")
    for at in range(len(segments)):
        if segments[at].startswith((b"ISA", b"UNA", b"UNB")):
            continue
        for changed in (segments[:at] + segments[at + 1 :], segments[: at + 1] + segments[at:]):
            problems = [event for event in standard.read(b"".join(changed)) if isinstance(event, Problem)]
            assert problems, changed
            for problem in problems:
                if problem.fragment is not None:
                    again = [event for event in standard.read(problem.fragment) if isinstance(event, Problem)]
                    # what is wrong only beside its double is right alone
                    alone = "stands twice in" in problem.text and "HL" not in problem.text
                    assert [one.code for one in again] == ([] if alone else [problem.code])


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_never_crashes_and_never_loses_a_line_in_silence(data):
    """What went in is in a document, or something is said; what is said has a place."""
    # only a control total can tell that one segment has become another good one (LIN as GIN)
    before = data.draw(st.sampled_from(COUNTED))
    at = data.draw(st.integers(0, len(before) - 1))
    changed = before[:at] + bytes([data.draw(st.integers(0, 255))]) + before[at + 1 :]
    try:
        events = EDIFACT.quietly(changed)
    except Unreadable:
        return
    whole = taken(EDIFACT.quietly(before))
    problems = [event for event in events if isinstance(event, Problem)]
    assert all(one.location.path or one.location.offset is not None for one in problems)
    if not problems:
        assert [type(one) for one in taken(events)] == [type(one) for one in whole]
        assert [len(one.lines) for one in taken(events)] == [len(one.lines) for one in whole]


@each_standard
def test_a_segment_of_200_megabytes_is_refused_and_what_was_before_it_stays(standard):
    def chunks():
        yield from list(standard.stock(1, 5))[:-1]
        for _ in range(200):
            yield b"x" * (1 << 20)

    reading, kept = standard.read(Stream(chunks())), []
    with pytest.raises(Unreadable, match="no segment terminator"):
        kept.extend(iter(lambda: kept.append(next(reading)), object()))
    assert lines_of(kept) == 5
    assert any(isinstance(event, PartClosed) and event.accepted for event in kept)


MEASURE = """
import resource, sys
from tests.edi_files import STANDARDS, Stream, lines_of
standard = next(one for one in STANDARDS if one.name == sys.argv[3])
count = lines_of(standard.read(Stream(standard.stock(int(sys.argv[1]), int(sys.argv[2])))))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@each_standard
@pytest.mark.parametrize(("small", "large"), [((230, 100), (2_300, 100)), ((1, 23_000), (1, 230_000))])
def test_a_file_ten_times_as_large_takes_the_same_memory(standard, small, large):
    """Of many messages, and of one that has all the lines: about 2 MB and 20 MB."""
    peaks = []
    for sets, lines in (small, large):
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, str(sets), str(lines), standard.name],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        count, peak = map(int, done.stdout.split())
        assert count == sets * lines
        peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.1 + 4096


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of found files is not beside the project")
@each_standard
def test_found_files_give_only_typed_errors(standard):
    with (CORPUS / "INDEX.tsv").open() as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    names = [row["file"] for row in rows if row["standard"] == standard.name.upper()]
    assert names
    read_through = 0
    for name in names:
        try:
            with (CORPUS / name).open("rb") as file:
                events = list(standard.read(file))
        except TransformError:
            continue
        read_through += 1
        assert all(event.location for event in events if isinstance(event, Problem))
    assert read_through > len(names) / 2
