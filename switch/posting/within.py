"""Within: work that asks the database, given up where its line says nothing any more."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

CANCELLED_AGAIN_SECONDS = 6.0

Done = TypeVar("Done")
_given_up: set[asyncio.Task[None]] = set()


async def within(seconds: float, work: Awaitable[Done]) -> Done:
    """What the work gives, where it is done in so many seconds. Raises TimeoutError: then it is not known what it has done.

    A driver that is cancelled asks the server to stop and waits for it again, on the same silent line: it is cancelled until it ends,
    and nobody waits for that.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait((task,), timeout=seconds)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.done():
        return task.result()
    _given_up.add(giving_up := asyncio.create_task(_give_up(task), name="giving-up"))
    giving_up.add_done_callback(_given_up.discard)
    raise TimeoutError(f"not done within {seconds} s")


async def _give_up(task: asyncio.Future[Any]) -> None:
    while not task.done():
        task.cancel()
        await asyncio.wait((task,), timeout=CANCELLED_AGAIN_SECONDS)
    if not task.cancelled():
        task.exception()
