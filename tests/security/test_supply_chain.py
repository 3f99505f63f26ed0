"""What is installed: audits that cannot be passed by looking nothing up, and the bill of materials."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
REPORTS = Path(__file__).parent / "audits"
LOCKED = ["runtime.txt", "dev.txt"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;]+)", re.MULTILINE)


def load_audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "ops/audit.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit = load_audit()
BOTH = {"aiohttp", "vine"}


def faults(name: str, expected: set[str] = BOTH) -> list[str]:
    return audit.faults((REPORTS / name).read_text(), expected)


def test_an_audit_that_looked_everything_up_and_found_nothing_has_passed():
    assert faults("clean.json") == []


def test_an_audit_that_looked_nothing_up_fails():
    """Regression: pip-audit itself says "No known vulnerabilities found" here, and ends with 0."""
    assert [fault.split(":")[:2] for fault in faults("nothing_looked_up.json")] == [
        ["aiohttp", " not looked up"],
        ["vine", " not looked up"],
    ]


def test_what_is_known_to_be_vulnerable_fails_and_says_which_version_mends_it():
    assert faults("vulnerable.json") == [
        "aiohttp 3.8.4: PYSEC-2024-24 (mended in 3.9.2)",
        "vine 5.1.0: PYSEC-0-1 (mended in no version yet)",
    ]


def test_a_package_that_the_report_leaves_out_fails():
    assert faults("clean.json", BOTH | {"celery"}) == ["celery: pinned, but not in pip-audit's report"]


@pytest.mark.parametrize("report", ["", "Traceback", "[]", "null", "{}"])
def test_no_report_is_no_pass(report):
    assert audit.faults(report, BOTH) == ["pip-audit gave no report; what it said stands above"]


def test_only_what_is_installed_on_this_platform_is_expected(tmp_path):
    path = tmp_path / "locked.txt"
    path.write_text(
        "Some_Name==1.0 \\\n    --hash=sha256:00\n    # via x\n"
        "elsewhere==2.0 ; sys_platform == 'plan9' \\\n    --hash=sha256:00\n"
    )
    assert audit.pinned(path) == {"some-name"}


@pytest.mark.parametrize("name", LOCKED)
def test_everything_is_pinned_with_hashes_and_no_place_is_named(name):
    """Which index is asked is the installer's own setting, so a lock cannot send anybody elsewhere."""
    text = (ROOT / "requirements" / name).read_text()
    entries = re.split(r"\n(?=[a-z])", text)
    assert len(entries) == len(PIN.findall(text)) > 60
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|file:|--(?:extra-)?index-url|--find-links|--trusted-host", text)


def test_production_runs_the_versions_that_were_tested():
    runtime, dev = (dict(PIN.findall((ROOT / "requirements" / name).read_text())) for name in LOCKED)
    assert runtime.items() <= dev.items()


def test_the_bill_of_materials_lists_every_pinned_package_with_its_hashes(tmp_path):
    target = tmp_path / "bill.json"
    subprocess.run(
        ["make", "--old-file=.venv/.installed", "sbom", f"BIN={Path(sys.executable).parent}", f"SBOM={target}"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    bill = json.loads(target.read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "crossdock")
    listed = {canonicalize_name(one["name"]): one for one in bill["components"]}
    pins = dict(PIN.findall((ROOT / "requirements/runtime.txt").read_text()))
    assert {name: one["version"] for name, one in listed.items()} == pins
    for component in bill["components"]:
        hashes = [given for place in component["externalReferences"] for given in place.get("hashes", [])]
        assert hashes, component["name"]
        assert {given["alg"] for given in hashes} == {"SHA-256"}


def test_ours_is_checked_for_known_faults_of_code_by_make_lint():
    recipe = (ROOT / "Makefile").read_text().split("\nlint:")[1].split("\n\n")[0]
    assert re.search(r"bandit .*bridge tasks transforms ops", recipe)
