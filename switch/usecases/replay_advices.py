"""Replay: advices that were parked are delivered anew, because staff say that their biller takes them again."""

from dataclasses import dataclass

from switch.domain.advice_errors import AdviceNotParked
from switch.domain.errors import AdviceUnknown
from switch.domain.identifiers import EventId, ParticipantCode
from switch.ports import Clock
from switch.store import outbox
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class ReplayAdvices:
    clock: Clock
    database: Database

    async def one(self, event_id: EventId) -> None:
        """Raises AdviceNotParked where it waits anyway, or was acknowledged."""
        async with self.database.transaction() as connection:
            if await outbox.replay(connection, event_id, self.clock.now()):
                return
            raise AdviceNotParked() if await outbox.is_there(connection, event_id) else AdviceUnknown()

    async def of_biller(self, biller: ParticipantCode) -> int:
        """All that are parked; says how many."""
        async with self.database.transaction() as connection:
            return await outbox.replay_all(connection, biller, self.clock.now())
