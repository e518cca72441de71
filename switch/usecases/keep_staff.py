"""Keep: accounts of staff are added and changed. What ends a person's rights ends their sessions in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from switch.domain.directory_rules import require_files
from switch.domain.identifiers import ParticipantCode
from switch.domain.identity_claims import ProviderIdentity
from switch.domain.staff import Role, StaffAccount, StaffStatus, require_roles, require_staff_name, require_strong
from switch.domain.staff_errors import IdentityTaken, StaffNameTaken, StaffUnknown
from switch.domain.totp import fresh_totp_secret, otpauth
from switch.ports import Clock
from switch.store import staff
from switch.store.database import Connection, Database
from switch.store.directory_rows import locked
from switch.usecases.passwords import Passwords


class Enrolled(NamedTuple):
    """`otpauth` is told once: what the person's authenticator app takes in."""

    account: StaffAccount
    otpauth: str


@dataclass(frozen=True, slots=True)
class KeepStaff:
    clock: Clock
    database: Database
    passwords: Passwords

    async def add(
        self,
        name: str,
        roles: frozenset[Role],
        password: str,
        *,
        by: str,
        admitted: bool = True,
        participant: ParticipantCode | None = None,
    ) -> Enrolled:
        """`admitted`: lets in at once; else two people do. A name is one person's for good. `participant`: whose viewer it is, for good.

        Raises StaffNameMalformed, RolesMissing, ViewerMixed, PasswordWeak, StaffNameTaken, ParticipantUnknown, GetsNoFiles.
        """
        require_strong(password, require_staff_name(name))
        require_roles(roles, participant)
        kept = await self.passwords.hash(password)
        account = StaffAccount(name, roles, _status(admitted), kept, fresh_totp_secret(), participant)
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            if await staff.find_account(connection, name) is not None:
                raise StaffNameTaken(name=name)
            if participant is not None:
                require_files(await rows.participant(participant))
            await staff.put_account(rows, account)
        return Enrolled(account, otpauth(account.totp_secret, name))

    async def set_roles(self, name: str, roles: frozenset[Role], *, by: str) -> StaffAccount:
        """In force for the next call, in sessions and tokens too."""
        return await self._change(name, lambda account: replace(account, roles=require_roles(roles, account.participant)), by=by)

    async def disable(self, name: str, *, by: str) -> StaffAccount:
        """At once; sessions end, tokens are good for nothing."""
        return await self._change(name, lambda account: replace(account, status=StaffStatus.DISABLED), by=by)

    async def enable(self, name: str, *, by: str) -> StaffAccount:
        return await self._change(name, lambda account: replace(account, status=StaffStatus.ACTIVE), by=by)

    async def admit(self, name: str, roles: frozenset[Role], identity: ProviderIdentity | None = None, *, by: str) -> StaffAccount:
        """With these roles and no others, and not disabled; with an identity, as whom the provider knows it from now on.

        Raises StaffUnknown, IdentityTaken.
        """

        def let_in(account: StaffAccount) -> StaffAccount:
            roles_now = require_roles(roles, account.participant)
            return replace(account, roles=roles_now, status=StaffStatus.ACTIVE, identity=identity or account.identity)

        return await self._change(name, let_in, by=by)

    async def unlink(self, name: str, *, by: str) -> StaffAccount:
        """Nobody comes in by the identity provider as this account any more, at once; sessions end."""
        return await self._change(name, lambda account: replace(account, identity=None), by=by)

    async def set_password(self, name: str, password: str, *, by: str, admitted: bool = True) -> StaffAccount:
        """Sessions end. Without `admitted` nobody gets in by it before two people say so."""
        require_strong(password, name)
        kept = await self.passwords.hash(password)
        return await self._change(name, lambda account: _renewed(replace(account, password_hash=kept), admitted), by=by)

    async def renew_second_factor(self, name: str, *, by: str, admitted: bool = True) -> Enrolled:
        """For another phone: the former secret is good for nothing. Sessions end. Without `admitted` as with a password."""
        secret = fresh_totp_secret()
        renewed = await self._change(name, lambda account: _renewed(replace(account, totp_secret=secret), admitted), by=by)
        return Enrolled(renewed, otpauth(secret, name))

    async def _change(self, name: str, changed: Callable[[StaffAccount], StaffAccount], *, by: str) -> StaffAccount:
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            if (known := await staff.find_account(connection, name)) is None:
                raise StaffUnknown()
            account = changed(known)
            await _require_own(connection, account)
            await staff.put_account(rows, account)
            if not account.active or _proofs(account) != _proofs(known):
                await staff.end_sessions(connection, name, rows.at)
        return account


def _status(admitted: bool) -> StaffStatus:
    return StaffStatus.ACTIVE if admitted else StaffStatus.DISABLED


def _renewed(account: StaffAccount, admitted: bool) -> StaffAccount:
    """Whoever has set the credentials does not decide alone who comes in with them."""
    return account if admitted else replace(account, status=StaffStatus.DISABLED)


def _proofs(account: StaffAccount) -> tuple[object, ...]:
    """By which somebody comes in: sessions end where one of them changes."""
    return account.password_hash, account.totp_secret, account.identity


async def _require_own(connection: Connection, account: StaffAccount) -> None:
    """One identity stands for one account. Raises IdentityTaken."""
    if account.identity is not None:
        known = await staff.find_account_of(connection, account.identity)
        if known is not None and known.name != account.name:
            raise IdentityTaken()
