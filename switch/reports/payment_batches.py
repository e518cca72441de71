"""Payment batches as their bank asks for them: how far each is, and the answer of each line."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from switch.domain.batch_errors import PaymentBatchUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.payment_batches import LineAnswer, LineState, PaymentBatch
from switch.store import payment_batch_queries, payment_batches
from switch.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class BatchProgress:
    batch: PaymentBatch
    counts: Mapping[LineState, int]
    """Of every state, also those without a line; they add up to the lines of the batch."""


@dataclass(frozen=True, slots=True)
class PaymentBatches:
    database: Database

    async def page(self, bank: ParticipantCode, before: UUID | None, limit: int) -> list[PaymentBatch]:
        """Newest first."""
        async with self.database.reading() as connection:
            return await payment_batch_queries.page(connection, bank, before, limit)

    async def one(self, bank: ParticipantCode, batch_id: UUID) -> BatchProgress:
        """A stranger's and a made-up one are the same: unknown."""
        async with self.database.snapshot() as connection:
            batch = await _of_bank(connection, bank, batch_id)
            counts = await payment_batch_queries.counts(connection, batch)
        return BatchProgress(batch, {state: counts.get(state, 0) for state in LineState})

    async def lines(self, bank: ParticipantCode, batch_id: UUID, after: int, limit: int) -> list[LineAnswer]:
        """In their order, those behind `after`."""
        async with self.database.snapshot() as connection:
            batch = await _of_bank(connection, bank, batch_id)
            return await payment_batch_queries.lines(connection, batch, after, limit)


async def _of_bank(connection: Connection, bank: ParticipantCode, batch_id: UUID) -> PaymentBatch:
    batch = await payment_batches.find(connection, batch_id)
    if batch is None or batch.bank != bank:
        raise PaymentBatchUnknown()
    return batch
