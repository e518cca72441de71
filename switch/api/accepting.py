"""Accepting: several processes take connections from one listening socket, so that each has about as many as the others.

Left to themselves, whichever wakes first takes all that wait: one process then has nearly every bank, and a core stays idle.
A process that has more than another lets that one go first, for a moment; one that is stopped or dead holds nobody up.
"""

import asyncio
import mmap
import os
import socket
from collections.abc import Callable, Coroutine

AFTER_YOU_SECONDS = 0.002
_BYTES_A_COUNT = 8


class Shares:
    """How many connections each process has, in memory that they share."""

    def __init__(self, memory: int, mine: int) -> None:
        self._counts = memoryview(mmap.mmap(memory, os.fstat(memory).st_size)).cast("q")
        self._mine = mine
        self.have(0)

    @staticmethod
    def memory(processes: int) -> int:
        """A file descriptor to hand on to each of them."""
        memory = os.memfd_create("connections")
        os.ftruncate(memory, processes * _BYTES_A_COUNT)
        return memory

    def have(self, connections: int) -> None:
        self._counts[self._mine] = connections

    @property
    def above_another(self) -> bool:
        return self._counts[self._mine] > min(self._counts)


class Accepting:
    """In one process. `served` makes a connection of an accepted socket; `connections` says how many there are."""

    def __init__(
        self,
        listening: socket.socket,
        shares: Shares,
        served: Callable[[socket.socket], Coroutine[None, None, None]],
        connections: Callable[[], int],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._listening = listening
        self._shares = shares
        self._served = served
        self._connections = connections
        self._being_made: set[asyncio.Task[None]] = set()
        self._after_you: asyncio.TimerHandle | None = None
        listening.setblocking(False)
        self._loop.add_reader(listening, self._somebody_waits)

    def count(self) -> None:
        """Also called now and then: connections end without anybody being accepted."""
        self._shares.have(self._connections() + len(self._being_made))

    def close(self) -> None:
        self._loop.remove_reader(self._listening)
        if self._after_you is not None:
            self._after_you.cancel()
        self._shares.have(0)

    def _somebody_waits(self) -> None:
        self.count()
        if self._shares.above_another or not self._accepted():
            self._loop.remove_reader(self._listening)
            self._after_you = self._loop.call_later(AFTER_YOU_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._accepted()
        self._loop.add_reader(self._listening, self._somebody_waits)

    def _accepted(self) -> bool:
        """Whether one was accepted: not when another process took it, the other side is gone again, or there are no more open files."""
        try:
            accepted, _ = self._listening.accept()
        except OSError:
            return False
        making = self._loop.create_task(self._served(accepted))
        self._being_made.add(making)
        making.add_done_callback(self._being_made.discard)
        self.count()
        return True
