"""Staff as they are looked at: accounts, tokens, and what they have done and looked at."""

from dataclasses import dataclass
from uuid import UUID

from switch.domain.staff import StaffAccount, StaffToken
from switch.domain.staff_audit import AuditEntry
from switch.store import staff, staff_audit
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Staff:
    database: Database

    async def accounts(self) -> list[StaffAccount]:
        async with self.database.reading() as connection:
            return await staff.accounts(connection)

    async def tokens(self, name: str | None) -> list[StaffToken]:
        """Newest first, those that are over too."""
        async with self.database.reading() as connection:
            return await staff.tokens(connection, name)

    async def audit(self, who: str | None, before: UUID | None, most: int) -> list[AuditEntry]:
        """Newest first."""
        async with self.database.reading() as connection:
            return await staff_audit.page(connection, who, before, most)
