"""Staff: the people who run and oversee the switch, their roles, and what proves who somebody is."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from switch.domain.identifiers import ParticipantCode
from switch.domain.identity_claims import ProviderIdentity
from switch.domain.proposals import ProposalKind
from switch.domain.staff_errors import (
    PasswordWeak,
    RolesMissing,
    SessionOver,
    SignInTooSoon,
    StaffNameMalformed,
    TokenRefused,
    ViewerMixed,
)

SESSION_IDLE_SECONDS = 15 * 60
SESSION_SECONDS = 10 * 3600
SEEN_AGAIN_SECONDS = 30
"""A session's last use is written down at most this often."""
LONGEST_TOKEN_DAYS = 366
PASSWORD_CHARACTERS = (12, 128)
FREE_ATTEMPTS = 5
"""That one place may make for one name before it has to wait."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2, 15 * 60
ATTEMPTS_FORGOTTEN_SECONDS = 24 * 3600
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}", re.ASCII)
_SECRET = re.compile(r"(ses|tok|sgn)_[A-Za-z0-9_-]{20,}", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)


class Role(StrEnum):
    OPERATOR = "operator"
    """Runs the day: windows, payments in doubt, advices."""
    RECONCILER = "reconciler"
    """Statements and breaks."""
    SETTLEMENT_OFFICER = "settlement_officer"
    """Caps, nets, the RTGS."""
    OVERSEER = "overseer"
    """The central bank: reads all."""
    PARTICIPANT_ADMIN = "participant_admin"
    """Participants, their keys and limits; services and tariffs."""
    AUDITOR = "auditor"
    """Reads all, and what staff have done and looked at."""
    PARTICIPANT_VIEWER = "participant_viewer"
    """Somebody of a bank or biller: reads what is its own, and nothing else; orders nothing."""


VIEWS = frozenset({Role.PARTICIPANT_VIEWER})
EVERY_ROLE = frozenset(Role) - VIEWS
"""Of the switch's own staff."""
READS_ALL = frozenset({Role.OPERATOR, Role.OVERSEER, Role.AUDITOR})
READS_BOOKS = READS_ALL | {Role.RECONCILER, Role.SETTLEMENT_OFFICER}
READS_PAYMENTS = READS_ALL | {Role.RECONCILER}
READS_POSITIONS = READS_ALL | {Role.SETTLEMENT_OFFICER, Role.PARTICIPANT_ADMIN}
READS_AUDIT = frozenset({Role.AUDITOR, Role.OVERSEER})
PROPOSES = frozenset({Role.OPERATOR, Role.RECONCILER, Role.SETTLEMENT_OFFICER, Role.PARTICIPANT_ADMIN})
"""Who has to do with proposals at all; which of them, `may_decide` says."""

_BOOKS = frozenset({Role.OPERATOR, Role.RECONCILER})
_PARTICIPANTS = frozenset({Role.PARTICIPANT_ADMIN})
_SETTLEMENT = frozenset({Role.SETTLEMENT_OFFICER})
_DECIDED_BY = {
    ProposalKind.FORCE_PAYMENT: _BOOKS,
    ProposalKind.GIVE_BACK_PAYMENT: _BOOKS,
    ProposalKind.REPAIR_BREAK: _BOOKS,
    ProposalKind.RELEASE_SUSPENSE: _BOOKS,
    ProposalKind.SET_CLOSING_RULE: _BOOKS,
    ProposalKind.DECIDE_DISPUTE: _BOOKS,
    ProposalKind.REFUND_DISPUTE: _BOOKS,
    ProposalKind.SET_DISPUTE_TERM: _BOOKS,
    ProposalKind.PUBLISH_TARIFF: _PARTICIPANTS,
    ProposalKind.CHANGE_CAP: _SETTLEMENT,
    ProposalKind.OVERRIDE_WINDOW: _SETTLEMENT,
    ProposalKind.WITHHOLD_WINDOW: _SETTLEMENT,
    ProposalKind.RECOMPUTE_WINDOW: _SETTLEMENT,
    ProposalKind.MOVE_WINDOW: _SETTLEMENT,
    ProposalKind.PAY_DEBT: _SETTLEMENT,
    ProposalKind.NOTE_DEBT_PAYMENT: _SETTLEMENT,
    ProposalKind.WRITE_OFF_DEBT: _SETTLEMENT,
    ProposalKind.SET_SETTLEMENT_RULE: _SETTLEMENT,
    ProposalKind.CLOSE_WINDOW_NOW: _SETTLEMENT | {Role.OPERATOR},
    ProposalKind.PUT_OFF_WINDOW: _SETTLEMENT | {Role.OPERATOR},
    ProposalKind.REGISTER_KEY: _PARTICIPANTS,
    ProposalKind.CHANGE_LIMIT: _PARTICIPANTS,
    ProposalKind.CHANGE_PARTICIPANT: _PARTICIPANTS,
    ProposalKind.LOAD_CATALOGUE: _PARTICIPANTS,
    ProposalKind.RERATE_TARIFF: _SETTLEMENT | _PARTICIPANTS,
    ProposalKind.SPLIT_SERVICE: _SETTLEMENT | _PARTICIPANTS,
    ProposalKind.CHANGE_CONNECTION: _PARTICIPANTS,
    ProposalKind.CHANGE_SERVICE: _PARTICIPANTS,
    ProposalKind.CHOOSE_PUSH_PLACE: _PARTICIPANTS,
    ProposalKind.SET_CALENDAR: _SETTLEMENT | {Role.OPERATOR},
    ProposalKind.SET_RETENTION: frozenset({Role.OPERATOR}),
    ProposalKind.SET_TERM: _BOOKS,
    ProposalKind.SET_STATEMENT_RULE: _BOOKS,
    ProposalKind.ADMIT_STAFF: _PARTICIPANTS | {Role.OPERATOR},
}


