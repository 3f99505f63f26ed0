#!/usr/bin/env bash
# The side-by-side benchmark with Crossdock in it: bash bench/run.sh -c crossdock,plain-celery -w w1sat -r 3
# Needs the benchmark's folder beside the project (BENCH_SOURCE, default ../shared/bench), redis-server and,
# for crossdock-pg, PostgreSQL. Everything it makes stands below BENCH_HOME (default var/bench).
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
source="${BENCH_SOURCE:-$root/../shared/bench}"
home="${BENCH_HOME:-$root/var/bench}"
mkdir -p "$home"
rm -rf "$home/src" && cp -r "$source" "$home/src" && chmod -R u+w "$home/src"
cp "$root/bench/contestant.py" "$home/src/contestants/bridge.py"
printf 'from .bridge import BridgeOnPostgres\nALL[BridgeOnPostgres.name] = BridgeOnPostgres\n' >> "$home/src/contestants/__init__.py"
[ -x "$home/venv/bin/python" ] || { python3 -m venv "$home/venv"; "$home/venv/bin/pip" install -q orjson msgspec uvloop httptools celery redis hiredis packaging fastapi starlette uvicorn aiohttp httpx requests pycurl pydantic; }
export CROSSDOCK_ROOT="$root" BENCH_WORK="$home/run" PYTHONDONTWRITEBYTECODE=1
cd "$home/src"
"$home/venv/bin/python" bench.py "$@"
"$home/venv/bin/python" table.py "$BENCH_WORK/results/run.jsonl"
