"""Debts: what defaulters still owe to those who have covered them, and what was paid or written off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from switch.domain.debts import Debt, DebtPayment
from switch.domain.identifiers import ParticipantCode
from switch.store import debts
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class DebtBook:
    owed: Sequence[Debt]
    payments: Sequence[DebtPayment]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class Debts:
    database: Database

    async def book(self, limit: int = 100, participant: ParticipantCode | None = None) -> DebtBook:
        """For a participant what it owes itself, and its own parts of what others owe."""
        async with self.database.snapshot() as connection:
            found = DebtBook(await debts.owed(connection), await debts.payments(connection, limit, participant))
        if participant is None:
            return found
        return DebtBook(
            [own for debt in found.owed if (own := _own_debt(debt, participant)).claims],
            [_own_payment(made, participant) for made in found.payments],
        )


def _own_debt(debt: Debt, participant: ParticipantCode) -> Debt:
    if debt.defaulter == participant:
        return debt
    return replace(debt, claims=tuple(claim for claim in debt.claims if claim.creditor == participant))


def _own_payment(made: DebtPayment, participant: ParticipantCode) -> DebtPayment:
    if made.defaulter == participant:
        return made
    return replace(made, parts=tuple(part for part in made.parts if part.creditor == participant))
