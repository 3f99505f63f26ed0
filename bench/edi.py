"""EDI files read side by side: ours, other Python readers, and the bare splitting of a file into its elements.

Each contestant reads in a process of its own and says what CPU time that took. Slow ones read a smaller
file of the same kind. ``make bench-edi`` prints the table; ``ARGS=--json`` one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LARGE, SMALL, HUGE = 20.0, 2.0, 500.0
"""Megabytes: what fast readers read, what slow ones read, and what shows that memory does not grow."""


def x12(path: Path, megabytes: float) -> None:
    """846 sets of 100 items, four segments each."""
    chance, number, size = random.Random(13), 0, 0
    with path.open("w") as out:
        out.write(
            f"ISA*00*{'':10}*00*{'':10}*ZZ*{'KEEPER':15}*ZZ*{'NORTHBAY':15}*260501*0600*U*00401*000000905*0*P*>~\n"
            "GS*IB*KEEPER*NORTHBAY*20260501*0600*1*X*004010~\n"
        )
        while size < megabytes * 1e6:
            number += 1
            lines = "".join(
                f"LIN*{line}*SK*SKU-{chance.randrange(20_000):06d}*UP*{chance.randrange(10**12):012d}~\n"
                f"REF*LT*L{chance.randrange(10**6):06d}~\nQTY*33*{chance.randrange(5_000)}*EA~\n"
                f"QTY*17*{chance.randrange(5_000)}*EA~\n"
                for line in range(1, 101)
            )
            size += out.write(
                f"ST*846*{number:04d}~\nBIA*00*SI*R-{number}*20260501~\nDTM*097*20260501~\nN1*WH*DC1*92*DC1~\n"
                f"{lines}CTT*100~\nSE*406*{number:04d}~\n"
            )
        out.write(f"GE*{number}*1~\nIEA*1*000000905~\n")


def edifact(path: Path, megabytes: float) -> None:
    """INVRPT messages of 100 lines, four segments each."""
    chance, number, size = random.Random(13), 0, 0
    with path.open("w") as out:
        out.write("UNA:+.? '\nUNB+UNOC:3+9521234009221:14+9521234009009:14+261102:0845+R1'\n")
        while size < megabytes * 1e6:
            number += 1
            lines = "".join(
                f"LIN+{line}++{chance.randrange(10**13):013d}:EN'\nPIA+1+SKU-{chance.randrange(20_000):06d}:SA'\n"
                f"LOC+18+DC1'\nQTY+17:{chance.randrange(5_000)}:PCE'\n"
                for line in range(1, 101)
            )
            size += out.write(
                f"UNH+{number}+INVRPT:D:96A:UN:EAN004'\nBGM+35+IR-{number}+9'\nDTM+137:20261102:102'\n"
                f"NAD+WH+9521234009016::9'\n{lines}UNT+405+{number}'\n"
            )
        out.write(f"UNZ+{number}+R1'\n")


# -- contestants -------------------------------------------------------------------------------------


def split(path: Path) -> None:
    """What a streaming reader cannot do without: blocks into segments into elements."""
    terminator, mark = ("~", "*") if path.suffix == ".x12" else ("'", "+")
    rest = ""
    with path.open(encoding="latin-1") as source:
        while block := source.read(1 << 16):
            *segments, rest = (rest + block).split(terminator)
            for segment in segments:
                segment.lstrip().split(mark)


def envelope(path: Path) -> None:
    from bridge import edi

    assert edi.measure(path).problems == 0


def structure(path: Path) -> None:
    from bridge import edi

    assert edi.measure(path, structure=True).problems == 0


def documents(path: Path) -> None:
    from datetime import UTC, datetime

    from transforms.errors import Problem
    from transforms.formats import edifact, x12
    from transforms.reading import Context

    reader = x12 if path.suffix == ".x12" else edifact
    with path.open("rb") as source:
        events = reader.read(source, Context("bench", "keeper", "keeper", "bench/1", datetime.now(UTC)))
        assert not any(isinstance(event, Problem) for event in events)


def pyx12(path: Path) -> None:
    import pyx12.x12file

    with pyx12.x12file.X12Reader(str(path)) as reader:
        for _ in reader:
            assert not reader.pop_errors()


def pydifact(path: Path) -> None:
    from pydifact.segmentcollection import Interchange

    for message in Interchange.from_file(str(path)).get_messages():
        for _ in message.segments:
            pass


CONTESTANTS: dict[str, tuple[str, Callable[[Path], None], float]] = {
    "split": ("bare streaming split", split, LARGE),
    "envelope": ("ours, all checks of the envelope", envelope, LARGE),
    "structure": ("ours, and of the structure", structure, LARGE),
    "documents": ("ours, to canonical documents", documents, LARGE),
    "pyx12": ("pyx12", pyx12, SMALL),
    "pydifact": ("pydifact", pydifact, SMALL),
}
FILES = {"x12": (x12, ("split", "envelope", "structure", "documents", "pyx12")),
         "edi": (edifact, ("split", "envelope", "structure", "documents", "pydifact"))}  # fmt: skip


def run(name: str, path: Path) -> dict[str, float]:
    """Read once, in this process."""
    _, contestant, _ = CONTESTANTS[name]
    contestant(make_tiny(path))  # loads what it needs
    loaded = _peak()
    begun = time.process_time()
    contestant(path)
    seconds = time.process_time() - begun
    return {"seconds": seconds, "mb_per_s": path.stat().st_size / 1e6 / seconds, "above_mb": _peak() - loaded}


def make_tiny(beside: Path) -> Path:
    path = beside.with_name(f"tiny{beside.suffix}")
    if not path.exists():
        FILES[beside.suffix[1:]][0](path, 0.05)
    return path


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(folder: Path, rounds: int) -> Iterator[dict[str, object]]:
    for kind, (make, names) in FILES.items():
        for name in names:
            _, _, size = CONTESTANTS[name]
            path = folder / f"{size:g}.{kind}"
            if not path.exists():
                make(path, size)
            runs = [_in_a_process(name, path) for _ in range(rounds)]
            best = max(runs, key=lambda one: one["mb_per_s"])
            yield {"file": kind, "name": name, **{key: round(value, 3) for key, value in best.items()}}
    path = folder / f"{HUGE:g}.x12"
    x12(path, HUGE)
    found = _in_a_process("envelope", path)
    yield {
        "file": "x12",
        "name": f"envelope, {HUGE:g} MB",
        **{key: round(value, 3) for key, value in found.items()},
    }


def _in_a_process(name: str, path: Path) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", name, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    return json.loads(subprocess.run(command, check=True, capture_output=True, env=environment).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-edi", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts (3)")
    parser.add_argument("--json", action="store_true", help="one JSON line instead of a table")
    parser.add_argument("--run", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.run:
        print(json.dumps(run(given.run[0], Path(given.run[1]))))
        return
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
        rows = []
        for row in measured(Path(folder), given.rounds):
            rows.append(row)
            if not given.json:
                _print(row, rows)
    if given.json:
        print(json.dumps(rows))


def _print(row: dict, rows: list[dict]) -> None:
    base = next(one for one in rows if one["file"] == row["file"] and one["name"] == "split")
    title = CONTESTANTS.get(row["name"], (row["name"],))[0]
    ratio = row["mb_per_s"] / base["mb_per_s"]
    print(
        f"{row['file']:4} {title:36} {row['mb_per_s']:8.1f} MB/s  {ratio:6.2f} x split  {row['above_mb']:6.1f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
