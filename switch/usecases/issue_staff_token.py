"""Issue: a token with which a program acts for one of the staff, within a scope and until a day; and revoke it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from switch.domain.identifiers import bucketed_id
from switch.domain.staff import Role, StaffToken, fresh_secret, hash_of, require_token
from switch.domain.staff_errors import StaffUnknown, TokenUnknown
from switch.ports import Clock
from switch.store import staff
from switch.store.database import Database
from switch.store.directory_rows import locked


class Issued(NamedTuple):
    """`secret` is told once; only its hash is kept."""

    secret: str
    token: StaffToken


@dataclass(frozen=True, slots=True)
class IssueStaffToken:
    clock: Clock
    database: Database

    async def __call__(self, name: str, label: str, scope: frozenset[Role], days: int, *, reads_only: bool, by: str) -> Issued:
        """Raises StaffUnknown, TokenRefused."""
        secret = fresh_secret("tok")
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            owner = await staff.find_account(connection, name)
            if owner is None or not owner.active:
                raise StaffUnknown()
            require_token(label, scope, owner, days)
            token = StaffToken(
                bucketed_id(0, rows.at), name, label, scope, reads_only, hash_of(secret), rows.at, rows.at + timedelta(days=days)
            )
            await staff.put_token(rows, token)
        return Issued(secret, token)

    async def revoke(self, token_id: UUID, *, by: str) -> StaffToken:
        """At once, and once or many times. Raises TokenUnknown."""
        async with self.database.transaction() as connection:
            rows = await locked(connection, self.clock, by)
            if (known := await staff.find_token_by_id(connection, token_id)) is None:
                raise TokenUnknown()
            revoked = replace(known, revoked_at=known.revoked_at or rows.at)
            await staff.put_token(rows, revoked)
        return revoked
