"""A light generator of load: whole requests in, answers out; a few microseconds each, so that it does not measure itself."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from loadtests.bench.figures import percentile

NO_ANSWER = 0
"""The status where the line broke before an answer."""
STUCK_SECONDS = 60.0
TICK_SECONDS = 0.001
_HEAD_ENDS = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer. `asked_at` is when it was due to be sent, on the loop's clock: waiting for a free connection counts, too."""

    status: int
    asked_at: float
    seconds: float
    head: bytes
    body: bytes


@dataclass(slots=True)
class Load:
    seconds: float
    heard: list[Heard] = field(default_factory=list)

    def with_status(self, *statuses: int) -> list[Heard]:
        return [heard for heard in self.heard if heard.status in statuses]

    @property
    def statuses(self) -> dict[int, int]:
        return dict(Counter(heard.status for heard in self.heard))

    def rate(self, *statuses: int) -> float:
        return len(self.with_status(*statuses)) / self.seconds

    def milliseconds(self, percent: float, *statuses: int) -> float:
        return 1000 * percentile((heard.seconds for heard in self.with_status(*statuses)), percent)


async def drive(address: tuple[str, int], requests: Sequence[bytes], *, connections: int, rate: float | None = None) -> Load:
    """All requests, answered. Without a rate each connection sends its next one at once; with one (a second) they are sent when they
    are due, whatever became of those before."""
    if not requests:
        return Load(0.0)
    loop = asyncio.get_running_loop()
    crowd = _Crowd(address, len(requests))
    await crowd.connect(connections)
    began = loop.time()
    if rate is None:
        for request in requests:
            crowd.waiting.append((None, request))
        crowd.send_waiting()
    else:
        await _send_when_due(crowd, requests, began, rate)
    async with asyncio.timeout(STUCK_SECONDS + (len(requests) / rate if rate else 0)):
        await crowd.finished.wait()
    load = Load(loop.time() - began, crowd.heard)
    crowd.close()
    return load


async def _send_when_due(crowd: "_Crowd", requests: Sequence[bytes], began: float, rate: float) -> None:
    loop = asyncio.get_running_loop()
    sent = 0
    while sent < len(requests):
        due = min(int((loop.time() - began) * rate) + 1, len(requests))
        crowd.waiting.extend((began + number / rate, requests[number]) for number in range(sent, due))
        sent = due
        crowd.send_waiting()
        await asyncio.sleep(TICK_SECONDS)


class _Crowd:
    """Connections that take what is waiting, each one request at a time."""

    def __init__(self, address: tuple[str, int], expected: int) -> None:
        self._address = address
        self._expected = expected
        self._idle: deque[_Line] = deque()
        self._lines: set[_Line] = set()
        self._connecting: set[asyncio.Task[None]] = set()
        self._closed = False
        self.waiting: deque[tuple[float | None, bytes]] = deque()
        self.heard: list[Heard] = []
        self.finished = asyncio.Event()

    async def connect(self, connections: int) -> None:
        for _ in range(connections):
            await self._one_more()

    def send_waiting(self) -> None:
        while self.waiting and self._idle:
            asked_at, request = self.waiting.popleft()
            self._idle.popleft().send(request, asked_at)

    def free(self, line: "_Line") -> None:
        if self.waiting:
            asked_at, request = self.waiting.popleft()
            line.send(request, asked_at)
        else:
            self._idle.append(line)

    def keep(self, heard: Heard) -> None:
        self.heard.append(heard)
        if len(self.heard) == self._expected:
            self.finished.set()

    def lost(self, line: "_Line") -> None:
        """A server may close a connection that it has answered: another one takes its place."""
        self._lines.discard(line)
        if line in self._idle:
            self._idle.remove(line)
        if not self._closed:
            task = asyncio.create_task(self._one_more())
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    def close(self) -> None:
        self._closed = True
        for line in self._lines:
            line.close()

    async def _one_more(self) -> None:
        _, line = await asyncio.get_running_loop().create_connection(lambda: _Line(self.free, self.keep, self.lost), *self._address)
        self._lines.add(line)
        self.free(line)


class _Line(asyncio.Protocol):
    """One connection of HTTP/1.1, one request after another; only answers with a Content-Length, as the switch's are."""

    def __init__(self, free: "Callable[[_Line], None]", keep: Callable[[Heard], None], lost: "Callable[[_Line], None]") -> None:
        self._free, self._keep, self._lost = free, keep, lost
        self._loop = asyncio.get_running_loop()
        self._received = b""
        self._asked_at: float | None = None

    def send(self, request: bytes, asked_at: float | None) -> None:
        self._asked_at = self._loop.time() if asked_at is None else asked_at
        self._transport.write(request)

    def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one and does not say so

    def data_received(self, data: bytes) -> None:
        self._received = received = self._received + data if self._received else data
        ends = received.find(_HEAD_ENDS)
        if ends < 0:
            return
        length_at = received.find(b"content-length: ", 0, ends) + 16
        whole = ends + 4 + int(received[length_at : received.find(b"\r", length_at)])
        if len(received) >= whole:
            self._received = b""
            self._answered(int(received[9:12]), received[:ends], received[ends + 4 : whole])
            if b"connection: close" not in received[:ends]:
                self._free(self)

    def connection_lost(self, _fault: Exception | None) -> None:
        if self._asked_at is not None:
            self._answered(NO_ANSWER, b"", b"")
        self._lost(self)

    def _answered(self, status: int, head: bytes, body: bytes) -> None:
        asked_at = self._asked_at
        assert asked_at is not None
        self._asked_at = None
        self._keep(Heard(status, asked_at, self._loop.time() - asked_at, head, body))
