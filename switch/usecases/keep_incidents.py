"""Keep incidents: what the breakers of this process have seen, and for how long the switch itself was not alive."""

from dataclasses import dataclass, field

from switch.domain.incidents import ALIVE_EVERY_SECONDS, IncidentKind, Turn, down_between
from switch.ports import Clock
from switch.store import incidents
from switch.store.database import Database
from switch.usecases.biller_lines import LineName
from switch.usecases.breakers import Breakers


@dataclass(slots=True)
class KeepIncidents:
    """Run again and again in every process; what cannot be written now is written later."""

    clock: Clock
    database: Database
    breakers: Breakers[LineName]
    _alive: float | None = field(default=None, init=False)

    async def __call__(self) -> int:
        """How many turns there were."""
        seen, changes = self.clock.monotonic(), list(self.breakers.changes)
        alive = self._alive is None or seen - self._alive >= ALIVE_EVERY_SECONDS
        if not alive and not changes:
            return 0
        turns = [Turn(IncidentKind.BREAKER, its.began, its.at, its.name.biller, its.name.purpose) for its in changes]
        async with self.database.transaction() as connection:
            if alive:
                now = self.clock.now()
                turns += down_between(await incidents.see(connection, now), now)
            await incidents.turn(connection, turns)
        self._alive = seen if alive else self._alive
        for _ in changes:
            self.breakers.changes.popleft()
        return len(turns)
