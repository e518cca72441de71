"""A bad line: a TCP proxy that delays, cuts, shortens, silences and floods what goes through it, by a share and a seed."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

PIECE_BYTES = 64 * 1024
FARTHEST_BYTES = 1_500
"""A cut comes after so many more bytes at the most: within a head, a body, or between two messages."""
LONGEST_DELAY_SECONDS = 1.5
SILENT_SECONDS = 20.0
FLOOD_CONNECTIONS = 5
FLOOD_BYTES = 256 * 1024


class LineFault(StrEnum):
    """Each strikes at a piece that comes from the asking side, and from there on."""

    DELAY = "delay"
    """This piece comes late, and so does the answer."""
    CUT_REQUEST = "cut-request"
    """Some bytes of it go on, then both sides see a reset."""
    CUT_ANSWER = "cut-answer"
    """It goes on whole; after some bytes of the answer both sides see a reset."""
    TRUNCATE = "truncate"
    """It goes on whole; the answer ends early, as if that were all."""
    SILENCE = "silence"
    """It goes on whole; nothing of the answer is ever heard, and the line stays open."""
    FLOOD = "flood"
    """Other connections pour noise into the answering side meanwhile."""


Lines = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Lines]]


def to_port(port: int, host: str = "127.0.0.1") -> Connect:
    return lambda: asyncio.open_connection(host, port)


def to_socket(path: Path) -> Connect:
    return lambda: asyncio.open_unix_connection(path)


@dataclass
class BadLine:
    connect: Connect
    share: float
    """Of the pieces that come from the asking side: which strike."""
    chance: random.Random
    faults: Sequence[LineFault] = tuple(LineFault)
    """As a deck that is shuffled anew when it is empty: each has its turn."""
    deck: list[LineFault] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    healed: bool = False
    """From then on it is a good line."""

    @asynccontextmanager
    async def listening(self, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[int]:
        """At this port, or a free one. What is still carried in the end is cut."""
        carried: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        over = False

        def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if over:  # it was accepted before the end
                writer.close()
                return
            task = asyncio.create_task(self._carry((reader, writer)))
            carried[task] = writer
            task.add_done_callback(lambda done: carried.pop(done, None))

        server = await asyncio.start_server(carry, host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            over = True
            server.close()
            left = dict(carried)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            await asyncio.sleep(0)
            for writer in left.values():
                writer.close()  # also where its task had not begun

    async def _carry(self, asking: Lines) -> None:
        try:
            answering = await self.connect()
        except OSError:
            _end(asking[1], whole=False)
            return
        await _Connection(self, asking, answering).carry()

    def draw(self) -> LineFault | None:
        if self.healed or self.chance.random() >= self.share:
            return None
        if not self.deck:
            self.deck = list(self.faults)
            self.chance.shuffle(self.deck)
        fault = self.deck.pop()
        self.injected[fault] += 1
        return fault

    async def flood(self) -> None:
        """Noise that is no message of anybody's; what comes back is not read."""

        async def pour() -> None:
            _, writer = await self.connect()
            with contextlib.suppress(OSError):
                writer.write(self.chance.randbytes(FLOOD_BYTES))
                await asyncio.wait_for(writer.drain(), LONGEST_DELAY_SECONDS)
            _end(writer, whole=False)

        await asyncio.gather(*(pour() for _ in range(FLOOD_CONNECTIONS)), return_exceptions=True)


@dataclass
class _Connection:
    line: BadLine
    asking: Lines
    answering: Lines
    left: int | None = None
    """Bytes of the answer that still come through; then it ends as `ends` says."""
    ends: LineFault | None = None

    async def carry(self) -> None:
        """Until one side is done, or the line is cut."""
        both = [asyncio.create_task(self._requests()), asyncio.create_task(self._answers())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            writers = (self.asking[1], self.answering[1])
            for writer in writers:
                _end(writer, whole=self.ends in (None, LineFault.TRUNCATE))
            await asyncio.gather(*both, *(writer.wait_closed() for writer in writers), return_exceptions=True)

    async def _requests(self) -> None:
        reader, to = self.asking[0], self.answering[1]
        while piece := await reader.read(PIECE_BYTES):
            match fault := self.line.draw():
                case None:
                    pass
                case LineFault.DELAY:
                    await asyncio.sleep(self.line.chance.random() * LONGEST_DELAY_SECONDS)
                case LineFault.CUT_REQUEST:
                    to.write(piece[: self.line.chance.randrange(FARTHEST_BYTES)])
                    await to.drain()
                    self.ends = fault
                    return
                case LineFault.FLOOD:
                    await self.line.flood()
                case _:
                    self.ends = fault
                    self.left = 0 if fault is LineFault.SILENCE else self.line.chance.randrange(FARTHEST_BYTES)
            to.write(piece)
            await to.drain()

    async def _answers(self) -> None:
        reader, to = self.answering[0], self.asking[1]
        while piece := await reader.read(PIECE_BYTES):
            if self.ends is LineFault.SILENCE:
                await asyncio.sleep(SILENT_SECONDS)
                return
            if self.left is not None:
                piece, self.left = piece[: self.left], self.left - len(piece)
            to.write(piece)
            await to.drain()
            if self.left is not None and self.left <= 0:
                return


def _end(writer: asyncio.StreamWriter, *, whole: bool) -> None:
    """What was written still arrives where it is to be whole, else both ends see a reset."""
    if whole:
        writer.close()
    else:
        writer.transport.abort()
