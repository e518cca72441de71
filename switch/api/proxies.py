"""Proxies: behind one, the line's certificate comes in the field `Client-Cert` (RFC 9440), believed from configured addresses only."""

import re
from base64 import b64decode
from binascii import Error as NotBase64

from starlette.types import ASGIApp, Receive, Scope, Send

from switch.api.certificates import UNREADABLE, with_certificate
from switch.domain.networks import AllowedNetworks, read_address

_BINARY = re.compile(rb":([A-Za-z0-9+/]{4,12000}={0,2}):")
"""RFC 9651 section 3.3.5."""


class BehindProxies:
    """Around the exchange, only where proxies are configured. From anybody else the fields say nothing."""

    def __init__(self, app: ASGIApp, proxies: AllowedNetworks) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] == "http" and client is not None and self._proxies.lists(str(client[0])):
            _believe(scope)
        await self._app(scope, receive, send)


def _believe(scope: Scope) -> None:
    """The proxy's own word: its last address is whom it heard, its certificate is what it verified."""
    fields = scope["headers"]
    forwarded = [value for name, value in fields if name == b"x-forwarded-for"]
    if forwarded and (heard := read_address(forwarded[-1].rpartition(b",")[2].strip().decode("latin-1"))) is not None:
        scope["client"] = (str(heard), 0)
    certificates = [value.strip() for name, value in fields if name == b"client-cert"]
    if certificates:
        with_certificate(scope, _decoded(certificates))


def _decoded(values: list[bytes]) -> bytes:
    match = _BINARY.fullmatch(values[0])
    if len(values) != 1 or match is None:
        return UNREADABLE
    try:
        return b64decode(match[1], validate=True)
    except NotBase64:
        return UNREADABLE
