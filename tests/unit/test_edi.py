"""EDI files looked at by themselves: check, read, ack and show, as people and programs see them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge import edi
from bridge.cli.commands import app
from transforms.edi.inspection import Inspection
from transforms.errors import Unreadable

FORMATS = Path(edi.__file__).parent.parent / "transforms/formats"
ORDER = FORMATS / "x12/samples/850-order.x12"
NOTICE = FORMATS / "edifact/samples/desadv.edi"
SAMPLES = sorted([*FORMATS.glob("x12/samples/*.x12"), *FORMATS.glob("edifact/samples/*.edi")])


def run(*words: object) -> tuple[int, str]:
    told = CliRunner().invoke(app, ["edi", *map(str, words)])
    return told.exit_code, told.output


def changed(folder: Path, old: str, new: str, *, of: Path = ORDER) -> Path:
    text = of.read_text(encoding="latin-1")
    assert old in text
    path = folder / "changed.edi"
    path.write_text(text.replace(old, new), encoding="latin-1")
    return path


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_our_own_samples_are_sound(sample):
    code, said = run("check", "--json", sample)
    found = json.loads(said)
    assert (code, found["rejected"], found["problems"]) == (0, 0, [])
    assert found["accepted"] == len(found["sets"])


def test_each_problem_is_told_with_its_place_and_its_segment_quoted(tmp_path):
    path = changed(tmp_path, "PO1*2*24*EA", "PO1*2*2A*EA")
    code, said = run("check", path)
    assert code == 1
    assert "850 0001: REJECTED" in said
    assert "VALUE_NOT_NUMERIC: PO102 must be a number, it is '2A'" in said
    assert "\n      PO1*2*2A*EA*4.15" in said
    code, said = run("check", "--json", path)
    [one] = json.loads(said)["sets"]
    [problem] = one["problems"]
    assert (one["type"], one["control"], one["accepted"]) == ("850", "0001", False)
    assert {name: problem[name] for name in ("code", "segment", "position", "element", "value")} == {
        "code": "VALUE_NOT_NUMERIC", "segment": "PO1", "position": 8, "element": 2, "value": "2A",
    }  # fmt: skip
    assert path.read_bytes()[problem["offset"] :].startswith(b"PO1*2*2A") or problem["offset"] > 0


def checked(path: Path) -> Inspection:
    with path.open("rb") as source:
        return edi.check(source)


def test_no_fault_hides_another(tmp_path):
    path = changed(tmp_path, "PO1*2*24*EA", "PO1*2*2A*EA")
    path = changed(tmp_path, "SE*11", "SE*12", of=path)
    path = changed(tmp_path, "IEA*1", "IEA*2", of=path)
    found = checked(path)
    assert [problem.code for problem in found.problems] == ["ENV_CONTROL_MISMATCH"]
    assert {problem.code for problem in found.seen[0].problems} == {
        "ENV_CONTROL_MISMATCH", "VALUE_NOT_NUMERIC",
    }  # fmt: skip


def test_a_total_that_disagrees_is_told(tmp_path):
    found = checked(changed(tmp_path, "CTT*3", "CTT*4"))
    assert [problem.code for problem in found.seen[0].problems] == ["CTRL_TOTAL_MISMATCH"]
    assert found.rejected == 1


def test_a_message_that_nobody_knows_is_judged_by_its_envelope(tmp_path):
    path = changed(tmp_path, "ST*850", "ST*837")
    path = changed(tmp_path, "GS*PO", "GS*HC", of=path)
    assert run("check", path)[0] == 0


def test_several_files_give_a_line_each_and_the_worst_decides(tmp_path):
    odd = tmp_path / "odd.txt"
    odd.write_text("a,b\n1,2\n")
    code, said = run("check", "--json", ORDER, odd, NOTICE)
    first, second, third = (json.loads(line) for line in said.splitlines())
    assert code == 1
    assert (first["accepted"], third["accepted"]) == (1, 1)
    assert (second["sets"], second["problems"][0]["code"]) == ([], "ENV_UNREADABLE")
    assert "this is no EDI" in second["problems"][0]["message"]


def test_reading_counts_what_is_there():
    code, said = run("read", ORDER, "--stats", "--json")
    found = json.loads(said)
    assert code == 0
    assert set(found) == {"segments", "sets", "problems", "seconds", "mb_per_s", "peak_rss_mb"}
    assert (found["segments"], found["sets"], found["problems"]) == (15, 1, 0)
    assert "peak memory" in run("read", ORDER, "--stats")[1]


def test_the_answer_says_what_was_wrong_and_where(tmp_path):
    path = changed(tmp_path, "PO1*2*24*EA", "PO1*2*2A*EA")
    code, said = run("ack", path)
    assert code == 0
    assert "AK2*850*0001~\nAK3*PO1*8*PO1*8~\nAK4*2**6*2A~\nAK5*R*5~\nAK9*R*1*1*0~" in said
    assert "IK3*PO1*8*PO1*8~\nIK4*2**6*2A~\nIK5*R*5~" in run("ack", path, "--type", "999")[1]
    assert "TA1*000004711" in run("ack", ORDER, "--type", "ta1")[1]
    said = run("ack", changed(tmp_path, "UNT+", "UNT+9", of=NOTICE))[1]
    assert "UCM+" in said
    assert "+4+29'" in said


def test_what_is_no_edi_is_refused_in_words(tmp_path):
    odd = tmp_path / "odd.txt"
    odd.write_bytes(b"")
    with pytest.raises(Unreadable, match="empty"):
        edi.measure(odd)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.stem)
def test_a_listing_has_a_line_for_every_segment(sample):
    code, said = run("show", sample)
    found = json.loads(run("read", sample, "--json")[1])
    shown = [line for line in said.splitlines() if not line.lstrip().startswith(("Interchange", "Group"))]
    assert code == 0
    assert len(shown) - found["sets"] == found["segments"]


def test_a_listing_names_and_indents():
    said = run("show", ORDER)[1]
    assert "850 0001: purchase order" in said
    assert "002 (delivery requested)" in said
    item, pack = (
        next(line for line in said.splitlines() if line.strip().startswith(tag)) for tag in ("PO1", "PO4")
    )
    assert len(pack) - len(pack.lstrip()) > len(item) - len(item.lstrip())
