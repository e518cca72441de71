"""Liquidity: when a bank is warned that its cap is used up, and where its position is going by the next cut-off."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from switch.domain.calendar import Calendar
from switch.domain.identifiers import ParticipantCode, WindowId
from switch.domain.positions import Position
from switch.domain.values import value

WARNED_AT_PERCENT = (50, 75, 90)
WARNED_AGAIN_BELOW_POINTS = 5
"""A position that goes up and down around a level is not worth a warning each time: it must have been so far below it."""

SNAPSHOT_SECONDS = 300
FINE_DAYS = 35
"""So long every snapshot is kept; of an older hour only the one with the highest position, which is what a cap is judged by."""
QUARTER_SECONDS = 900
"""How finely the day's pattern is kept."""
QUARTER_SETTLES_SECONDS = 900
"""By then the outcome of nearly every payment of a quarter is certain; one that is not is missing in the pattern and in nothing else."""

LOOKED_BACK_DAYS = 56
MOST_LIKE_DAYS = 20
FEWEST_LIKE_DAYS = 5
LOW_PERCENT, HIGH_PERCENT = 10, 90
"""The band: of the like days, one in ten paid less and one in ten paid more."""


@value(frozen=True, slots=True)
class CapWarning:
    """A bank's position has passed a level of its cap in a window, or has come down from it again. Minor units."""

    bank: ParticipantCode
    currency: str
    window_id: WindowId
    level: int
    """Percent."""
    number: int
    """Odd: passed; even: below it again. Each once."""
    held: int
    posted: int
    cap: int
    at: datetime

    @property
    def passed(self) -> bool:
        return self.number % 2 == 1


def warnings(position: Position, window_id: WindowId, said: Mapping[int, int], at: datetime) -> list[CapWarning]:
    """What is new, lowest level first; `said` is the number of the last warning of each level in this window."""
    return [
        CapWarning(position.bank, position.currency, window_id, level, number + 1, position.held, position.posted, position.cap, at)
        for level in WARNED_AT_PERCENT
        for number in (said.get(level, 0),)
        if (_below(position, level - WARNED_AGAIN_BELOW_POINTS) if number % 2 else _passed(position, level))
    ]


def told(new: Sequence[CapWarning]) -> CapWarning | None:
    """Of levels that were passed together the bank is told the highest; coming down it knows by itself."""
    return max((warning for warning in new if warning.passed), key=lambda warning: warning.level, default=None)


def _passed(position: Position, level: int) -> bool:
    return position.used > 0 and position.used * 100 >= level * position.cap


def _below(position: Position, level: int) -> bool:
    return position.used <= 0 or position.used * 100 < level * position.cap


@value(frozen=True, slots=True)
class LikeDay:
    """A time in the past that was to its cut-off what now is to the next one."""

    begins_at: datetime
    ends_at: datetime


def like_days(calendar: Calendar, as_of: datetime) -> tuple[LikeDay, ...]:
    """The newest first: before a working day, a weekend or a holiday, as now."""
    cut_off = calendar.sitting(as_of).closes_at
    shifts = (timedelta(days=days) for days in range(1, LOOKED_BACK_DAYS + 1))
    alike = [LikeDay(as_of - back, cut_off - back) for back in shifts if calendar.sitting(as_of - back).closes_at == cut_off - back]
    return tuple(alike[:MOST_LIKE_DAYS])


@value(frozen=True, slots=True)
class Forecast:
    """What a bank will owe at the next cut-off, by what it paid from this hour on in the past. Minor units.

    The three figures are None where fewer than `FEWEST_LIKE_DAYS` like days are known: that is no forecast.
    """

    position: Position
    as_of: datetime
    cut_off: datetime
    like_days: int
    low: int | None = None
    expected: int | None = None
    high: int | None = None

    @property
    def enough_history(self) -> bool:
        return self.expected is not None

    @property
    def may_pass_cap(self) -> bool:
        """Payments would be refused before the cut-off, were this a day of much traffic."""
        return self.high is not None and self.high > self.position.cap


def forecast(position: Position, as_of: datetime, cut_off: datetime, paid: Sequence[int]) -> Forecast:
    """`paid` is what the bank paid on each like day from this time of day to the cut-off."""
    if len(paid) < FEWEST_LIKE_DAYS:
        return Forecast(position, as_of, cut_off, len(paid))
    ascending = sorted(paid)
    last = len(ascending) - 1
    low, expected, high = (
        position.used + ascending[place] for place in (last * LOW_PERCENT // 100, last // 2, -(-last * HIGH_PERCENT // 100))
    )
    return Forecast(position, as_of, cut_off, len(paid), low, expected, high)


def quarter_of(at: datetime) -> datetime:
    """When the quarter of an hour began."""
    return _floored(at, QUARTER_SECONDS)


def snapshot_moment(at: datetime) -> datetime:
    return _floored(at, SNAPSHOT_SECONDS)


def _floored(at: datetime, seconds: int) -> datetime:
    return at - timedelta(seconds=int(at.timestamp()) % seconds, microseconds=at.microsecond)


@value(frozen=True, slots=True)
class PositionThen:
    """A position as a snapshot found it."""

    position: Position
    taken_at: datetime
