"""Keep incidents: what the breakers of this process have seen, and for how long the switch itself was not alive."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from switch.domain.directory import Directory
from switch.domain.identifiers import WebhookEndpointId
from switch.domain.incidents import ALIVE_EVERY_SECONDS, IncidentKind, Turn, down_between, end_point_silent
from switch.ports import Clock
from switch.store import incidents
from switch.store.database import Database
from switch.usecases.biller_lines import LineName
from switch.usecases.breakers import BreakerChange, Breakers


@dataclass(slots=True)
class KeepIncidents:
    """Run again and again in every process; what cannot be written now is written later."""

    clock: Clock
    database: Database
    billers: Breakers[LineName]
    webhooks: Breakers[WebhookEndpointId]
    directory: Callable[[], Directory]
    _alive: float | None = field(default=None, init=False)

    async def __call__(self) -> int:
        """How many turns there were."""
        seen, of_billers, of_webhooks = self.clock.monotonic(), list(self.billers.changes), list(self.webhooks.changes)
        alive = self._alive is None or seen - self._alive >= ALIVE_EVERY_SECONDS
        if not alive and not of_billers and not of_webhooks:
            return 0
        turns = [Turn(IncidentKind.BREAKER, its.began, its.at, its.name.biller, its.name.purpose) for its in of_billers]
        turns += self._of_end_points(of_webhooks)
        async with self.database.transaction() as connection:
            if alive:
                now = self.clock.now()
                turns += down_between(await incidents.see(connection, now), now)
            await incidents.turn(connection, turns)
        self._alive = seen if alive else self._alive
        _written_down(self.billers.changes, of_billers)
        _written_down(self.webhooks.changes, of_webhooks)
        return len(turns)

    def _of_end_points(self, changes: Iterable[BreakerChange[WebhookEndpointId]]) -> list[Turn]:
        """Of one that its bank has removed meanwhile there is nothing to say any more: that ended it."""
        known = self.directory().webhooks
        return [end_point_silent(known[its.name].bank, its.name, its.at, begins=its.began) for its in changes if its.name in known]


def _written_down(changes: deque[Any], written: Iterable[object]) -> None:
    for _ in written:
        changes.popleft()
