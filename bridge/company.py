"""A company as data: partners with their sources, endpoints, routes and policies, loaded and checked.

    company.yaml      name, title, policies
    endpoints.yaml    what we deliver to
    routes.yaml       which documents go where
    master/           items.csv, item_units.csv, sites.csv
    partners/<p>/     partner.yaml, cross_reference.csv, samples/

``${NAME}`` and ``${NAME:-default}`` in any value are taken from the environment. Secrets stand as
``env:NAME`` or ``file:PATH`` and are read when the plug-in opens, never kept in the model.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

T = TypeVar("T", bound=BaseModel)


class CompanyInvalid(Exception):
    """The company folder cannot be used as it is; the text names the file and the field."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """One way in: a door, and the format of what comes through it. It is a lane of its own."""

    name: str = ""
    partner: str = ""
    door: str = Field(description="`folder` or `webhook`.")
    format: str = Field(description="A folder of transforms/formats.")
    settings: dict[str, Any] = Field(default_factory=dict, description="The door's own settings.")
    options: dict[str, Any] = Field(
        default_factory=dict, description="The partner's profile options or layout for the format."
    )
    unit_alias: dict[str, str] = Field(
        default_factory=dict,
        description="Unit codes of this source alone → UN/ECE Rec 20; they win over the partner's.",
    )


class Partner(_Part):
    partner: str
    title: str = Field("", description="The partner's name as people write it.")
    unit_alias: dict[str, str] = Field(
        default_factory=dict, description="The partner's own unit codes → UN/ECE Rec 20."
    )
    sources: dict[str, Source] = Field(
        description="The partner's ways in, by name; a name is used once in the company."
    )


class Retry(_Part):
    """Back-off of one endpoint: doubles from ``first`` to ``longest`` seconds, with jitter."""

    tries: int = Field(12, ge=1, description="Tries of one delivery before it becomes a dead letter.")
    first: float = Field(
        0.5, gt=0, description="Seconds before the second try; they double with every try, with jitter."
    )
    longest: float = Field(
        300.0, gt=0, description="Most seconds between two tries, unless the endpoint asks for more."
    )


class Endpoint(_Part):
    """One way out. It is a lane of its own."""

    name: str = ""
    connector: str = Field(description="A folder of bridge/connectors.")
    settings: dict[str, Any] = Field(default_factory=dict, description="The connector's own settings.")
    payload: dict[str, Any] | None = Field(
        None, description="Field map from canonical to the endpoint's shape; none sends CloudEvents JSON."
    )
    control_series: str | None = Field(
        None,
        description="Name of the series that control numbers (ISA13, GS06, ST02) of what leaves as EDI are "
        "taken from. Endpoints of one partner share one; without it a number follows from the document's id.",
    )
    acknowledged_within: float | None = Field(
        None,
        gt=0,
        description="Seconds in which the partner acknowledges what it was sent; what is not acknowledged by then "
        "is an alert. Needs `control_series`, named as the partner is.",
    )
    timeout: float = Field(10.0, gt=0, description="Seconds for one request.")
    concurrency: int = Field(
        8, ge=1, description="Requests under way at once, each with other ordering keys."
    )
    retry: Retry = Field(Retry(), description="How often and how soon it is tried again.")


class Route(_Part):
    """Documents that fit all of the given conditions go to all of ``to``."""

    types: tuple[str, ...] = Field(description="CloudEvents types; `*` matches any part.")
    sources: tuple[str, ...] = Field((), description="Names of the sources it came by; none means any.")
    sites: tuple[str, ...] = Field((), description="Our site codes that it is about; none means any.")
    to: tuple[str, ...] = Field(description="Names of the endpoints that hear of it.")


class Policies(_Part):
    negative_stock: str = Field(
        "task", pattern="^(task|allow)$", description="A task for a person, or nothing."
    )
    post: list[str] = Field(
        default_factory=lambda: ["*"], description="Document types whose movements the book takes."
    )


class Company(_Part):
    name: str = Field(
        pattern="^[a-z][a-z0-9-]*$", description="Short name, of lower-case letters, digits and hyphens."
    )
    title: str = Field("", description="The company's name as people write it.")
    policies: Policies = Field(Policies(), description="What is decided once for all documents.")
    partners: dict[str, Partner] = Field(default_factory=dict)
    endpoints: dict[str, Endpoint] = Field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    folder: Path = Path()

    @field_validator("routes", mode="before")
    @classmethod
    def _tuple(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every source of every partner, by its name."""
        return {
            name: source for partner in self.partners.values() for name, source in partner.sources.items()
        }


