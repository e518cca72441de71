"""`switch demo`: a whole business day in its own data folder, and a summary; exits with 1 where anything was lost, doubled or wrong."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from typing import Annotated

import structlog
import typer

from switch.bootstrap.opening import opened_switch
from switch.cli.demo_summary import print_summary
from switch.cli.output import AsJson, print_json, say
from switch.cli.sandbox import CannotStart, Sandbox
from switch.cli.sandbox.day import BusinessDay
from switch.cli.sandbox.faults import Faults
from switch.cli.sandbox.mischief import write_script
from switch.cli.sandbox.place import folder_of_demo, free_ports
from switch.cli.sandbox.report import DayReport
from switch.cli.sandbox.uploads import upload_open_bills
from switch.settings import Settings, load_settings
from switch.simulators.charging import shipped_billers
from switch.simulators.orders import customers_needed
from switch.telemetry import configure_logging

STOPPED_EXIT_CODE = 130


def demo(
    payments: Annotated[int, typer.Option(min=100, max=200_000, help="How many customers come that day.")] = 3_000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed is the same day.")] = 1,
    kills: Annotated[int, typer.Option(min=0, max=1_000, help="How many times a process dies by kill -9 while they pay.")] = 1,
    faults: Annotated[
        bool, typer.Option("--faults", help="Bad lines everywhere, processes that die at named steps, stand still or are cut off.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show a business day: all banks pay all billers, some of which misbehave or lie; windows settle; the books are compared and proven.

    Each day begins with empty books: in the data folder where it is new or holds an earlier demo, else in <data>/demo, beside what
    `switch run` keeps. Ports are free ones. Afterwards the books may be looked at with any other command, and gone on with by `switch run`.
    """
    configure_logging("critical", "demo")
    tell: Callable[[str], None] = (lambda text: print(text, file=sys.stderr, flush=True)) if as_json else say
    report = DayReport(seed=seed, wishes=payments, kills=kills)
    try:
        settings = _own_settings()
        report.data = str(settings.data)
        complete = _day(settings, report, tell, Faults(settings, seed) if faults else None, quiet=as_json)
    except CannotStart as why:
        typer.echo(f"لا يمكن البدء · Cannot start: {why}", err=True)
        raise typer.Exit(1) from None
    if not complete:
        raise typer.Exit(STOPPED_EXIT_CODE)
    if as_json:
        print_json(report)
    else:
        print_summary(report)
    if not report.good:
        raise typer.Exit(1)


def _own_settings() -> Settings:
    """Beside a running switch, and never on a database that was named for something else."""
    os.environ.pop("SWITCH_DATABASE_URL", None)
    settings = load_settings()
    port, billers_port, rtgs_port = free_ports(3)
    data = folder_of_demo(settings.data)
    return settings.model_copy(
        update={"data": data, "host": "127.0.0.1", "port": port, "billers_port": billers_port, "rtgs_port": rtgs_port, "database_url": None}
    )


def _day(settings: Settings, report: DayReport, tell: Callable[[str], None], faults: Faults | None, *, quiet: bool) -> bool:
    """False where it was stopped before its end."""
    script = settings.data.absolute() / "sandbox" / "script.json"
    report.misbehaving = write_script(script, report.seed)
    services = [service for biller in shipped_billers().values() for service in biller.services.values()]
    with Sandbox(settings, tell, script=script, faults=faults) as sandbox:
        upload_open_bills(sandbox, customers_needed(services, report.wishes))
        day = _DayThread(sandbox, report, quiet=quiet)
        day.start()
        sandbox.supervise(until=lambda: not day.is_alive())
        report.restarts = sandbox.restarts
        day.finish()
    return day.complete


class _DayThread(threading.Thread):
    """The day runs beside the supervisor, which needs the main thread."""

    def __init__(self, sandbox: Sandbox, report: DayReport, *, quiet: bool) -> None:
        super().__init__(name="day")
        self._sandbox, self._report, self._quiet = sandbox, report, quiet
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._failed: BaseException | None = None
        self.complete = False

    def run(self) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._live())
            self.complete = True
        except asyncio.CancelledError:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised again in the main thread, after everything has stopped
            self._failed = error

    def finish(self) -> None:
        """Ends it where it is under way; raises what it has failed with."""
        if self.is_alive() and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self.join()
        if self._failed is not None:
            structlog.get_logger("switch.demo").critical("day.failed", fault=type(self._failed).__name__)
            raise self._failed

    async def _live(self) -> None:
        self._task = asyncio.current_task()
        async with opened_switch(self._sandbox.settings) as switch:
            await BusinessDay(self._sandbox, switch, self._report, quiet=self._quiet).live()
