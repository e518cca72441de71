"""`switch serve`: the API over HTTP, in as many processes as there are cores, on one listening socket; until SIGTERM."""

import errno
import os
import socket
import sys
import time
from typing import Annotated

import typer

from switch.api.accepting import Shares
from switch.processes import ChildFailed, Process, Supervisor, answers
from switch.settings import load_settings
from switch.telemetry import configure_logging

WAITING_CONNECTIONS = 2048
FREED_WITHIN_SECONDS = 5.0
"""Processes of an API that was killed are told to stop, and let go of the port as soon as they hear it."""
_ASK_AGAIN_SECONDS = 0.05

AtHost = Annotated[str | None, typer.Option("--host", help="Address to listen at; SWITCH_HOST.")]
AtPort = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to listen at; SWITCH_PORT.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=64, help="Processes; SWITCH_WORKERS, or one a core.")]


def serve(host: AtHost = None, port: AtPort = None, workers: Workers = None) -> None:
    """Serve the API. The database must be there and migrated: `switch run` does that, or `switch migrate up`."""
    settings = load_settings()
    configure_logging(settings.log_level, "api")
    at = (host or settings.host, port or settings.port)
    with _listening(at) as listening:
        count = workers or settings.workers or os.cpu_count() or 1
        memory = Shares.memory(count)
        scheme = "https" if settings.tls_certificate else "http"
        children = [_process(number, scheme, at, listening, memory) for number in range(count)]
        try:
            with Supervisor(settings.run, children[:1]) as supervisor:
                supervisor.add(*children[1:])
                supervisor.supervise()
        except ChildFailed as failed:
            typer.echo(str(failed), err=True)
            raise typer.Exit(1) from None


def _listening(at: tuple[str, int]) -> socket.socket:
    deadline = time.monotonic() + FREED_WITHIN_SECONDS
    while True:
        try:
            return socket.create_server(at, backlog=WAITING_CONNECTIONS)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                typer.echo(f"cannot listen at {at[0]}:{at[1]}: {error.strerror}; give another --port, or SWITCH_PORT", err=True)
                raise typer.Exit(1) from None
            time.sleep(_ASK_AGAIN_SECONDS)


def _process(number: int, scheme: str, at: tuple[str, int], listening: socket.socket, memory: int) -> Process:
    """The first tells whether the database and the key are there: what is wrong it has said itself."""
    handed_on = (listening.fileno(), memory)
    words = [sys.executable, "-m", "switch.cli.start_api", *map(str, handed_on), str(number)]
    url = f"{scheme}://{at[0]}:{at[1]}/live"
    return Process(f"api-{number + 1}", words, log_file=None, handed_on=handed_on, ready=answers(url))
