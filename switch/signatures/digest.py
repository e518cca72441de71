"""Content-Digest (RFC 9530): the sha-256 of a message's content."""

import hmac
import re
from binascii import a2b_base64, b2a_base64
from hashlib import sha256
from typing import Final

import http_sf

from switch.signatures.errors import DigestMismatch, DigestMissing

_OURS: Final = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


def content_digest(body: bytes) -> str:
    return f"sha-256=:{b2a_base64(sha256(body).digest(), newline=False).decode('ascii')}:"


def check_digest(field: str, body: bytes) -> None:
    """Other algorithms beside sha-256 are allowed and not looked at."""
    if (ours := _OURS.fullmatch(field)) is not None:
        stated: object = a2b_base64(ours[1])
    else:
        stated = _parsed(field)
    if not isinstance(stated, bytes):
        raise DigestMissing
    if not hmac.compare_digest(stated, sha256(body).digest()):
        raise DigestMismatch


def _parsed(field: str) -> object:
    twice: list[str] = []
    try:
        members = http_sf.parse(field.encode("ascii"), tltype="dictionary", on_duplicate_key=lambda key, _: twice.append(key))
    except (ValueError, TypeError, OverflowError) as unreadable:
        raise DigestMissing from unreadable
    if twice or not isinstance(members, dict):
        raise DigestMissing
    member = members.get("sha-256")
    return member[0] if isinstance(member, tuple) else None
