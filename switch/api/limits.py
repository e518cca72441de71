"""Limits: what a participant may ask, counted apart by kind, in a few microseconds; and how long a stranger is listened to.

A message whose signature does not hold is charged to its address together with the key that it names, so a stranger can use up
nothing of a participant's own, not even behind the same proxy under another name; and a client that storms on after a 429 is for
a second refused before its signature is looked at.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from math import ceil
from pathlib import Path
from typing import NamedTuple

from starlette.types import Scope

from switch.api.buckets import Buckets, folder_of_this_start, key_of
from switch.api.under_way import UnderWay
from switch.domain.directory import Directory
from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.domain.limit_errors import TooManyAtOnce, TooManyRequests, TooManyStrangers
from switch.domain.limits import GENERAL, Limit, Limited, Limits
from switch.domain.participants import Participant
from switch.ports import Clock

Headers = list[tuple[bytes, bytes]]
STRANGERS = Limit.of_rate(50)
"""Of messages that nobody known has signed, from one address and naming one key."""
STAFF = Limit.of_rate(20)
SIGN_IN_COSTS = 20
"""Messages of strangers: checking a password is dear."""
STATUS_TOGETHER = Limit.of_rate(600)
"""Of all participants: where everybody asks after payments at once, paying goes before."""
READS_WHILE_BUSY, READS_TOGETHER_WHILE_BUSY = Limit(20, 10), Limit(100, 50)
"""While payments wait, however fast the machine is, of whatever is only looked at: enough for whoever asks now and then."""
TELLS_WHEN_LEFT = 0.5
"""Of a burst: with less than that, an answer says how much is left."""
LONGEST_WAIT_SECONDS = 60
_KEYID = re.compile(rb'keyid="([0-9]{6}:[A-Za-z0-9._-]{1,32})"')
_NETWORK_CHARACTERS = 19
"""Of an IPv6 address written out: its first 64 bits, which are one customer's."""
_POSTED: Mapping[str, Limited] = {
    "/v1/payments": Limited.PAYMENT,
    "/v1/inquiries": Limited.INQUIRY,
    "/v1/payment-batches": Limited.BATCH,
    "/v1/bills": Limited.UPLOAD,
    "/v1/statements": Limited.UPLOAD,
}


def kind_of(method: str, path: str) -> Limited:
    if method == "POST" and path in _POSTED:
        return _POSTED[path]
    if path.startswith(("/v1/payments", "/v1/payment-batches")):
        return Limited.PAYMENT if method == "POST" else Limited.STATUS
    return Limited.OTHER


class Sender(NamedTuple):
    """An address and the key that a message names, before it is known whether that is true: both as places of buckets."""

    key: int
    storming: int
    """With the kind of what is asked, and whether it is only looked at."""


class OverLimit(Exception):
    """A refusal, and the header fields that tell of the limit."""

    def __init__(self, refusal: Refusal, told: Headers) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.told = told


