"""Connections shared out among processes: here, two that wait at one socket in one event loop."""

import asyncio
import os
import socket

from switch.api.accepting import Accepting, Shares


class Office:
    """One process: keeps what it accepts."""

    def __init__(self, listening: socket.socket, memory: int, number: int, told: asyncio.Queue[None]) -> None:
        self.kept: list[socket.socket] = []
        self._told = told
        self._listening = listening.dup()
        self.accepting = Accepting(self._listening, Shares(memory, number), self._keep, lambda: len(self.kept))

    async def _keep(self, accepted: socket.socket) -> None:
        self.kept.append(accepted)
        self._told.put_nowait(None)

    def close(self) -> None:
        self.accepting.close()
        for one in (*self.kept, self._listening):
            one.close()


async def _connected(listening: socket.socket, count: int, told: asyncio.Queue[None]) -> list[socket.socket]:
    callers = [socket.create_connection(listening.getsockname()) for _ in range(count)]
    async with asyncio.timeout(10):
        for _ in callers:
            await told.get()
    return callers


def _bye(offices: list[Office], callers: list[socket.socket], memory: int) -> None:
    for office in offices:
        office.close()
    for caller in callers:
        caller.close()
    os.close(memory)


async def test_a_burst_of_connections_is_shared_out_evenly() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        memory, told = Shares.memory(2), asyncio.Queue[None]()
        offices = [Office(listening, memory, number, told) for number in range(2)]
        callers = await _connected(listening, 64, told)
        assert [len(office.kept) for office in offices] == [32, 32]
        _bye(offices, callers, memory)


async def test_one_that_has_more_takes_a_connection_that_nobody_else_takes() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        memory, told = Shares.memory(2), asyncio.Queue[None]()
        awake, dead = (Office(listening, memory, number, told) for number in range(2))
        dead.accepting.close()
        callers = await _connected(listening, 8, told)
        assert len(awake.kept) == 8
        _bye([awake, dead], callers, memory)
