"""Again, until it is known: a lost line, a deadlock or an unknown commit is tried anew, by key, before anybody is answered."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from switch.store.database import LINE_TROUBLE, CommitUnknown

PAUSES_SECONDS = (0.0, 0.05, 0.2, 0.5, 1.0)
"""Before each attempt."""

T = TypeVar("T")


async def until_known(work: Callable[[], Awaitable[T]]) -> T:
    """`work` finds by its keys what an earlier attempt of it has done.

    Raises what broke the last attempt: of LINE_TROUBLE, or TimeoutError.
    """
    last: Exception | None = None
    for pause_seconds in PAUSES_SECONDS:
        if pause_seconds:
            await asyncio.sleep(pause_seconds)
        try:
            return await work()
        except DBAPIError as error:
            if not isinstance(error, LINE_TROUBLE):
                raise
            last = error
        except (CommitUnknown, PoolTimeout, TimeoutError) as error:
            last = error
    assert last is not None
    raise last
