"""What banks and billers have booked, for tests of reconciliation: payments of a day, and statements that agree or do not."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from switch.domain.admission import Conclude, Stands
from switch.domain.booked_statements import BookedLine, BookedStatement, PlainStatement, Side, StatementAsked, StatementHead
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import Accepted, Reason, Refused
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.domain.payments import Payment
from switch.domain.reconciliation import Break
from switch.posting.batch import write_batch
from switch.reports.breaks import Breaks
from switch.store.database import Database
from switch.usecases.import_statement import ImportStatement
from switch.usecases.reconcile import Reconcile
from tests.seeded import BANK, BILLER, START, FixedClock, order

DAY = date(2026, 11, 24)
STRANGER = UUID("019ab000-0000-7000-8000-00000000abcd")


class Nowhere:
    """A file drop for tests in which nothing is wrong with any file."""

    def write(self, owner: str, name: str, content: Iterable[bytes]) -> Path:
        raise NotImplementedError

    def read(self, owner: str, name: str) -> bytes | None:
        raise NotImplementedError

    def open(self, owner: str, name: str) -> None:
        return None

    def remove(self, owner: str, name: str) -> None:
        """There is nothing."""


NOWHERE = Nowhere()


class Prepared:
    """A layout whose statements were made by the test; the bytes only name them."""

    layout = "csv-1"

    def __init__(self) -> None:
        self.statements: dict[bytes, BookedStatement] = {}

    def prepare(self, head: StatementHead, lines: Iterable[BookedLine]) -> bytes:
        prepared = BookedStatement(head, tuple(lines))
        content = repr(prepared).encode()
        self.statements[content] = prepared
        return content

    def recognises(self, start: bytes) -> bool:
        return any(content.startswith(start) for content in self.statements)

    def plain(self, file: BinaryIO) -> PlainStatement | None:
        return None

    def read(self, file: BinaryIO, asked: StatementAsked) -> BookedStatement:
        return self.statements[file.read()]


@dataclass
class World:
    database: Database
    clock: FixedClock
    layout: Prepared

    async def completed(self, minor: int, bank: ParticipantCode = BANK) -> Payment:
        command = order(minor, bank=bank)
        await write_batch(self.database, [command], START)
        accepted = Accepted(f"B-{command.payment.payment_id}")
        return await self._concluded(Conclude(command.payment.payment_id, accepted, START, "biller", START))

    async def rejected(self, minor: int) -> Payment:
        command = order(minor)
        await write_batch(self.database, [command], START)
        return await self._concluded(Conclude(command.payment.payment_id, Refused(Reason.OTHER), START, "biller", START))

    async def _concluded(self, conclude: Conclude) -> Payment:
        (decision,) = await write_batch(self.database, [conclude], START)
        assert isinstance(decision, Stands)
        return decision.payment

    async def hand_in(self, owner: ParticipantCode, lines: Iterable[BookedLine], day: date = DAY) -> str:
        numbered = tuple(replace(line, line=number) for number, line in enumerate(lines, 1))
        side = Side.BILLER if owner == BILLER else Side.BANK
        content = self.layout.prepare(StatementHead(owner, side, day, "SYP"), numbered)
        return (await self.importing(participant(owner), io.BytesIO(content))).statement_id

    @property
    def importing(self) -> ImportStatement:
        return ImportStatement(self.clock, self.database, {"csv-1": self.layout}, NOWHERE)

    @property
    def reconcile(self) -> Reconcile:
        return Reconcile(self.clock, self.database)

    async def breaks(self, **wanted: object) -> list[Break]:
        found = await Breaks(self.database).page(**wanted)  # type: ignore[arg-type]
        assert all(item.break_id == item.content_id() for item in found)
        return found


def participant(code: ParticipantCode) -> Participant:
    kind = ParticipantKind.BILLER if code == BILLER else ParticipantKind.BANK
    return Participant(code, kind, Name("مشارك", "Participant"), ParticipantStatus.LIVE)


def line(payment: Payment, side: Side = Side.BANK) -> BookedLine:
    at_bank = side is Side.BANK
    return BookedLine(
        line=0,
        payment_id=payment.payment_id,
        own_reference=payment.request.bank_reference if at_bank else payment.biller_reference or "",
        counterparty=payment.biller if at_bank else payment.request.bank,
        customer_reference=payment.request.customer_reference,
        minor=payment.request.amount.minor,
        business_date=DAY,
    )
