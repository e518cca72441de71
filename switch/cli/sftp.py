"""`switch sftp`: serve issued files over SFTP and take statements in, each participant its own, until SIGTERM."""

import asyncio
import signal
from collections.abc import Collection
from typing import Annotated

import structlog
import typer

from switch.application import Switch
from switch.bootstrap.opening import DATABASE_TROUBLE, opened_switch
from switch.cli.key_files import ensure_key
from switch.cli.reaching import needs_database_and_key
from switch.domain.identifiers import ParticipantCode
from switch.domain.participants import CONCLUDES
from switch.settings import Settings, load_settings
from switch.sftp import SftpServing, serve_files
from switch.telemetry import configure_logging

HOST_KEY = "sftp.pem"
REFRESH_SECONDS = 1.0
_log = structlog.get_logger("switch.sftp")


def sftp(
    host: Annotated[str | None, typer.Option(help="Address to listen at; SWITCH_HOST.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen at; SWITCH_SFTP_PORT.")] = None,
) -> None:
    """Serve issued files over SFTP: the user is the national code, the key one that is registered for it.

    Statements are put into the folder `in`, each with its signature beside it; the worker takes them in.
    """
    settings = load_settings()
    configure_logging(settings.log_level, "sftp")
    with needs_database_and_key():
        try:
            asyncio.run(_serve(settings, host or settings.host, port or settings.sftp_port))
        except FileNotFoundError:
            raise  # the switch's key
        except OSError as fault:
            typer.echo(f"cannot listen: {fault.strerror}; give another --port, or SWITCH_SFTP_PORT", err=True)
            raise typer.Exit(1) from None


async def _serve(settings: Settings, host: str, port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opened_switch(settings) as switch:
        host_key = ensure_key(settings.keys / HOST_KEY, "switch:sftp").pem()
        serving = SftpServing(settings.files, settings.received, lambda code: _keys_of(switch, code))
        acceptor = await serve_files(serving, host, port, host_key)
        _log.info("sftp.serving", host=host, port=port)
        try:
            await _follow_directory(switch, stop)
        finally:
            acceptor.close()
            await acceptor.wait_closed()
    _log.info("sftp.stopped")


async def _follow_directory(switch: Switch, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await switch.directory.refresh_if_changed()
        except DATABASE_TROUBLE as trouble:  # what was known goes on until it can be asked again
            _log.warning("sftp.directory_unreachable", fault=type(trouble).__name__)
        try:
            async with asyncio.timeout(REFRESH_SECONDS):
                await stop.wait()
        except TimeoutError:
            continue


def _keys_of(switch: Switch, code: str) -> Collection[str]:
    """None of whoever takes no part; who is suspended still gets what was settled."""
    directory = switch.directory.current()
    participant = directory.participants.get(ParticipantCode(code))
    if participant is None or participant.status not in CONCLUDES:
        return ()
    return [key.public_pem for key in directory.keys.values() if key.participant == code]
