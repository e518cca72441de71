"""Retention: how long a kind of data is kept from now on; every rule that ever held stays readable."""

from dataclasses import dataclass

from switch.domain.privacy import RetentionRule
from switch.ports import Clock
from switch.store import privacy
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class SetRetention:
    clock: Clock
    database: Database

    async def __call__(self, rule: RetentionRule, by: str) -> None:
        """What a shorter time lets go is gone for good. Raises RetentionOutOfRange."""
        rule.require_possible()
        async with self.database.transaction() as connection:
            await privacy.set_rule(connection, rule, self.clock.now(), by)
