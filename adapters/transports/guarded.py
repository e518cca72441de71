"""Guarded hosts: whoever is called stands on an allowed network, whatever name it was registered under."""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from adapters.transports.address import Address
from adapters.transports.unheard import Unheard
from switch.domain.networks import AllowedNetworks, is_of_this_machine, read_address

MOST_RESOLVING = 16
"""Names at once, in threads of their own, each name once: a name server that hangs delays nobody but those who use it."""


class GuardedHosts:
    """Asked for each new connection: what is checked is what is connected to, however the name resolves the next time."""

    def __init__(self, networks: AllowedNetworks) -> None:
        self._networks = networks
        self._threads = ThreadPoolExecutor(MOST_RESOLVING, thread_name_prefix="resolving")
        self._under_way: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def __call__(self, at: Address) -> Sequence[str]:
        """Where to connect to: any of these, one at least. Raises Unheard."""
        plain = "%" not in at.host and read_address(at.host) is not None  # with a zone it may be somebody's name, too
        found = (at.host,) if plain else await self._resolved(at.host, at.port)
        if not found:
            raise Unheard("the name does not resolve", asked=False)
        if not at.secure and not all(map(is_of_this_machine, found)):
            raise Unheard("http is for this machine alone", asked=False)
        if refused := [host for host in found if not self._networks.permits(host)]:
            raise Unheard(f"not on an allowed network: {refused[0]}", asked=False)
        return found

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _resolved(self, host: str, port: int) -> Sequence[str]:
        name = (host, port)
        if (resolving := self._under_way.get(name)) is None:
            resolving = asyncio.get_running_loop().run_in_executor(self._threads, _resolve, host, port)
            self._under_way[name] = resolving
            resolving.add_done_callback(lambda _: self._under_way.pop(name, None))
        return await asyncio.shield(resolving)


def _resolve(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
