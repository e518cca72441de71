"""Register: a public key of a participant, which then verifies its messages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from switch.domain.directory import ParticipantKey
from switch.domain.directory_errors import KeyIdTaken, KeyRevoked
from switch.domain.directory_rules import require_key_id
from switch.ports import Clock
from switch.signatures import load_verifying_key
from switch.store.database import Database
from switch.store.directory_rows import locked
from switch.store.participants import ACTIVE


@dataclass(frozen=True, slots=True)
class RegisterKey:
    clock: Clock
    database: Database
    refresh: Callable[[], Awaitable[None]]

    async def __call__(self, key: ParticipantKey, *, by: str) -> None:
        """Several keys of one participant may be active at once. An id stands for one key for good, because old signatures name it."""
        require_key_id(key)
        key = replace(key, public_pem=load_verifying_key(key.keyid, key.public_pem, key.algorithm).pem())
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            await rows.participant(key.participant)
            known = await rows.find_key(key.keyid)
            if known is not None and known != (key, ACTIVE):
                raise (KeyRevoked if known[0] == key else KeyIdTaken)(keyid=key.keyid)
            await rows.put_key(key)
        await self.refresh()
