"""Acknowledge: a biller that pulls its advices says that it has taken one."""

from dataclasses import dataclass

from switch.domain.errors import AdviceUnknown
from switch.domain.identifiers import EventId, ParticipantCode
from switch.ports import Clock
from switch.store import outbox
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class AcknowledgeAdvice:
    clock: Clock
    database: Database

    async def __call__(self, biller: ParticipantCode, event_id: EventId) -> None:
        """Once or many times. Raises AdviceUnknown where it is not the biller's own."""
        async with self.database.transaction() as connection:
            if await outbox.acknowledge(connection, biller, [event_id], self.clock.now()):
                return
            if not await outbox.exists(connection, biller, event_id):
                raise AdviceUnknown()
