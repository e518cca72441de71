"""Know: whose session or token it is that a call brings along, and whether it still is."""

from dataclasses import dataclass

from switch.domain.staff import StaffAccount, StaffCaller, hash_of
from switch.domain.staff_errors import SessionOver
from switch.ports import Clock
from switch.store import staff
from switch.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class KnowStaff:
    clock: Clock
    database: Database

    async def __call__(self, secret: str) -> StaffCaller:
        """Read anew each time, so that what was ended, revoked or disabled is so at once. Raises SessionOver."""
        digest, now = hash_of(secret), self.clock.now()
        async with self.database.transaction() as connection:
            if (session := await staff.find_session(connection, digest)) is not None:
                session.require_alive(now)
                await staff.seen(connection, session, now)
                account = await self._account(connection, session.name)
                return StaffCaller(account.name, account.roles, session.session_id, participant=account.participant)
            if (token := await staff.find_token(connection, digest)) is None:
                raise SessionOver()
            token.require_alive(now)
            account = await self._account(connection, token.name)
            roles, whose = account.roles & token.roles, account.participant
            return StaffCaller(account.name, roles, None, token.token_id, reads_only=token.reads_only, participant=whose)

    @staticmethod
    async def _account(connection: Connection, name: str) -> StaffAccount:
        account = await staff.find_account(connection, name)
        if account is None or not account.active:
            raise SessionOver()
        return account
