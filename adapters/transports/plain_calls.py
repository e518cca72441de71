"""Plain calls: one question to an address on an allowed network, one bounded answer; no redirect is followed, no connection kept."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from adapters.transports.address import address
from adapters.transports.connection import Answer
from adapters.transports.connections import Connections, HostsOf
from adapters.transports.unheard import Unheard

MOST_AT_ONCE = 8
"""To one address; who comes later waits within their deadline."""


@dataclass(frozen=True, slots=True)
class PlainCalls:
    connections: Connections

    @classmethod
    def over(cls, hosts: HostsOf) -> "PlainCalls":
        return cls(Connections(hosts, MOST_AT_ONCE))

    async def call(self, url: str, body: bytes | None = None, fields: Mapping[str, str] | None = None, *, seconds: float) -> Answer:
        """GET, or POST with a body; once, for a new connection is never stale. The deadline is for everything. Raises Unheard."""
        try:
            to = address(url)
        except ValueError as wrong:
            raise Unheard(str(wrong), asked=False) from wrong
        told = {"Host": to.authority, "Accept": "application/json", "Accept-Encoding": "identity", "Connection": "close"} | dict(
            fields or {}
        )
        if body is not None:
            told["Content-Length"] = str(len(body))
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        head = f"{'GET' if body is None else 'POST'} {urlsplit(url).path or '/'} HTTP/1.1\r\n{lines}\r\n".encode("ascii")
        try:
            async with asyncio.timeout(seconds), self.connections.room("", to):
                connection = await self.connections.obtain("", to, new=True)
                try:
                    answer = await connection.exchange(head + (body or b""))
                finally:
                    connection.close()
        except TimeoutError:
            raise Unheard(f"no answer within {seconds:g} s") from None
        if any(name.lower() == b"content-encoding" for name, _ in answer.headers):
            raise Unheard("the answer is compressed, which was not asked for")
        return answer
