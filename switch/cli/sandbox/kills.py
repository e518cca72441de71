"""Kills: processes of a sandbox die by kill -9, or otherwise, at moments of a day and in an order that a seed chooses."""

import asyncio
import os
import random
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

_LOOK_AGAIN_SECONDS = 0.05
_BACK_WITHIN_SECONDS = 60.0
"""Whatever was killed before is started again within this time, or something is wrong."""
PAUSE_SECONDS = 17.0
"""Longer than a worker's lease of payments: another one takes them over."""


class Means(StrEnum):
    KILL = "kill -9"
    IMMEDIATE = "immediate stop"
    """Of PostgreSQL, by SIGQUIT: as in a crash."""
    PAUSE = "pause"
    """SIGSTOP, with all that it holds, and SIGCONT much later."""


_SIGNALS = {Means.KILL: signal.SIGKILL, Means.IMMEDIATE: signal.SIGQUIT, Means.PAUSE: signal.SIGSTOP}
Strike = tuple[str, Means]
OTHERWISE: Sequence[Strike] = (("postgres", Means.IMMEDIATE), ("worker", Means.PAUSE), ("api-1", Means.PAUSE))


@dataclass
class Kills:
    folder: Path
    """Where each running process has its id in a file `<name>.pid`."""
    tell: Callable[[str], None]
    seed: int
    count: int
    done: dict[str, int] = field(default_factory=dict)
    """How often each was killed."""
    otherwise: Sequence[Strike] = ()
    """Beside the kills: each has its turn, and again as chance will."""
    done_otherwise: dict[str, int] = field(default_factory=dict)

    async def spread(self, progress: Callable[[], float]) -> None:
        """The first kill is the API's; `progress` goes from 0 to 1. Ends when all are done."""
        chance = random.Random(self.seed)  # noqa: S311 - to be repeated, not to be secret
        names = sorted(path.stem for path in self.folder.glob("*.pid"))
        strikes: list[Strike] = [("api" if number == 0 else chance.choice(names), Means.KILL) for number in range(self.count)]
        for strike in self.otherwise:
            strikes.insert(chance.randint(1, len(strikes)), strike)
        async with asyncio.TaskGroup() as pauses:
            for number, (name, means) in enumerate(strikes):
                while progress() < (number + 0.75) / len(strikes):  # noqa: ASYNC110 - nobody tells us of it
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
                pid = await self._strike(name, means)
                if means is Means.PAUSE:
                    pauses.create_task(_let_go(pid))

    async def _strike(self, name: str, means: Means) -> int:
        async with asyncio.timeout(_BACK_WITHIN_SECONDS):
            while (pid := self._struck(name, means)) is None:  # noqa: ASYNC110 - a file of another process
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return pid

    def _struck(self, name: str, means: Means) -> int | None:
        """None where it is not back yet from the kill before."""
        try:
            pid = int((self.folder / f"{name}.pid").read_text(encoding="ascii"))
            os.kill(pid, _SIGNALS[means])
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return None
        if means is Means.KILL:
            self.done[name] = self.done.get(name, 0) + 1
            self.tell(f"kill -9 {pid}: {name} is gone in mid-run, and is started again")
        else:
            self.done_otherwise[f"{name}: {means}"] = self.done_otherwise.get(f"{name}: {means}", 0) + 1
            self.tell(f"{means} of {name} ({pid})")
        return pid


async def _let_go(pid: int) -> None:
    await asyncio.sleep(PAUSE_SECONDS)
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return
