"""Statements that were handed in: what was taken in, what is in quarantine and why, and by which rules they are read."""

from dataclasses import dataclass
from datetime import date

from switch.domain.booked_statements import ImportedStatement
from switch.domain.identifiers import ParticipantCode
from switch.domain.quarantine import QuarantinedStatement
from switch.domain.received_files import ReceivedFile
from switch.domain.reconciliation import MatchingRule
from switch.domain.statement_errors import QuarantineUnknown
from switch.domain.statement_mapping import StatementMapping, mapping_of
from switch.store import quarantine, received_files, statement_queries, statement_rules
from switch.store.database import Database


@dataclass(frozen=True, slots=True)
class Statements:
    database: Database

    async def taken_in(
        self, participant: ParticipantCode | None = None, business_date: date | None = None, limit: int = 100
    ) -> list[ImportedStatement]:
        """Newest first, every revision."""
        async with self.database.reading() as connection:
            return await statement_queries.page(connection, participant, business_date, limit)

    async def received(self, participant: ParticipantCode | None, limit: int) -> list[ReceivedFile]:
        """What came over SFTP, newest first."""
        async with self.database.reading() as connection:
            return await received_files.page(connection, participant, limit)

    async def quarantined(
        self, participant: ParticipantCode | None = None, after: str | None = None, limit: int = 100
    ) -> list[QuarantinedStatement]:
        """Newest first; a participant's own where one is given."""
        async with self.database.reading() as connection:
            return await quarantine.page(connection, participant, None, after, limit)

    async def one_quarantined(self, participant: ParticipantCode | None, quarantine_id: str) -> QuarantinedStatement:
        """Raises QuarantineUnknown, also where it is another's."""
        async with self.database.reading() as connection:
            found = await quarantine.page(connection, participant, quarantine_id, None, 1)
        if not found:
            raise QuarantineUnknown()
        return found[0]

    async def rule(self, participant: ParticipantCode) -> tuple[MatchingRule, StatementMapping | None]:
        """What counts now."""
        async with self.database.reading() as connection:
            rule, mapping = await statement_rules.newest(connection, participant)
        return rule, None if mapping is None else mapping_of(mapping)
