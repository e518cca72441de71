"""Payment batches as their bank asks for them: how far each is, and the answer of each line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from uuid import UUID

from switch.domain.batch_errors import PaymentBatchUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.payment_batches import BatchId, LineAnswer, LineState, PaymentBatch
from switch.ports import Clock
from switch.store import payment_batch_queries, payment_batches
from switch.store.database import Connection, Database

COUNTED_EVERY_SECONDS = 1.0
"""At the most, while a batch is under way: counting ten thousand lines costs what paying three hundred costs."""
MOST_REMEMBERED = 64
"""Batches whose counts are remembered, by each process."""


@dataclass(frozen=True, slots=True)
class BatchProgress:
    batch: PaymentBatch
    counts: Mapping[LineState, int]
    """Of every state, also those without a line; they add up to the lines of the batch. A second old at the most while it is under way."""


@dataclass(frozen=True, slots=True)
class PaymentBatches:
    database: Database
    clock: Clock
    counted: dict[BatchId, tuple[float, Mapping[LineState, int]]] = field(default_factory=dict)
    """When, and what was counted then; of batches that were under way."""

    async def page(self, bank: ParticipantCode, before: UUID | None, limit: int) -> list[PaymentBatch]:
        """Newest first."""
        async with self.database.reading() as connection:
            return await payment_batch_queries.page(connection, bank, before, limit)

    async def one(self, bank: ParticipantCode, batch_id: UUID) -> BatchProgress:
        """A stranger's and a made-up one are the same: unknown."""
        async with self.database.snapshot() as connection:
            batch = await _of_bank(connection, bank, batch_id)
            if (counts := self._remembered(batch)) is None:
                counts = await payment_batch_queries.counts(connection, batch)
                self._remember(batch, counts)
        return BatchProgress(batch, {state: counts.get(state, 0) for state in LineState})

    def _remembered(self, batch: PaymentBatch) -> Mapping[LineState, int] | None:
        counted_at, counts = self.counted.get(batch.batch_id, (-inf, None))
        fresh = self.clock.monotonic() - counted_at < COUNTED_EVERY_SECONDS
        return counts if fresh and batch.done_at is None else None

    def _remember(self, batch: PaymentBatch, counts: Mapping[LineState, int]) -> None:
        self.counted.pop(batch.batch_id, None)
        if batch.done_at is None:
            self.counted[batch.batch_id] = self.clock.monotonic(), counts
            while len(self.counted) > MOST_REMEMBERED:
                del self.counted[next(iter(self.counted))]

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
