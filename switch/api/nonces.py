"""Nonces: which signed messages were received already. Bounded: two generations, the older forgotten as a whole."""

from switch.domain.errors import Overloaded

GENERATION_SECONDS = 90
"""Longer than a signature can be fresh (60 s old and 10 s ahead): a nonce is remembered for one to two generations."""
MOST_NONCES = 500_000
"""A generation: about 5,500 messages a second for one process."""


class Nonces:
    def __init__(self, generation_seconds: int = GENERATION_SECONDS, most: int = MOST_NONCES) -> None:
        self._generation_seconds = generation_seconds
        self._most = most
        self._older: set[tuple[str, str]] = set()
        self._newer: set[tuple[str, str]] = set()
        self._began = float("-inf")

    def first_seen(self, keyid: str, nonce: str, monotonic: float) -> bool:
        """Remember it; False where it is known already."""
        age = monotonic - self._began
        if age >= self._generation_seconds:
            self._older = self._newer if age < 2 * self._generation_seconds else set()
            self._newer = set()
            self._began = monotonic
        seen = (keyid, nonce)
        if seen in self._newer or seen in self._older:
            return False
        if len(self._newer) >= self._most:
            raise Overloaded(retry_after_seconds=self._generation_seconds)
        self._newer.add(seen)
        return True
