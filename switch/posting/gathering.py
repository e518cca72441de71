"""Gathering: what many callers want of the database at the same time goes to it together, in one question.

As in the lane, a lone caller waits for nobody: while one question is under way the next one collects.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from switch.domain.errors import Overloaded, SwitchUnavailable
from switch.posting.within import within
from switch.store.database import LINE_TROUBLE

MOST_TOGETHER = 200
MOST_WAITING = 4_000
STUCK_SECONDS = 6.0
"""A question that takes longer, also where it waits for a lock, is on a line that says nothing any more."""
RETRY_AFTER_SECONDS = 2

Wanted = TypeVar("Wanted")
Given = TypeVar("Given")


class Gathering(Generic[Wanted, Given]):
    """One for each process and kind of question. `ask` gives an answer for each that is wanted, in their order."""

    def __init__(self, ask: Callable[[Sequence[Wanted]], Awaitable[Sequence[Given]]]) -> None:
        self._ask = ask
        self._waiting: deque[tuple[Wanted, asyncio.Future[Given]]] = deque()
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, wanted: Wanted) -> Given:
        """Raises Overloaded where too many wait, SwitchUnavailable where the database is out of reach."""
        if len(self._waiting) >= MOST_WAITING:
            raise Overloaded(retry_after_seconds=RETRY_AFTER_SECONDS)
        answer: asyncio.Future[Given] = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, answer))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all(), name="gathering")
        return await answer

    async def _ask_all(self) -> None:
        while self._waiting:
            await self._answer([self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))])

    async def _answer(self, together: Sequence[tuple[Wanted, asyncio.Future[Given]]]) -> None:
        """One poisoned question must not spoil the others: then each half is asked on its own."""
        try:
            answers = await within(STUCK_SECONDS, self._ask([wanted for wanted, _ in together]))
        except Exception as fault:  # noqa: BLE001 - it is given to whom it belongs
            lost = isinstance(fault, (*LINE_TROUBLE, TimeoutError))
            if len(together) > 1 and not lost:
                await self._answer(together[: len(together) // 2])
                await self._answer(together[len(together) // 2 :])
                return
            told = SwitchUnavailable(retry_after_seconds=RETRY_AFTER_SECONDS) if lost else fault
            for _, future in together:
                if not future.done():
                    future.set_exception(told)
            return
        for (_, future), answer in zip(together, answers, strict=True):
            if not future.done():
                future.set_result(answer)
