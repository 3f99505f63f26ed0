"""The lexer: the same segments however the bytes arrive, offsets that are true, memory that is bounded."""

from __future__ import annotations

import io
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.errors import Unreadable
from transforms.segments import MAX_SEGMENT, Dialect, Source

X12 = Dialect("*", "~", ">")
EDIFACT = Dialect("+", "'", ":", release="?", closes="UNZ", head=re.compile("UNB.UNO[A-Z]"))


def lex(data, dialect=X12, block=1 << 18):
    """Segments with their offsets, to the end of the source."""
    source = Source(io.BytesIO(data), block=block)
    source.head(1)
    return [
        (segment, batch.offset(index))
        for batch in source.batches(dialect)
        for index, segment in enumerate(batch.segments)
    ]


@pytest.mark.parametrize("end", [b"~", b"~\n", b"~\r\n", b"~\r", b"~ \t\n", b"~~", b"~\n~"])
def test_any_line_ending_or_none_gives_the_same_segments(end):
    assert [segment for segment, _ in lex(end.join([b"ST*846", b"LIN*1", b"SE*3", b""]))] == [
        "ST*846", "LIN*1", "SE*3",
    ]  # fmt: skip


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_end_may_be_the_terminator(end):
    assert [s for s, _ in lex(end.join([b"ST*1", b"SE*2", b""]), Dialect("*", "\n", ">"))] == ["ST*1", "SE*2"]


def test_the_last_terminator_may_be_missing():
    assert lex(b"ST*1~\nIEA*1*2\r\n\x1a") == [("ST*1", 0), ("IEA*1*2", 6)]


def test_blanks_and_a_byte_order_mark_before_the_first_segment_count_in_offsets():
    assert lex(b"\xef\xbb\xbf \r\nST*1~SE*2~") == [("ST*1", 6), ("SE*2", 11)]


def test_a_released_terminator_ends_nothing():
    data = b"FTX+it?'s?+one'RFF+a??'QTY+1:2'"
    segments = [segment for segment, _ in lex(data, EDIFACT)]
    assert segments == ["FTX+it?'s?+one", "RFF+a??", "QTY+1:2"]
    assert [EDIFACT.elements(one) for one in segments[:2]] == [["FTX", "it?'s?+one"], ["RFF", "a??"]]
    assert [EDIFACT.components(one) for one in ("it?'s?+one", "a??", "1:2", "x?:y:z")] == [
        ["it's+one"], ["a?"], ["1", "2"], ["x:y", "z"],
    ]  # fmt: skip


def test_a_batch_ends_behind_the_trailer_and_before_the_next_head():
    head = "ISA|00|          |00|          |ZZ|"
    data = f"ST*1~IEA*1*1~{head}rest".encode().ljust(400)
    source = Source(io.BytesIO(data))
    first = next(source.batches(X12))
    assert first.segments == ["ST*1", "IEA*1*1"]
    assert source.head(len(head)) == head
    assert source.offset == 13
    cut = Source(io.BytesIO(f"ST*1~LIN*2*SK*SK{head}".encode().ljust(400)))
    assert [batch.segments for batch in cut.batches(X12)] == [["ST*1", "LIN*2*SK*SK"]]
    assert cut.head(len(head)) == head


@given(
    st.lists(
        st.sampled_from(
            ["ST*1", "IEA*1*2", "IEA", "LIN*IEA*", "QTY*33*5 ", "\n", "  SE*1", "", "\x1d", "N1*?"]
        )
    ),
    st.sampled_from(["~", "~\n", "~\r\n"]),
    st.integers(1, 40),
    st.booleans(),
)
def test_segments_do_not_depend_on_how_the_bytes_arrive(pieces, end, block, is_closed):
    data = (end.join(pieces) + (end if is_closed else "")).encode()
    assert lex(data, block=block) == lex(data)
    assert all(data[offset:].decode().startswith(segment) for segment, offset in lex(data))


@given(st.text(alphabet="?'+:aUNZB ", max_size=60), st.integers(1, 20))
def test_released_segments_do_not_depend_on_how_the_bytes_arrive(text, block):
    assert lex(text.encode(), EDIFACT, block) == lex(text.encode(), EDIFACT)


@given(st.lists(st.sampled_from(["ST*1", "STC*1", "SE", "LIN*ST*", "", " SE*2", "GS*1"])))
def test_tagged_segments_are_found_in_the_text_as_one_by_one(pieces):
    source = Source(io.BytesIO("~".join(pieces).encode()))
    for batch in source.batches(X12):
        tags = [re.split(r"\W", segment)[0] for segment in batch.segments]
        assert batch.tagged("S[TE]") == [index for index, tag in enumerate(tags) if tag in ("ST", "SE")]


class Endless(io.RawIOBase):
    """One segment of 200 MB, made as it is read."""

    def __init__(self):
        self.left = 200 << 20

    def read(self, size=-1):
        size = min(size, self.left)
        self.left -= size
        return b"x" * size


def test_a_segment_of_200_megabytes_is_refused_before_it_is_in_memory():
    stream = Endless()
    tracemalloc.start()
    with pytest.raises(Unreadable, match="no segment terminator") as refused:
        list(Source(stream).batches(X12))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.location.offset == 0
    assert peak < 8 * MAX_SEGMENT
    assert stream.left > 190 << 20
