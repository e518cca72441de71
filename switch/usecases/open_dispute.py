"""Open a dispute: a bank or biller complains of one of its payments, under a key of its own; the same key is the same dispute."""

from dataclasses import dataclass

from switch.domain import dispute_moves
from switch.domain.dispute_errors import DisputeAlreadyOpen
from switch.domain.disputes import Dispute, DisputeOrder
from switch.domain.errors import IdempotencyKeyConflict, PaymentUnknown
from switch.domain.identifiers import DisputeId, bucket_of, bucketed_id
from switch.store import dispute_queries, disputes, payments
from switch.store.database import Connection, Database
from switch.usecases.dispute_keeping import DisputeKeeping


@dataclass(frozen=True, slots=True)
class Opened:
    """`replayed`: the key was known, and nothing was done."""

    dispute: Dispute
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class OpenDispute:
    database: Database
    keeping: DisputeKeeping

    async def __call__(self, order: DisputeOrder) -> Opened:
        """Raises PaymentUnknown, IdempotencyKeyConflict, and every refusal of `dispute_moves.opened`."""
        mark = disputes.mark_of(order.digest())
        async with self.database.transaction() as connection:
            if known := await _known(connection, order, mark):
                return known
            if (payment := await payments.of_party(connection, order.opener, order.payment_id)) is None:
                raise PaymentUnknown()
            now = await self.keeping.now(connection, payment.request.amount.currency)
            term = (await dispute_queries.terms(connection, now.at))[order.reason]
            earlier = await dispute_queries.of_payment(connection, payment.payment_id)
            dispute_id = DisputeId(bucketed_id(bucket_of(payment.payment_id), now.at))
            done = dispute_moves.opened(order, dispute_id, payment, earlier, term, now)
            if await disputes.add(connection, done[0], mark, done[1]):
                return Opened(await self.keeping.tell(connection, done))
        return await self._beaten(order, mark)

    async def _beaten(self, order: DisputeOrder, mark: bytes) -> Opened:
        """Another has opened it meanwhile: under this key, or one with this reason under another."""
        async with self.database.reading() as connection:
            if known := await _known(connection, order, mark):
                return known
            found = await dispute_queries.of_payment(connection, order.payment_id)
        raise DisputeAlreadyOpen(dispute=str(next((each.dispute_id for each in found if each.live and each.reason is order.reason), "")))


async def _known(connection: Connection, order: DisputeOrder, mark: bytes) -> Opened | None:
    """Raises IdempotencyKeyConflict."""
    if (found := await disputes.under_key(connection, order.opener, order.idempotency_key)) is None:
        return None
    if found[1] != mark:
        raise IdempotencyKeyConflict()
    return Opened(found[0], replayed=True)
