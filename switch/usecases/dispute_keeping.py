"""What all that is done with a dispute has in common: it is locked, moved by the calendar, kept with its history, and told."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from switch.domain.directory import Directory
from switch.domain.dispute_errors import DisputeUnknown
from switch.domain.dispute_standing import Clock, Done
from switch.domain.dispute_webhooks import dispute_told
from switch.domain.disputes import Dispute
from switch.ports import Clock as Moments
from switch.store import calendar, disputes, webhooks
from switch.store.database import Connection


@dataclass(frozen=True, slots=True)
class DisputeKeeping:
    clock: Moments
    directory: Callable[[], Directory]

    async def now(self, connection: Connection, currency: str) -> Clock:
        return Clock(self.clock.now(), await calendar.read(connection, currency))

    async def lock(self, connection: Connection, dispute_id: UUID) -> Dispute:
        """Raises DisputeUnknown."""
        if (found := await disputes.lock(connection, dispute_id)) is None:
            raise DisputeUnknown()
        return found

    async def keep(self, connection: Connection, done: Done) -> Dispute:
        await disputes.keep(connection, *done)
        return await self.tell(connection, done)

    async def tell(self, connection: Connection, done: Done) -> Dispute:
        if told := dispute_told(*done, self.directory().listening):
            await webhooks.append(connection, told)
        return done[0]
