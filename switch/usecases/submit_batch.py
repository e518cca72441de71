"""Submit: a bank hands in a batch; it is kept with all its lines before anybody is answered, and paid afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from switch.domain.batch_errors import BatchReferenceConflict, TooManyBatches
from switch.domain.errors import SwitchUnavailable
from switch.domain.identifiers import ParticipantCode, bucket_for, bucketed_id
from switch.domain.messages import NOT_KEPT, OrderMessage
from switch.domain.payment_batches import BatchId, BatchLine, PaymentBatch
from switch.domain.pseudonyms import batch_pseudonym
from switch.ports import Clock
from switch.store import messages, payment_batches
from switch.store.database import CommitUnknown, Connection, Database

MOST_UNFINISHED = 20
"""Batches of one bank that are still being worked on."""
RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Submitted:
    batch: PaymentBatch
    replayed: bool
    """True where this batch was handed in before."""


@dataclass(frozen=True, slots=True)
class SubmitBatch:
    clock: Clock
    database: Database

    async def __call__(
        self, bank: ParticipantCode, batch_reference: str, digest: bytes, lines: Sequence[BatchLine], message: OrderMessage = NOT_KEPT
    ) -> Submitted:
        """The same reference with lines of the same digest is the same batch. Raises BatchReferenceConflict, TooManyBatches."""
        now, bucket = self.clock.now(), bucket_for(bank, batch_reference)
        batch = PaymentBatch(BatchId(bucketed_id(bucket, now)), bank, batch_reference, batch_pseudonym(digest), len(lines), now)
        try:
            async with self.database.transaction() as connection:
                if (known := await self._known(connection, batch, bucket)) is not None:
                    return known
                if await payment_batches.unfinished(connection, bank) >= MOST_UNFINISHED:
                    raise TooManyBatches(most=MOST_UNFINISHED, retry_after_seconds=RETRY_AFTER_SECONDS)
                if await payment_batches.add(connection, batch, lines, leased_until=now):
                    if message.content:
                        await messages.insert_orders(connection, {batch.batch_id: message.content})
                    return Submitted(batch, replayed=False)
                known = await self._known(connection, batch, bucket)
        except CommitUnknown as unknown:
            raise SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from unknown
        assert known is not None, "a reference that is taken belongs to a batch that there is"
        return known

    async def _known(self, connection: Connection, batch: PaymentBatch, bucket: int) -> Submitted | None:
        known = await payment_batches.under_reference(connection, batch.bank, batch.batch_reference, bucket)
        if known is None:
            return None
        if known.digest != batch.digest:
            raise BatchReferenceConflict()
        return Submitted(known, replayed=True)
