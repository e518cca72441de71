"""Turns: parts of what comes in bulk go through the lane in their order, and the next one claims while the one before it is written."""

import asyncio
from types import TracebackType
from typing import Self


class Turns:
    """First a part claims its keys and bills, then it takes its money: one part does each at a time, in the order in which they came.

    Whoever takes money waits for nobody who only claims, so parts that hold locks while they wait for their turn never form a ring.
    """

    def __init__(self) -> None:
        self.claiming = asyncio.Lock()
        self.posting = asyncio.Lock()

    def turn(self) -> "Turn":
        return Turn(self)


class Turn:
    """Begin the transaction within it: it must have ended before the next part takes its money."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._held: asyncio.Lock | None = None

    async def __aenter__(self) -> Self:
        await self._hold(self._turns.claiming)
        return self

    async def claimed(self) -> None:
        """The next part may claim; returns when the one before has taken its money."""
        await self._hold(self._turns.posting)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._held is not None:
            self._held.release()

    async def _hold(self, lock: asyncio.Lock) -> None:
        await lock.acquire()
        before, self._held = self._held, lock
        if before is not None:
            before.release()
