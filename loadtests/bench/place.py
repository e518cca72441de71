"""The place of a bench: a durable PostgreSQL in a folder of its own, prepared like a sandbox; processes start when they are wanted."""

import asyncio
import itertools
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from loadtests.bench import cpu
from switch.application import Switch
from switch.bootstrap.migrating import migrate_database
from switch.bootstrap.opening import DATABASE_NAME, opened_switch
from switch.cli.key_files import ensure_switch_key, load_sandbox_key
from switch.cli.sandbox.children import api, children
from switch.cli.sandbox.place import free_ports
from switch.cli.sandbox.prepare import central_bank, prepare
from switch.domain.catalogue import AmountRuleKind, Mode, Service
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.postgres_server import PostgresServer
from switch.processes import Process, answers
from switch.settings import Settings
from switch.signatures import SigningKey

if TYPE_CHECKING:
    from loadtests.bench.pgbench import Reference

CURRENCY = "SYP"
CAP_MINOR = 10**14
BY = "bench"
VERIFY_SECONDS = 3_600
PROGRAM_SECONDS = 3_600


class BooksDoNotVerify(Exception):
    """The run is a failed run, whatever its figures are."""


@dataclass(frozen=True, slots=True)
class OpenBill:
    service: Service
    customer_reference: str
    bill_number: str
    amount: Money


class Place:
    """Use it as a context manager, in the main thread."""

    def __init__(self, folder: Path, tell: Callable[[str], None], seed: int, profile: Path | None = None) -> None:
        ports = free_ports(3)
        self.settings = Settings(
            data=folder, database_url=None, host="127.0.0.1", port=ports[0], billers_port=ports[1], rtgs_port=ports[2], log_level="warning"
        )
        self.tell = tell
        self.profile = profile
        """Where the API, run under a sampler, tells at its end what its CPU time went into."""
        self.chance = random.Random(seed)
        self.serials = itertools.count(1)
        self.server = PostgresServer(folder / "postgres")
        self.banks: list[ParticipantCode] = []
        self.services: list[Service] = []
        self.acknowledged: set[str] = set()
        """Payment ids that the switch has said yes to."""
        self.highest_rate = 0.0
        """Payments a second, once measured."""
        self.payment_reference: Reference | None = None
        """pgbench doing one payment at a time, once measured."""
        self._keys: dict[str, SigningKey] = {}
        self._held = ExitStack()
        self._processes: dict[str, Process] = {}

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            ensure_switch_key(self.settings)
            starting.enter_context(self.server)
            self.server.ensure_database(DATABASE_NAME)
            migrate_database(self.settings)
            asyncio.run(self._prepare())
            starting.callback(self._stop_all)
            self._held = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.close()

    @property
    def address(self) -> tuple[str, int]:
        return self.settings.host, self.settings.port

    @property
    def script(self) -> Path:
        """How billers misbehave; read again when it changes."""
        return self.settings.data / "mischief.json"

    def key_of(self, bank: str) -> SigningKey:
        if bank not in self._keys:
            self._keys[bank] = load_sandbox_key(self.settings, bank)
        return self._keys[bank]

    @contextmanager
    def running(self, *names: str) -> Iterator[dict[str, int]]:
        """These processes of the switch and no others (`api`, `worker`, `billers`, `rtgs`): their ids, and PostgreSQL's."""
        with self.ready(*names) as pids:
            cpu.wait_until_quiet(pids)
            yield pids

    @contextmanager
    def ready(self, *names: str) -> Iterator[dict[str, int]]:
        """The same as soon as they are ready, while others of the API's processes may still start."""
        started = [self._processes[name] for name in names]
        try:
            for process in started:
                process.start()
            for process in started:
                if not process.wait_ready():
                    raise RuntimeError(f"{process.name} did not start: {process.last_words()}")
            yield {process.name: process.pid or 0 for process in started} | self.postgres
        finally:
            for process in reversed(started):
                process.stop()

    @property
    def postgres(self) -> dict[str, int]:
        return {"postgres": self.server.pid or 0}

    def services_of(self, mode: Mode) -> list[Service]:
        """Those whose bills are paid whole: one payment each."""
        return [service for service in self.services if service.mode is mode and service.bill_rule.kind is AmountRuleKind.EXACT]

    def spread(self, count: int) -> Sequence[ParticipantCode]:
        """Which bank sends each of so many payments."""
        return self.chance.choices(self.banks, k=count)

    def told_by(self, module: str, *words: str) -> dict[str, Any]:
        """What a program on these books, in a process of its own, says in JSON."""
        argv = [sys.executable, "-m", module, *words]
        ran = subprocess.run(argv, env=self.environment(), capture_output=True, text=True, check=False, timeout=PROGRAM_SECONDS)
        if ran.returncode != 0:
            raise RuntimeError(f"{module} failed: {ran.stderr[-4_000:]}")
        said: dict[str, Any] = json.loads(ran.stdout)
        return said

    def verify(self) -> dict[str, Any]:
        """Raises BooksDoNotVerify."""
        ran = subprocess.run(
            [sys.executable, "-m", "switch", "verify", "--json"],
            env=self.environment(), capture_output=True, text=True, check=False, timeout=VERIFY_SECONDS,
        )  # fmt: skip
        if ran.returncode != 0:
            raise BooksDoNotVerify(ran.stdout[-4_000:] + ran.stderr[-4_000:])
        found: dict[str, Any] = json.loads(ran.stdout)
        return found

    def environment(self) -> dict[str, str]:
        """For `switch` commands on these books."""
        return os.environ | self.settings.environment()

    async def _prepare(self) -> None:
        async with opened_switch(self.settings) as switch:
            await prepare(switch, self.settings, lambda _: None)
            await self._look_around(switch)

    async def _look_around(self, switch: Switch) -> None:
        directory = switch.directory.current()
        self.services = list(directory.services.values())
        self.banks = [code for code, participant in directory.participants.items() if participant.pays]
        for bank in self.banks:
            await switch.change_cap(bank, Money(CAP_MINOR, CURRENCY), by=BY)
        self.script.write_text("{}", encoding="ascii")
        started = children(self.settings, central_bank(directory.participants.values()), self.script, api(self.settings))
        self._processes = {process.name: process for process in started}
        if self.profile is not None:
            self._processes["api"] = self._profiled(self.profile)

    def _profiled(self, report: Path) -> Process:
        return Process(
            "api",
            [sys.executable, "-m", "loadtests.bench.profiled", report.absolute()],
            log_file=self.settings.data / "logs" / "api.log",
            env=self.environment(),
            ready=answers(f"{self.settings.api_url}/ready"),
        )

    def _stop_all(self) -> None:
        for process in self._processes.values():
            process.stop()
