"""The parameters of a signature: by whom, when, for how long, once; and whether that is fresh."""

import re
from datetime import datetime
from typing import Final

from switch.domain.values import value
from switch.signatures.errors import SignatureExpired, SignatureFromFuture, SignatureMalformed

OLDEST_SECONDS: Final = 60
AHEAD_SECONDS: Final = 10
LONGEST_LIFE_SECONDS: Final = 300
SIGNED_LIFE_SECONDS: Final = 60

_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
_KEYID: Final = re.compile(r"[A-Za-z0-9._-]{1,32}:[A-Za-z0-9._-]{1,64}")


@value(frozen=True, slots=True)
class SignatureParameters:
    """`created` and `expires` in seconds since 1970; keyid is `<participant code>:<name of the key>`."""

    created: int
    expires: int
    nonce: str
    keyid: str
    algorithm: str | None = None

    def check_form(self) -> None:
        if not _NONCE.fullmatch(self.nonce):
            raise SignatureMalformed(why="the nonce is not 16 to 64 of A-Z a-z 0-9 _ -")
        if not _KEYID.fullmatch(self.keyid):
            raise SignatureMalformed(why="the keyid is not participant:key")
        if not 0 < self.expires - self.created <= LONGEST_LIFE_SECONDS:
            raise SignatureMalformed(why=f"expires is not within {LONGEST_LIFE_SECONDS} s after created")

    def check_freshness(self, now: datetime) -> None:
        seconds = now.timestamp()
        if self.created > seconds + AHEAD_SECONDS:
            raise SignatureFromFuture
        if self.created < seconds - OLDEST_SECONDS or self.expires <= seconds:
            raise SignatureExpired

    def text(self, covered: str) -> str:
        """The inner list of Signature-Input, in our order."""
        return f'{covered};created={self.created};expires={self.expires};nonce="{self.nonce}";keyid="{self.keyid}"'
