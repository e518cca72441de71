"""The proof log: its signed heads, how they are linked, and the proof that a payment is in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from switch.domain.identifiers import ParticipantCode
from switch.domain.payments import Payment
from switch.domain.proof_errors import LogSizeUnknown, PaymentNotSealed
from switch.domain.proofs import consistency_ranges, inclusion_ranges
from switch.store import archive_queries, payment_queries, payments, proof_log_queries
from switch.store.database import Connection, Database
from switch.store.proof_log_queries import ExportedLeaf, PlacedLeaf, SignedHead, Waiting

__all__ = ["Consistency", "ExportedLeaf", "PaymentProof", "ProofLog", "ProvedLeaf", "SignedHead", "Waiting"]

LARGEST_SIZE = 2**63 - 1


class ProvedLeaf(NamedTuple):
    """A leaf with its path to the root of the head."""

    leaf: PlacedLeaf
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class PaymentProof:
    payment: Payment
    leaves: list[ProvedLeaf]
    """What of the payment is sealed: the lines of its history, its journal entries."""
    head: SignedHead


class Consistency(NamedTuple):
    first: int
    second: int
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class ProofLog:
    database: Database
    origin: str

    async def heads(self, before: int | None, limit: int) -> list[SignedHead]:
        """Newest first."""
        async with self.database.reading() as connection:
            return await proof_log_queries.heads(connection, LARGEST_SIZE if before is None else before, limit)

    async def waiting(self) -> Waiting:
        """What is not sealed yet."""
        async with self.database.snapshot() as connection:
            return await proof_log_queries.waiting(connection)

    async def consistency(self, first: int, second: int) -> Consistency:
        """That the log of the second size begins with that of the first. Raises LogSizeUnknown."""
        async with self.database.snapshot() as connection:
            last = await proof_log_queries.last_head(connection)
            size = 0 if last is None else last.size
            if not 0 <= first <= second <= size:
                raise LogSizeUnknown(size=size, first=first, second=second)
            return Consistency(first, second, await proof_log_queries.proof(connection, consistency_ranges(first, second)))

    async def of_bank(self, bank: ParticipantCode, payment_id: UUID) -> PaymentProof:
        """Raises PaymentUnknown, PaymentNotSealed."""
        async with self.database.snapshot() as connection:
            if (payment := await payments.of_party(connection, bank, payment_id)) is None:
                raise await archive_queries.missing(connection, payment_id, bank)
            return await _proof(connection, payment)

    async def named(self, name: str) -> PaymentProof:
        """By its id or payment reference, of whatever bank. Raises PaymentUnknown, PaymentNotSealed."""
        async with self.database.snapshot() as connection:
            payment = await payment_queries.named(connection, name)
            if payment is None:
                raise await archive_queries.missing_named(connection, name)
            return await _proof(connection, payment)

    async def export(self) -> AsyncIterator[ExportedLeaf | SignedHead]:
        """The whole log from its beginning, each head after its last leaf; rows put in later come where they would have been sealed."""
        async with self.database.snapshot() as connection:
            async for found in proof_log_queries.everything(connection):
                yield found


async def _proof(connection: Connection, payment: Payment) -> PaymentProof:
    head = await proof_log_queries.last_head(connection)
    leaves = await proof_log_queries.leaves_of_payment(connection, payment.payment_id)
    if head is None or not leaves:
        raise PaymentNotSealed()
    ranges = [inclusion_ranges(leaf.position, head.size) for leaf in leaves]
    paths = [await proof_log_queries.proof(connection, path) for path in ranges]
    return PaymentProof(payment, [ProvedLeaf(leaf, path) for leaf, path in zip(leaves, paths, strict=True)], head)
