"""The wire of a simulator: takes only what the switch has signed, and signs what it answers; plain ASGI."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import orjson
import structlog
from starlette.types import Receive, Scope, Send

from switch.signatures import SignatureError, SigningKey, VerifyingKey, sign_response, target_of_scope, verify_request

LARGEST_BODY_BYTES = 1 << 20
NONCES_KEPT_SECONDS = 120
_log = structlog.get_logger("switch.simulators")


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: tuple[str, ...]
    """Its parts between the slashes."""
    query: dict[str, str]
    document: Any
    """Of a signed request with content; None otherwise."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    signer: SigningKey | None = None
    whole: bool = True
    """Otherwise the connection is cut in the middle of it."""


def json_reply(status: int, document: object, signer: SigningKey | None = None) -> Reply:
    return Reply(status, orjson.dumps(document), signer)


Answering = Callable[[Asked], Awaitable[Reply | None]]
"""None: there will be no answer."""


@dataclass
class SwitchFacing:
    """`answer` gets what the switch has signed; `show` gets everybody's plain GETs and says None where it has nothing to show."""

    switch_key: VerifyingKey
    answer: Answering
    show: Callable[[Asked], Reply | None]
    _nonces: dict[str, float] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            return
        reply = await self._reply(scope, body)
        if reply is None:
            while (await receive())["type"] != "http.disconnect":
                continue
        else:
            await _send(scope, send, reply)

    async def _reply(self, scope: Scope, body: bytes) -> Reply | None:
        query = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
        asked = Asked(scope["method"], tuple(part for part in scope["path"].split("/") if part), query, None)
        if asked.path == ("live",):
            return json_reply(200, {"status": "live"})
        if asked.method == "GET" and (shown := self.show(asked)) is not None:
            return shown
        try:
            self._verify(scope, body)
            document = orjson.loads(body) if body else None
        except SignatureError as refused:
            _log.warning("request.refused", code=refused.code)
            return json_reply(401, {"code": refused.code})
        except orjson.JSONDecodeError:
            return json_reply(400, {"code": "json_malformed"})
        return await self.answer(Asked(asked.method, asked.path, asked.query, document))

    def _verify(self, scope: Scope, body: bytes) -> None:
        keys = {self.switch_key.keyid: self.switch_key}
        verified = verify_request(target_of_scope(scope), scope["headers"], body, find_key=keys.get, now=datetime.now(UTC))
        now = time.monotonic()
        if verified.nonce in self._nonces:
            raise SignatureReplayed
        for nonce, since in list(self._nonces.items()):
            if now - since < NONCES_KEPT_SECONDS:
                break
            del self._nonces[nonce]
        self._nonces[verified.nonce] = now


class SignatureReplayed(SignatureError):
    code = "signature_replayed"
    en = "This signed message was received before."
    ar = "استُلمت هذه الرسالة الموقّعة من قبل."


async def _body(receive: Receive) -> bytes | None:
    """None where the client has gone or has sent too much."""
    parts, length = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > LARGEST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


async def _send(scope: Scope, send: Send, reply: Reply) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(reply.body)).encode())]
    if reply.signer is not None:
        headers += sign_response(reply.signer, target_of_scope(scope), reply.status, headers, reply.body, now=datetime.now(UTC))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    if reply.whole:
        await send({"type": "http.response.body", "body": reply.body})
    else:  # ending without the rest makes the server cut the connection
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
