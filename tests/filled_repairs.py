"""What a break that was written off in part leaves in filled books."""

from datetime import date

from switch.domain.adjustments import Adjustment
from switch.domain.breaks import ClosingRule, decided
from switch.domain.identifiers import AdjustmentId, PaymentId, WindowId, bucket_of, bucketed_id
from switch.domain.ledger import EntryKind
from switch.domain.reconciliation import BreakKind, BreakState
from switch.posting.repairs import RepairPosting
from switch.posting.reversal import ReversalPosting
from switch.reports.current_directory import CurrentDirectory
from switch.store import break_queries, break_work, closing_rules
from switch.store.database import Database
from tests.seeded import BANK, BILLER, START


async def write_off_a_part(database: Database, payment_id: PaymentId, window: str, day: date) -> None:
    """As two people would have, with all that it leaves behind; and a rule that closes nothing here."""
    adjusting = RepairPosting(ReversalPosting(database, CurrentDirectory(database).current))
    async with database.transaction() as connection:
        rule = ClosingRule(BreakKind.FEE_DIFFERS, None, most_minor=5, most_days=0)
        await closing_rules.append(connection, rule, bucketed_id(0, START), START, "staff:nour and staff:sami")
        (first, *_) = await break_queries.page(connection, None, None, None, None, 1)
        made = Adjustment(
            AdjustmentId(bucketed_id(bucket_of(payment_id), START)), first.break_id, payment_id,
            EntryKind.BREAK_WRITTEN_OFF, "SYP",
            BANK, BILLER, -40, -2, 0, 42, WindowId(window), day, START, "staff:nour and staff:sami",
        )  # fmt: skip
        await adjusting.adjust(connection, made)
        await break_work.keep(connection, *decided(first, BreakState.WRITTEN_OFF, "agreed", "staff:nour and staff:sami", START))
