"""Many seeds of the simulated installation, and proof that the checker would notice if it were wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults import simulation
from tests.faults.mutants import MUTANTS, Mutant

SEEDS = 500
MOST = 40
"""Seeds within which every mutant must be caught."""


@pytest.mark.timeout(900)
def test_no_seed_breaks_a_promise() -> None:
    totals: Counter[str] = Counter()
    broken = simulation.sweep(
        range(SEEDS), jobs=os.cpu_count() or 1, progress=lambda report: totals.update(report.counts)
    )
    told = [f"seed {one.seed}: {one.violations[0]}; make simulate ARGS='--seed {one.seed}'" for one in broken]
    assert not told
    assert totals["ended"] > 2 * SEEDS, "the weather was too fair to prove anything"
    assert totals["frozen"] > SEEDS


@pytest.mark.parametrize("seed", [70094, 70640])
def test_what_was_once_broken_stays_mended(seed: int, template: simulation.Template) -> None:
    """A ledger that was busy when a batch had been sent and was to be written: it was sent again, unasked."""
    assert simulation.run(seed, template).violations == []


def test_a_seed_replays_exactly() -> None:
    digests = {_digest(seed=77, hashing=hashing) for hashing in ("1", "2")}
    assert len(digests) == 1


def _digest(*, seed: int, hashing: str) -> str:
    command = [sys.executable, "-m", "tests.faults.simulation", "--seed", str(seed)]
    environment = {**os.environ, "PYTHONHASHSEED": hashing}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return str(json.loads(done.stdout.splitlines()[-1])["digest"])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> simulation.Template:
    folder: Path = tmp_path_factory.mktemp("simulation") / "template"
    folder.mkdir()
    return simulation.Template.make(folder)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_checker_catches(
    mutant: Mutant, template: simulation.Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "REST", 120.0)
    mutant.make(monkeypatch)
    for seed in range(MOST):
        found = {violation.invariant for violation in simulation.run(seed, template).violations}
        if found:
            assert found & set(mutant.breaks.split()), f"noticed, but as {found}"
            return
    pytest.fail(f"{MOST} seeds noticed nothing")
