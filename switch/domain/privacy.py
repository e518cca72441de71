"""Privacy: how long each kind of data is kept, and who has looked at a payer's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from switch.domain.errors import Refusal
from switch.domain.identifiers import PaymentId
from switch.domain.values import value

SHORTEST_REASON = 10
LONGEST_REASON = 500


class Kept(StrEnum):
    """What a rule of retention is about."""

    PAYERS = "payers"
    """Who paid for which customer, with its payment and its messages. The payment itself, journal and proof log stay for ever."""
    BATCHES = "batches"
    """The same in the lines of payment batches, whose payments have it."""
    INQUIRIES = "inquiries"
    """Presentments that were given to banks."""
    ADVICES = "advices"
    """Advices that their billers have acknowledged."""
    WEBHOOKS = "webhooks"
    """Events that were delivered to banks, or given up."""
    QUARANTINE = "quarantine"
    """Statements that were wrong, as they came, with what was wrong with them."""
    RTGS = "rtgs"
    """Files that were exchanged with the RTGS."""
    SESSIONS = "sessions"
    """Sessions of staff that have ended; what was done in them stays in the audit."""
    LOGS = "logs"
    """Logs that were put aside."""
    POSITIONS = "positions"
    """How positions were, and what was paid in each quarter of an hour."""
    PAYMENTS = "payments"
    """Settled business dates with all their payments; then they go into the archive (docs/archiving.md)."""


DAYS: Mapping[Kept, int] = MappingProxyType(
    {
        Kept.PAYERS: 400,
        Kept.BATCHES: 400,
        Kept.INQUIRIES: 35,
        Kept.ADVICES: 100,
        Kept.WEBHOOKS: 100,
        Kept.QUARANTINE: 100,
        Kept.RTGS: 400,
        Kept.SESSIONS: 100,
        Kept.LOGS: 90,
        Kept.POSITIONS: 800,
        Kept.PAYMENTS: 400,
    }
)
"""Where no rule was set."""
SHORTEST_DAYS: Mapping[Kept, int] = MappingProxyType(
    {
        Kept.PAYERS: 35,
        Kept.BATCHES: 7,
        Kept.INQUIRIES: 2,
        Kept.ADVICES: 7,
        Kept.WEBHOOKS: 7,
        Kept.QUARANTINE: 7,
        Kept.RTGS: 100,
        Kept.SESSIONS: 7,
        Kept.LOGS: 7,
        Kept.POSITIONS: 100,
        Kept.PAYMENTS: 100,
    }
)
"""Disputes, late statements, replays and forecasts need it that long."""
LONGEST_DAYS = 36_500


class RetentionOutOfRange(Refusal):
    code = "retention_out_of_range"
    en = "{kind} is kept for {least} to {most} days."
    ar = "مدة حفظ {kind} بين {least} و{most} يوماً."


class LookReasonMissing(Refusal):
    code = "look_reason_missing"
    en = "Say in {least} to {most} characters why a payer's data is looked at; it is kept for good."
    ar = "اذكر سبب الاطلاع على بيانات الدافع في {least} إلى {most} محرفاً؛ ويُحفظ السبب دائماً."


@value(frozen=True, slots=True)
class RetentionRule:
    kind: Kept
    days: int
    by: str | None = None
    """None where it is the one that holds when nobody has set any."""
    changed_at: datetime | None = None

    def require_possible(self) -> None:
        least = SHORTEST_DAYS[self.kind]
        if not least <= self.days <= LONGEST_DAYS:
            raise RetentionOutOfRange(kind=self.kind, least=least, most=LONGEST_DAYS)

    def kept_since(self, now: datetime) -> datetime:
        """What is older goes."""
        return now - timedelta(days=self.days)


@value(frozen=True, slots=True)
class Look:
    """Somebody of the staff has looked at a payer's data."""

    look_id: UUID
    payment_id: PaymentId
    by: str
    reason: str
    at: datetime


def require_reason(reason: str) -> str:
    """Raises LookReasonMissing."""
    plain = reason.strip()
    if not SHORTEST_REASON <= len(plain) <= LONGEST_REASON:
        raise LookReasonMissing(least=SHORTEST_REASON, most=LONGEST_REASON)
    return plain
