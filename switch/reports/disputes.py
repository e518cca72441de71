"""Disputes, as participants and staff ask for them, with their history and what was attached; and the terms of each code."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from switch.domain.dispute_errors import DisputeUnknown
from switch.domain.dispute_terms import DisputeReason, DisputeTerm
from switch.domain.disputes import Dispute, DisputeHistory
from switch.domain.identifiers import ParticipantCode, PaymentId
from switch.ports import Clock
from switch.store import dispute_queries
from switch.store.database import Connection, Database
from switch.store.dispute_queries import DisputeFilter

__all__ = ["DisputeFilter", "Disputes"]


@dataclass(frozen=True, slots=True)
class Disputes:
    clock: Clock
    database: Database

    async def page(self, wanted: DisputeFilter, most: int) -> list[Dispute]:
        """Newest first; a participant's own where one is given."""
        async with self.database.reading() as connection:
            return await dispute_queries.page(connection, wanted, most)

    async def history(self, dispute_id: UUID, participant: ParticipantCode | None = None) -> DisputeHistory:
        """Raises DisputeUnknown, also for one that is nobody's business of the participant."""
        async with self.database.snapshot() as connection:
            found = await _found(connection, dispute_id, participant)
            return await _history(connection, found)

    async def of_payment(self, payment_id: PaymentId) -> list[DisputeHistory]:
        """Oldest first."""
        async with self.database.snapshot() as connection:
            return [await _history(connection, each) for each in await dispute_queries.of_payment(connection, payment_id)]

    async def attachment(self, dispute_id: UUID, sha256: str, participant: ParticipantCode | None = None) -> tuple[str, bytes]:
        """Its media type and its bytes. Raises DisputeUnknown, also where it was erased."""
        async with self.database.snapshot() as connection:
            found = await _found(connection, dispute_id, participant)
            kept = await dispute_queries.attachments(connection, dispute_id)
            its = next((each for each in kept if each.sha256 == sha256), None)
            content = None if its is None else await dispute_queries.content(connection, found, sha256)
        if its is None or content is None:
            raise DisputeUnknown()
        return its.media_type, content

    async def terms(self) -> Mapping[DisputeReason, DisputeTerm]:
        """Those that count for disputes opened now."""
        async with self.database.reading() as connection:
            return await dispute_queries.terms(connection, self.clock.now())


async def _found(connection: Connection, dispute_id: UUID, participant: ParticipantCode | None) -> Dispute:
    found = await dispute_queries.find(connection, dispute_id)
    if found is None or (participant is not None and participant not in (found.bank, found.biller)):
        raise DisputeUnknown()
    return found


async def _history(connection: Connection, found: Dispute) -> DisputeHistory:
    events = await dispute_queries.events(connection, found)
    return DisputeHistory(found, events, await dispute_queries.attachments(connection, found.dispute_id))
