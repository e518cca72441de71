"""Breakers: one for each counterparty and purpose, in this process; all by the same rule."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import structlog

from switch.domain.breakers import Breaker, BreakerState
from switch.ports import Clock

Named = TypeVar("Named")

_log = structlog.get_logger("switch.breakers")


MOST_CHANGES = 10_000
"""Kept until somebody has written them down."""


class BreakerChange(NamedTuple, Generic[Named]):
    """It was left alone from then on, or was heard again."""

    name: Named
    began: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Breakers(Generic[Named]):
    clock: Clock
    known: defaultdict[Named, Breaker] = field(default_factory=lambda: defaultdict(Breaker))
    changes: deque[BreakerChange[Named]] = field(default_factory=lambda: deque(maxlen=MOST_CHANGES))
    well: set[Named] = field(default_factory=set)
    """Heard well before; the first time ends what another process, now gone, has seen begin."""
    returns: Counter[Named] = field(default_factory=Counter)
    """How often each was heard well after it had been left alone, or for the first time: what waits for it need not wait any more."""

    def state(self, name: Named) -> BreakerState:
        return self.known[name].state(self._now())

    def admits(self, name: Named) -> bool:
        """Whether it may be asked now; looking takes no trial."""
        return self.known[name].admits(self._now())

    def ask(self, name: Named) -> bool:
        """Whether it may be asked now; who gets a yes says afterwards how it went."""
        if not (admitted := self.admits(name)):
            return False
        self.known[name] = self.known[name].asked(self._now())
        return admitted

    def wants_trial(self, name: Named) -> bool:
        """Nothing good is known of it, so that one thing that waits may be tried before its time."""
        return self.admits(name) and (name not in self.well or self.state(name) is not BreakerState.CLOSED)

    def forget(self, name: Named) -> None:
        """What was known of it is of no use any more; whoever is left alone stays so."""
        self.well.discard(name)

    def heard(self, name: Named, *, well: bool) -> None:
        before = self.known[name]
        after = self.known[name] = before.succeeded() if well else before.failed(self._now())
        if before.openings != after.openings:
            _log.warning("breaker.closed" if well else "breaker.opened", of=_words(name), openings=after.openings)
        returned = well and (before.openings > 0 or name not in self.well)
        if returned or bool(before.openings) is not bool(after.openings):
            self.changes.append(BreakerChange(name, not well, self.clock.now()))
        if returned:
            self.returns[name] += 1
            self.well.add(name)

    def gave_up(self, name: Named) -> None:
        """It was not asked after all, or whoever asked was cancelled."""
        self.known[name] = self.known[name].gave_up()

    def _now(self) -> int:
        return int(self.clock.monotonic() * 1000)


def _words(name: object) -> str:
    return " ".join(map(str, name)) if isinstance(name, tuple) else str(name)
