"""What stands in filled books beside payments and settlement: what was seen of positions, and staff."""

from datetime import datetime, timedelta

from switch.domain.errors import BillUnknown
from switch.domain.money import Money
from switch.domain.payment_batches import Unreadable, numbered_lines
from switch.domain.received_files import ReceivedFile, ReceivedOutcome
from switch.domain.reconciliation import MatchingRule
from switch.domain.staff import Role
from switch.reports.current_directory import CurrentDirectory
from switch.store import caps, received_files, statement_rules
from switch.store.database import Connection, Database
from switch.usecases.issue_staff_token import IssueStaffToken
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.keep_position_history import KeepPositionHistory
from switch.usecases.keep_staff import KeepStaff
from switch.usecases.passwords import Passwords
from switch.usecases.submit_batch import SubmitBatch
from switch.usecases.watch_positions import WatchPositions
from tests.seeded import BANK, BILLER, OTHER_BANK, START, FixedClock, order


async def keep_liquidity(database: Database) -> None:
    """A warning, a snapshot of positions, and some quarters of an hour of what was paid."""
    later = FixedClock(START + timedelta(hours=1))

    def at(seconds: int) -> datetime:
        return START + timedelta(seconds=seconds)

    directory = CurrentDirectory(database)
    async with database.transaction() as connection:
        await caps.put(connection, OTHER_BANK, Money(9_000_000, "SYP"), at(1), "test", Money(4_000_000, "SYP"))
        await caps.put(connection, BANK, Money(150_000, "SYP"), at(3_000_000), "test", Money(50_000, "SYP"))
    await WatchPositions(later, directory.current, database)()
    await KeepPositionHistory(later, database)()
    async with database.transaction() as connection:
        await caps.put(connection, BANK, Money(8_000_000, "SYP"), at(4_000_000), "test")


async def hand_in_a_batch(database: Database) -> None:
    """Three orders, and a line that cannot be read."""
    lines = numbered_lines([order(1_000 * number).payment.request for number in (1, 2, 3)] + [Unreadable(BillUnknown(), "k")])
    await SubmitBatch(FixedClock(), database)(BANK, "B-1", b"lines", lines)


async def fill_the_staff(database: Database) -> None:
    """Somebody, a program of theirs, and something that they looked at."""
    clock, passwords = FixedClock(), Passwords()
    await KeepStaff(clock, database, passwords).add("nour", frozenset({Role.OPERATOR}), "a sentence of my own", by="test")
    await IssueStaffToken(clock, database)("nour", "export", frozenset({Role.OPERATOR}), 30, reads_only=True, by="test")
    await KeepAudit(clock, database)(
        who="staff:nour",
        via="session",
        action="GET /v1/operator/payments",
        subject="/v1/operator/payments",
        outcome="done",
        origin="10.0.0.1",
    )


async def rule_and_receive(connection: Connection) -> None:
    """A rule for a biller's statements, and a file over SFTP that was none."""
    await statement_rules.append(connection, BILLER, MatchingRule(3, 1), None, START, "staff")
    refused = ReceivedFile(BANK, "day.csv", "0" * 64, 1, "{}", ReceivedOutcome.REFUSED, "file_malformed", None, START)
    await received_files.append(connection, refused)
