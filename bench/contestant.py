"""Crossdock as a contestant of the side-by-side benchmark; `bench/run.sh` puts it beside the others."""

import base64
import os
import shutil
import subprocess

import gen

from .base import Contestant

ROOT = os.environ["CROSSDOCK_ROOT"]
PYTHON = os.path.join(ROOT, ".venv", "bin", "python")


class Bridge(Contestant):
    name, workloads = "crossdock", ("w1", "w2", "w3")
    guarantee = (
        "2xx after a group-committed ledger fsync; dead letters, retry, order, inventory book and audit on"
    )
    ledger = ""

    def start(self):
        company = os.path.join(self.work, "company")
        shutil.copytree(os.path.join(ROOT, "bench", "company"), company)
        subprocess.run(
            [PYTHON, os.path.join(ROOT, "bench", "make_company.py"), os.path.join(company, "master")],
            check=True,
        )
        env = {
            "BENCH_SINK": self.sink,
            "BENCH_SECRET": base64.b64encode(gen.SECRET).decode(),
            "BENCH_DROP": self.drop_dir,
            "BENCH_ACKS": self.ack_dir,
            "CROSSDOCK_COMPANY": company,
            "CROSSDOCK_DATA": os.path.join(self.work, "data"),
            "CROSSDOCK_LEDGER_URL": self.database(),
            "CROSSDOCK_BROKER_URL": self.redis(),
            "CROSSDOCK_API_PORT": str(self.port),
            "CROSSDOCK_TICK": "0.1",
            "CROSSDOCK_LOG_LEVEL": "WARNING",
            "PYTHONPATH": ROOT,
        }
        log = open(os.path.join(self.work, "prepare.txt"), "wb")
        subprocess.run(
            [PYTHON, "-m", "bridge.cli", "migrate"],
            env={**os.environ, **env},
            check=True,
            stdout=log,
            stderr=log,
            cwd=ROOT,
        )
        del (
            env["BENCH_SINK"],
            env["PYTHONPATH"],
        )  # spawn sets the first itself; ours is installed in its own environment
        self.spawn([PYTHON, "-m", "bridge.api.server"], env, cwd=ROOT)
        celery = [PYTHON, "-m", "celery", "-A", "tasks.app"]
        queues = "crossdock.lanes,crossdock.ticks"
        self.spawn(
            [
                *celery,
                "worker",
                "-c",
                "2",
                "-Q",
                queues,
                "-l",
                "warning",
                "--without-gossip",
                "--without-mingle",
            ],
            env,
            cwd=ROOT,
        )
        self.spawn([*celery, "beat", "-l", "warning"], env, cwd=ROOT)
        self.ready(5)

    def database(self):
        return self.ledger


class BridgeOnPostgres(Bridge):
    """The same on a private PostgreSQL (its processes count as ours)."""

    name = "crossdock-pg"

    def database(self):
        bins = sorted(p for p in os.listdir("/usr/lib/postgresql"))[-1]
        home = f"/usr/lib/postgresql/{bins}/bin"
        data = os.path.join("/tmp", f"crossdock-bench-pg-{os.getpid()}")
        shutil.rmtree(data, ignore_errors=True)
        as_user = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        )
        os.makedirs(data)
        if as_user:
            shutil.chown(data, "postgres", "postgres")
        subprocess.run(
            [*as_user, f"{home}/initdb", "-D", f"{data}/db", "-U", "crossdock", "-A", "trust", "-E", "UTF8"],
            check=True,
            capture_output=True,
            cwd="/",
        )
        self.spawn(
            [*as_user, f"{home}/postgres", "-D", f"{data}/db", "-p", "23432", "-h", "127.0.0.1", "-k", data],
            cwd="/",
        )
        from .base import wait_port

        wait_port(23432)
        return "postgresql+psycopg://crossdock@127.0.0.1:23432/postgres"
