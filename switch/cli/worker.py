"""`switch worker`: what the switch does on its own (doubts, advices, windows), until SIGTERM; then runs under way are finished."""

import asyncio
import signal

import structlog
import uvloop

from switch.bootstrap.awaiting import await_database
from switch.bootstrap.opening import opened_switch
from switch.cli.arguments import Wait
from switch.cli.reaching import needs_database_and_key
from switch.jobs.worker import run_worker
from switch.settings import Settings, load_settings
from switch.telemetry import configure_logging

_log = structlog.get_logger("switch.worker")


def worker(wait: Wait = 0) -> None:
    """Resolve payments in doubt, deliver advices, close and settle windows, issue files. Several may run beside one another."""
    settings = load_settings()
    configure_logging(settings.log_level, "worker")
    with needs_database_and_key():
        uvloop.run(_work(settings, wait))


async def _work(settings: Settings, wait: float) -> None:
    if wait:
        await await_database(settings, wait)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opened_switch(settings) as switch:
        _log.info("worker.working")
        await run_worker(switch, stop)
    _log.info("worker.stopped")
