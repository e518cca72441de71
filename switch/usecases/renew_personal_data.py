"""Renew: after a new master key everything under lock is put under it, a small part at a time, from where it was left."""

from dataclasses import dataclass
from datetime import timedelta

from switch.ports import Clock
from switch.store import privacy, staff
from switch.store.database import Database
from switch.store.directory_rows import locked
from switch.store.locked_columns import LOCKED, Locked, renew
from switch.store.vault import vault

LATE_WRITERS_SECONDS = 60
"""After a new key, until nobody is left who has not heard of it and still writes under the former one."""
FIRST_KEY = 1
BY = "switch:keys"


@dataclass(frozen=True, slots=True)
class RenewPersonalData:
    clock: Clock
    database: Database

    async def __call__(self) -> int:
        """One part of each table: how many rows."""
        vault().refresh()
        if vault().newest == FIRST_KEY:
            return 0
        return sum([await self._part(its) for its in LOCKED]) + await self._accounts()

    async def _part(self, its: Locked) -> int:
        now = self.clock.now()
        async with self.database.transaction() as connection:
            done = await privacy.progress_of(connection, task_of(vault().newest), its.table, now)
            if done.finished_at is not None:
                return 0
            if now - done.begun_at < timedelta(seconds=LATE_WRITERS_SECONDS):
                await privacy.keep_progress(connection, done)
                return 0
            place, rows = await renew(connection, its, (done.after_bucket, done.after))
            if place is None:
                then = done._replace(done=done.done + rows, finished_at=now)
            else:
                then = done._replace(done=done.done + rows, after_bucket=place[0], after=place[1])
            await privacy.keep_progress(connection, then)
        return rows

    async def _accounts(self) -> int:
        """The second factors of staff; there are few, and each change of an account stands in the directory's history."""
        async with self.database.transaction() as connection:
            former = await staff.under_former_keys(connection)
            rows = await locked(connection, self.clock, BY) if former else None
            for account in former:
                assert rows is not None
                await staff.put_account(rows, account)
        return len(former)


def task_of(number: int) -> str:
    return f"key-{number}"
