"""Messages: a signed request as it came over the line, written as HTTP/1.1 has it, so that anybody can check its signature later."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from switch.domain.messages import OrderMessage, own_message

_KEPT = frozenset({b"host", b"content-type", b"content-digest", b"idempotency-key", b"signature-input", b"signature"})
"""What our profile's signature covers, and itself; beside it whatever a message's own covers. The rest proves nothing."""


def message_of(scope: Scope, body: bytes) -> OrderMessage:
    query = scope["query_string"]
    target = scope["raw_path"].partition(b"?")[0] + (b"?" + query if query else b"")
    headers = scope["headers"]
    covered = next((value for name, value in headers if name == b"signature-input"), b"")
    fields = [name + b": " + value + b"\r\n" for name, value in headers if name in _KEPT or b'"%b"' % name in covered]
    return own_message(b"".join([scope["method"].encode(), b" ", target, b" HTTP/1.1\r\n", *fields, b"\r\n", body]))


async def _message(request: Request) -> OrderMessage:
    return message_of(request.scope, await request.body())


TheMessage = Annotated[OrderMessage, Depends(_message)]
