"""Public EDI files, each looked at by itself: what its index says of the envelope is what we say."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from bridge import edi

ROOT = Path(__file__).parents[3]
CORPUS = ROOT.parent / "shared/corpus"
PAGE = ROOT / "docs/reference/edi-corpus.md"
ENVELOPE = ("ENV_", "CTRL_", "SYN_ORDER")


def index() -> list[dict[str, str]]:
    path = CORPUS / "INDEX.tsv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


FILES = index()
DISAGREED = set(re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(), re.MULTILINE))
each = pytest.mark.parametrize("row", FILES, ids=[Path(row["file"]).name for row in FILES])


def stopping(row: dict[str, str]) -> list[str]:
    """Codes of what stops anything in a file."""
    with (CORPUS / row["file"]).open("rb") as source:
        found = edi.check(source)
    everything = [*found.problems, *(problem for one in found.seen for problem in one.problems)]
    return [problem.code for problem in everything if not problem.warning]


@pytest.mark.skipif(not FILES, reason="the corpus does not lie beside the project")
def test_the_corpus_is_there_and_the_page_names_files_of_it():
    names = {Path(row["file"]).name for row in FILES}
    assert names >= DISAGREED
    assert len(FILES) == 124


@each
def test_a_file_is_what_its_index_says(row):
    codes, note, name = stopping(row), row["note"], Path(row["file"]).name
    if note.startswith("BROKEN"):
        assert any(code.startswith(ENVELOPE) for code in codes)
    elif name in DISAGREED:
        assert codes
        assert not any(code.startswith(ENVELOPE) for code in codes)
    elif note.startswith("envelope OK") or row["standard"] == "IDOC":
        assert codes == []
    else:
        assert codes == ["ENV_UNREADABLE"]
