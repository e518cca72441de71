"""Acknowledge: a biller that pulls its advices says that it has taken one."""

from dataclasses import dataclass

from switch.domain.advice_errors import AdviceAnswered
from switch.domain.errors import AdviceUnknown
from switch.domain.identifiers import EventId, ParticipantCode
from switch.domain.stand_in import StandInState
from switch.ports import Clock
from switch.store import outbox
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class AcknowledgeAdvice:
    clock: Clock
    database: Database

    async def __call__(self, biller: ParticipantCode, event_id: EventId) -> None:
        """Once or many times. Raises AdviceUnknown where it is not the biller's own, AdviceAnswered where it has refused it."""
        async with self.database.transaction() as connection:
            if await outbox.acknowledge(connection, biller, [event_id], self.clock.now()):
                return
            if (standing := await outbox.lock(connection, biller, event_id)) is None:
                raise AdviceUnknown()
            if standing.stand_in is StandInState.REFUSED:
                raise AdviceAnswered(answer="refused", answer_ar="مرفوض")
