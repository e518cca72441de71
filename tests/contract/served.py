"""A simulator on a real loopback socket, in a thread of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
from starlette.types import ASGIApp

from switch.simulators.serving import make_server
from tests.waiting import wait_until


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = make_server(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            wait_until(lambda: server.started)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def shown(url: str) -> Any:
    answer = httpx2.get(url)
    assert answer.status_code == 200
    return answer.json()
