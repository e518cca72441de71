"""A small country for the simulation: one database, several lives of the switch on it, and what the model knows."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.registry import open_adapters
from switch.application import Switch
from switch.bootstrap.wiring import Outside, make_switch
from switch.domain.bill_uploads import BillAction, BillLine
from switch.domain.catalogue import AmountRule, AmountRuleKind, Mode, ReferenceRule, RefundFees, RefundRule, ReversalRule, Service
from switch.domain.directory import Endpoint
from switch.domain.fees import BorneBy, Tariff
from switch.domain.identifiers import ParticipantCode, PaymentId, check_character, service_code
from switch.domain.money import Money
from switch.domain.networks import THIS_MACHINE
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.domain.payments import PaymentRequest
from switch.domain.stand_in import StandInRule
from switch.reports.current_directory import CurrentDirectory
from switch.signatures import generate_key
from switch.store.database import connect
from tests.lying_billers import PROTOCOL, ChanceBiller, ChanceRtgs
from tests.seeded import START, FixedClock

BANKS = [ParticipantCode("100010"), ParticipantCode("100028"), ParticipantCode("100036")]
BILLER, OPERATOR, OVERSEER = ParticipantCode("200019"), ParticipantCode("900017"), ParticipantCode("900025")
CAP = Money(3_000_000, "SYP")
REFERENCES = [f"1000000{number:02d}" for number in range(30)]


def code_of(number: int) -> str:
    stem = f"{BILLER}{number:02d}"
    return stem + check_character(stem)


SERVICES = {mode: service_code(code_of(number)) for number, mode in enumerate(Mode, start=1)}


@dataclass
class World:
    """One database, several lives of the switch on it, and the model."""

    url: str
    folder: Path
    chance: random.Random
    clock: FixedClock = field(default_factory=FixedClock)
    orders: dict[tuple[str, str], PaymentRequest] = field(default_factory=dict)
    told_completed: dict[PaymentId, Money] = field(default_factory=dict)
    told_rejected: set[PaymentId] = field(default_factory=set)
    asked_back: set[PaymentId] = field(default_factory=set)
    told_back: dict[tuple[str, str], tuple[PaymentId, int]] = field(default_factory=dict)
    """By the bank and its key: of which payment it was told that this much was taken back."""
    told_kept: set[tuple[str, str]] = field(default_factory=set)
    """The reversals under these keys were refused by the biller."""
    references: dict[PaymentId, str] = field(default_factory=dict)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.biller = ChanceBiller(self.chance, due_minor=8_143)
        self.rtgs = ChanceRtgs(self.chance)
        self.signer = generate_key("switch:main")

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Switch]:
        database = connect(self.url)
        directory = CurrentDirectory(database)
        await directory.refresh()
        adapters = open_adapters(
            signer=self.signer,
            find_key=lambda _: None,
            central_bank=lambda: None,
            networks=THIS_MACHINE,
            rtgs_url="http://127.0.0.1:9",
            files_directory=self.folder,
        )
        wired = replace(adapters, billers={PROTOCOL: self.biller}, settlement=self.rtgs)
        switch = make_switch(database, directory, Outside(self.clock, self.signer, wired, lambda: self.chance.randrange(1000)))
        # The simulated biller's protocol is none of those that staff may choose.
        switch = replace(switch, connect_biller=replace(switch.connect_biller, protocols=frozenset({PROTOCOL})))
        try:
            yield switch
        finally:
            await switch.lane.close()
            await adapters.close()
            await database.close()


async def found(switch: Switch) -> None:
    """The small country of this test."""
    everybody = [
        *((bank, ParticipantKind.BANK) for bank in BANKS),
        (BILLER, ParticipantKind.BILLER),
        (OPERATOR, ParticipantKind.OPERATOR),
        (OVERSEER, ParticipantKind.OVERSEER),
    ]
    for code, kind in everybody:
        await switch.admit_participant(Participant(code, kind, Name("مشارك", "Participant"), ParticipantStatus.LIVE), by="test")
    for mode, service in SERVICES.items():
        fixed = Money(5_000, "SYP") if mode is Mode.FEE else None
        rule = AmountRule(AmountRuleKind.EXACT)
        if mode is Mode.PREPAID:
            rule = AmountRule(AmountRuleKind.RANGE, Money(1_000, "SYP"), Money(90_000, "SYP"))
        reference = ReferenceRule(Name("رقم", "Number"), "[0-9]{8,12}", "100000000")
        back = ReversalRule.ASKED if mode.asks_biller else ReversalRule.TOLD
        offered = Service(
            service, BILLER, Name("خدمة", "Service"), mode, reference, rule, "SYP", fixed_amount=fixed, reversal=back,
            refunds=RefundRule.PARTS if mode is not Mode.UPLOADED else RefundRule.WHOLE,
            refund_fees=RefundFees.KEPT if mode is Mode.PREPAID else RefundFees.SHARED,
            stand_in=StandInRule(Money(10_000, "SYP"), Money(40_000, "SYP")) if mode is Mode.ONLINE else None,
        )  # fmt: skip
        await switch.offer_service(offered, by="test")
    await switch.connect_biller(Endpoint(BILLER, PROTOCOL, "http://127.0.0.1:9/biller"), by="test")
    tariff = Tariff("T1", None, None, 0, "SYP", 25, 5_000, 10_000, BorneBy.PAYER, 500_000, 300_000, 50_000, START.date())
    await switch.publish_tariff(tariff, by="test")
    for bank in BANKS:
        await switch.change_cap(bank, CAP, by="test")
    await switch.open_window("SYP")
    lines = [
        BillLine(BillAction.PUT, SERVICES[Mode.UPLOADED], reference, "U-1", Money(4_200, "SYP"), AmountRuleKind.EXACT, None, None, None)
        for reference in REFERENCES
    ]
    await switch.upload_bills(BILLER, lines)