def load(folder: Path) -> Company:
    """Read and check a company folder. Raises :class:`CompanyInvalid`."""
    if not (folder / "company.yaml").is_file():
        raise CompanyInvalid(
            f"{folder}/company.yaml does not exist; set CROSSDOCK_COMPANY to a company folder"
        )
    data = _read(folder / "company.yaml")
    data["endpoints"] = {
        name: {"name": name, **endpoint}
        for name, endpoint in _read(folder / "endpoints.yaml").get("endpoints", {}).items()
    }
    data["routes"] = _read(folder / "routes.yaml").get("routes", [])
    data["partners"] = {}
    for path in sorted(folder.glob("partners/*/partner.yaml")):
        partner = _checked(path, Partner, _named(_read(path), path))
        data["partners"][partner.partner] = partner
    company = _checked(folder, Company, {**data, "folder": folder})
    _check_references(company)
    return company


def secret(reference: str) -> str:
    """What an ``env:NAME`` or ``file:PATH`` stands for. Raises :class:`CompanyInvalid` if it is not there."""
    kind, _, where = reference.partition(":")
    if kind == "env" and where in os.environ:
        return os.environ[where]
    if kind == "file" and Path(where).is_file():
        return Path(where).read_text().strip()
    raise CompanyInvalid(f"secret {kind}:{where} is not there; secrets are given as env:NAME or file:PATH")


def _named(data: dict[str, Any], path: Path) -> dict[str, Any]:
    partner = data.setdefault("partner", path.parent.name)
    alias = data.get("unit_alias", {})
    for name, source in data.get("sources", {}).items():
        source.update(name=name, partner=partner)
        source["unit_alias"] = {**alias, **source.get("unit_alias", {})}
    return data


def _check_references(company: Company) -> None:
    for name, endpoint in company.endpoints.items():
        if endpoint.acknowledged_within is not None and endpoint.control_series not in company.partners:
            raise CompanyInvalid(
                f"endpoints.yaml: {name}: acknowledged_within needs a control_series that is named as the partner "
                "is whose acknowledgements are awaited"
            )
    names = [name for partner in company.partners.values() for name in partner.sources]
    if twice := {name for name in names if names.count(name) > 1}:
        raise CompanyInvalid(f"source names are unique in a company; twice: {', '.join(sorted(twice))}")
    for route in company.routes:
        if missing := set(route.to) - set(company.endpoints):
            raise CompanyInvalid(f"routes.yaml: no endpoint named {', '.join(sorted(missing))}")
        if missing := set(route.sources) - set(names):
            raise CompanyInvalid(f"routes.yaml: no source named {', '.join(sorted(missing))}")


def _checked(path: Path, model: type[T], data: Mapping[str, Any]) -> T:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CompanyInvalid(f"{path}: {where}: {first['msg']}") from error


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise CompanyInvalid(f"{path}: {error}") from error
    expanded: dict[str, Any] = _expand(data or {}, path)
    return expanded


_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")


def _expand(value: Any, path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _expand(inner, path) for key, inner in value.items()}
    if isinstance(value, list):
        return [_expand(inner, path) for inner in value]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        name, default = match.groups()
        if name not in os.environ and default is None:
            raise CompanyInvalid(f"{path}: ${{{name}}} is not set in the environment and has no default")
        return os.environ.get(name, default or "")

    return _VARIABLE.sub(replace, value)
