"""The target: what a request is addressed to, as it stood on the wire; covered by requests and by their answers."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from switch.domain.values import value
from switch.signatures.errors import SignatureMalformed

RawHeaders = Iterable[tuple[bytes, bytes]]
"""Field lines in their order, as ASGI and `httpx2.Headers.raw` give them; names in any case."""

LONGEST_FIELD_BYTES: Final = 4096

_METHOD: Final = re.compile(r"[A-Z]{1,16}")
_AUTHORITY: Final = re.compile(r"(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?")
# RFC 3986 section 3; possessive, so that no input makes it slow.
_CHARACTERS: Final = r"A-Za-z0-9._~!$&'()*+,;=:@/\-"
_PATH: Final = re.compile(rf"/(?:[{_CHARACTERS}]++|%[0-9A-Fa-f]{{2}})*+")
_QUERY: Final = re.compile(rf"(?:[{_CHARACTERS}?]++|%[0-9A-Fa-f]{{2}})*+")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]+")


@value(frozen=True, slots=True)
class Target:
    """`authority` is the Host field in lower case; `path` and `query` (without `?`) are undecoded.

    `signature` is the Signature field of the request; an answer to a signed request covers it, so that it answers no other request.
    """

    method: str
    authority: str
    path: str
    query: str = ""
    signature: str | None = None

    def check(self) -> None:
        if not _METHOD.fullmatch(self.method):
            raise SignatureMalformed(why="the method is not in upper case letters")
        if not _AUTHORITY.fullmatch(self.authority):
            raise SignatureMalformed(why="the Host field is not a name and a port")
        if len(self.path) > LONGEST_FIELD_BYTES or not _PATH.fullmatch(self.path):
            raise SignatureMalformed(why="the path is not encoded as in RFC 3986")
        if len(self.query) > LONGEST_FIELD_BYTES or not _QUERY.fullmatch(self.query):
            raise SignatureMalformed(why="the query is not encoded as in RFC 3986")


def target_of_scope(scope: Mapping[str, Any]) -> Target:
    """The target of an ASGI request. Refuses nothing: `verify_request` does, and a refusal has a signed answer, too."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    raw_path: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
    raw_path = raw_path.partition(b"?")[0]  # some servers leave the query on it
    return Target(
        method=scope["method"],
        authority=(_only(headers, b"host") or "").lower(),
        path=raw_path.decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        signature=_only(headers, b"signature"),
    )


def _only(headers: RawHeaders, name: bytes) -> str | None:
    """The value where there is exactly one printable line of that name."""
    values = [value for field, value in headers if field.lower() == name]
    if len(values) != 1:
        return None
    text = values[0].decode("latin-1").strip(" \t")
    return text if len(text) <= LONGEST_FIELD_BYTES and _PRINTABLE.fullmatch(text) else None
