"""One frozen settings class. Every value comes from the environment (``CROSSDOCK_<NAME>``)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """How this installation runs. What it exchanges, and with whom, stands in the company folder."""

    model_config = SettingsConfigDict(env_prefix="CROSSDOCK_", frozen=True, extra="ignore")

    company: Path = Field(Path("examples/northbay"), description="The company folder.")
    data: Path = Field(
        Path("var"), description="Where the embedded ledger, the raw store and the doors' folders live."
    )
    ledger_url: str = Field("", description="SQLAlchemy URL of the ledger; empty means SQLite below `data`.")
    broker_url: str = Field(
        "redis://127.0.0.1:6379/0",
        description="Celery broker, only ever a bell: redis://, amqp:// or filesystem:// (folder below `data`).",
    )
    raw_inline_limit: int = Field(
        65_536,
        description="Bytes up to which a raw message stands in the ledger; larger ones in the raw store.",
    )
    raw_limit: int = Field(2**31, description="Largest file or message that is taken, in bytes.")
    webhook_limit: int = Field(1_048_576, description="Largest webhook body, in bytes.")
    api_host: str = Field("127.0.0.1", description="Address that the API listens on.")
    api_port: int = Field(8080, description="Port of the API.")
    api_keys: SecretStr = Field(
        SecretStr(""),
        description="API keys as `name:role:key`, comma separated; roles as in the permission table.",
    )
    flower_port: int = Field(5555, description="Port of Flower.")
    flower_users: SecretStr = Field(
        SecretStr(""),
        description="Flower logins as `name:role:password`, comma separated; Flower will not start without.",
    )
    flower_cookie_secret: SecretStr = Field(
        SecretStr(""),
        description="Signs Flower's cookies; set it so that a restart does not log everybody out.",
    )
    tick: float = Field(1.0, description="Seconds between two ticks of beat.", gt=0)
    lease: float = Field(30.0, description="Seconds for which a worker holds a lane.", gt=1)
    slice: float = Field(1.0, description="Seconds of work on one lane before it is handed back.", gt=0)
    sweep: float = Field(5.0, description="Seconds after which a forgotten bell is rung again.", gt=0)
    free_space: int = Field(
        268_435_456, ge=0,
        description="Bytes that must stay free where `data` is; with less nothing is accepted (503).",
    )  # fmt: skip
    retention_days: int = Field(
        400, description="Days for which raw bytes and attempts are kept; keys and movements stay.", ge=1
    )
    worker_concurrency: int = Field(2, description="Processes of one Celery worker.", ge=1)
    log_level: str = Field("INFO", description="Level of the log.")
    sentry_dsn: SecretStr = Field(SecretStr(""), description="Sentry DSN; empty sends nothing.")

    @property
    def ledger(self) -> str:
        """The ledger's URL, with the embedded default filled in."""
        return self.ledger_url or f"sqlite:///{self.data.resolve()}/ledger.db"

    @property
    def raw_store(self) -> Path:
        return self.data / "raw"
