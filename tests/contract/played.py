"""A counterparty that is played: a real socket, on which a test says answer by answer what is sent back."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from switch.signatures import SigningKey, Target, sign_response


@dataclass(frozen=True)
class Question:
    target: Target
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return orjson.loads(self.body) if self.body else None


Play = Callable[[Question], bytes | None]
"""The bytes to send back; None cuts the connection."""


@dataclass
class Counterparty:
    play: Play
    questions: list[Question] = field(default_factory=list)
    connections: int = 0
    url: str = ""
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.create_task(self.serve(reader, writer)))

    async def hang_up(self) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while (question := await _question(reader)) is not None:
                self.questions.append(question)
                answer = self.play(question)
                if answer is None:
                    return
                writer.write(answer)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()


@asynccontextmanager
async def played(play: Play, tls: ssl.SSLContext | None = None) -> AsyncIterator[Counterparty]:
    counterparty = Counterparty(play)
    listening = await asyncio.start_server(counterparty.connected, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    counterparty.url = f"http{'s' if tls else ''}://127.0.0.1:{port}"
    try:
        yield counterparty
    finally:
        listening.close()
        await counterparty.hang_up()


def raw(status: int, body: bytes, headers: dict[str, str] | None = None) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items())
    return f"HTTP/1.1 {status} Played\r\n{lines}\r\n".encode() + body


def signed(question: Question, key: SigningKey, document: object, status: int = 200, body: bytes | None = None) -> bytes:
    body = orjson.dumps(document) if body is None else body
    headers = [(b"content-type", b"application/json")]
    headers += sign_response(key, question.target, status, headers, body, now=datetime.now(UTC))
    return raw(status, body, {name.decode(): value.decode() for name, value in headers})


async def _question(reader: asyncio.StreamReader) -> Question | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, path, _ = first.split(" ")
    return Question(Target(method, headers["host"], path, "", headers.get("signature")), headers, body)
