"""Debts: what others have covered for a defaulter, until it is paid back or written off. The rule: docs/settlement.md."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from switch.domain.defaults import Claim, shared
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.money import Money
from switch.domain.settlement import SettlementInstruction, SettlementLeg


class DebtWay(StrEnum):
    RTGS = "rtgs"
    """An instruction of its own: the defaulter pays those who have covered it."""
    NOTED = "noted"
    """It was paid over the RTGS without the switch, which is told of it."""
    WRITTEN_OFF = "written_off"
    """Whoever has covered it bears it for good."""


class DebtState(StrEnum):
    ASKED = "asked"
    """The instruction may have left for the RTGS."""
    DONE = "done"
    REFUSED = "refused"
    """By the RTGS: nothing was paid, and another payment may be ordered."""


@dataclass(frozen=True, slots=True)
class Debt:
    """All that one defaulter owes in a currency; negative parts are owed back to it with the open window."""

    defaulter: ParticipantCode
    currency: str
    claims: tuple[Claim, ...]

    @property
    def minor(self) -> int:
        return sum(claim.minor for claim in self.claims)


@dataclass(frozen=True, slots=True)
class DebtPayment:
    """A part of a debt that is ended, or is to be; `parts` say how much of each claim."""

    debt_payment_id: str
    currency: str
    defaulter: ParticipantCode
    number: int
    way: DebtWay
    parts: tuple[Claim, ...]
    state: DebtState
    proposal_id: UUID
    ordered_at: datetime
    by: str
    reason: str
    ordered_in: WindowId
    """The window that was open then."""
    rtgs_reference: str | None = None
    settled_at: datetime | None = None
    """Finality as the RTGS says; where it is noted, the beginning of the day that was named."""
    refused_because: str | None = None
    window_id: WindowId | None = None
    """In which it counts: the one that was open when it was known."""
    asked: int = 0

    @property
    def minor(self) -> int:
        return sum(part.minor for part in self.parts)

    @property
    def money(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def instruction(self) -> SettlementInstruction:
        """The defaulter pays, each of those who have covered it receives its part."""
        received: defaultdict[ParticipantCode, int] = defaultdict(int)
        for part in self.parts:
            received[part.creditor] -= part.minor
        legs = (SettlementLeg(self.defaulter, self.minor), *(SettlementLeg(code, minor) for code, minor in received.items()))
        ordered = tuple(sorted(legs, key=lambda leg: leg.participant))
        return SettlementInstruction(self.debt_payment_id, self.ordered_in, self.currency, ordered)


def debt_payment_id(currency: str, defaulter: ParticipantCode, number: int) -> str:
    """Such as `SYP-DEBT-100010-1`: also the id of its instruction."""
    return f"{currency}-DEBT-{defaulter}-{number}"


def parts_of(debt: Debt, minor: int) -> tuple[Claim, ...]:
    """How much of each claim so much of the debt ends: in proportion, whole units, those left over to the largest remainders.

    All of it ends every claim to the last unit. Raises DebtAmountRefused.
    """
    claims = _owed(debt.claims)
    owed = sum(claim.minor for claim in claims)
    if not 0 < minor <= owed:
        raise DebtAmountRefused(participant=debt.defaulter, owed=Money(owed, debt.currency).text(), currency=debt.currency)
    parts = shared(minor, [claim.minor for claim in claims])
    return tuple(Claim(debt.defaulter, its.creditor, its.source, part) for its, part in zip(claims, parts, strict=True) if part)


def _owed(claims: Iterable[Claim]) -> Sequence[Claim]:
    return sorted((claim for claim in claims if claim.minor > 0), key=lambda claim: (claim.creditor, claim.source))


class NoDebt(Refusal):
    code = "no_debt"
    en = "{participant} owes nothing in {currency} from a default."
    ar = "لا دين على {participant} بعملة {currency} من تخلّف عن الدفع."


class DebtAmountRefused(Refusal):
    code = "debt_amount_refused"
    en = "{participant} owes {owed} {currency} from defaults: a payment is a part of that, or all of it."
    ar = "على {participant} من تخلّفه {owed} {currency}: والدفعة جزء منه أو كله."


class DebtUnderWay(Refusal):
    code = "debt_under_way"
    en = "The RTGS has not answered yet for the payment {payment} of this debt; wait for it."
    ar = "لم يُجب نظام التسوية الآنية RTGS بعد عن الدفعة {payment} من هذا الدين؛ انتظر جوابه."


class DebtChanged(Refusal):
    code = "debt_changed"
    en = "What {participant} owes has changed since this was shown; propose it anew."
    ar = "تغيّر ما على {participant} منذ عُرض هذا؛ اقترحه من جديد."


class DebtReferenceTaken(Refusal):
    code = "debt_reference_taken"
    en = "The RTGS reference {reference} stands for another payment of a debt already."
    ar = "مرجع نظام التسوية الآنية RTGS {reference} مسجّل لدفعة أخرى من دين."
