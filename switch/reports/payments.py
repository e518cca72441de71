"""Payments as their bank, or an overseer, asks for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from switch.domain.books import KeyOf
from switch.domain.errors import Refusal
from switch.domain.identifiers import IdempotencyKey, ParticipantCode
from switch.domain.payments import Payment, PaymentEvent
from switch.domain.reversals import Reversal
from switch.store import archive_queries, idempotency, payment_queries, payments, reversals
from switch.store.database import Database
from switch.store.payment_queries import PaymentFilter

__all__ = ["PaymentFilter", "Payments"]


@dataclass(frozen=True, slots=True)
class Payments:
    database: Database

    async def of_bank(self, bank: ParticipantCode, payment_id: UUID) -> tuple[Payment, Sequence[PaymentEvent]]:
        """One payment with its history. A stranger's and a made-up one are the same: unknown."""
        async with self.database.snapshot() as connection:
            if (found := await payments.of_party(connection, bank, payment_id)) is None:
                raise await archive_queries.missing(connection, payment_id, bank)
            return found, await payment_queries.history(connection, found.bucket, found.payment_id)

    async def reversals(self, bank: ParticipantCode, payment_id: UUID) -> tuple[Payment, Sequence[Reversal]]:
        """All that were asked for. A stranger's payment and a made-up one are the same: unknown."""
        async with self.database.snapshot() as connection:
            if (found := await payments.of_party(connection, bank, payment_id)) is None:
                raise await archive_queries.missing(connection, payment_id, bank)
            return found, await reversals.of_payment(connection, payment_id)

    async def under_key(self, bank: ParticipantCode, key: IdempotencyKey) -> Payment | Refusal | None:
        """What a bank's own key stands for: a payment, a refusal, or nothing yet."""
        async with self.database.snapshot() as connection:
            record = (await idempotency.find(connection, [KeyOf(bank, key)])).get(KeyOf(bank, key))
            if record is None:
                return None
            if record.payment_id is None:
                return record.refusal
            found = (await payments.find(connection, [record.payment_id])).get(record.payment_id)
            return await archive_queries.missing(connection, record.payment_id, bank) if found is None else found

    async def page(self, wanted: PaymentFilter, limit: int) -> list[Payment]:
        """Newest first."""
        async with self.database.reading() as connection:
            return await payment_queries.page(connection, wanted, limit)