def may_decide(roles: frozenset[Role], kind: ProposalKind) -> bool:
    """Propose it, approve it and refuse it alike."""
    return bool(roles & _DECIDED_BY[kind])


def begins(accounts: "Iterable[StaffAccount]") -> bool:
    """Whether one person is enough to let somebody in: there never were two who could decide about it."""
    return sum(may_decide(one.roles, ProposalKind.ADMIT_STAFF) for one in accounts) < 2


class StaffStatus(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class StaffAccount:
    name: str
    roles: frozenset[Role]
    status: StaffStatus
    password_hash: str
    totp_secret: str
    participant: ParticipantCode | None = None
    """Whose viewer it is; None for the switch's own staff."""
    identity: ProviderIdentity | None = None
    """Who it is at the identity provider; None where it does not come in that way."""

    @property
    def active(self) -> bool:
        return self.status is StaffStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class StaffCaller:
    """Somebody who has proven who they are. `session` where a person has signed in; else it is a program with a token of theirs."""

    name: str
    roles: frozenset[Role]
    session: UUID | None
    token: UUID | None = None
    reads_only: bool = False
    participant: ParticipantCode | None = None
    """What is this one's own may be seen, and nothing else."""

    @property
    def by(self) -> str:
        return f"staff:{self.name}"

    @property
    def via(self) -> str:
        return "session" if self.session is not None else f"token {self.token}"


@dataclass(frozen=True, slots=True)
class StaffSession:
    session_id: UUID
    name: str
    token_hash: bytes
    origin: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None

    def require_alive(self, now: datetime) -> None:
        """Raises SessionOver."""
        if self.ended_at is not None or now >= min(self.ends_at, self.seen_at + timedelta(seconds=SESSION_IDLE_SECONDS)):
            raise SessionOver()

    @property
    def ends_at(self) -> datetime:
        return self.began_at + timedelta(seconds=SESSION_SECONDS)


@dataclass(frozen=True, slots=True)
class StaffToken:
    """For a program: it may what its scope and its owner's roles have in common; it never signs in and never decides."""

    token_id: UUID
    name: str
    label: str
    roles: frozenset[Role]
    reads_only: bool
    token_hash: bytes
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None

    def require_alive(self, now: datetime) -> None:
        """Raises SessionOver."""
        if self.revoked_at is not None or now >= self.expires_at:
            raise SessionOver()


@dataclass(frozen=True, slots=True)
class Attempts:
    """To sign in under one name from one place. Others, in another place, wait for none of them."""

    failures: int
    last_at: datetime

    def begun(self, now: datetime) -> "Attempts":
        """Counted before it is known how it ends, so that many at once are no more than one after the other. Raises SignInTooSoon."""
        since = (now - self.last_at) // timedelta(seconds=1)
        if since >= ATTEMPTS_FORGOTTEN_SECONDS:
            return Attempts(1, now)
        wait = self._pause_seconds - since
        if wait > 0:
            raise SignInTooSoon(retry_after_seconds=wait)
        return replace(self, failures=self.failures + 1, last_at=now)

    @property
    def _pause_seconds(self) -> int:
        over = self.failures - FREE_ATTEMPTS
        return 0 if over < 0 else min(FIRST_PAUSE_SECONDS * 2 ** min(over, 20), LONGEST_PAUSE_SECONDS)


def require_staff_name(name: str) -> str:
    if _NAME.fullmatch(name) is None:
        raise StaffNameMalformed()
    return name


def require_roles(roles: frozenset[Role], participant: ParticipantCode | None = None) -> frozenset[Role]:
    """A viewer is of one participant and nothing else; nobody of a participant is more. Raises RolesMissing, ViewerMixed."""
    if not roles:
        raise RolesMissing()
    if (participant is not None) != (roles == VIEWS) or (roles & VIEWS and roles != VIEWS):
        raise ViewerMixed()
    return roles


def require_strong(password: str, name: str) -> str:
    least, most = PASSWORD_CHARACTERS
    if not least <= len(password) <= most or name in password.lower() or len(set(password)) < 5:
        raise PasswordWeak(least=least, most=most)
    return password


def require_token(label: str, scope: frozenset[Role], owner: StaffAccount, days: int) -> None:
    if _LABEL.fullmatch(label) is None:
        raise TokenRefused(why="its label is of 1 to 32 letters, digits, '-', '_' or '.'", why_ar="وسمه من 1 إلى 32 حرفاً لاتينياً أو رقماً")
    if not scope or not scope <= owner.roles:
        raise TokenRefused(why="its scope is some of its owner's roles", why_ar="نطاقه بعض أدوار صاحبه")
    if not 1 <= days <= LONGEST_TOKEN_DAYS:
        raise TokenRefused(why=f"it lasts from 1 to {LONGEST_TOKEN_DAYS} days", why_ar=f"مدته من يوم إلى {LONGEST_TOKEN_DAYS} يوماً")


def fresh_secret(prefix: str) -> str:
    """256 bits of chance, such as `ses_…`; only its hash is kept."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def without_secrets(text: str) -> str:
    """For what is kept and shown: a session's or token's secret has no place in it, whoever has put it there."""
    return _SECRET.sub(r"\1_…", text)


def hash_of(secret: str) -> bytes:
    """Enough for 256 bits of chance, which nobody guesses; passwords need more."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
