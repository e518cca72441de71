"""Connections: how long one may keep us waiting, how much of a head it may send, and how many there may be; all bounded.

uvicorn leaves a connection alone that has sent nothing, or reads nothing of its answer, and takes a head of any size.
What cannot be read as a request is refused unsigned, because there is no request that an answer could belong to.
"""

import asyncio
import uuid
from http import HTTPStatus
from typing import Any, ClassVar, Final, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from switch.api.certificates import with_certificate
from switch.api.one_reading import OneReading
from switch.api.problems import problem
from switch.api.refusals import HeadTooLarge, HttpMalformed
from switch.api.sealing import UNSEALED
from switch.domain.errors import Refusal

HEAD_SECONDS = 15
"""For a whole head: of the first request from when the line is open, of a further one from its first byte."""
HEAD_BYTES = 32 * 1024
UNREAD_SECONDS = 30
"""That an answer may lie unread in full buffers."""
MOST_CONNECTIONS = 8_000
"""Of one process; for one more, the one that has been idle for longest is closed."""


WHOLE: Final = "switch.whole"
"""In the scope of a request whose body is here already: nobody has to watch over how long it takes."""


class AtOnce:
    """A line on which all that is written in one turn of the loop leaves together: uvicorn writes an answer's head and its body one
    after the other, and each would be a system call, a segment, and a waking of the other end."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._written: list[bytes] = []
        self.is_closing = transport.is_closing
        self.get_extra_info = transport.get_extra_info
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading

    def write(self, data: bytes) -> None:
        if not self._written:
            self._loop.call_soon(self._leave)
        self._written.append(data)

    def close(self) -> None:
        self._leave()
        self._transport.close()

    def abort(self) -> None:
        self._written.clear()
        self._transport.abort()

    def _leave(self) -> None:
        if self._written:
            data = b"".join(self._written)
            self._written.clear()
            self._transport.write(data)


class BoundedConnection(OneReading):
    """One connection of HTTP/1.1. `resting` are those that wait for a request, the longest-waiting first."""

    most: ClassVar[int]
    resting: ClassVar[dict["BoundedConnection", None]]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._head_bytes: int | None = 0
        """Of a head that is not whole yet; None while a request is read or answered."""
        self._impatient: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", AtOnce(transport, self.loop))
        self._be_impatient()
        self.resting[self] = None
        if len(self.connections) > self.most:
            next(iter(self.resting)).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._impatient, self._unread):
            if timer is not None:
                timer.cancel()
        self.resting.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._head_bytes is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes is None or self.transport.is_closing():
            return
        if self._head_bytes > HEAD_BYTES:
            self._close_with(HeadTooLarge(most=HEAD_BYTES))
        elif self._head_bytes and self._impatient is None:
            self._be_impatient()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = self._head_bytes or 1

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._too_large = True
            raise ValueError(self._too_large)  # to the parser, which reads no further and has it refused below
        self._head_bytes = None
        self.resting.pop(self, None)
        if self._impatient is not None:
            self._impatient.cancel()
            self._impatient = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._head_bytes = 0
        cast("dict[str, Any]", self.scope)[WHOLE] = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self.pipeline:
            self.resting[self] = None
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - words of uvicorn's in English only
        self._close_with(HeadTooLarge(most=HEAD_BYTES) if self._too_large else HttpMalformed())

    def _close_with(self, refusal: Refusal) -> None:
        """Unless a request before it is still being answered: a refusal would be taken for the answer to that one."""
        before = cast("RequestResponseCycle | None", self.cycle)
        if before is None or before.response_complete or before.more_body:
            self._refuse(refusal)
        self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        answer = problem(refusal, str(uuid.uuid4()))
        told = b"HTTP/1.1 %d %s\r\nconnection: close\r\n" % (answer.status_code, HTTPStatus(answer.status_code).phrase.encode())
        fields = b"".join(b"%s: %s\r\n" % field for field in answer.raw_headers)
        self.transport.write(told + UNSEALED + fields + b"\r\n" + bytes(answer.body))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread = self.loop.call_later(UNREAD_SECONDS, self._abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _be_impatient(self) -> None:
        self._impatient = self.loop.call_later(HEAD_SECONDS, self._abort)

    def _abort(self) -> None:
        self.transport.abort()


class SecuredConnection(BoundedConnection):
    """Over TLS: each request comes with the certificate that its line has shown."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._certificate: bytes | None = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._certificate is not None:
            with_certificate(self.scope, self._certificate)  # type: ignore[arg-type]  # uvicorn's own word for a scope


def at_most(connections: int = MOST_CONNECTIONS, *, secured: bool = False) -> type[BoundedConnection]:
    """The protocol of one server, which has so many."""
    kind = SecuredConnection if secured else BoundedConnection

    class Connection(kind):  # type: ignore[misc, valid-type]  # chosen above
        most = connections
        resting: ClassVar[dict[BoundedConnection, None]] = {}

    return Connection
