"""Keep: what somebody of the staff has done or looked at goes into the audit, which is only added to and is sealed."""

from dataclasses import dataclass

from switch.domain.identifiers import bucketed_id
from switch.domain.staff import without_secrets
from switch.domain.staff_audit import SUBJECT_CHARACTERS, AuditEntry
from switch.domain.texts import made_plain
from switch.ports import Clock
from switch.store import staff_audit
from switch.store.database import Connection, Database


@dataclass(frozen=True, slots=True)
class KeepAudit:
    clock: Clock
    database: Database

    async def __call__(
        self,
        *,
        who: str,
        via: str,
        action: str,
        subject: str,
        outcome: str,
        origin: str,
        reason: str | None = None,
        request_id: str | None = None,
    ) -> None:
        async with self.database.transaction() as connection:
            await self.within(
                connection,
                who=who, via=via, action=action, subject=subject, outcome=outcome, origin=origin, reason=reason, request_id=request_id,
            )  # fmt: skip

    async def within(
        self,
        connection: Connection,
        *,
        who: str,
        via: str,
        action: str,
        subject: str,
        outcome: str,
        origin: str,
        reason: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """In somebody's transaction: it is kept with what it is about, or neither is."""
        now = self.clock.now()
        told = without_secrets(made_plain(subject))[:SUBJECT_CHARACTERS]
        entry = AuditEntry(bucketed_id(0, now), now, who, via, action, told, outcome, reason, origin, request_id)
        await staff_audit.add(connection, entry)
