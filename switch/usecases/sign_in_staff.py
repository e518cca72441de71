"""Sign in: a person proves who they are by password and code, and has a session until it is over; and sign out."""

from dataclasses import dataclass
from datetime import datetime

from switch.domain.identifiers import bucketed_id
from switch.domain.staff import StaffAccount, StaffCaller, StaffSession, fresh_secret, hash_of
from switch.domain.staff_audit import UNKNOWN
from switch.domain.staff_errors import SignInRefused
from switch.domain.totp import fresh_totp_secret, step_of_code
from switch.ports import Clock
from switch.store import staff
from switch.store.database import Connection, Database
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.passwords import Passwords

ACTION = "sign in"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`token` is told once; only its hash is kept."""

    token: str
    session: StaffSession
    caller: StaffCaller


@dataclass(frozen=True, slots=True)
class SignInStaff:
    clock: Clock
    database: Database
    passwords: Passwords
    audit: KeepAudit

    async def __call__(self, name: str, password: str, code: str, *, origin: str) -> SignedIn:
        """Whatever is wrong is answered alike, after the same work. Raises SignInRefused, SignInTooSoon, Overloaded."""
        account = await self._begin(name, origin)
        right = await self.passwords.right(password, None if account is None else account.password_hash)
        step = step_of_code(fresh_totp_secret() if account is None else account.totp_secret, code, self.clock.now())
        async with self.database.transaction() as connection:
            now = self.clock.now()
            held = await staff.hold_account(connection, name)  # while a password is checked it may be changed, or the account disabled
            good = account is not None and account.active and held == account and right and step is not None
            if good and account is not None and step is not None and await staff.use_code(connection, account.name, step):
                signed_in = await open_session(connection, account, origin, now)
                await staff.clear_attempts(connection, name, origin, now)
                await self.audit.within(
                    connection, who=signed_in.caller.by, via="sign-in", action=ACTION, subject="", outcome="done", origin=origin
                )
                return signed_in
            who = UNKNOWN if account is None else f"staff:{account.name}"
            await self.audit.within(
                connection, who=who, via="sign-in", action=ACTION, subject="", outcome=SignInRefused.code, origin=origin
            )
        raise SignInRefused()

    async def sign_out(self, caller: StaffCaller) -> None:
        async with self.database.transaction() as connection:
            await staff.end_session(connection, caller.session, self.clock.now())

    async def _begin(self, name: str, origin: str) -> StaffAccount | None:
        """The attempt counts before its outcome is known."""
        async with self.database.transaction() as connection:
            now = self.clock.now()
            attempts = await staff.lock_attempts(connection, name, origin, now)
            account = await staff.find_account(connection, name)
            await staff.keep_attempts(connection, name, origin, attempts.begun(now))
            return account


async def open_session(connection: Connection, account: StaffAccount, origin: str, now: datetime) -> SignedIn:
    """Of somebody who has proven who they are, in whichever way."""
    token = fresh_secret("ses")
    session = StaffSession(bucketed_id(0, now), account.name, hash_of(token), origin, began_at=now, seen_at=now)
    await staff.add_session(connection, session)
    caller = StaffCaller(account.name, account.roles, session.session_id, participant=account.participant)
    return SignedIn(token, session, caller)
