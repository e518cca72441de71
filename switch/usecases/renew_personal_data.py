"""Renew: after a new master key everything that stays is put under it, a small part at a time, from where it was left."""

from dataclasses import dataclass
from datetime import timedelta

from switch.ports import Clock
from switch.store import privacy
from switch.store.database import Database
from switch.store.privacy_messages import message_under_newest
from switch.store.vault import vault

MOST_AT_ONCE = 500
LATE_WRITERS_SECONDS = 60
"""After a new key, and before now: what a process that had not heard of the key yet may still be writing."""
FIRST_KEY = 1


@dataclass(frozen=True, slots=True)
class RenewPersonalData:
    """Inquiries and the lines of batches are not renewed: they go before long (`EraseExpired`), and their key is kept until then."""

    clock: Clock
    database: Database

    async def __call__(self) -> int:
        """One part of each bank's: how many."""
        vault().refresh()
        if vault().newest == FIRST_KEY:
            return 0
        async with self.database.transaction() as connection:
            renewed = await privacy.renew_secrets(connection)
            banks = await privacy.banks(connection)
        return renewed + sum([await self._payments(bank) for bank in banks])

    async def _payments(self, bank: str) -> int:
        now = self.clock.now()
        settled = now - timedelta(seconds=LATE_WRITERS_SECONDS)
        async with self.database.transaction() as connection:
            its = await privacy.progress_of(connection, task_of(vault().newest), bank, now)
            if its.finished_at is not None:
                return 0
            then, last = await privacy.go_on(connection, its, settled, MOST_AT_ONCE, privacy.under_newest, message_under_newest)
            if last and its.begun_at < settled - timedelta(seconds=LATE_WRITERS_SECONDS):
                then = then._replace(finished_at=now)
            await privacy.keep_progress(connection, then)
        return then.done - its.done


def task_of(number: int) -> str:
    return f"key-{number}"
