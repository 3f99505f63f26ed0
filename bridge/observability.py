"""Logs, metrics and error reports. Neither payloads nor secrets pass here.

Logs are JSON lines with the correlation that is bound, those of libraries too. Metrics are counted per
batch, not per row; since Celery's workers are processes of their own, all of them write Prometheus'
shared files below the data folder, and the API serves the sum. What is due or dead is read from the
ledger when it is asked for.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter as Count
from collections.abc import Mapping, MutableMapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import sentry_sdk
import structlog
from pydantic import SecretBytes, SecretStr

if TYPE_CHECKING:
    from bridge.errors import Refused
    from bridge.pipeline.accept import Accepted, Prepared
    from bridge.settings import Settings

MASKED = "********"
_SECRET_WORDS = ("password", "secret", "token", "authorization", "signature", "cookie", "api_key", "dsn")
_PAYLOAD_NAMES = frozenset({"payload", "body", "raw", "fragment", "content", "document"})
_LONGEST_WORDS = 300
"""Characters of an exception's own words that are logged."""


def configure(settings: Settings, *, service: str) -> None:
    """Set up logs, metrics and Sentry for this process. Call before the first metric is used."""
    _share_metrics(settings)
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask,
        structlog.processors.ExceptionRenderer(_tell_exception),
    ]
    renderer = structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    if dsn := settings.sentry_dsn.get_secret_value():
        sentry_sdk.init(
            dsn=dsn,
            send_default_pii=False,
            max_request_body_size="never",
            include_local_variables=False,
            before_send=_scrub,  # type: ignore[arg-type]  # an Event is a mapping
        )
        sentry_sdk.set_tag("service", service)


def mask(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Whatever is typed or named as a secret or a payload is masked before it is written."""
    for key, value in event.items():
        event[key] = _masked(key, value)
    return event


def _masked(key: Any, value: Any) -> Any:
    name = str(key).lower()
    if isinstance(value, SecretStr | SecretBytes) or any(word in name for word in _SECRET_WORDS):
        return MASKED
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if name in _PAYLOAD_NAMES:
        return f"{len(value)} characters" if isinstance(value, str) else MASKED
    if isinstance(value, Mapping):
        return {inner: _masked(inner, one) for inner, one in value.items()}
    if isinstance(value, list | tuple):
        return [_masked("", one) for one in value]
    return value


_traceback = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def _tell_exception(
    exc_info: tuple[type[BaseException], BaseException, TracebackType | None],
) -> list[dict[str, Any]]:
    """Where and what type, and of the words the first line: databases put parameters in those below it."""
    stacks = _traceback(exc_info)
    for stack in stacks:
        stack["exc_value"] = stack["exc_value"].partition("\n")[0][:_LONGEST_WORDS]
    return stacks


def _scrub(event: dict[str, Any], _hint: Mapping[str, Any]) -> dict[str, Any]:
    """A report says where and what type, never what was in it."""
    for name in ("request", "extra", "breadcrumbs", "user"):
        event.pop(name, None)
    if "logentry" in event:
        event["logentry"] = {"message": event["logentry"].get("message", "")}
    for value in event.get("exception", {}).get("values", ()):
        value["value"] = "(the text stays in the log)"
    return event


def bind(correlation: str) -> None:
    """Say in every further log line of this context what it is about."""
    structlog.contextvars.bind_contextvars(correlation=correlation)


# -- metrics -----------------------------------------------------------------------------------------


def _share_metrics(settings: Settings) -> None:
    folder = settings.data / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder))


class _Metrics:
    """Made on first use, because Prometheus looks at the shared folder when it is imported."""

    def __init__(self) -> None:
        from prometheus_client import Counter, Histogram  # noqa: PLC0415  # see above

        self.accepted = Counter(
            "crossdock_messages_accepted", "Arrivals by what was answered.", ["source", "outcome"]
        )
        self.rows = Counter("crossdock_step_rows", "Rows worked by step.", ["step"])
        self.seconds = Histogram(
            "crossdock_step_seconds", "Seconds for one batch of a step.", ["step"],
            buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
        )  # fmt: skip


_metrics: list[_Metrics] = []


def _current() -> _Metrics:
    if not _metrics:
        _metrics.append(_Metrics())
    return _metrics[0]


def count_accepted(prepared: Sequence[Prepared], answers: Sequence[Accepted | Refused]) -> None:
    """Count the answers of the accept step by source and outcome."""
    counts = Count(
        (one.content.source, _outcome(answer)) for one, answer in zip(prepared, answers, strict=True)
    )
    for (source, outcome), count in counts.items():
        _current().accepted.labels(source, outcome).inc(count)


def count_refused(source: str, code: str) -> None:
    """An arrival that its door turned away before the accept step saw it."""
    _current().accepted.labels(source, code).inc()


def _outcome(answer: Any) -> str:
    code = getattr(answer, "code", None)
    if code is not None:
        return str(code)
    return "duplicate" if answer.duplicate else "accepted"


def observe_step(step: str, rows: int, seconds: float) -> None:
    """One batch of one step."""
    metrics = _current()
    metrics.rows.labels(str(step)).inc(rows)
    metrics.seconds.labels(str(step)).observe(seconds)


def exposition(gauges: Mapping[str, float]) -> bytes:
    """What Prometheus scrapes: the sum over all processes, and ``gauges`` read just now."""
    from prometheus_client import CollectorRegistry, generate_latest, multiprocess  # noqa: PLC0415

    _current()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library is half typed
    lines = [f"# TYPE {name} gauge\n{name} {value}\n" for name, value in gauges.items()]
    return generate_latest(registry) + "".join(lines).encode()
