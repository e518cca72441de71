"""The second factor: codes of six digits by time (RFC 6238, on HOTP of RFC 4226, with SHA-1 as authenticator apps have it)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
STEPS_APART = 1
"""That a phone's clock may be wrong, either way."""
SECRET_BYTES = 20


def fresh_totp_secret() -> str:
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8), hashlib.sha1)
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of_code(secret: str, code: str, now: datetime) -> int | None:
    """The step whose code it is, none where it is none's; every step is looked at, whichever it is."""
    matching = None
    given = code.encode("utf-8", "replace")
    for step in range(step_at(now) - STEPS_APART, step_at(now) + STEPS_APART + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), given):
            matching = step
    return matching


def otpauth(secret: str, name: str, issuer: str = "Switch") -> str:
    """What an authenticator app takes in, as a QR code or by hand."""
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?secret={secret}&issuer={quote(issuer)}&digits={DIGITS}&period={STEP_SECONDS}"
