"""One reading of a request, for us and whoever passed it on: what a proxy could read otherwise is refused, and no other protocol begun.

uvicorn drops the authority of `GET http://other/…` and whatever follows a `#`, takes `gzip, chunked` and hands on what is still
packed. Its parser leaves the body of a request that offers `Upgrade` to that protocol, and reads it as the next request where nobody
speaks it.
"""

import re
from typing import Final

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TARGET: Final = re.compile(rb"(?:https?://([^/?#@]++))?/[^#]*+|\*", re.IGNORECASE)
"""RFC 9112 section 3.2: a path of ours, also with our own name before it; `*` is answered by the routes, and CONNECT by nobody."""


class OneReading(HttpToolsProtocol):
    """RFC 9110 section 7.8: who is offered another protocol may go on in this one, as if nothing had been said."""

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        rest = memoryview(data)
        try:
            while rest:
                try:
                    self.parser.feed_data(rest)
                    return
                except httptools.HttpParserUpgrade as offered:
                    rest = rest[offered.args[0] :]
                    self.parser.feed_data(self._head_without_offer())
        except httptools.HttpParserError:
            self.send_400_response("")

    def _head_without_offer(self) -> bytes:
        fields = b"".join(b"%s: %s\r\n" % field for field in self.headers if field[0] != b"upgrade")
        version = self.parser.get_http_version().encode()
        return b"%s %s HTTP/%s\r\n%s\r\n" % (self.parser.get_method(), self.url, version, fields)

    def on_headers_complete(self) -> None:
        if not self._has_one_reading():
            raise ValueError(self.url)  # to the parser, which reads no further and has it refused above
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def _has_one_reading(self) -> bool:
        target = _TARGET.fullmatch(self.url)
        if target is None or self.parser.get_method() == b"CONNECT":
            return False
        hosts = [value for name, value in self.headers if name == b"host"]
        if target[1] is not None and [host.lower() for host in hosts] != [target[1].lower()]:
            return False
        return all(value.lower() == b"chunked" for name, value in self.headers if name == b"transfer-encoding")
