"""The bell (Event Message without a body): tells some worker that a lane has work.

The only module of the bridge that knows Celery. A bell that is lost costs a few seconds, until the
sweep rings again; so ringing never raises and never holds anybody up for long.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from celery import Celery

from bridge.settings import Settings

log = structlog.get_logger(__name__)

WORK = "crossdock.work"
TICK = "crossdock.tick"
ANSWER = 2.0
"""Seconds within which a broker answers, when it is asked whether it is there."""
QUEUE_LANES, QUEUE_TICKS = "crossdock.lanes", "crossdock.ticks"


def broker_options(url: str, data: Path) -> dict[str, Any]:
    """What each kind of broker wants beside its URL (measured figures behind them: docs/why)."""
    scheme = urlsplit(url).scheme
    if scheme == "filesystem":
        folder = data / "broker"
        for name in ("queue", "control", "processed"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        return {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "control_folder": str(folder / "control"),
            "processed_folder": str(folder / "processed"),
            "polling_interval": 0.05,
        }
    if scheme in ("redis", "rediss"):
        return {
            "visibility_timeout": 600,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 15,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "health_check_interval": 25,
        }
    return {"confirm_publish": True}


@lru_cache(maxsize=4)
def celery(url: str, data: Path) -> Celery:
    """The Celery application: settings for bells, which are few, coarse and may be lost."""
    app = Celery("crossdock", broker=url.replace("filesystem://localhost", "filesystem://"))
    app.conf.update(
        broker_transport_options=broker_options(url, data),
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_acks_on_timeout=False,
        task_time_limit=300,
        task_soft_time_limit=240,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=QUEUE_LANES,
        task_routes={WORK: {"queue": QUEUE_LANES}, TICK: {"queue": QUEUE_TICKS}},
        task_publish_retry_policy={
            "max_retries": 2,
            "interval_start": 0,
            "interval_step": 0.1,
            "interval_max": 0.3,
        },
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_max_memory_per_child=400_000,
        worker_send_task_events=True,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=30,
        result_backend=None,
        timezone="UTC",
    )
    return app


def ring(lane_ids: Iterable[int]) -> None:
    """Ring once for each lane, after the commit that gave it work. Never raises."""
    settings = current_settings()
    app = celery(settings.broker_url, settings.data)
    for lane_id in lane_ids:
        try:
            app.send_task(WORK, args=[lane_id], queue=QUEUE_LANES, ignore_result=True)
        except Exception as error:  # noqa: BLE001  # the ledger has the work; the sweep rings later
            log.warning("bell.lost", lane=lane_id, error=type(error).__name__)
            return


def answers(settings: Settings) -> bool:
    """Whether the broker is there, found out within a few seconds. Brokers without a server always are."""
    quick = {"socket_timeout": ANSWER, "socket_connect_timeout": ANSWER, "retry_on_timeout": False}
    options = broker_options(settings.broker_url, settings.data)
    app = celery(settings.broker_url, settings.data)
    if "socket_timeout" in options:
        options |= quick
    try:
        with app.connection_for_write(connect_timeout=ANSWER, transport_options=options) as connection:
            connection.ensure_connection(max_retries=1, timeout=ANSWER)
    except Exception as error:  # noqa: BLE001  # each broker has errors of its own; all say that it is away
        log.warning("broker.away", error=type(error).__name__)
        return False
    return True


@lru_cache(maxsize=1)
def current_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
