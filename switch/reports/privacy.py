"""Privacy as staff and auditors look at it: the rules of retention, how far the tasks have come, and who looked at payers' data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from switch.domain.errors import PaymentUnknown
from switch.domain.privacy import Kept, Look, RetentionRule
from switch.store import archive_queries, payment_queries, privacy
from switch.store.database import Database
from switch.store.privacy import Progress
from switch.store.vault import vault

__all__ = ["Privacy", "PrivacyStatus", "Progress"]


@dataclass(frozen=True, slots=True)
class PrivacyStatus:
    """`newest_key` is the number of the master key under which everything is put now."""

    newest_key: int
    rules: Mapping[Kept, RetentionRule]
    progress: Sequence[Progress]


@dataclass(frozen=True, slots=True)
class Privacy:
    database: Database

    async def status(self) -> PrivacyStatus:
        async with self.database.snapshot() as connection:
            return PrivacyStatus(vault().newest, await privacy.rules(connection), await privacy.progress(connection))

    async def looks(self, payment: str | None, most: int) -> Sequence[Look]:
        """Newest first; at one payment, or at all. Raises PaymentUnknown."""
        async with self.database.snapshot() as connection:
            if payment is None:
                return await privacy.looks(connection, None, most)
            its = await payment_queries.named(connection, payment) or await archive_queries.where_named(connection, payment)
            if its is None:
                raise PaymentUnknown()
            return await privacy.looks(connection, its.payment_id, most)
