"""Own queues: the work for each counterparty is a task of its own, so that one that is slow or dead keeps nobody waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import structlog

Owner = TypeVar("Owner")

_log = structlog.get_logger("switch.queues")


@dataclass(frozen=True, slots=True)
class OwnQueues(Generic[Owner]):
    name: str
    under_way: dict[Owner, asyncio.Task[int]] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self, owners: Iterable[Owner], work: Callable[[Owner], Awaitable[int]]) -> int:
        """In the background, until `close`; says for how many. `work` says how much it did, and is never run twice at once for one."""
        started = [owner for owner in owners if owner not in self.under_way and not self.stopping.is_set()]
        for owner in started:
            self.under_way[owner] = asyncio.create_task(self._run(owner, work), name=f"{self.name}-{owner}")
        return len(started)

    async def settled(self) -> int:
        """When nothing is under way any more; how much was done by what was."""
        done = 0
        while self.under_way:
            done += sum(await asyncio.gather(*self.under_way.values()))
        return done

    async def close(self) -> None:
        """What is under way is brought to its end; nothing new is begun."""
        self.stopping.set()
        await self.settled()

    async def _run(self, owner: Owner, work: Callable[[Owner], Awaitable[int]]) -> int:
        try:
            if done := await work(owner):
                _log.info("queue.done", queue=self.name, owner=str(owner), done=done)
            return done
        except Exception as fault:  # noqa: BLE001 - whatever it was, what was leased is taken up again when its lease is over
            _log.error("queue.interrupted", queue=self.name, owner=str(owner), fault=type(fault).__name__)
            return 0
        finally:
            self.under_way.pop(owner, None)
