"""The application on a real socket, served by a thread of its own, for clients that know nothing of our event loop."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import uvicorn

from switch.api.connections import at_most
from tests.api.line import Line

Opened = Callable[[], AbstractAsyncContextManager[Line]]
START_SECONDS = 30
RUN_SECONDS = 60
T = TypeVar("T")


@dataclass
class Served:
    line: Line
    url: str
    loop: asyncio.AbstractEventLoop

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """In the loop of the server."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(RUN_SECONDS)


@contextmanager
def served(opened: Opened, most_connections: int = 1_000, tls: ssl.SSLContext | None = None) -> Iterator[Served]:
    """Until the block ends; then the server stops, and the switch is closed in its own loop."""
    started = threading.Event()
    found: list[Served] = []
    servers: list[_Server] = []

    async def run() -> None:
        async with opened() as line:
            config = uvicorn.Config(
                line.app,
                port=0,
                http=at_most(most_connections, secured=tls is not None),
                ws="none",
                lifespan="off",
                log_config=None,
                server_header=False,
                proxy_headers=False,
                ssl_context_factory=None if tls is None else lambda *_: tls,
            )
            server = _Server(config)
            servers.append(server)
            serving = asyncio.create_task(server._serve())
            await server.up.wait()
            port = server.servers[0].sockets[0].getsockname()[1]
            found.append(Served(line, f"{'http' if tls is None else 'https'}://127.0.0.1:{port}", asyncio.get_running_loop()))
            started.set()
            await serving

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    try:
        assert started.wait(START_SECONDS)
        yield found[0]
    finally:
        servers[0].should_exit = True
        thread.join()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()
