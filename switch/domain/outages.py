"""Outages: hours in which a biller has said that it will not answer; electricity is rationed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType
from uuid import UUID

from switch.domain.biller_errors import BillerInOutage, OutageRefused
from switch.domain.calendar import BUSINESS_ZONE
from switch.domain.identifiers import ParticipantCode
from switch.domain.participants import Name
from switch.domain.texts import require_plain

OutageId = NewType("OutageId", UUID)

LONGEST_OUTAGE_DAYS = 14
FARTHEST_AHEAD_DAYS = 92
MOST_DECLARED = 100
"""Of one biller, not over yet."""
REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Outage:
    """From the first moment up to, without it, the last."""

    outage_id: OutageId
    biller: ParticipantCode
    begins_at: datetime
    ends_at: datetime
    reason: Name
    withdrawn_at: datetime | None = None

    def covers(self, at: datetime) -> bool:
        return self.withdrawn_at is None and self.begins_at <= at < self.ends_at

    def is_over(self, at: datetime) -> bool:
        return self.withdrawn_at is not None or self.ends_at <= at

    def refusal(self) -> BillerInOutage:
        until = f"{self.ends_at.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
        return BillerInOutage(until=until, reason=self.reason.en, reason_ar=self.reason.ar)


def outage_at(outages: Iterable[Outage], at: datetime) -> Outage | None:
    """Of several at once the one that lasts longest."""
    return max((outage for outage in outages if outage.covers(at)), key=lambda outage: outage.ends_at, default=None)


def require_outage(outage: Outage, declared: Iterable[Outage], now: datetime) -> None:
    """`declared` are the biller's other ones."""
    if outage.ends_at <= outage.begins_at:
        raise OutageRefused(why="it ends before it begins", why_ar="نهايته قبل بدايته")
    if outage.ends_at <= now:
        raise OutageRefused(why="it is over already", why_ar="انتهى قبل الآن")
    if outage.ends_at - outage.begins_at > timedelta(days=LONGEST_OUTAGE_DAYS):
        raise OutageRefused(why=f"it lasts more than {LONGEST_OUTAGE_DAYS} days", why_ar=f"مدته أطول من {LONGEST_OUTAGE_DAYS} يوماً")
    if outage.begins_at - now > timedelta(days=FARTHEST_AHEAD_DAYS):
        raise OutageRefused(why=f"it begins in more than {FARTHEST_AHEAD_DAYS} days", why_ar=f"يبدأ بعد أكثر من {FARTHEST_AHEAD_DAYS} يوماً")
    for language, words in (("ar", outage.reason.ar), ("en", outage.reason.en)):
        require_plain(words, f"reason.{language}", REASON_CHARACTERS)
        if not words.strip():
            raise OutageRefused(why="its reason is needed in Arabic and in English", why_ar="السبب مطلوب بالعربية وبالإنكليزية")
    if sum(not other.is_over(now) for other in declared) >= MOST_DECLARED:
        raise OutageRefused(why=f"{MOST_DECLARED} are declared already", why_ar=f"أُعلن من قبل {MOST_DECLARED}")
