"""The demo's story: a business day comes in, the ERP has a bad hour, and a person puts right what stopped.

The day itself is data (``day.yaml`` of the company). With ``once`` every expectation is checked, the
repairs are done in a person's place, and the exit code says whether all of it held; else the stack stays
up, with the dead letters waiting in Flower.
"""

from __future__ import annotations

import json
import shlex
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from types import FrameType

from bridge import dead_letter_search as search
from bridge.demo import checks, day, picture, repairs, stage
from bridge.demo.day import Day, Event
from bridge.demo.picture import Figures
from bridge.demo.repairs import NothingToRepair
from bridge.demo.stage import LOGIN, Stage
from bridge.demo.view import View

_LOOK = 0.25
_BETWEEN = 0.15
"""Seconds between two events, so that the eye can follow."""
_BAD_HOUR = 4.0
"""Seconds for which the ERP's bad hour lasts."""
_PATIENCE = 60.0
"""Seconds within which everything must have come through."""


def run(*, once: bool, as_json: bool) -> int:
    """Play the day. Returns the exit code."""
    signal.signal(signal.SIGTERM, _interrupt)
    view = View(stream=sys.stderr if as_json else sys.stdout)
    began = time.monotonic()
    try:
        view.say("starting broker, API, worker, beat, Flower, an ERP and a WMS …")
        with stage.opened(keep=not once) as running:
            return _play(running, view, once=once, as_json=as_json, began=began)
    except KeyboardInterrupt:
        view.say("stopped; nothing is left running")
        return 0 if not once else 130


def _play(running: Stage, view: View, *, once: bool, as_json: bool, began: float) -> int:
    story = day.load(running.company.folder)
    failures: list[str] = []
    with view:
        for event in story.events:
            _happen(running, view, event)
        _wait(running, view, _all_is_in(story), failures)
    failures += checks.before_repair(running, story)
    _show(running, view)
    if once:
        failures += _repair(running, view, story)
    _conclude(running, view, failures, began=began, as_json=as_json)
    if not once:
        _stay(running, view, story)
    return 1 if failures else 0


def _happen(running: Stage, view: View, event: Event) -> None:
    view.event(event)
    if event.fault is not None:
        _linger(running, view, 0.0 if event.fault.mode != "none" else _BAD_HOUR)
        running.disturb(event.fault)
    else:
        running.send(event)
    _linger(running, view, _BETWEEN)


def _linger(running: Stage, view: View, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        view.progress(picture.figures(running.ledger))
        time.sleep(min(_LOOK, max(0.0, end - time.monotonic())))


def _all_is_in(story: Day) -> Callable[[Figures], bool]:
    return lambda figures: figures.accepted >= story.messages and figures.duplicates >= story.duplicates


def _wait(running: Stage, view: View, is_in: Callable[[Figures], bool], failures: list[str]) -> None:
    """Until everything is in and nothing goes on by itself any more."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        figures = picture.figures(running.ledger)
        view.progress(figures)
        if is_in(figures) and not figures.under_way:
            return
        for line in running.supervisor.watch():
            failures.append(line)
            view.say(line)
        time.sleep(_LOOK)
    failures.append(f"not everything came through within {_PATIENCE:.0f} s: {figures.under_way} under way")


def _show(running: Stage, view: View) -> None:
    view.messages(picture.rows(running.ledger))
    view.letters(search.find(running.ledger, search.Filter()))


def _repair(running: Stage, view: View, story: Day) -> list[str]:
    failures: list[str] = []
    accepted = picture.figures(running.ledger).accepted
    for repair in story.repairs:
        view.say(f"repairing {repair.code}: {repair.reason}")
        try:
            repairs.do(running, repair)
        except NothingToRepair as error:
            failures.append(str(error))
    edits = sum(repair.edit is not None for repair in story.repairs)
    with view:
        _wait(running, view, lambda figures: figures.accepted >= accepted + edits, failures)
    failures += checks.after_repair(running, story)
    view.letters(search.find(running.ledger, search.Filter()))
    return failures


def _conclude(running: Stage, view: View, failures: list[str], *, began: float, as_json: bool) -> None:
    for failure in failures:
        view.say(f"NOT AS EXPECTED  {failure}")
    if not failures:
        view.say("Everything is as it must be.")
    if as_json:
        summary = {
            "ok": not failures,
            "failures": failures,
            "seconds": round(time.monotonic() - began, 1),
            **asdict(picture.figures(running.ledger)),
            "dead_letters": dict(picture.open_letters(running.ledger)),
            "effects": {name: len(running.effects(name)) for name in running.endpoints},
        }
        sys.stdout.write(json.dumps(summary) + "\n")
        sys.stdout.flush()


def _stay(running: Stage, view: View, story: Day) -> None:
    data = shlex.quote(str(running.settings.data))
    view.say(f"\nFlower  {running.flower}\n        login {LOGIN}, password {running.password}")
    view.say("\nThe same by command:")
    view.say(f"  crossdock --data {data} dead-letters list")
    for repair in story.repairs:
        view.say(f"  {repairs.command(repair, data)}")
    view.say(f"  crossdock --data {data} trace 4500-A\n\nCtrl-C ends everything.")
    while True:
        for line in running.supervisor.watch():
            view.say(line)
        time.sleep(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
