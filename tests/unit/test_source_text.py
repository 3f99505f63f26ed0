"""Sources as people read them: the right line or segment marked, whatever a sender sends."""

from __future__ import annotations

import io

import pytest

from bridge import source_text
from bridge.source_text import Excerpt, encode_like, excerpt, readable

ISA = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260301*0800*U*00401*000000001*0*P*>~"
X12 = ISA + b"\nGS*SH~\nST*856*0001~\nBSN*00*S-1~\nHL*1**S~\nSE*4*0001~\n"


def cut(raw: bytes, *, format_name: str = "csv", value: str | None = None, **location: object) -> Excerpt:
    return excerpt(io.BytesIO(raw), format_name=format_name, location=location, value=value)


def faults(found: Excerpt) -> list[str]:
    return [line.text for line in found.lines if line.is_fault]


def test_x12_is_shown_by_segments():
    found = cut(X12, format_name="x12", offset=X12.index(b"BSN") + 4)
    assert faults(found) == ["BSN*00*S-1~"]
    assert [line.text for line in found.lines][-1] == "SE*4*0001~"


@pytest.mark.parametrize("head", [b"UNA:+.? '", b""])
def test_edifact_is_shown_by_segments_on_one_line(head):
    raw = head + b"UNB+UNOA:2'UNH+1+DESADV'BGM+351+X'UNT+3+1'"
    assert faults(cut(raw, format_name="edifact", offset=raw.index(b"BGM"))) == ["BGM+351+X'"]


def test_a_line_is_found_by_its_number():
    found = cut(b"a\r\nb\r\nc\r\n", line=2)
    assert faults(found) == ["b"]
    assert [line.number for line in found.lines] == [1, 2, 3]


@pytest.mark.parametrize("line", [9, 0])
def test_a_line_that_is_not_there_marks_nothing(line):
    assert faults(cut(b"a\nb\n", line=line)) == []


def test_a_place_at_the_very_end_marks_the_last_line():
    assert faults(cut(b"a\nb", offset=2)) == ["b"]
    assert faults(cut(b"a\nb\n", offset=4)) == ["b"]


def test_the_value_is_a_hint_when_the_place_is_unknown():
    found = cut(b"a\nXYZ-999,1\nb\n", value="XYZ-999")
    assert faults(found) == ["XYZ-999,1"]
    assert found.note is not None


@pytest.mark.parametrize("raw", [b"", b"\n", b"\xff\xfe", b"a" * 100_000, b"\n" * 50_000])
def test_odd_sources_are_shown_too(raw):
    for location in ({}, {"offset": len(raw)}, {"offset": len(raw) // 2}, {"line": 1}, {"offset": 10**12}):
        found = cut(raw, **location)
        assert all(len(line.text) <= source_text.LONGEST + 2 for line in found.lines)


def test_what_is_no_text_says_so():
    assert cut(b"PK\x03\x04\0\0").note == "The source is not text."
    assert readable(b"a\0b") is None


def test_control_characters_are_shown_as_pictures():
    assert [line.text for line in cut(b"a\x1b[31m\x07\tb\n").lines] == ["a␛[31m␇\tb"]


def test_a_fault_deep_in_a_long_line_is_in_what_is_shown():
    raw = b'{"pad": "' + b"x" * 50_000 + b'", "qty": "dozen", "pad2": "' + b"y" * 50_000 + b'"}'
    (shown,) = faults(cut(raw, format_name="json", offset=raw.index(b"dozen")))
    assert "dozen" in shown


@pytest.mark.parametrize("original", [b"a\nb\n", b"a\r\nb\r\n", "ä\n".encode(), "ä\r\n".encode("latin-1")])
def test_text_that_was_not_touched_stays_byte_for_byte(original):
    text, _ = readable(original)
    as_browsers_send_it = text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert encode_like(as_browsers_send_it, original) == original
