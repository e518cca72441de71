"""Import a statement: what a bank or biller has booked for one business date, taken in whole or not at all."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from switch.domain.booked_statements import ImportedStatement, NotPlain, Side, StatementAsked, StatementHead, statement_id, statement_key
from switch.domain.errors import NotAllowed, StatementNotYours
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.participants import Participant, ParticipantKind
from switch.ports import Clock, StatementLayout
from switch.store import statements
from switch.store.copying import DataRefused
from switch.store.database import Connection, Database
from switch.usecases.statement_pouring import Sums, Tell, nobody, pour_booked, pour_plain

DEFAULT_LAYOUT = "csv-1"
BYTES_AT_ONCE = 1 << 20

Pour = Callable[[Connection, int], Awaitable[Sums]]


@dataclass(frozen=True, slots=True)
class ImportStatement:
    clock: Clock
    database: Database
    layouts: Mapping[str, StatementLayout]

    async def __call__(self, participant: Participant, file: BinaryIO, tell: Tell = nobody) -> ImportedStatement:
        """Raises StatementMalformed, StatementNotYours, NotAllowed. The same bytes again are recognised; others are a new revision."""
        asked = StatementAsked(participant.code, _side(participant))
        sha256 = await asyncio.to_thread(_digest, file)
        async with self.database.reading() as connection:
            known = await statements.find(connection, participant.code, sha256)
        if known is not None:
            return replace(known, replayed=True)
        layout = self.layouts[DEFAULT_LAYOUT]
        return await self._plainly(layout, file, sha256, asked, tell) or await self._row_by_row(layout, file, sha256, asked, tell)

    async def _plainly(
        self, layout: StatementLayout, file: BinaryIO, sha256: str, asked: StatementAsked, tell: Tell
    ) -> ImportedStatement | None:
        """The quick way. None where anything is out of the ordinary: then nothing of it is kept, and it is read row by row."""
        file.seek(0)
        plain = await asyncio.to_thread(layout.plain, file)
        if plain is None or (plain.head.participant, plain.head.side) != (asked.participant, asked.side):
            return None
        try:
            return await self._take_in(
                plain.head, layout.layout, sha256, lambda connection, key: pour_plain(connection, key, plain, file, tell)
            )
        except (NotPlain, DataRefused):
            return None

    async def _row_by_row(
        self, layout: StatementLayout, file: BinaryIO, sha256: str, asked: StatementAsked, tell: Tell
    ) -> ImportedStatement:
        file.seek(0)
        booked = await asyncio.to_thread(layout.read, file, asked)
        if (booked.head.participant, booked.head.side) != (asked.participant, asked.side):
            raise StatementNotYours(participant=asked.participant)
        return await self._take_in(
            booked.head, layout.layout, sha256, lambda connection, key: pour_booked(connection, key, booked, file, tell)
        )

    async def _take_in(self, head: StatementHead, layout: str, sha256: str, pour: Pour) -> ImportedStatement:
        """Lines first, which nobody sees before their header; so the owner is locked for a moment only."""
        now = self.clock.now()
        key = statement_key(now)
        try:
            async with self.database.transaction() as connection:
                await statements.prepare(connection, key)
                sums = await pour(connection, key)
                await statements.lock_owner(connection, head.participant)
                await _require_new(connection, head.participant, sha256)
                revision = await statements.next_revision(connection, head.participant, head.business_date, head.currency)
                imported = ImportedStatement(
                    statement_id=statement_id(head.participant, head.currency, head.business_date, revision),
                    participant=head.participant,
                    side=head.side,
                    business_date=head.business_date,
                    currency=head.currency,
                    lines=sums.lines,
                    total=Money(sums.minor, head.currency),
                    fees=Money(sums.fee_minor, head.currency),
                    revision=revision,
                    layout=layout,
                    sha256=sha256,
                    received_at=now,
                )
                await statements.insert_header(connection, imported, key)
        except _TakenInMeanwhile as meanwhile:
            return replace(meanwhile.known, replayed=True)
        return imported


class _TakenInMeanwhile(Exception):
    """By another process, while these lines were poured in: they go away again."""

    def __init__(self, known: ImportedStatement) -> None:
        self.known = known


async def _require_new(connection: Connection, participant: ParticipantCode, sha256: str) -> None:
    if (known := await statements.find(connection, participant, sha256)) is not None:
        raise _TakenInMeanwhile(known)


def _side(participant: Participant) -> Side:
    if participant.pays:
        return Side.BANK
    if participant.kind is ParticipantKind.BILLER:
        return Side.BILLER
    raise NotAllowed()


def _digest(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BYTES_AT_ONCE):
        digest.update(block)
    return digest.hexdigest()