class ParticipantLimits:
    """Of all processes of one machine, where they have a folder in common."""

    def __init__(
        self, directory: Callable[[], Directory], clock: Clock, busy: Callable[[], bool], general: Limits = GENERAL, run: Path | None = None
    ) -> None:
        folder = None if run is None else folder_of_this_start(run)
        self._directory = directory
        self._monotonic = clock.monotonic
        self._busy = busy
        self._general = general
        self._buckets = Buckets(folder)
        self._under_way = UnderWay(folder)
        self._keys: dict[tuple[str, Limited], int] = {}
        self._together = key_of("all status calls, and all reads while payments wait")

    def meet(self, scope: Scope) -> Sender:
        """Before anything is read. Raises TooManyStrangers."""
        known = self._directory().keys
        keyid = _claimed_key(scope["headers"])
        name = f"{address_of(scope)} {keyid if keyid in known else ''}"
        sender = Sender(key_of(name), key_of(f"{name} {scope['method']} {kind_of(scope['method'], scope['path'])}"))
        over = self._buckets.ahead(sender.key, self._monotonic()) - _seconds(STRANGERS)
        if over > 0:
            raise TooManyStrangers(retry_after_seconds=_whole(over))
        return sender

    def charge(self, sender: Sender, times: int = 1) -> None:
        """Its message was nobody's."""
        self._buckets.take(sender.key, times / STRANGERS.per_second, self._monotonic())

    def admit_staff(self, name: str, sender: Sender) -> None:
        """Each of the staff has a limit of their own, beside those of participants. Raises OverLimit."""
        self._take(f"staff:{name}", Limited.OTHER, STAFF, self._monotonic(), sender)

    def require_calm(self, sender: Sender, scope: Scope) -> None:
        """Before the signature is verified. Raises TooManyRequests for whom the same was answered a moment ago, to a true signature."""
        over = self._buckets.ahead(sender.storming, self._monotonic())
        if over > 0:
            raise TooManyRequests(what=kind_of(scope["method"], scope["path"]), retry_after_seconds=_whole(over))

    @contextmanager
    def admitted(self, participant: Participant, sender: Sender, scope: Scope, size: int) -> Iterator[Headers]:
        """While it is answered. What is yielded are headers that tell of a limit which is near. Raises OverLimit."""
        code, now = participant.code, self._monotonic()
        what = kind_of(scope["method"], scope["path"])
        own = self._directory().limits.get(code, self._general)
        most = own.get(Limited.AT_ONCE, self._general[Limited.AT_ONCE]).burst
        if self._under_way.count(code) >= most:
            raise OverLimit(TooManyAtOnce(most=most, retry_after_seconds=1), [])
        stands_back = scope["method"] in ("GET", "HEAD") and self._busy()
        near = self._take(code, what, own.get(what, self._general[what]), now, sender, stands_back=stands_back)
        self._take_bytes(code, own.get(Limited.BYTES, self._general[Limited.BYTES]), size, now)
        self._under_way.enter(code)
        try:
            yield near
        finally:
            self._under_way.leave(code)

    def _take(self, code: str, what: Limited, limit: Limit, now: float, sender: Sender, *, stands_back: bool = False) -> Headers:
        """`stands_back`: payments wait, and this is no payment, and changes nothing."""
        together, shared = STATUS_TOGETHER, what is Limited.STATUS or stands_back
        if stands_back:
            limit, together = min(limit, READS_WHILE_BUSY, key=lambda one: one.per_second), READS_TOGETHER_WHILE_BUSY
        key, one = self._key(code, what), 1 / limit.per_second
        used = self._buckets.ahead(key, now) + one
        over = used - _seconds(limit)
        if shared:
            over = max(over, self._buckets.ahead(self._together, now) + 1 / together.per_second - _seconds(together))
        if over > 0:
            wait = _whole(over)
            self._buckets.keep(sender.storming, wait, now)
            raise OverLimit(TooManyRequests(what=what, retry_after_seconds=wait), _told(what, limit, used))
        if shared:
            self._buckets.take(self._together, 1 / together.per_second, now)
        self._buckets.take(key, one, now)
        return _told(what, limit, used) if used > (1 - TELLS_WHEN_LEFT) * _seconds(limit) else []

    def _take_bytes(self, code: ParticipantCode, limit: Limit, size: int, now: float) -> None:
        """A large body may go over the limit once: what is over is waited for afterwards."""
        if size:
            key = self._key(code, Limited.BYTES)
            over = self._buckets.ahead(key, now) - _seconds(limit)
            if over > 0:
                refusal = TooManyRequests(what=Limited.BYTES, retry_after_seconds=_whole(over))
                raise OverLimit(refusal, _told(Limited.BYTES, limit, _seconds(limit)))
            self._buckets.take(key, size / limit.per_second, now)

    def _key(self, code: str, what: Limited) -> int:
        if (key := self._keys.get((code, what))) is None:
            key = self._keys[code, what] = key_of(f"{code}:{what}")
        return key


def _told(what: Limited, limit: Limit, used_seconds: float) -> Headers:
    """RateLimit header fields for HTTP (draft-ietf-httpapi-ratelimit-headers-10)."""
    left = int(max(_seconds(limit) - used_seconds, 0.0) * limit.per_second)
    return [
        (b"ratelimit-policy", f'"{what}";q={limit.burst};w={_whole(_seconds(limit))}'.encode()),
        (b"ratelimit", f'"{what}";r={left};t={_whole(used_seconds)}'.encode()),
    ]


def _seconds(limit: Limit) -> float:
    """After which all of a burst is there again."""
    return limit.burst / limit.per_second


def _whole(seconds: float) -> int:
    return min(max(ceil(seconds), 1), LONGEST_WAIT_SECONDS)


def _claimed_key(headers: Headers) -> str:
    for name, value in headers:
        if name == b"signature-input" and (found := _KEYID.search(value)) is not None:
            return found[1].decode("ascii")
    return ""


def address_of(scope: Scope) -> str:
    """From where a message comes; of IPv6 the network."""
    client = scope.get("client")
    host = str(client[0]) if client else ""
    return ip_address(host.partition("%")[0]).exploded[:_NETWORK_CHARACTERS] if ":" in host else host
