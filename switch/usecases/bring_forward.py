"""Bring forward: what waits for a counterparty that is back does not wait out its pause."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from switch.domain.breakers import BreakerState
from switch.domain.retries import waits_beyond
from switch.ports import Clock
from switch.store.database import Connection, Database
from switch.usecases.breakers import Breakers

Named = TypeVar("Named")
Whose = TypeVar("Whose")

Forward = Callable[[Connection, Whose, datetime, datetime], Awaitable[bool]]
"""A piece of what waits for whom, as of now, beyond a moment; whether there may be more."""


@dataclass(frozen=True, slots=True)
class BringForward(Generic[Named, Whose]):
    """Once for each time that this process has seen it come back; whoever delivers, in any process, finds it due."""

    clock: Clock
    database: Database
    breakers: Breakers[Named]
    piece: Forward[Whose]
    done: Counter[Named] = field(default_factory=Counter)

    def waits(self, name: Named) -> bool:
        """Not while it is away again."""
        return self.breakers.returns[name] > self.done[name] and self.breakers.state(name) is BreakerState.CLOSED

    async def __call__(self, name: Named, whose: Whose, lease_seconds: int) -> None:
        """In pieces, each a transaction of its own. What was moved is no longer among what waits long enough, so that it ends."""
        if not self.waits(name):
            return
        returns, more = self.breakers.returns[name], True
        while more:
            now = self.clock.now()
            async with self.database.transaction() as connection:
                more = await self.piece(connection, whose, now, waits_beyond(now, lease_seconds, early=True))
        self.done[name] = returns
