"""Suspense: money that the RTGS has moved and no payment explains, until two people say whose it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from switch.domain import accounts
from switch.domain.break_errors import RepairAmountRefused
from switch.domain.identifiers import ParticipantCode
from switch.domain.ledger import Posting
from switch.domain.money import Money, parse_amount
from switch.domain.settlement import SettlementInstruction

WRITTEN_OFF = accounts.WRITTEN_OFF
"""Whose it is where it is nobody's: it becomes the switch company's gain or loss."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one break has left in suspense. Positive: it was paid in."""

    break_id: str
    participant: ParticipantCode
    """Whom the RTGS has named; the switch company where it named nobody whom we know."""
    business_date: date
    booked: Money
    left: Money
    since: datetime

    def days(self, now: datetime) -> int:
        return (now - self.since).days

    def part(self, amount: str | None) -> Money:
        """What is to leave suspense: a part, or all of it. Raises RepairAmountRefused."""
        minor = abs(self.left.minor) if amount is None else parse_amount(amount, self.left.currency).minor
        if not 0 < minor <= abs(self.left.minor):
            raise RepairAmountRefused(at_stake=Money(abs(self.left.minor), self.left.currency).text())
        return Money(minor if self.left.minor > 0 else -minor, self.left.currency)


class Suspended(NamedTuple):
    """What of an instruction stands in suspense, by the break that two people have ended so."""

    instruction_id: str
    participant: ParticipantCode
    account: str
    """Its number, where the participant has several."""
    amount: str
    """As a leg's, in words of money: what it paid is above nothing."""


def in_suspense(instruction: SettlementInstruction, booked: Collection[Suspended]) -> bool:
    """Whether all that it has moved is on the books so: then another one may be sent, whatever became of this one."""
    named, currency = instruction.instruction_id, instruction.currency
    return all(
        Suspended(named, leg.participant, "" if leg.account is None else leg.account.number, Money(leg.minor, currency).text()) in booked
        for leg in instruction.legs
    )


def released(part: Money, to: str) -> tuple[Posting, ...]:
    """Paid in, it is paid on over the RTGS; paid out, it comes back; or the switch company has it, or bears it."""
    against = accounts.WRITTEN_OFF if to == WRITTEN_OFF else accounts.RTGS
    return (Posting(accounts.SUSPENSE, part.minor, part.currency), Posting(against, -part.minor, part.currency))
