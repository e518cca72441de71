"""A world whose tariff was wrong: payments under it, and two people who re-rate them."""

import json
from dataclasses import dataclass, replace
from datetime import date

from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, ReferenceRule, RefundFees, RefundRule, ReversalRule, Service
from switch.domain.fees import BorneBy, Fees, Tariff
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId, ReversalId, bucket_of, bucketed_id
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.domain.proposals import Proposal, ProposalKind
from switch.domain.reversals import ReversalReason, ReversalRequest
from switch.posting.reversal import ReversalPosting
from switch.reports.current_directory import CurrentDirectory
from switch.store.directory_rows import locked
from switch.usecases.decide_proposal import DecideProposal
from switch.usecases.keep_audit import KeepAudit
from switch.usecases.propose import Propose
from switch.usecases.rerate_payments import ReratePayments
from switch.usecases.rerate_tariff import RerateTariff
from tests.seeded import BANK, BILLER, SERVICE, START, rows
from tests.settling import SettlingWorld

DAY = START.date()
WRONG = Tariff("2026", None, None, 0, "SYP", 0, 5_000, 2_500, BorneBy.BILLER, 500_000, 300_000, 50_000, date(2026, 1, 1))
RIGHT = replace(
    WRONG, tariff_id="right", fixed_minor=33, rate_ppm=7_777, maximum_minor=400, borne_by=BorneBy.PAYER, switch_ppm=333_333,
    bank_ppm=250_001, tax_ppm=111_111,
)  # fmt: skip
DOCUMENT = {
    "tariffs": [
        {
            "id": "right", "borne_by": "payer", "fixed": "0.33", "rate_ppm": 7_777, "maximum": "4.00", "switch_ppm": 333_333,
            "bank_ppm": 250_001, "tax_ppm": 111_111, "effective_from": "2026-01-01",
        }
    ]
}  # fmt: skip


@dataclass
class Rerating:
    world: SettlingWorld
    directory: CurrentDirectory

    def __post_init__(self) -> None:
        world = self.world
        self.run = ReratePayments(world.clock, self.directory.current, world.database, at_once=5)
        undertakings = {ProposalKind.RERATE_TARIFF: RerateTariff(world.clock, self.directory.current, world.database, self.run)}
        self.propose = Propose(world.clock, world.database, undertakings)
        self.decide = DecideProposal(world.clock, world.database, undertakings, KeepAudit(world.clock, world.database))
        self.reversals = ReversalPosting(world.database, self.directory.current)

    async def pay(self, minor: int, bank: ParticipantCode = BANK) -> None:
        await self.world.pay(minor, bank, WRONG.charge(Money(minor, "SYP")))

    async def next_day(self) -> None:
        """The open window is settled; the one that opens is of another day."""
        self.world.clock.move(24 * 3600)
        await self.world.settle((await self.world.closed()).window_id)

    async def propose_it(
        self, name: str = "R-1", since: date | str = DAY, until: date | str = DAY, document: object = DOCUMENT
    ) -> Proposal:
        content = {"document": json.dumps(document), "from": str(since), "to": str(until)}
        return await self.propose(ProposalKind.RERATE_TARIFF, name, content, reason="the circular was wrong", by="staff:nour")

    async def rerate(self, name: str = "R-1", document: object = DOCUMENT) -> None:
        await self.decide.approve((await self.propose_it(name, document=document)).proposal_id, by="staff:sami")
        await self.finish()

    async def finish(self) -> None:
        while await self.run():
            pass

    async def give_back(self, payment: PaymentId, minor: int | None = None) -> None:
        self.world.clock.move(1)
        now = self.world.clock.now()
        reversal = ReversalId(bucketed_id(bucket_of(payment), now))
        part = None if minor is None else Money(minor, "SYP")
        request = ReversalRequest(BANK, IdempotencyKey(f"back-{reversal}"), payment, ReversalReason.DUPLICATE, amount=part)
        await self.reversals.ask(request, reversal, now)

    async def payments(self) -> list[tuple[PaymentId, Money]]:
        found = await rows(self.world.database, "SELECT payment_id, amount_minor FROM payment ORDER BY reserved_at, payment_id")
        return [(row.payment_id, Money(row.amount_minor, "SYP")) for row in found]

    async def paid_fees(self) -> dict[PaymentId, Fees]:
        """By payment, from the movements of all windows: what was charged, less what was given back, and what was adjusted."""
        found = await rows(
            self.world.database,
            "SELECT payment_id, sum(payer_fee)::bigint, sum(biller_fee)::bigint, sum(switch_fee)::bigint, sum(bank_fee)::bigint,"
            " sum(central_bank_fee)::bigint, sum(tax)::bigint FROM movement GROUP BY payment_id",
        )
        return {row[0]: Fees(*row[1:]) for row in found}


async def rerating_of(world: SettlingWorld) -> Rerating:
    directory = CurrentDirectory(world.database)
    async with world.database.transaction() as connection:
        directory_rows = await locked(connection, world.clock, "test")
        await directory_rows.put_service(
            Service(
                SERVICE, BILLER, Name("كهرباء", "Electricity"), Mode.UPLOADED, ReferenceRule(Name("ع", "M"), "[0-9]{10}", "1000000001"),
                AmountRule(AmountRuleKind.EXACT), "SYP", reversal=ReversalRule.TOLD, reversal_seconds=10**6, refunds=RefundRule.PARTS,
                refund_fees=RefundFees.SHARED,
            )
        )  # fmt: skip
        await directory_rows.add_tariff(WRONG)
    await directory.refresh()
    return Rerating(world, directory)
