"""What disputes leave in filled books: one that was put right with a letter, one of a fee that was accepted in part."""

from datetime import timedelta

from switch.domain.dispute_terms import DisputeReason, Remedy
from switch.domain.disputes import DisputeOrder
from switch.domain.identifiers import IdempotencyKey, PaymentId
from switch.reports.current_directory import CurrentDirectory
from switch.store.database import Database
from switch.usecases.dispute_keeping import DisputeKeeping
from switch.usecases.open_dispute import OpenDispute
from switch.usecases.propose import Propose
from switch.usecases.work_disputes import WorkDisputes
from tests.seeded import BANK, BILLER, START, FixedClock


async def complain_of(database: Database, payment_id: PaymentId) -> None:
    """As a bank does, with its biller's and the switch's answers."""
    clock = FixedClock(START + timedelta(hours=2))
    keeping = DisputeKeeping(clock, CurrentDirectory(database).current)
    work = WorkDisputes(database, keeping, Propose(clock, database, {}))
    order = DisputeOrder(
        BANK, IdempotencyKey("dispute-1"), payment_id, DisputeReason.WRONG_AMOUNT, "three units too many", "0933777111", 500
    )
    dispute_id = (await OpenDispute(database, keeping)(order)).dispute.dispute_id
    await work.attach(dispute_id, "letter.txt", b"three units too many", by=BANK, caller=BANK)
    await work.accept(dispute_id, Remedy.PUT_RIGHT, None, "corrected", by=BILLER, caller=BILLER)
    order = DisputeOrder(BANK, IdempotencyKey("dispute-2"), payment_id, DisputeReason.FEE_WRONG, "the fee of another channel")
    fee = (await OpenDispute(database, keeping)(order)).dispute
    await work.accept(fee.dispute_id, Remedy.ADJUSTED, fee.claimed_minor - 1, "another channel", by="staff:nour")
