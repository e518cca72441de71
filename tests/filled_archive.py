"""An old business date in the books: a settled window of payments, of which one was reversed and one refused; archived or to be."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import insert, text, update

from switch.domain.admission import Conclude, Reserve
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, ReversalId, bucketed_id
from switch.domain.messages import Exchange, own_message
from switch.domain.outcomes import Reason, Refused
from switch.domain.reversals import ReversalReason, ReversalRequest
from switch.posting.batch import write_batch
from switch.posting.reversal import ReversalPosting
from switch.reports.current_directory import CurrentDirectory
from switch.signatures import SigningKey
from switch.store.database import Database
from switch.store.tables import metadata
from switch.usecases.archive_dates import ArchiveDates
from switch.usecases.archive_writing import ArchiveWriting
from switch.usecases.erase_expired import EraseExpired
from switch.usecases.seal_log import SealLog
from tests.reconciled import NOWHERE
from tests.seeded import BANK, START, FixedClock, order, put_bill

OLD_START = START - timedelta(days=450)
OLD_DAY = OLD_START.date()
OLD_WINDOW = f"SYP-{OLD_DAY:%Y%m%d}-01"
SAID = Exchange("pay", OLD_START, b"PUT /payments/1 HTTP/1.1\r\n\r\n{}", OLD_START, b"HTTP/1.1 200\r\n\r\n{}")


async def old_day(database: Database, *, bill_number: str = "old") -> list[Reserve]:
    """One payment taken back whole, so that nobody owes anything; one refused. Its window is settled, its payers are erased."""
    await put_bill(database, bill_number, 40_000)
    taken_back = replace(
        order(40_000, bill_number=bill_number, accept=True, at=OLD_START), message=own_message(b"POST /v1/payments\r\n\r\n{}")
    )
    refused = order(1_000, at=OLD_START)
    async with old_window(database):
        await write_batch(database, [taken_back, refused], OLD_START)
        await write_batch(database, [_refused(refused)], OLD_START)
        await take_back(database, taken_back, OLD_START + timedelta(seconds=1))
    await forget(database)
    return [taken_back, refused]


class old_window:  # noqa: N801 - reads as a context
    """While it lasts, the window of the old day is the open one; then it is settled."""

    def __init__(self, database: Database, day: date = OLD_DAY) -> None:
        self.database, self.day, self.window_id = database, day, f"SYP-{day:%Y%m%d}-01"
        self.at = datetime.combine(day, OLD_START.timetz())

    async def __aenter__(self) -> str:
        window = metadata.tables["settlement_window"]
        async with self.database.transaction() as connection:
            self.before = (await connection.execute(text("SELECT window_id, business_date FROM open_window"))).one()
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            row = {
                "window_id": self.window_id, "currency": "SYP", "business_date": self.day, "number": 1, "state": "closed", "attempt": 0,
                "opened_at": self.at, "closes_at": self.at + timedelta(hours=3), "closed_at": self.at + timedelta(hours=3),
            }  # fmt: skip
            await connection.execute(insert(window), row)
            await self._point(connection, self.window_id, self.day)
        return self.window_id

    async def __aexit__(self, *_: object) -> None:
        window = metadata.tables["settlement_window"]
        async with self.database.transaction() as connection:
            settled = {"state": "settled", "settled_at": self.at + timedelta(hours=4)}
            await connection.execute(update(window).where(window.c.window_id == self.window_id).values(**settled))
            await self._point(connection, *self.before)

    async def _point(self, connection: object, window_id: str, day: date) -> None:
        await connection.execute(  # type: ignore[attr-defined]
            text("UPDATE open_window SET window_id = :window, business_date = :day"), {"window": window_id, "day": day}
        )


async def take_back(database: Database, command: Reserve, at: datetime) -> ReversalRequest:
    directory = CurrentDirectory(database)
    await directory.refresh()
    key = IdempotencyKey(f"back-{command.payment.request.idempotency_key}")
    asked = ReversalRequest(ParticipantCode(BANK), key, command.payment.payment_id, ReversalReason.DUPLICATE)
    reversal_id = ReversalId(bucketed_id(command.payment.bucket, at))
    await ReversalPosting(database, directory.current).ask(asked, reversal_id, at, own_message(b"POST /v1/payments/1/reversals\r\n\r\n{}"))
    return asked


async def forget(database: Database, now: datetime = START) -> None:
    """What has a shorter time to be kept goes: payers, advices, events told."""
    async with database.transaction() as connection:
        for done in ("outbox SET acknowledged_at", "webhook_delivery SET delivered_at"):
            statement = text(f"UPDATE {done} = created_at WHERE created_at < :then")
            await connection.execute(statement, {"then": now - timedelta(days=100)})
    while await EraseExpired(FixedClock(now), database, NOWHERE)():
        pass


def archiving(database: Database, drop: object, key: SigningKey, origin: str, now: datetime = START) -> ArchiveDates:
    clock = FixedClock(now)
    return ArchiveDates(clock, database, ArchiveWriting(database, drop, key), SealLog(clock, database, key, origin).whole, rest=0.0)  # type: ignore[arg-type]


async def archive_an_old_day(database: Database, drop: object, key: SigningKey, origin: str) -> None:
    await old_day(database)
    archived = await archiving(database, drop, key, origin)()
    assert archived.finished, archived


def _refused(command: Reserve) -> Conclude:
    outcome = Refused(Reason.OTHER, heard=(SAID,))
    return Conclude(command.payment.payment_id, outcome, OLD_START, "biller", OLD_START + timedelta(minutes=1))


__all__ = ["OLD_DAY", "OLD_START", "OLD_WINDOW", "archive_an_old_day", "archiving", "forget", "old_day", "old_window", "take_back"]
