"""One process of the API, which serves the socket that `switch serve` has handed on; `start_api.py` starts it."""

import asyncio
import contextlib
import gc
import os
import resource
import signal
import socket
from collections.abc import Iterator

import structlog
import uvicorn
import uvloop

from switch.api.accepting import Accepting, Shares
from switch.api.app import create_app, warm
from switch.api.connections import HEAD_SECONDS, MOST_CONNECTIONS, at_most
from switch.application import Switch
from switch.bootstrap.opening import opened_switch
from switch.bootstrap.tls import Serving, find_names, find_tls
from switch.cli.parent_died import GO_ON_SECONDS, PARENT_DIED
from switch.cli.reaching import needs_database_and_key
from switch.domain.certificate_errors import AuthorityUnusable
from switch.settings import Settings
from switch.telemetry import configure_logging

STOP_WITHIN_SECONDS = 10
KEPT_CONNECTION_SECONDS = 75
OTHER_OPEN_FILES = 200
DIRECTORY_CHECKED_EVERY_SECONDS = 1.0
GARBAGE_THRESHOLDS = (20_000, 20, 20)
"""New objects before the youngest are looked through, and how many of these looks before one at the older ones."""

_log = structlog.get_logger("switch.serve")


def serve_socket(settings: Settings, listening: socket.socket, shares: Shares) -> None:
    """Until SIGTERM or SIGINT; then requests under way are finished."""
    configure_logging(settings.log_level, "api")
    with listening, needs_database_and_key():
        uvloop.run(_serve(settings, listening, shares))


async def _serve(settings: Settings, listening: socket.socket, shares: Shares) -> None:
    settings.run.mkdir(parents=True, exist_ok=True)
    serving, names = find_tls(settings), find_names(settings)
    context = None if serving is None else serving.context
    async with opened_switch(settings) as switch:
        keeping = asyncio.create_task(_keep_current(switch, serving))
        app = create_app(switch, settings.limits, settings.run, None if serving is None else serving.tls, names)
        await warm(app)
        server = _Server(
            uvicorn.Config(
                app,
                http=at_most(_room_for_connections(), secured=context is not None),
                ssl_context_factory=None if context is None else lambda *_: context,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",  # whatever a stranger sends that is no HTTP would be a line each
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEPT_CONNECTION_SECONDS,
                timeout_graceful_shutdown=STOP_WITHIN_SECONDS,
            ),
            shares,
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, server.stop)
        loop.add_signal_handler(PARENT_DIED, loop.call_later, GO_ON_SECONDS, server.stop)
        _look_for_garbage_seldom()
        _log.info("api.serving", at=listening.getsockname(), pid=os.getpid())
        await server.serve(sockets=[listening])
        keeping.cancel()
    _log.info("api.stopped", pid=os.getpid())


def _look_for_garbage_seldom() -> None:
    """What was made at start-up stays, and need not be looked through again and again while payers wait (gc, `freeze`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()


def _room_for_connections() -> int:
    """As many as there may be open files, less what else we open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + OTHER_OPEN_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(min(MOST_CONNECTIONS, soft - OTHER_OPEN_FILES), 1)


async def _keep_current(switch: Switch, serving: Serving | None) -> None:
    """What staff change in another process, or in the files of TLS, is known here a second later."""
    unchecked = False
    while True:
        await asyncio.sleep(DIRECTORY_CHECKED_EVERY_SECONDS)
        try:
            await switch.directory.refresh_if_changed()
            await switch.keep_incidents()
        except Exception as fault:  # noqa: BLE001 - the database may be away for a while; the directory that we have still stands
            _log.warning("directory.not_refreshed", fault=type(fault).__name__)
        if serving is not None:
            _refresh_tls(serving)
            if serving.tls.trusted.unchecked(switch.clock.now()) != unchecked:
                unchecked = not unchecked
                _log.error("tls.revocation_list", out_of_date=unchecked)


def _refresh_tls(serving: Serving) -> None:
    try:
        if serving.refresh():
            _log.info("tls.refreshed", pid=os.getpid())
    except (OSError, AuthorityUnusable) as fault:  # half a file, or a wrong one: what we have still stands
        _log.error("tls.not_refreshed", fault=type(fault).__name__)


class _Server(uvicorn.Server):
    """Signals are ours: uvicorn would raise them again after serving, and so end us before the switch is closed. So is accepting."""

    def __init__(self, config: uvicorn.Config, shares: Shares) -> None:
        super().__init__(config)
        self._shares = shares
        self._accepting: Accepting | None = None

    def stop(self) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])
        assert sockets is not None
        self._accepting = Accepting(sockets[0], self._shares, self._served, lambda: len(self.server_state.connections))

    async def on_tick(self, counter: int) -> bool:
        if self._accepting is not None:
            self._accepting.count()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._accepting is not None:
            self._accepting.close()
        await super().shutdown(sockets)

    async def _served(self, accepted: socket.socket) -> None:
        """A handshake that is not finished costs a file, as an open line does; it may take no longer than a head."""
        impatient = None if self.config.ssl is None else HEAD_SECONDS
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(
                self._connection, accepted, ssl=self.config.ssl, ssl_handshake_timeout=impatient
            )

    def _connection(self) -> asyncio.Protocol:
        return self.config.http_protocol_class(  # type: ignore[call-arg]  # as uvicorn calls it
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
