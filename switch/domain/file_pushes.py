"""Pushing files: to the SFTP server that a participant has named, whose host key is pinned; each file until it is there."""

import re
from datetime import datetime, timedelta

from switch.domain.errors import Refusal
from switch.domain.identifiers import ParticipantCode
from switch.domain.networks import never_called
from switch.domain.retries import pause_milliseconds
from switch.domain.values import value

LONGEST_PAUSE_SECONDS = 3600
PARKED_AFTER_ATTEMPTS = 100
"""About three days; staff send it again when the other side is back."""
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?", re.ASCII)
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_FOLDER = re.compile(r"(/?[A-Za-z0-9_][A-Za-z0-9._-]*)(/[A-Za-z0-9_][A-Za-z0-9._-]*)*|\.|/", re.ASCII)
_HOST_KEY = re.compile(r"(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]{40,2000}={0,2}", re.ASCII)


class PushPlaceRefused(Refusal):
    code = "push_place_refused"
    en = "Files cannot be pushed there: {why}."
    ar = "لا يمكن دفع الملفات إلى هناك: {why_ar}."


class PushUnknown(Refusal):
    code = "push_unknown"
    en = "No file {file} waits to be pushed, or was."
    ar = "لا ملف {file} بين ما يُدفع أو دُفع."


@value(frozen=True, slots=True)
class PushPlace:
    """A participant's own server. `host_key` is its public key as OpenSSH writes it; another one at the other end ends the connection."""

    participant: ParticipantCode
    host: str
    port: int
    user: str
    folder: str
    host_key: str


def push_place(participant: ParticipantCode, host: str, port: int, user: str, folder: str, host_key: str) -> PushPlace:
    """Raises PushPlaceRefused. A comment behind the key is left out."""
    key = " ".join(host_key.split()[:2])
    for wrong, why, why_ar in (
        (_HOST.fullmatch(host) is None, "its host is no name or address", "المضيف ليس اسماً ولا عنواناً"),
        (never_called(host), "this address is never a participant's", "هذا العنوان لا يكون لمشارك"),
        (not 0 < port < 65536, "its port is from 1 to 65535", "رقم المنفذ من 1 إلى 65535"),
        (_USER.fullmatch(user) is None, "its user has other characters than letters, digits, . _ -", "اسم المستخدم فيه محارف غير مسموحة"),
        (_FOLDER.fullmatch(folder) is None or ".." in folder or len(folder) > 200, "its folder is no plain path", "المجلد ليس مساراً بسيطاً"),
        (
            _HOST_KEY.fullmatch(key) is None,
            "its host key is not one line as in known_hosts",
            "مفتاح المضيف ليس سطراً واحداً كما في known_hosts",
        ),
    ):
        if wrong:
            raise PushPlaceRefused(why=why, why_ar=why_ar)
    return PushPlace(participant, host, port, user, folder, key)


@value(frozen=True, slots=True)
class Pushing:
    """A file on its way. It comes with its signature, which is put there after it."""

    file_id: str
    name: str
    participant: ParticipantCode
    attempts: int = 0
    next_attempt_at: datetime | None = None
    delivered_at: datetime | None = None
    parked_at: datetime | None = None
    last_answer: str | None = None


@value(frozen=True, slots=True)
class Pushed:
    """What came of an attempt; `said` is for people and names nothing that the other side sent."""

    taken: bool
    said: str


def next_attempt(at: datetime, attempts: int, chance: int) -> datetime:
    return at + timedelta(milliseconds=pause_milliseconds(attempts, chance, LONGEST_PAUSE_SECONDS))
