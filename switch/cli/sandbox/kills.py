"""Kills: processes of a sandbox die by kill -9, at moments of a day and in an order that a seed chooses."""

import asyncio
import os
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_LOOK_AGAIN_SECONDS = 0.05
_BACK_WITHIN_SECONDS = 30.0
"""Whatever was killed before is started again within this time, or something is wrong."""


@dataclass
class Kills:
    folder: Path
    """Where each running process has its id in a file `<name>.pid`."""
    tell: Callable[[str], None]
    seed: int
    count: int
    done: dict[str, int] = field(default_factory=dict)
    """How often each was killed."""

    async def spread(self, progress: Callable[[], float]) -> None:
        """The first kill is the API's; `progress` goes from 0 to 1. Ends when all are done."""
        chance = random.Random(self.seed)  # noqa: S311 - to be repeated, not to be secret
        names = sorted(path.stem for path in self.folder.glob("*.pid"))
        for number in range(self.count):
            while progress() < (number + 0.75) / self.count:  # noqa: ASYNC110 - nobody tells us of it
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            await self._kill("api" if number == 0 else chance.choice(names))

    async def _kill(self, name: str) -> None:
        async with asyncio.timeout(_BACK_WITHIN_SECONDS):
            while not self._killed(name):  # noqa: ASYNC110 - a file of another process
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    def _killed(self, name: str) -> bool:
        """False where it is not back yet from the kill before."""
        try:
            pid = int((self.folder / f"{name}.pid").read_text(encoding="ascii"))
            os.kill(pid, signal.SIGKILL)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return False
        self.done[name] = self.done.get(name, 0) + 1
        self.tell(f"kill -9 {pid}: {name} is gone in mid-run, and is started again")
        return True
