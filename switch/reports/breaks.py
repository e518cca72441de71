"""Breaks, as participants and staff ask for them, with how each side of a day compares."""

from dataclasses import dataclass
from datetime import date, datetime

from switch.domain.break_errors import BreakUnknown
from switch.domain.breaks import BreakHistory, ClosingRule
from switch.domain.identifiers import ParticipantCode
from switch.domain.reconciliation import Break, BreakKind, BreakState, SideResult
from switch.domain.suspense import Held
from switch.store import break_queries, break_work, closing_rules, suspense
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Breaks:
    database: Database

    async def page(
        self,
        participant: ParticipantCode | None = None,
        business_date: date | None = None,
        state: BreakState | None = None,
        after: str | None = None,
        limit: int = 100,
        kind: BreakKind | None = None,
        overdue_at: datetime | None = None,
    ) -> list[Break]:
        """Newest business date first; a participant's own and what it was handed, where one is given. `overdue_at`: past their deadline."""
        async with self.database.reading() as connection:
            return await break_queries.page(connection, participant, business_date, state, after, limit, kind, overdue_at)

    async def history(self, break_id: str, participant: ParticipantCode | None = None) -> BreakHistory:
        """By its id, for staff by its beginning, too. Raises BreakUnknown, also for one that is nobody's business of the participant."""
        async with self.database.reading() as connection:
            found = await break_work.named(connection, break_id)
            if found is None or (participant is not None and participant not in (found.participant, found.owner)):
                raise BreakUnknown()
            events = await break_work.events(connection, found.break_id)
            attachments = await break_work.attachments(connection, found.break_id)
            return BreakHistory(found, events, attachments, await break_queries.members(connection, found))

    async def attachment(self, break_id: str, sha256: str, participant: ParticipantCode | None = None) -> bytes:
        """Raises BreakUnknown, also for one that is nobody's business of the participant."""
        async with self.database.reading() as connection:
            found = await break_work.named(connection, break_id)
            if found is None or (participant is not None and participant not in (found.participant, found.owner)):
                raise BreakUnknown()
            content = await break_work.content(connection, break_id, sha256)
        if content is None:
            raise BreakUnknown()
        return content

    async def in_suspense(self) -> list[Held]:
        """Oldest first, also of which nothing is left any more."""
        async with self.database.reading() as connection:
            return await suspense.held(connection)

    async def rules(self) -> list[ClosingRule]:
        """Those that count now."""
        async with self.database.reading() as connection:
            return await closing_rules.current(connection)

    async def terms(self) -> list[tuple[BreakKind, int, bool]]:
        """Of each kind: hours until its deadline, and whether the participant acts first."""
        async with self.database.reading() as connection:
            return await break_work.terms(connection)

    async def sides(self, business_date: date, currency: str = "SYP") -> list[SideResult]:
        """As the last reconciliation of that day left it; empty where there was none."""
        async with self.database.reading() as connection:
            return await break_queries.sides(connection, business_date, currency)
