"""The posting lane: commands queue for as long as the batch before them takes, then go to the database together.

A lone command waits for nobody: while a batch is being written the next one collects. Each caller is answered after the commit.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from switch.domain.admission import Command, Conclude, Decision, Reserve, Stands
from switch.domain.errors import Overloaded, SwitchUnavailable
from switch.ports import Clock
from switch.posting.batch import write_batch
from switch.store.database import CommitUnknown, Database

LARGEST_BATCH = 200
MOST_WAITING = 4_000
RETRY_AFTER_SECONDS = 2
PAUSES_SECONDS = (0.0, 0.05, 0.2, 0.5, 1.0)
"""Before each attempt to write a batch: a lost line, a deadlock or an unknown commit is tried again, by key, before anybody is answered."""

_LINE_TROUBLE = (CommitUnknown, OperationalError, InterfaceError, PoolTimeout)


class _Waiting(NamedTuple):
    command: Command
    answer: asyncio.Future[Decision]


class PostingLane:
    """One for each process and database; `close` before the database."""

    def __init__(self, database: Database, clock: Clock, *, largest_batch: int = LARGEST_BATCH, most_waiting: int = MOST_WAITING) -> None:
        self._database = database
        self._clock = clock
        self._largest_batch = largest_batch
        self._most_waiting = most_waiting
        self._waiting: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def submit(self, command: Command) -> Decision:
        """What the command did, after its commit. Raises Overloaded where nothing was queued, SwitchUnavailable where it is not known.

        A Conclude is never shed: its payment is in the books already.
        """
        if len(self._waiting) >= self._most_waiting and not isinstance(command, Conclude):
            raise Overloaded(retry_after_seconds=RETRY_AFTER_SECONDS)
        waiting = _Waiting(command, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(), name="posting-lane")
        return await waiting.answer

    async def close(self) -> None:
        """Everything that was queued is written first."""
        if self._writer is not None:
            await self._writer

    async def _write_all(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), self._largest_batch))]
            await self._answer(batch)

    async def _answer(self, batch: Sequence[_Waiting]) -> None:
        try:
            decisions = await self._write([waiting.command for waiting in batch])
        except _LINE_TROUBLE:
            _fail(batch, SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS))
        except Exception as fault:  # noqa: BLE001 - one poisoned command must not fail its neighbours, whatever is wrong with it
            if len(batch) == 1:
                _fail(batch, fault)
            else:
                for waiting in batch:
                    await self._answer([waiting])
        else:
            for waiting, decision in zip(batch, decisions, strict=True):
                if not waiting.answer.done():
                    waiting.answer.set_result(_own(waiting.command, decision))

    async def _write(self, commands: Sequence[Command]) -> list[Decision]:
        last: Exception | None = None
        for pause_seconds in PAUSES_SECONDS:
            if pause_seconds:
                await asyncio.sleep(pause_seconds)
            try:
                return await write_batch(self._database, commands, self._clock.now())
            except DBAPIError as error:
                if not isinstance(error, _LINE_TROUBLE):
                    raise
                last = error
            except (CommitUnknown, PoolTimeout) as error:
                last = error
        assert last is not None
        raise last


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)


def _own(command: Command, decision: Decision) -> Decision:
    """After an unknown commit the second attempt finds what the first one wrote: that is no replay."""
    if isinstance(command, Reserve) and isinstance(decision, Stands) and decision.payment.payment_id == command.payment.payment_id:
        return replace(decision, replayed=False)
    return decision
