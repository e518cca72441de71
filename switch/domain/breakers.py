"""A circuit breaker: after failures in a row a counterparty is left alone for a while, then one trial says whether it is back."""

from dataclasses import dataclass, replace
from enum import StrEnum

FAILURES_IN_A_ROW = 5
FIRST_PAUSE_MILLISECONDS = 5_000
LONGEST_PAUSE_MILLISECONDS = 15_000
"""So short that what waits is done within half a minute after the counterparty is back; a trial costs it one question."""
LONGEST_TRIAL_MILLISECONDS = 120_000
"""Who took the trial and says nothing for so long is gone, and another may try."""


class BreakerState(StrEnum):
    CLOSED = "closed"
    """All is well: everything is asked."""
    OPEN = "open"
    """Nothing is asked."""
    HALF_OPEN = "half_open"
    """One trial at a time."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """All times are milliseconds of a monotonic clock. `openings` counts those since it was last closed: each pause doubles."""

    failures: int = 0
    openings: int = 0
    opened_at: int | None = None
    trial_at: int | None = None

    def state(self, now: int) -> BreakerState:
        if self.opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now - self.opened_at < self.pause_milliseconds else BreakerState.HALF_OPEN

    @property
    def pause_milliseconds(self) -> int:
        return min(FIRST_PAUSE_MILLISECONDS << max(self.openings - 1, 0), LONGEST_PAUSE_MILLISECONDS)

    def admits(self, now: int) -> bool:
        match self.state(now):
            case BreakerState.CLOSED:
                return True
            case BreakerState.OPEN:
                return False
            case BreakerState.HALF_OPEN:
                return self.trial_at is None or now - self.trial_at >= LONGEST_TRIAL_MILLISECONDS

    def asked(self, now: int) -> "Breaker":
        """Somebody who was admitted asks; where it is half open, that is the trial."""
        return replace(self, trial_at=now) if self.state(now) is BreakerState.HALF_OPEN else self

    def succeeded(self) -> "Breaker":
        """A clear answer, whenever it was asked for, says that the counterparty is there."""
        return Breaker()

    def failed(self, now: int) -> "Breaker":
        """A straggler that was asked before it opened says nothing new."""
        if self.opened_at is None:
            failures = self.failures + 1
            return replace(self, failures=failures) if failures < FAILURES_IN_A_ROW else Breaker(failures, 1, now)
        if self.trial_at is None:
            return self
        return Breaker(self.failures, self.openings + 1, now)

    def gave_up(self) -> "Breaker":
        """The trial ended without being made: another may take it."""
        return replace(self, trial_at=None)
