"""Passwords: kept as Argon2id (RFC 9106), checked beside the loop, and only a few at once, so that guessing does not cost us the switch."""

import asyncio
import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from switch.domain.errors import Overloaded

MEMORY_KIBIBYTES, ITERATIONS, LANES = 19 * 1024, 2, 1
"""As OWASP's Password Storage Cheat Sheet has it."""
AT_ONCE = 2
MOST_WAITING = 50
RETRY_AFTER_SECONDS = 5


NOBODYS = f"$argon2id$v=19$m={MEMORY_KIBIBYTES},t={ITERATIONS},p={LANES}${'A' * 22}${'A' * 43}"
"""For names that nobody has: they are to take as long."""


class Passwords:
    """Of one process."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(_hash, password)

    async def right(self, password: str, kept: str | None) -> bool:
        """Raises Overloaded where too many wait."""
        if self._waiting >= MOST_WAITING:
            raise Overloaded(retry_after_seconds=RETRY_AFTER_SECONDS)
        self._waiting += 1
        try:
            async with self._room:
                agrees = await asyncio.to_thread(_agrees, password, kept or NOBODYS)
        finally:
            self._waiting -= 1
        return agrees and kept is not None


def _hash(password: str) -> str:
    kdf = Argon2id(salt=secrets.token_bytes(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIBIBYTES)
    return kdf.derive_phc_encoded(password.encode("utf-8", "replace"))


def _agrees(password: str, kept: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(password.encode("utf-8", "replace"), kept)
    except InvalidKey:
        return False
    return True
