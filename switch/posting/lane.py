"""The posting lane: commands queue for as long as the batch before them takes, then go to the database together.

A lone command waits for nobody: while a batch is being written the next one collects. Each caller is answered after the commit.
What comes in bulk has a writer of its own: a payer at a counter never waits for a payroll, nor a payroll for the rush at the counters.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import ceil, inf
from typing import NamedTuple

from switch.domain.admission import Command, Conclude, Decision, Reserve, Stands
from switch.domain.errors import Overloaded, SwitchUnavailable
from switch.domain.webhooks import NOBODY, Listening
from switch.ports import Clock
from switch.posting.batch import write_batch
from switch.posting.pace import Pace
from switch.posting.turns import Turns
from switch.posting.until_known import until_known
from switch.posting.within import within
from switch.store.database import LINE_TROUBLE, Database

LARGEST_BATCH = 200
BULK_AT_ONCE = 100
BULK_PARTS_ALONE = 5
"""At once where nobody has come singly for a while: the larger the batch, the less each line costs, and the longer whoever comes waits."""
BULK_TURNS_ALONE = 2
"""Under way, where nobody else has come: while one is written the next one claims."""
ALONE_SECONDS = 1.0
MOST_WAITING = 4_000
STUCK_SECONDS = 15.0
"""A batch that takes longer is on a line that says nothing any more; longer than any lock is waited for."""
DECIDED_WITHIN_SECONDS = 4.0
"""Of one command: then its caller is told that it is not known, whatever the lane is waiting for."""
LONGEST_WAIT_SECONDS = 2.0
"""In the lane, before a new payment is held: with a biller's five seconds and its conclusion it stays well within our own answer's ten."""
BUSY_SECONDS = 0.25
RETRY_AFTER_SECONDS = 2
LONGEST_RETRY_AFTER_SECONDS = 30


Answer = Decision | Exception


class _Waiting(NamedTuple):
    commands: Sequence[Command]
    answers: asyncio.Future[list[Answer]]


class _Queued(NamedTuple):
    command: Command
    waiting: _Waiting

    def wanted(self) -> bool:
        """A payment is not begun for a caller who was told long ago that nothing is known; what was held is concluded whoever waits."""
        return isinstance(self.command, Conclude) or not self.waiting.answers.cancelled()


class PostingLane:
    """One for each process and database; `close` before the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        listening: Callable[[], Listening] = lambda: NOBODY,
        largest_batch: int = LARGEST_BATCH,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._database = database
        self._clock = clock
        self._listening = listening
        self._largest_batch = largest_batch
        self._most_waiting = most_waiting
        self._waiting: deque[_Waiting] = deque()
        self._bulk: deque[_Waiting] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._bulk_writer: asyncio.Task[None] | None = None
        self._turns = Turns()
        self._pace = Pace(clock.monotonic)
        self._came_singly_at = -inf

    def busy(self) -> bool:
        """Whether a new payment would notice that it waits: what is less urgent may stand back."""
        return self._wait_seconds() > BUSY_SECONDS

    def require_room(self) -> None:
        """Raises Overloaded where a new payment would wait too long, or where too many wait."""
        wait = self._wait_seconds()
        if wait > LONGEST_WAIT_SECONDS or len(self._waiting) >= self._most_waiting:
            raise Overloaded(retry_after_seconds=min(max(ceil(wait), RETRY_AFTER_SECONDS), LONGEST_RETRY_AFTER_SECONDS))

    async def submit(self, command: Command) -> Decision:
        """What the command did, after its commit. Raises Overloaded where nothing was queued, SwitchUnavailable where it is not known.

        A Conclude is never shed: its payment is in the books already.
        """
        if not isinstance(command, Conclude):
            self.require_room()
        self._came_singly_at = self._clock.monotonic()
        try:
            async with asyncio.timeout(DECIDED_WITHIN_SECONDS):
                (answer,) = await self._queue(self._waiting, [command])
        except TimeoutError:
            raise SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def submit_all(self, commands: Sequence[Command]) -> list[Answer]:
        """What each command did, in their order, after its commit; for one that failed, why. One such call of a caller at a time."""
        parts = [commands[start : start + BULK_AT_ONCE] for start in range(0, len(commands), BULK_AT_ONCE)]
        answered = await asyncio.gather(*(self._queue(self._bulk, part) for part in parts))
        return [answer for answers in answered for answer in answers]

    async def close(self) -> None:
        """Everything that was queued is written first."""
        for writer in (self._writer, self._bulk_writer):
            if writer is not None:
                await writer

    def _alone(self) -> bool:
        return not self._waiting and self._clock.monotonic() - self._came_singly_at > ALONE_SECONDS

    def _wait_seconds(self) -> float:
        return self._pace.wait_seconds(-(-len(self._waiting) // self._largest_batch))

    def _queue(self, queue: deque[_Waiting], commands: Sequence[Command]) -> asyncio.Future[list[Answer]]:
        waiting = _Waiting(commands, asyncio.get_running_loop().create_future())
        queue.append(waiting)
        if self._waiting and (self._writer is None or self._writer.done()):
            self._writer = asyncio.create_task(self._write_single(), name="posting-lane")
        if self._bulk and (self._bulk_writer is None or self._bulk_writer.done()):
            self._bulk_writer = asyncio.create_task(self._write_bulk(), name="posting-lane-bulk")
        return waiting.answers

    async def _write_single(self) -> None:
        while self._waiting:
            self._pace.turn_begins()
            await self._write_together([self._waiting.popleft() for _ in range(min(len(self._waiting), self._largest_batch))])
            self._pace.turn_ends()

    async def _write_bulk(self) -> None:
        """In their order: one small part at a time, or large ones behind each other where nobody else is there."""
        under_way: deque[asyncio.Task[None]] = deque()
        while self._bulk or under_way:
            parts, turns = (min(len(self._bulk), BULK_PARTS_ALONE), BULK_TURNS_ALONE) if self._alone() else (1, 1)
            if self._bulk and len(under_way) < turns:
                part = [self._bulk.popleft() for _ in range(parts)]
                under_way.append(asyncio.create_task(self._write_together(part, self._turns), name="posting-lane-bulk-part"))
            else:
                await under_way.popleft()

    async def _write_together(self, together: Sequence[_Waiting], turns: Turns | None = None) -> None:
        answers = await self._answers([_Queued(command, waiting) for waiting in together for command in waiting.commands], turns)
        for waiting in together:
            own, answers = answers[: len(waiting.commands)], answers[len(waiting.commands) :]
            if not waiting.answers.done():
                waiting.answers.set_result(own)

    async def _answers(self, queued: Sequence[_Queued], turns: Turns | None) -> list[Answer]:
        """One poisoned command must not fail its neighbours, whatever is wrong with it: then each half is tried on its own."""
        try:
            return await until_known(lambda: self._write(queued, turns))
        except (*LINE_TROUBLE, TimeoutError):
            return [_unavailable() for _ in queued]
        except Exception as fault:  # noqa: BLE001 - see above
            if len(queued) == 1:
                return [fault]
            half = len(queued) // 2
            return await self._answers(queued[:half], turns) + await self._answers(queued[half:], turns)

    async def _write(self, queued: Sequence[_Queued], turns: Turns | None) -> list[Answer]:
        """Of what is still wanted at this attempt."""
        wanted = [one.wanted() for one in queued]
        commands = [one.command for one, still in zip(queued, wanted, strict=True) if still]
        if not commands:
            return [_unavailable() for _ in queued]
        decisions = iter(await within(STUCK_SECONDS, write_batch(self._database, commands, self._clock.now(), self._listening(), turns)))
        return [_own(one.command, next(decisions)) if still else _unavailable() for one, still in zip(queued, wanted, strict=True)]


def _unavailable() -> SwitchUnavailable:
    return SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS)


def _own(command: Command, decision: Decision) -> Decision:
    """After an unknown commit the second attempt finds what the first one wrote: that is no replay."""
    if isinstance(command, Reserve) and isinstance(decision, Stands) and decision.payment.payment_id == command.payment.payment_id:
        return replace(decision, replayed=False)
    return decision
