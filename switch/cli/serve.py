"""`switch serve`: the API over HTTP, in as many processes as there are cores, on one listening socket; until SIGTERM.

With SIGUSR2 it begins anew, under the same process id and with whatever program is installed by then, while its former processes answer.
"""

import asyncio
import errno
import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Annotated, NoReturn

import typer

from switch.api.accepting import Shares
from switch.cli.arguments import Wait
from switch.cli.parent_died import PARENT_DIED
from switch.processes import ChildFailed, Process, Supervisor, answers
from switch.settings import Settings, load_settings
from switch.telemetry import configure_logging

WAITING_CONNECTIONS = 2048
FREED_WITHIN_SECONDS = 5.0
"""By a `switch serve` that is just ending."""
BEGIN_ANEW = signal.SIGUSR2
_ASK_AGAIN_SECONDS = 0.05
_FORMER = "SWITCH_FORMER_PROCESSES"
"""Told to ourselves over the new beginning: whose end is to be waited for."""

Serve = Callable[[Settings, socket.socket, Shares], None]
AtHost = Annotated[str | None, typer.Option("--host", help="Address to listen at; SWITCH_HOST.")]
AtPort = Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port to listen at; SWITCH_PORT.")]
Workers = Annotated[int | None, typer.Option("--workers", min=1, max=64, help="Processes; SWITCH_WORKERS, or one a core.")]


def serve(host: AtHost = None, port: AtPort = None, workers: Workers = None, wait: Wait = 0) -> None:
    """Serve the API. The database must be there and migrated: `switch run` does that, or `switch migrate up`.

    SIGTERM ends it; SIGUSR2 starts it anew, and payers are answered all the while.
    """
    settings = load_settings()
    configure_logging(settings.log_level, "api")
    at, anew = (host or settings.host, port or settings.port), _asked_to_begin_anew()
    serve_socket = _everything_imported()
    if wait:
        _await_database(settings, wait)
    with ExitStack() as held:
        claim, listening = map(held.enter_context, _listening(at))
        count = workers or settings.workers or os.cpu_count() or 1
        memory = Shares.memory(count)
        live = answers(f"{'https' if settings.tls_certificate else 'http'}://{at[0]}:{at[1]}/live")

        def process(number: int) -> Process:
            """The first tells whether the database and the key are there: what is wrong it has said itself."""

            def run() -> None:
                claim.close()
                _run(serve_socket, settings, listening, Shares(memory, number))

            return Process(f"api-{number + 1}", run, ready=live, death_signal=PARENT_DIED)

        children = [process(number) for number in range(count)]
        try:
            with Supervisor(settings.run, children[:1]) as supervisor:
                supervisor.add(*children[1:])
                supervisor.supervise(until=anew)
                if not supervisor.stopping:
                    _begin_anew(children)
        except ChildFailed as failed:
            typer.echo(str(failed), err=True)
            raise typer.Exit(1) from None


def _asked_to_begin_anew() -> Callable[[], bool]:
    """Asked again and again once ours are there. Our former processes are then told to end in a while, and when they have, it may begin
    anew again."""
    asked = threading.Event()
    signal.signal(BEGIN_ANEW, lambda *_: asked.set())
    former = [int(pid) for pid in os.environ.pop(_FORMER, "").split()]
    untold = former.copy()

    def is_asked() -> bool:
        while untold:
            os.kill(untold.pop(), PARENT_DIED)
        former[:] = [pid for pid in former if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        return asked.is_set() and not former

    return is_asked


def _begin_anew(children: Sequence[Process]) -> NoReturn:
    """The same program from its beginning, in this process. Ours answer until others share their port; should these never come, as if we
    had been killed."""
    os.environ[_FORMER] = " ".join(str(child.pid) for child in children if child.is_alive())
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves


def _listening(at: tuple[str, int]) -> tuple[socket.socket, socket.socket]:
    """The claim, which says that there is one `switch serve` for this port and ends with it; and a socket to be accepted from.

    The port is shared with the processes of a `switch serve` that was killed: they go on until ours have taken over. It is listened at
    only when these are about to be there, for whoever is led to our socket has to wait for them.
    """
    deadline = time.monotonic() + FREED_WITHIN_SECONDS
    while True:
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0switch serve {at[0]}:{at[1]}")
            return claim, socket.create_server(at, backlog=WAITING_CONNECTIONS, reuse_port=True)
        except OSError as error:
            claim.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                typer.echo(f"cannot listen at {at[0]}:{at[1]}: {error.strerror}; give another --port, or SWITCH_PORT", err=True)
                raise typer.Exit(1) from None
            time.sleep(_ASK_AGAIN_SECONDS)


def _everything_imported() -> Serve:
    """Once, before the processes of the API are forked: each would take a second and a half of processor for the same, at each start
    and again after each death."""
    gc.disable()  # what is imported stays: looking for garbage in it is a fifth of the time
    from switch.api.app import routes, warm  # noqa: PLC0415 - only now, see above
    from switch.cli.api_process import serve_socket  # noqa: PLC0415 - only now, see above

    asyncio.run(warm(routes()))
    gc.collect()
    gc.freeze()  # and so it stays shared with all of them
    gc.enable()
    return serve_socket


def _await_database(settings: Settings, seconds: float) -> None:
    from switch.bootstrap.awaiting import await_database  # noqa: PLC0415 - with everything else, see above

    asyncio.run(await_database(settings, seconds))


def _run(serve_socket: Serve, settings: Settings, listening: socket.socket, shares: Shares) -> None:
    try:
        serve_socket(settings, listening, shares)
    except typer.Exit as told:
        sys.exit(told.exit_code)
