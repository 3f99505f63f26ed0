"""A console that dies in the middle of a large replay: nothing is replayed twice, and the rest is replayed again."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from bridge import replay
from bridge.store import tables as t
from tests.conftest import ROOT
from tests.letters import Yard

pytestmark = pytest.mark.integration
LETTERS = 60
SCRIPT = """
import os, signal, sys
from sqlalchemy import event
from bridge import replay
from bridge.store.ledger import Ledger
url, at, *letters = sys.argv[1:]
ledger = Ledger(url)
seen = 0
@event.listens_for(ledger.engine, "before_cursor_execute")
def count(*_):
    global seen
    seen += 1
    if seen == int(at):
        os.kill(os.getpid(), signal.SIGKILL)
for start in range(0, len(letters), 10):
    replay.replay(ledger, letters[start:start + 10], actor="olaf", reason="all at once", ring=lambda _: None)
"""


@pytest.mark.parametrize("at", [3, 9, 20, 33, 47])
def test_a_replay_that_was_killed_is_finished_by_doing_it_again(ledger, at):
    yard = Yard(ledger)
    letters = [yard.unknown_item() for _ in range(LETTERS)]
    url = ledger.engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(
        [sys.executable, "-c", SCRIPT, url, str(at), *letters], cwd=ROOT, check=False, capture_output=True
    )
    assert killed.returncode == -9, killed.stderr.decode()
    before = sum(row.state != "open" for row in yard.rows(t.dead_letter))
    assert before < LETTERS

    outcome = replay.replay(ledger, letters, actor="olaf", reason="the rest", ring=yard.ring)

    assert len(outcome.done) == LETTERS - before
    replayed = Counter(row.subject_id for row in yard.rows(t.audit, t.audit.c.action == "dead_letter.replay"))
    assert len(replayed) == LETTERS
    assert set(replayed.values()) == {1}
