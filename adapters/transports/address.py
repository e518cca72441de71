"""Addresses: the http or https URL of a counterparty, taken apart once."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

ADDRESSES_KEPT = 4096
_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int
    secure: bool
    authority: str
    """As it stands in the Host field."""
    path: str
    """Without a slash at its end."""


@lru_cache(maxsize=ADDRESSES_KEPT)
def address(url: str) -> Address:
    """Raises ValueError for what is not a plain http(s) URL: no user, query, fragment or encoded path."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("not a plain http or https address")
    if not _PATH.fullmatch(path):
        raise ValueError("the path of the address needs encoding")
    secure = parts.scheme == "https"
    return Address(parts.hostname, parts.port or (443 if secure else 80), secure, parts.netloc.lower(), path)
