"""`switch serve`: the API over HTTP, until SIGTERM; then requests under way are finished."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from typing import Annotated

import structlog
import typer
import uvicorn
import uvloop

from switch.api.app import create_app
from switch.application import Switch
from switch.bootstrap import opened_switch
from switch.cli.reaching import needs_database_and_key
from switch.settings import Settings, load_settings
from switch.telemetry import configure_logging

STOP_WITHIN_SECONDS = 10
WAITING_CONNECTIONS = 2048
KEPT_CONNECTION_SECONDS = 75
DIRECTORY_CHECKED_EVERY_SECONDS = 1.0

_log = structlog.get_logger("switch.serve")

AtHost = Annotated[str | None, typer.Option("--host", help="Address to listen at; SWITCH_HOST.")]
AtPort = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to listen at; SWITCH_PORT.")]


def serve(host: AtHost = None, port: AtPort = None) -> None:
    """Serve the API. The database must be there and migrated: `switch run` does that, or `switch migrate up`."""
    settings = load_settings()
    configure_logging(settings.log_level, "api")
    at = (host or settings.host, port or settings.port)
    try:
        listening = socket.create_server(at, backlog=WAITING_CONNECTIONS)
    except OSError as error:
        typer.echo(f"cannot listen at {at[0]}:{at[1]}: {error.strerror}; give another --port, or SWITCH_PORT", err=True)
        raise typer.Exit(1) from None
    with listening, needs_database_and_key():
        uvloop.run(_serve(settings, listening))


async def _serve(settings: Settings, listening: socket.socket) -> None:
    async with opened_switch(settings) as switch:
        keeping = asyncio.create_task(_keep_directory(switch))
        server = _Server(
            uvicorn.Config(
                create_app(switch),
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEPT_CONNECTION_SECONDS,
                timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
            )
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, server.stop)
        _log.info("api.serving", at=listening.getsockname())
        await server.serve(sockets=[listening])
        keeping.cancel()
    _log.info("api.stopped")


async def _keep_directory(switch: Switch) -> None:
    """What staff change in another process is known here a second later."""
    while True:
        await asyncio.sleep(DIRECTORY_CHECKED_EVERY_SECONDS)
        try:
            await switch.directory.refresh_if_changed()
        except Exception as fault:  # noqa: BLE001 - the database may be away for a while; the directory that we have still stands
            _log.warning("directory.not_refreshed", fault=type(fault).__name__)


class _Server(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again after serving, and so end us before the switch is closed."""

    def stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
