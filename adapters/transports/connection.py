"""A connection: HTTP/1.1 from our side, one exchange at a time, with a bounded answer and no surprises."""

import asyncio
from typing import Final, NamedTuple, cast

import httptools

from adapters.transports.unheard import Stale, Unheard

LARGEST_BODY_BYTES: Final = 256 * 1024
LARGEST_HEAD_BYTES: Final = 16 * 1024
MOST_FIELDS: Final = 64


class Answer(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Connection(asyncio.Protocol):
    """Any doubt about where one answer ends and the next begins closes it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answered: asyncio.Future[Answer] | None = None
        self._used = False
        self._restart()

    @property
    def usable(self) -> bool:
        return self._transport is not None and self._answered is None and not self._transport.is_closing()

    async def exchange(self, question: bytes) -> Answer:
        """Raises Unheard; Stale where a connection that was used before gave no byte of an answer. Whoever is cancelled closes it."""
        assert self.usable
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._restart()
        try:
            self._transport.write(question)
            return await self._answered
        except BaseException:
            self.close()
            raise
        finally:
            self._answered = None
            self._used = True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio calls these ------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # that of uvloop is one in all but its ancestors

    def data_received(self, data: bytes) -> None:
        if self._answered is None or self._answered.done():
            self.close()  # nobody has asked
            return
        self._received += len(data)
        if self._received > LARGEST_HEAD_BYTES + LARGEST_BODY_BYTES:
            self._fail("the answer is too large")
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._fail("the answer is not HTTP")

    def connection_lost(self, _fault: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            stale = self._used and not self._received
            self._answered.set_exception(Stale("the connection had been closed") if stale else Unheard("the connection was cut"))

    # --- the parser calls these ---------------------------------------------------------------------------------------

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > LARGEST_HEAD_BYTES or len(self._headers) > MOST_FIELDS:
            self._fail("the head of the answer is too large")

    def on_body(self, data: bytes) -> None:
        self._body_bytes += len(data)
        if self._body_bytes > LARGEST_BODY_BYTES:
            self._fail("the answer is too large")
        else:
            self._body.append(data)

    def on_message_complete(self) -> None:
        if self._answered is None or self._answered.done():
            self.close()  # two answers to one question, or one that has failed already
            return
        if not self._parser.should_keep_alive():
            self.close()
        self._answered.set_result(Answer(self._parser.get_status_code(), self._headers, b"".join(self._body)))

    def _fail(self, why: str) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(Unheard(why))
        self.close()

    def _restart(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._received = self._head_bytes = self._body_bytes = 0
