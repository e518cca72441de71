"""Sealing: every answer leaves with the switch's signature over it and over the request that it answers."""

from typing import NamedTuple

from starlette.types import Message, Scope

from switch.api.authentication import REQUEST_ID, TARGET
from switch.ports import Clock, Signer
from switch.signatures import sign_response, target_of_scope

_DEFAULTS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_OVER_TLS = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)
"""RFC 6797; over plain HTTP a browser must not heed it."""
UNSEALED = b"".join(b"%s: %s\r\n" % field for field in (*_DEFAULTS, *_ALWAYS))
"""For the few answers to what is no request, which nobody can sign an answer to."""


class Answer(NamedTuple):
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Sealing:
    def __init__(self, signer: Signer, clock: Clock, *, over_tls: bool = False) -> None:
        self._signer = signer
        self._always = _ALWAYS + (_OVER_TLS if over_tls else ())
        self._clock = clock

    def seal(self, answer: Answer, scope: Scope) -> tuple[Message, Message]:
        """The answer as ASGI messages: security headers, request id, content digest, signature."""
        given = {name for name, _ in answer.headers}
        body = b"" if scope["method"] == "HEAD" else answer.body
        headers = [header for header in answer.headers if header[0] != b"content-length"]
        headers += [header for header in _DEFAULTS if header[0] not in given]
        headers += self._always
        headers.append((b"switch-request-id", scope[REQUEST_ID].encode()))
        if answer.status != 304:
            headers.append((b"content-length", str(len(body)).encode()))
        target = scope.get(TARGET) or target_of_scope(scope)
        once: str = scope[REQUEST_ID]  # as random as a nonce must be
        headers += sign_response(self._signer, target, answer.status, headers, body, now=self._clock.now(), nonce=once)
        start: Message = {"type": "http.response.start", "status": answer.status, "headers": headers}
        return start, {"type": "http.response.body", "body": body}
