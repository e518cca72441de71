"""Liquidity in the filled books: caps with a deposited part, a warning, a snapshot of positions, and a pattern of payments."""

from datetime import datetime, timedelta

from switch.domain.money import Money
from switch.reports.current_directory import CurrentDirectory
from switch.store import caps
from switch.store.database import Database
from switch.usecases.keep_position_history import KeepPositionHistory
from switch.usecases.watch_positions import WatchPositions
from tests.seeded import BANK, OTHER_BANK, START, FixedClock


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
