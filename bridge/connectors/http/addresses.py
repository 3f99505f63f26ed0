"""Public addresses only: the check that an endpoint's name does not lead into our own network.

It is made on the addresses that the name resolves to, and the connection goes to those very addresses,
so that neither ``127.1`` nor a name that answers differently the second time gets past it.
"""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SHARED = ipaddress.IPv4Network("100.64.0.0/10")


class AddressRefused(OSError):
    """The endpoint's name leads to an address that is not public."""


def is_public(text: str) -> bool:
    """Whether an address is one of the internet's; IPv4 inside IPv6 is judged as IPv4."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address.sixtofour is not None:
            return is_public(str(address.sixtofour))
    elif address in _SHARED:
        return False
    return address.is_global and not address.is_multicast


def check_literal(host: str) -> None:
    """Refuse an address that stands in the URL itself, for it is never resolved."""
    try:
        public = is_public(host)
    except ValueError:  # a name
        return
    if not public:
        raise AddressRefused(f"{host} is not a public address; without `public_only` it may be used")


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those of which any address is not public."""

    def __init__(self) -> None:
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._resolver.resolve(host, port, family)
        for one in found:
            if not is_public(one["host"]):
                raise AddressRefused(f"{host} leads to {one['host']}, which is not a public address")
        return found

    async def close(self) -> None:
        await self._resolver.close()
