"""Look: who of the staff wants to see who paid says why; that is kept for good before anything is shown."""

from dataclasses import dataclass

from switch.domain.errors import SwitchUnavailable
from switch.domain.identifiers import bucketed_id
from switch.domain.payments import Payment
from switch.domain.privacy import Look, require_reason
from switch.ports import Clock
from switch.store import archive_queries, payment_queries, privacy
from switch.store.database import CommitUnknown, Database

RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True)
class LookAtPayer:
    clock: Clock
    database: Database

    async def __call__(self, name: str, reason: str, by: str) -> Payment:
        """With its payer, where that is not erased. Raises LookReasonMissing, PaymentUnknown."""
        reason, now = require_reason(reason), self.clock.now()
        try:
            async with self.database.transaction() as connection:
                if (payment := await payment_queries.named(connection, name)) is None:
                    raise await archive_queries.missing_named(connection, name)
                await privacy.keep_look(connection, Look(bucketed_id(payment.bucket, now), payment.payment_id, by, reason, now))
        except CommitUnknown as unknown:
            raise SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from unknown
        return payment
