"""Connections kept to each counterparty: a bounded number, used again while they are fresh."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from pathlib import Path

from adapters.transports.address import Address
from adapters.transports.connection import Connection
from adapters.transports.unheard import Unheard

MOST_CONNECTIONS = 64
"""To one counterparty: however slow it is, it takes no more of us."""
IDLE_SECONDS = 15.0


HostsOf = Callable[[Address], Awaitable[Sequence[str]]]
"""Where to connect to for an address, one after the other. Raises Unheard where we may not."""


Shown = tuple[Path, Path]
"""The certificate that we show to whoever asks for one, and its key; PEM files."""


class Connections:
    """Those of one counterparty are apart from everybody else's, even where both are at one address."""

    def __init__(self, hosts_of: HostsOf, most: int = MOST_CONNECTIONS, shows: Shown | None = None) -> None:
        self._hosts_of = hosts_of
        self._shows = shows
        self._lines: defaultdict[tuple[str, Address], _Lines] = defaultdict(lambda: _Lines(most))

    async def obtain(self, counterparty: str, at: Address, *, new: bool) -> Connection:
        """A kept one, or a new one. Raises Unheard, and nothing was sent. Cancelling closes what is half made."""
        kept = None if new else self._lines[counterparty, at].fresh()
        return kept or await self._connected(at)

    def keep(self, counterparty: str, at: Address, connection: Connection) -> None:
        self._lines[counterparty, at].keep(connection)

    def room(self, counterparty: str, at: Address) -> asyncio.Semaphore:
        """Held around an exchange and its repetition."""
        return self._lines[counterparty, at].room

    def close(self) -> None:
        for lines in self._lines.values():
            lines.close()
        self._lines.clear()

    async def _connected(self, at: Address) -> Connection:
        loop = asyncio.get_running_loop()
        tls, name = (self._tls, at.host) if at.secure else (None, None)
        why = ""
        for host in await self._hosts_of(at):
            try:
                _, connection = await loop.create_connection(Connection, host, at.port, ssl=tls, server_hostname=name)
            except OSError as fault:  # ssl.SSLError is one, too
                why = type(fault).__name__
            else:
                return connection
        raise Unheard(f"no connection: {why}", asked=False)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._shows is not None:
            context.load_cert_chain(*self._shows)
        return context


class _Lines:
    def __init__(self, most: int) -> None:
        self.room = asyncio.Semaphore(most)
        self._idle: list[tuple[Connection, float]] = []

    def fresh(self) -> Connection | None:
        """The one used last, if it is still good; those that were idle for too long are closed."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection, since = self._idle.pop()
            if connection.usable and now - since < IDLE_SECONDS:
                return connection
            connection.close()
        return None

    def keep(self, connection: Connection) -> None:
        if connection.usable:
            self._idle.append((connection, asyncio.get_running_loop().time()))

    def close(self) -> None:
        for connection, _ in self._idle:
            connection.close()
        self._idle.clear()
