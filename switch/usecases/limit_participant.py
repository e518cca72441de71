"""Limit: how much of something one participant may ask, where that is not the general limit; in force a second later."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from switch.domain.directory_rules import require_limit
from switch.domain.limits import ParticipantLimit
from switch.ports import Clock
from switch.store.database import Database
from switch.store.directory_rows import locked


@dataclass(frozen=True, slots=True)
class LimitParticipant:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, said: ParticipantLimit, *, by: str) -> None:
        require_limit(said)
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            await rows.participant(said.participant)
            await rows.put_limit(said)
        await self.refresh()
