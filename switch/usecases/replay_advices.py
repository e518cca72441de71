"""Replay: advices that were parked are delivered anew, because staff say that their biller takes them again."""

from dataclasses import dataclass

from switch.domain.advice_errors import AdviceNotParked
from switch.domain.errors import AdviceUnknown
from switch.domain.identifiers import EventId, ParticipantCode
from switch.domain.incidents import parked
from switch.ports import Clock
from switch.store import incidents, outbox
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class ReplayAdvices:
    clock: Clock
    database: Database

    async def one(self, event_id: EventId) -> None:
        """Raises AdviceNotParked where it waits anyway, or was acknowledged."""
        async with self.database.transaction() as connection:
            now = self.clock.now()
            if (biller := await outbox.replay(connection, event_id, now)) is not None:
                await incidents.turn(connection, [parked(biller, event_id, now, begins=False)])
                return
            raise AdviceNotParked() if await outbox.is_there(connection, event_id) else AdviceUnknown()

    async def of_biller(self, biller: ParticipantCode) -> int:
        """All that are parked; says how many."""
        async with self.database.transaction() as connection:
            now = self.clock.now()
            found = await outbox.replay_all(connection, biller, now)
            await incidents.turn(connection, [parked(biller, event, now, begins=False) for event in found])
        return len(found)
