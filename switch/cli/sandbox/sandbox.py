"""One sandbox from start to stop: database, migrations, preparation, processes; used as a context manager in the main thread."""

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from switch.bootstrap.migrating import migrate_database
from switch.bootstrap.opening import DATABASE_NAME, opened_switch
from switch.cli.key_files import ensure_switch_key
from switch.cli.sandbox.children import api, children
from switch.cli.sandbox.faults import Faults
from switch.cli.sandbox.place import CannotStart, own_folder, require_free_ports
from switch.cli.sandbox.prepare import central_bank, prepare
from switch.postgres_server import DataDirectoryInUse, NoPostgres, PostgresServer, ServerFailed, WrongVersion
from switch.processes import ChildFailed, Process, Supervisor
from switch.settings import Settings


class Sandbox:
    """Entering prepares and starts everything, once or many times on the same data; leaving stops it. Raises CannotStart."""

    def __init__(
        self, settings: Settings, tell: Callable[[str], None], *, script: Path | None = None, faults: Faults | None = None
    ) -> None:
        self.settings = settings.model_copy(update={"data": settings.data.absolute()})
        self._tell_plainly = tell
        self._script = script
        self.faults = faults
        self._began = time.monotonic()
        self._held = ExitStack()
        self._supervisor: Supervisor | None = None

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            try:
                self._start(starting)
            except (ChildFailed, DataDirectoryInUse, NoPostgres, ServerFailed, WrongVersion) as failed:
                raise CannotStart(str(failed)) from failed
            self._held = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.close()

    @property
    def stopping(self) -> bool:
        """Whether somebody has pressed Ctrl-C."""
        return self._supervisor is not None and self._supervisor.stopping

    @property
    def restarts(self) -> dict[str, int]:
        return {} if self._supervisor is None else self._supervisor.restarts

    def supervise(self, until: Callable[[], bool] = lambda: False) -> None:
        """Restarts what dies, until Ctrl-C or `until`."""
        assert self._supervisor is not None
        self._supervisor.supervise(until)

    def tell(self, what: str) -> None:
        self._tell_plainly(f"{time.monotonic() - self._began:6.1f} s  {what}")

    def _start(self, held: ExitStack) -> None:
        settings = self.settings
        held.enter_context(own_folder(settings.data))
        require_free_ports(settings)
        ensure_switch_key(settings)
        embedded = None if settings.database_url else PostgresServer(settings.data / "postgres")
        if self.faults is not None:
            held.enter_context(self.faults.on_the_lines())
        self._supervisor = supervisor = Supervisor(settings.data / "run", [embedded] if embedded else [])
        serving: Process | None = None
        if embedded is not None and embedded.has_data:  # what is new is prepared first
            serving = api(settings, self.faults)
            held.callback(serving.stop)
            serving.start()
        held.enter_context(supervisor)
        if embedded is not None and not supervisor.stopping:
            embedded.ensure_database(DATABASE_NAME)
            self.tell(f"PostgreSQL is ready (process {embedded.pid}, {settings.data / 'postgres'})")
        if not supervisor.stopping:
            migrate_database(settings)
            self.tell("the database is migrated")
        bank = "" if supervisor.stopping else asyncio.run(self._prepare())
        started = children(settings, bank, self._script, serving or api(settings, self.faults), self.faults)
        supervisor.add(*started)
        if not supervisor.stopping:
            self.tell(", ".join(f"{child.name} (process {child.pid})" for child in started) + ": ready")

    async def _prepare(self) -> str:
        async with opened_switch(self.settings) as opened:
            await prepare(opened, self.settings, self.tell)
            return central_bank(opened.directory.current().participants.values())
