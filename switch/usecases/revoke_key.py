"""Revoke: a public key verifies nothing any more, from this moment on; what it signed before stays evidence."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from switch.domain.directory_errors import KeyUnknown
from switch.ports import Clock
from switch.store.database import Database
from switch.store.directory_rows import locked
from switch.store.participants import REVOKED


@dataclass(frozen=True, slots=True)
class RevokeKey:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, keyid: str, *, by: str) -> None:
        """Once or many times. There is no way back: a participant registers a new key under a new name."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            known = await rows.find_key(keyid)
            if known is None:
                raise KeyUnknown(keyid=keyid[:80])
            await rows.put_key(known[0], REVOKED)
        await self.refresh()
