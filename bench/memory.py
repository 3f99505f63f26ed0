"""Peak memory of a worker that takes a small and a large file: it must not grow with the file.

    .venv/bin/python bench/memory.py [--sizes 2,200] [--json]

Each file is worked in a process of its own, by the same runner that Celery's workers call, on SQLite and
with a real HTTP endpoint that takes everything. Sizes are megabytes of CSV (about 60 bytes a row).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
GROWTH = 1.25
"""How much more the large file may take than the small one."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="2,200", help="megabytes, smallest first")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        print(json.dumps(_work(asked.work)))
        return 0
    found = [_measure(float(size)) for size in asked.sizes.split(",")]
    if asked.json:
        print(json.dumps(found))
    else:
        for one in found:
            print(
                f"{one['megabytes']:>8g} MB  {one['rows']:>9,} rows  {one['seconds']:>7.1f} s  "
                f"{one['rows'] / one['seconds']:>8,.0f} rows/s  peak {one['peak_mb']:.0f} MB"
            )
    return 0 if found[-1]["peak_mb"] <= GROWTH * found[0]["peak_mb"] else 1


def _measure(megabytes: float) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name, _sink() as url:
        home = Path(name)
        rows = _write(home / "stock.csv", megabytes)
        env = {
            **os.environ, "BENCH_SINK": url, "BENCH_SECRET": "whsec_" + "A" * 32, "BENCH_DROP": name,
            "BENCH_ACKS": f"{name}/acks", "PYTHONPATH": str(HERE.parent),
        }  # fmt: skip
        command = [sys.executable, __file__, "--work", name]
        done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
        return {"megabytes": megabytes, "rows": rows, **json.loads(done.stdout.splitlines()[-1])}


def _write(path: Path, megabytes: float) -> int:
    made, rows = random.Random(7), 0
    with path.open("w") as file:
        file.write("site,sku,lot,bin,uom,on_hand,allocated,status,counted_at\r\n")
        while file.tell() < megabytes * 1e6:
            for _ in range(1000):
                file.write(
                    f"DC{made.randint(1, 4)},SKU-{made.randrange(20_000):06d},L{made.randrange(10**6):06d},"
                    f"B-{made.randrange(60):02d},EA,{made.randrange(5_000)},{made.randrange(99)},A,"
                    f"2026-05-{made.randint(1, 28):02d}T06:00:00Z\r\n"
                )
            rows += 1000
    return rows


class _TakesAll(BaseHTTPRequestHandler):
    """An endpoint that says yes to everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # the library's name
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def _sink() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _TakesAll) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _work(home: Path) -> dict[str, float]:
    sys.path.insert(0, str(HERE))
    import make_company  # here, so that the measuring process stays small

    from bridge import bootstrap
    from bridge.ingress.contract import Content
    from bridge.settings import Settings
    from bridge.store import lanes

    company = home / "company"
    shutil.copytree(HERE / "company", company)
    make_company.main(company / "master")
    settings = Settings(company=company, data=home / "data")
    bootstrap.prepare(settings)
    bridge = bootstrap.open_bridge(settings)
    bridge.acceptor.accept_all([Content("stock-csv", name="stock.csv", path=home / "stock.csv")])
    runner = bridge.runner()
    runner.ring = lambda _lanes: None
    begun = time.monotonic()
    while True:
        with bridge.ledger.read() as connection:
            waiting = lanes.unattended(connection, bridge.ledger, older_than=0)
        if not waiting:
            break
        for lane in waiting:
            runner.work(lane)
    seconds = time.monotonic() - begun
    runner.outlets.close()
    bridge.close()
    return {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    sys.exit(main())
