"""Faults on purpose: bad lines between banks, switch, billers and database, and processes that die at named steps of a payment."""

import asyncio
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field

from switch.bootstrap.opening import DATABASE_NAME
from switch.cli.sandbox.place import free_ports
from switch.fail_points import OF_A_PAYMENT, FailPoint, told
from switch.postgres_server import PostgresServer
from switch.settings import Settings
from switch.simulators.bad_line import BadLine, LineFault, to_port, to_socket

BANKS, BILLERS, DATABASE = "lines to the banks", "lines to the billers", "lines to the database"
FAIL_POINTS = "fail points"
SHARES: Mapping[str, float] = {BANKS: 0.015, BILLERS: 0.03, DATABASE: 0.004}
"""Of the pieces that go through each: a request of a bank is one, a batch of payments several of the database."""
DEATHS_OF_EACH = 2
DEATH_SHARE, DEATH_SHARE_OF_WORKERS = 0.05, 0.5
"""Of the times that a step is reached; workers come by theirs seldom."""
_UP_WITHIN_SECONDS = 10.0


@dataclass
class Faults:
    """Its lines stand before the switch, the billers and the database; `settings` say where the billers' line is."""

    settings: Settings
    seed: int
    lines: Mapping[str, BadLine] = field(init=False)

    def __post_init__(self) -> None:
        self.bank_port, self.database_port, self.billers_port = free_ports(3)
        self._server = PostgresServer(self.settings.data / "postgres")
        ends = {
            BANKS: to_port(self.settings.port),
            BILLERS: to_port(self.billers_port),
            DATABASE: to_socket(self._server.socket),
        }
        chances = {name: random.Random(f"{self.seed}/{name}") for name in ends}  # noqa: S311 - to be repeated, not to be secret
        self.lines = {name: BadLine(end, SHARES[name], chances[name], healed=True) for name, end in ends.items()}

    @property
    def bank_url(self) -> str:
        """Where banks and billers reach the switch."""
        return f"http://127.0.0.1:{self.bank_port}"

    def environment(self) -> Mapping[str, str]:
        """Of the processes of the switch, once the database is made."""
        shares = {
            point: DEATH_SHARE_OF_WORKERS if point in (FailPoint.LEASED, FailPoint.ENQUIRED) else DEATH_SHARE for point in OF_A_PAYMENT
        }
        points = ",".join(f"{point}=exit:{share}*{DEATHS_OF_EACH}" for point, share in shares.items())
        return {"SWITCH_DATABASE_URL": self._server.url_at("127.0.0.1", self.database_port, DATABASE_NAME), "SWITCH_FAIL_POINTS": points}

    @contextmanager
    def on_the_lines(self) -> Iterator[None]:
        """They are up within, in a thread of their own."""
        up, down = threading.Event(), asyncio.Event()
        loop = asyncio.new_event_loop()

        async def serve() -> None:
            async with AsyncExitStack() as listening:
                for name, port in ((BANKS, self.bank_port), (BILLERS, self.settings.billers_port), (DATABASE, self.database_port)):
                    await listening.enter_async_context(self.lines[name].listening(port))
                up.set()
                await down.wait()

        def run() -> None:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(serve())

        thread = threading.Thread(target=run, name="lines")
        thread.start()
        try:
            if not up.wait(_UP_WITHIN_SECONDS):
                raise RuntimeError("the lines did not come up")
            yield
        finally:
            loop.call_soon_threadsafe(down.set)
            thread.join()

    def spoil(self) -> None:
        """Until then, while everything is started, the lines are good."""
        for line in self.lines.values():
            line.healed = False

    def heal(self) -> None:
        for line in self.lines.values():
            line.healed = True

    def injected(self) -> dict[str, dict[str, int]]:
        """How often each has struck, also those that never did."""
        failed = told(self.settings.failed)
        counted = {name: {str(fault): line.injected[fault] for fault in LineFault} for name, line in self.lines.items()}
        return counted | {FAIL_POINTS: {str(point): failed[f"{point} exit"] for point in OF_A_PAYMENT}}
