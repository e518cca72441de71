"""Import a statement: what a bank or biller has booked for one business date, taken in whole or not at all."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from switch.domain.errors import NotAllowed, StatementNotYours
from switch.domain.money import Money
from switch.domain.participants import Participant, ParticipantKind
from switch.domain.statements import BookedStatement, ImportedStatement, Side, statement_id
from switch.ports import Clock, FileFormat
from switch.store import statements
from switch.store.database import Database

LAYOUT = "csv-1"


@dataclass(frozen=True, slots=True)
class ImportStatement:
    clock: Clock
    database: Database
    formats: Mapping[str, FileFormat]

    async def __call__(self, participant: Participant, content: bytes) -> ImportedStatement:
        """Raises FileMalformed, StatementNotYours, NotAllowed. The same bytes again are recognised; others are a new revision."""
        side = _side(participant)
        sha256 = hashlib.sha256(content).hexdigest()
        async with self.database.reading() as connection:
            known = await statements.find(connection, participant.code, sha256)
        if known is not None:
            return replace(known, replayed=True)
        booked = await asyncio.to_thread(self.formats[LAYOUT].parse_statement, content)
        if (booked.participant, booked.side) != (participant.code, side):
            raise StatementNotYours(participant=participant.code)
        return await self._take_in(booked, sha256)

    async def _take_in(self, booked: BookedStatement, sha256: str) -> ImportedStatement:
        async with self.database.transaction() as connection:
            await statements.lock_owner(connection, booked.participant)
            if (known := await statements.find(connection, booked.participant, sha256)) is not None:
                return replace(known, replayed=True)
            revision = await statements.next_revision(connection, booked.participant, booked.business_date, booked.currency)
            imported = ImportedStatement(
                statement_id=statement_id(booked.participant, booked.currency, booked.business_date, revision),
                participant=booked.participant,
                side=booked.side,
                business_date=booked.business_date,
                currency=booked.currency,
                lines=len(booked.lines),
                total=Money(sum(line.minor for line in booked.lines), booked.currency),
                revision=revision,
                sha256=sha256,
                received_at=self.clock.now(),
            )
            await statements.insert_whole(connection, imported, booked.lines)
        return imported


def _side(participant: Participant) -> Side:
    if participant.pays:
        return Side.BANK
    if participant.kind is ParticipantKind.BILLER:
        return Side.BILLER
    raise NotAllowed()
