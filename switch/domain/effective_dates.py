"""Effective dates: what was approved may take effect at a stated moment, where its kind allows it."""

from datetime import datetime, timedelta

from switch.domain.errors import Refusal
from switch.domain.proposals import ProposalKind

LONGEST_WAIT_DAYS = 366
"""Before what was approved takes effect."""
MAY_WAIT = frozenset(
    {
        ProposalKind.CHANGE_CAP,
        ProposalKind.CHANGE_LIMIT,
        ProposalKind.CHANGE_PARTICIPANT,
        ProposalKind.REGISTER_KEY,
        ProposalKind.CHANGE_CONNECTION,
        ProposalKind.CHANGE_SERVICE,
        ProposalKind.SET_CALENDAR,
        ProposalKind.CHOOSE_PUSH_PLACE,
    }
)
"""Kinds that may be approved now and take effect at a stated moment. A tariff has its own day."""


class EffectiveRefused(Refusal):
    code = "effective_at_refused"
    en = "A proposal of the kind {kind} does not take effect then: {why}."
    ar = "لا يسري اقتراح من نوع {kind} في هذا الوقت: {why_ar}."


def require_effective(kind: ProposalKind, effective_at: datetime | None, now: datetime) -> None:
    """Raises EffectiveRefused."""
    if effective_at is None:
        return
    if kind not in MAY_WAIT:
        raise EffectiveRefused(kind=kind, why="it is carried out when it is approved", why_ar="يُنفَّذ عند الموافقة عليه")
    if not now < effective_at <= now + timedelta(days=LONGEST_WAIT_DAYS):
        raise EffectiveRefused(
            kind=kind, why=f"the moment is to come, within {LONGEST_WAIT_DAYS} days", why_ar=f"يلزم وقت قادم خلال {LONGEST_WAIT_DAYS} يوماً"
        )
