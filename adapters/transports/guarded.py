"""Guarded hosts: a name that somebody else has chosen is resolved, and only an address on an allowed network is connected to."""

import asyncio
import socket
from collections.abc import Sequence

from adapters.transports.address import Address
from adapters.transports.connections import HostOf
from adapters.transports.unheard import Unheard
from switch.domain.networks import AllowedNetworks


def guarded(networks: AllowedNetworks) -> HostOf:
    """Looks at each new connection: what is checked is what is connected to, however the name resolves the next time."""

    async def host_of(at: Address) -> str:
        found = await _resolved(at)
        if not at.secure and not all(is_loopback(host) for host in found):
            raise Unheard("http is for this machine alone", asked=False)
        if refused := [host for host in found if not networks.permits(host)]:
            raise Unheard(f"not on an allowed network: {refused[0]}", asked=False)
        return found[0]

    return host_of


def is_loopback(host: str) -> bool:
    return host == "::1" or host.startswith("127.")


async def _resolved(at: Address) -> Sequence[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise Unheard("the name does not resolve", asked=False) from fault
    return [str(address[0]) for *_, address in found]
