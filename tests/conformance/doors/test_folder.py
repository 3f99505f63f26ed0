"""The folder door: what is taken and when, by whom, and where it goes; what is put aside and why."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bridge.company import Source
from bridge.errors import TooLarge
from bridge.ingress import folder

SOURCE = Source(name="st3", partner="st3", door="folder", format="csv")


class Memory:
    """Looks kept in memory, after the same protocol as those in the ledger."""

    def __init__(self) -> None:
        self.seen_last: dict[str, tuple[int, int, int]] = {}

    def seen(self, name: str, size: int, mtime: int) -> int:
        before = self.seen_last.get(name, (0, 0, 0))
        looks = before[2] + 1 if before[:2] == (size, mtime) else 1
        self.seen_last[name] = (size, mtime, looks)
        return looks

    def forget(self, name: str) -> None:
        self.seen_last.pop(name, None)


class Door:
    def __init__(self, data: Path) -> None:
        self.data, self.home, self.looks = data, data / "drop/st3", Memory()
        self.home.mkdir(parents=True)

    def put(self, name: str, content: bytes = b"a,b\n") -> Path:
        (self.home / name).write_bytes(content)
        return self.home / name

    def look(self, **settings: object) -> list[folder.FileArrival]:
        chosen = folder.Settings.model_validate({"path": "st3", "complete_by": "rename", **settings})
        return list(folder.look(SOURCE, chosen, self.looks, self.data))

    def taken(self, **settings: object) -> list[str | None]:
        return [arrival.content.name for arrival in self.look(**settings)]

    def files(self, *parts: str) -> dict[str, bytes]:
        return {
            path.name: path.read_bytes() for path in self.home.joinpath(*parts).rglob("*") if path.is_file()
        }

    def reasons(self) -> list[str]:
        return [text.decode() for name, text in self.files("error").items() if name.endswith(".reason.txt")]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


# -- when ----------------------------------------------------------------------------------------------


def test_a_file_is_taken_when_two_looks_show_it_unchanged(door):
    path = door.put("a.csv", b"half")
    assert door.taken(complete_by="stable") == []
    path.write_bytes(b"half and half")
    assert door.taken(complete_by="stable") == []
    assert door.taken(complete_by="stable") == ["a.csv"]
    assert door.looks.seen_last == {}


def test_a_file_of_the_same_size_but_another_time_is_not_complete(door):
    path = door.put("a.csv", b"1234")
    door.look(complete_by="stable")
    path.write_bytes(b"5678")
    os.utime(path, ns=(1, 1))
    assert door.taken(complete_by="stable") == []


def test_where_senders_rename_it_is_taken_at_first_sight(door):
    door.put("a.csv")
    assert door.taken() == ["a.csv"]


def test_an_empty_file_is_an_arrival_too(door):
    door.put("a.csv", b"")
    assert door.taken() == ["a.csv"]


def test_older_files_come_first(door):
    for age, name in enumerate(["c.csv", "a.csv", "b.csv"]):
        os.utime(door.put(name), ns=(age, age))
    assert door.taken() == ["c.csv", "a.csv", "b.csv"]


def test_what_is_still_being_written_and_what_does_not_fit_is_left_alone(door):
    for name in (".a.csv", "a.csv.tmp", "a.csv.part", "a.csv.filepart", "notes.txt"):
        door.put(name)
    (door.home / "sub.csv").mkdir()
    assert door.look(pattern="*.csv*") == []
    assert door.reasons() == []
    assert len(list(door.home.iterdir())) == 7  # and processing/


# -- where it goes -----------------------------------------------------------------------------------------


def test_what_is_confirmed_lies_in_the_archive_of_the_day_and_nothing_is_written_over(door):
    for content in (b"first", b"second"):
        door.put("a.csv", content)
        (arrival,) = door.look()
        assert arrival.content.path.read_bytes() == content
        arrival.confirm()
        arrival.confirm()  # after a crash between commit and confirm
    assert door.files("archive") == {"a.csv": b"first", "a-2.csv": b"second"}
    assert door.files("processing") == {}


def test_what_is_refused_lies_in_error_with_the_reason_beside_it(door):
    door.put("a.csv")
    (arrival,) = door.look()
    arrival.refuse(TooLarge("3 GB; this door takes at most 2"))
    assert door.files("error") == {
        "a.csv": b"a,b\n",
        "a.csv.reason.txt": b"ENV_TOO_LARGE: 3 GB; this door takes at most 2\n",
    }


def test_what_a_killed_poller_left_is_taken_up_under_its_own_name(door):
    door.put("a.csv", b"left")
    door.look()
    (again,) = door.look()
    assert (again.content.name, again.content.path.read_bytes()) == ("a.csv", b"left")


def test_confirming_one_file_never_moves_a_newer_one_of_that_name(door):
    """Regression: both stood under one name in processing/, so a late confirm archived the unread one."""
    door.put("a.csv", b"first")
    (slow,) = door.look()
    (quick,) = door.look()
    quick.confirm()
    door.put("a.csv", b"second")
    (newer,) = door.look()
    slow.confirm()
    assert newer.content.path.read_bytes() == b"second"


# -- two pollers -------------------------------------------------------------------------------------------


def test_of_several_pollers_each_file_is_claimed_by_one(door):
    for number in range(100):
        door.put(f"{number}.csv")
    (door.home / "processing").mkdir()

    def poll(_: int) -> list[Path]:
        names = [name for name, _ in folder._files(door.home, "*.csv")]
        return [claim for claim in (folder._claim(door.home, name) for name in names) if claim]

    with ThreadPoolExecutor(4) as pool:
        claims = [claim for found in pool.map(poll, range(4)) for claim in found]
    assert len(claims) == len(set(claims)) == 100


def test_pollers_that_meet_do_not_fall_over_each_other(door):
    for number in range(60):
        door.put(f"{number}.csv")
        door.put(f"odd;{number}.csv")

    def poll(_: int) -> list[str]:
        found = []
        for arrival in door.look():
            found.append(arrival.content.name)
            arrival.confirm()
        return found

    with ThreadPoolExecutor(4) as pool:
        names = [name for found in pool.map(poll, range(4)) for name in found]
    assert set(names) == {f"{number}.csv" for number in range(60)}
    assert len(door.files("archive")) == 60
    assert len(door.reasons()) == 60


# -- what is not taken ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a\nb.csv", "a;rm -rf.csv", "w\\..\\w.csv", "%2e%2e.csv", "ü.csv", "-rf.csv", "a..csv", "a\x1b[31m.csv", "$(id).csv",
     os.fsdecode(b"\xff.csv"), "ok.csv\n"],
)  # fmt: skip
def test_odd_names_are_put_aside_under_a_harmless_one(door, name):
    door.put(name)
    assert door.look() == []
    assert not (door.home / name).exists()
    (reason,) = door.reasons()
    assert reason.startswith("ENV_NAME: ")
    assert all(part.isascii() and part.isprintable() and ";" not in part for part in door.files("error"))


def test_what_is_no_file_is_put_aside_unread_and_its_neighbours_are_taken(door, tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("not yours")
    (door.home / "link.csv").symlink_to(secret)
    (door.home / "dangling.csv").symlink_to(tmp_path / "nowhere")
    os.mkfifo(door.home / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(door.home)  # the path of a socket is short
        listener.bind("socket.csv")
        door.put("good.csv")
        assert door.taken() == ["good.csv"]
    assert any("cannot be opened" in reason for reason in door.reasons())
    assert len(list((door.home / "error").glob("*.reason.txt"))) == 4
    assert (door.home / "error/link.csv").is_symlink()
    assert secret.read_text() == "not yours"


def test_what_somebody_plants_in_processing_is_checked_as_well(door, tmp_path):
    """Regression: what lay there was trusted, and a link there was read on the next poll."""
    door.look()
    (door.home / "processing/00000000-a.csv").symlink_to("/etc/hostname")
    os.mkfifo(door.home / "processing/pipe")
    assert door.look() == []
    assert len(door.reasons()) == 2


def test_an_absolute_path_is_taken_as_it_is(door, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.csv").write_bytes(b"x")
    assert door.taken(path=str(tmp_path / "elsewhere")) == ["a.csv"]
