"""Import a statement: what a bank or biller has booked for one business date, taken in whole or not at all; quarantined when wrong."""

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import BinaryIO

from switch.domain.booked_statements import (
    ImportedStatement,
    NotPlain,
    Side,
    StatementAsked,
    StatementHead,
    statement_id,
    statement_key,
)
from switch.domain.calendar import local_date
from switch.domain.errors import NotAllowed, StatementNotYours
from switch.domain.file_errors import LayoutUnknown
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.participants import Participant, ParticipantKind
from switch.domain.quarantine import MOST_KEPT_BYTES, QuarantinedStatement, quarantine_id
from switch.domain.reconciliation import MOST_CARRY_FORWARD_DAYS, Grouping
from switch.domain.statement_faults import Fault, FaultCode, StatementMalformed
from switch.domain.statement_mapping import mapping_of
from switch.fail_points import FailPoint, fail_point
from switch.ports import Clock, FileDrop, StatementLayout
from switch.store import archive_queries, quarantine, statement_rules, statements, windows
from switch.store.copying import DataRefused
from switch.store.database import Connection, Database
from switch.usecases.statement_pouring import Sums, Tell, nobody, pour_booked, pour_plain

DEFAULT_LAYOUT = "csv-1"
BYTES_AT_ONCE = 1 << 20
START_BYTES = 1 << 12

Pour = Callable[[Connection, int], Awaitable[Sums]]


@dataclass(frozen=True, slots=True)
class ImportStatement:
    clock: Clock
    database: Database
    layouts: Mapping[str, StatementLayout]
    kept_wrong: FileDrop

    async def __call__(
        self,
        participant: Participant,
        file: BinaryIO,
        *,
        layout: str | None = None,
        business_date: date | None = None,
        tell: Tell = nobody,
    ) -> ImportedStatement:
        """The same bytes again are recognised; others are a new revision. `business_date` where the file does not say it.

        Raises StatementMalformed, StatementNotYours, NotAllowed, LayoutUnknown, MappingRefused, DateArchived.
        """
        side = _side(participant)
        sha256 = await asyncio.to_thread(sha256_of, file)
        async with self.database.reading() as connection:
            known = await statements.find(connection, participant.code, sha256)
            rule, mapping = await statement_rules.newest(connection, participant.code)
        if known is not None:
            return replace(known, replayed=True)
        mapped = mapping_of(mapping) if mapping is not None else None
        asked = StatementAsked(participant.code, side, business_date, mapped, sums=rule.grouping is not None)
        reads = self._layout(file, layout, asked)
        grouping = None if reads.layout == DEFAULT_LAYOUT else rule.grouping
        try:
            return await self._plainly(reads, file, sha256, asked, tell) or await self._row_by_row(
                reads, file, sha256, asked, grouping, tell
            )
        except StatementMalformed as wrong:
            await self._quarantine(participant.code, reads.layout, file, sha256, wrong)
            raise

    def _layout(self, file: BinaryIO, named: str | None, asked: StatementAsked) -> StatementLayout:
        """As it was named; as its first bytes say; as its owner's files are."""
        if named is not None:
            if named not in self.layouts:
                raise LayoutUnknown(layout=named[:20], known=", ".join(self.layouts))
            return self.layouts[named]
        file.seek(0)
        start = file.read(START_BYTES)
        for layout in self.layouts.values():
            if layout.recognises(start):
                return layout
        return self.layouts[asked.mapping.layout if asked.mapping is not None else DEFAULT_LAYOUT]

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
        self, layout: StatementLayout, file: BinaryIO, sha256: str, asked: StatementAsked, grouping: Grouping | None, tell: Tell
    ) -> ImportedStatement:
        file.seek(0)
        thread = ThreadPoolExecutor(1, "statement")  # from beginning to end in one: XML that is parsed in several tears the process down
        try:
            booked = await asyncio.get_running_loop().run_in_executor(thread, layout.read, file, asked)
            if (booked.head.participant, booked.head.side) != (asked.participant, asked.side):
                raise StatementNotYours(participant=asked.participant)

            def pour(connection: Connection, key: int) -> Awaitable[Sums]:
                return pour_booked(connection, key, booked, file, tell, sums=grouping is not None, thread=thread)

            return await self._take_in(booked.head, layout.layout, sha256, pour, grouping)
        finally:
            thread.shutdown(wait=False)

    async def _take_in(
        self, head: StatementHead, layout: str, sha256: str, pour: Pour, grouping: Grouping | None = None
    ) -> ImportedStatement:
        """Lines first, which nobody sees before their header; so the owner is locked for a moment only."""
        now = self.clock.now()
        key = statement_key(now)
        try:
            async with self.database.transaction() as connection:
                await archive_queries.require_hot(connection, head.business_date)
                await _require_near(connection, head, local_date(now))
                await statements.prepare(connection, key)
                sums = await pour(connection, key)
                fail_point(FailPoint.POURED)
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
                    grouping=grouping,
                )
                await statements.insert_header(connection, imported, key)
                fail_point(FailPoint.ACCEPTING)
        except _TakenInMeanwhile as meanwhile:
            return replace(meanwhile.known, replayed=True)
        fail_point(FailPoint.ACCEPTED)
        return imported

    async def _quarantine(self, participant: ParticipantCode, layout: str, file: BinaryIO, sha256: str, wrong: StatementMalformed) -> None:
        name = quarantine_id(participant, sha256)
        size = file.seek(0, os.SEEK_END)
        if size <= MOST_KEPT_BYTES:
            await asyncio.to_thread(self.kept_wrong.write, participant, name, _blocks(file))
        fail_point(FailPoint.QUARANTINING)
        kept = QuarantinedStatement(name, participant, layout, size, sha256, self.clock.now(), wrong.faults)
        async with self.database.transaction() as connection:
            await quarantine.put(connection, kept)


class _TakenInMeanwhile(Exception):
    """By another process, while these lines were poured in: they go away again."""

    def __init__(self, known: ImportedStatement) -> None:
        self.known = known


async def _require_near(connection: Connection, head: StatementHead, today: date) -> None:
    """Beyond what is looked through for a payment of today, nothing can be meant but another year. Raises StatementMalformed."""
    last = await windows.last(connection, head.currency)
    farthest = (today if last is None else max(today, last.business_date)) + timedelta(days=MOST_CARRY_FORWARD_DAYS)
    if head.business_date > farthest:
        raise StatementMalformed([Fault(0, "business_date", FaultCode.DAY_TOO_FAR, head.business_date.isoformat(), farthest.isoformat())])


async def _require_new(connection: Connection, participant: ParticipantCode, sha256: str) -> None:
    if (known := await statements.find(connection, participant, sha256)) is not None:
        raise _TakenInMeanwhile(known)


def _side(participant: Participant) -> Side:
    if participant.pays:
        return Side.BANK
    if participant.kind is ParticipantKind.BILLER:
        return Side.BILLER
    raise NotAllowed()


def sha256_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    for block in _blocks(file):
        digest.update(block)
    return digest.hexdigest()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(BYTES_AT_ONCE):
        yield block
