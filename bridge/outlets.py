"""The endpoints of a company, opened once per process and kept open."""

from __future__ import annotations

from dataclasses import dataclass

from bridge import registry
from bridge.company import Company, Endpoint
from bridge.connectors.contract import Connector, Payload
from bridge.event_loop import EventLoop
from transforms.payload import compile_payload


@dataclass(frozen=True, slots=True)
class Outlet:
    """An endpoint with its open connector."""

    endpoint: Endpoint
    connector: Connector


class Outlets:
    """Opens connectors on first use, in this process's event loop."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self._open: dict[str, Outlet] = {}
        self._loop: EventLoop | None = None

    @property
    def loop(self) -> EventLoop:
        if self._loop is None:
            self._loop = EventLoop()
        return self._loop

    def get(self, name: str) -> Outlet:
        """Raises what reading settings, secrets or the plug-in raises, with the remedy in it."""
        if name not in self._open:
            endpoint = self._company.endpoints[name]
            plugin = registry.load("connector", endpoint.connector)
            settings = plugin.Settings.model_validate(endpoint.settings)
            connector = plugin.connect(settings, payload_of(endpoint))
            self._open[name] = Outlet(endpoint, connector)
        return self._open[name]

    def close(self) -> None:
        for outlet in self._open.values():
            self.loop.run(outlet.connector.close())
        self._open.clear()
        if self._loop is not None:
            self._loop.close()
            self._loop = None


def payload_of(endpoint: Endpoint) -> Payload | None:
    """The endpoint's field map, compiled; ``None`` sends the CloudEvents JSON as it is."""
    if endpoint.payload is None:
        return None
    return compile_payload(endpoint.payload)
