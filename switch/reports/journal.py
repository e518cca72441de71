"""The journal: followed entry by entry in the order of commits, and summed up as a trial balance."""

from dataclasses import dataclass

from switch.store import journal_queries
from switch.store.database import Database
from switch.store.journal_queries import BEGINNING, AccountSum, FollowedEntry, JournalPlace

__all__ = ["BEGINNING", "AccountSum", "FollowedEntry", "Journal", "JournalPlace"]


@dataclass(frozen=True, slots=True)
class Journal:
    database: Database

    async def follow(self, after: JournalPlace, limit: int) -> list[FollowedEntry]:
        """Who goes on from the last place misses nothing, however transactions overlap."""
        async with self.database.snapshot() as connection:
            return await journal_queries.follow(connection, after, limit)

    async def trial_balance(self, *, anew: bool = False) -> list[AccountSum]:
        """Every account that was ever posted to, in one moment; debits and credits are equal per currency (I5).

        `anew` adds up every posting instead of going on from what was rolled up when it was sealed.
        """
        async with self.database.snapshot() as connection:
            return await (journal_queries.account_sums_anew if anew else journal_queries.account_sums)(connection)
