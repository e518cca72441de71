"""Deliver: advices go to their billers, oldest first, until each is acknowledged; one dead biller delays no other."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from switch.domain.advices import Advice
from switch.domain.identifiers import ParticipantCode
from switch.domain.retries import pause_milliseconds
from switch.ports import Clock
from switch.store import outbox
from switch.store.database import Database
from switch.usecases.biller_lines import ADVICE_SECONDS, BillerLines

MOST_A_BILLER = 50
DELIVERING_SECONDS = 10
LEASE_SECONDS = DELIVERING_SECONDS + 2 * ADVICE_SECONDS
"""The last delivery begins early enough to end within it; a dead worker's advices are taken over after it."""
PARKED_AFTER_ATTEMPTS = 40
"""About three hours of silence; a parked advice is still in the biller's list, and staff see it."""


@dataclass(frozen=True, slots=True)
class DeliverAdvices:
    clock: Clock
    database: Database
    billers: BillerLines
    chance: Callable[[], int]

    async def __call__(self) -> int:
        """How many were acknowledged."""
        async with self.database.reading() as connection:
            due = await outbox.billers_due(connection, self.clock.now())
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._to_one(biller)) for biller in due]
        return sum(task.result() for task in tasks)

    async def _to_one(self, biller: ParticipantCode) -> int:
        async with self.database.transaction() as connection:
            leased = await outbox.lease_due(connection, biller, self.clock.now(), LEASE_SECONDS, MOST_A_BILLER)
        taken: list[Advice] = []
        untaken: tuple[Advice, int] | None = None
        began = self.clock.monotonic()
        for advice, attempts in leased:
            if self.clock.monotonic() - began > DELIVERING_SECONDS:
                break
            if not await self.billers.advise(advice):
                untaken = (advice, attempts)
                break
            taken.append(advice)
        rest = len(taken) if untaken is None else len(taken) + 1
        await self._keep(biller, taken, untaken, [advice for advice, _ in leased[rest:]])
        return len(taken)

    async def _keep(
        self, biller: ParticipantCode, taken: Sequence[Advice], untaken: tuple[Advice, int] | None, untried: Sequence[Advice]
    ) -> None:
        """What a biller did not take is tried again later, and what comes after it with it: its order is kept."""
        now = self.clock.now()
        async with self.database.transaction() as connection:
            if taken:
                await outbox.acknowledge(connection, biller, [advice.event_id for advice in taken], now)
            if untaken is not None:
                advice, attempts = untaken
                again_at = now + timedelta(milliseconds=pause_milliseconds(attempts, self.chance()))
                await outbox.postpone(connection, advice.event_id, again_at, now if attempts + 1 >= PARKED_AFTER_ATTEMPTS else None)
                await outbox.release(connection, [advice.event_id for advice in untried], again_at)
            elif untried:
                await outbox.release(connection, [advice.event_id for advice in untried], now)
