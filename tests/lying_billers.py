"""Billers that behave as a script of chance says, and keep honest books of what they have booked; and an RTGS of the same kind."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from switch.domain.advices import Advice
from switch.domain.bills import PresentedBill, Presentment
from switch.domain.catalogue import AmountRuleKind
from switch.domain.directory import Endpoint
from switch.domain.identifiers import PaymentId, ReversalId, ServiceCode
from switch.domain.money import Money, parse_amount
from switch.domain.outcomes import Accepted, EnquiryOutcome, NotFound, Outcome, Reason, Refused, Unknown
from switch.domain.payments import Payment
from switch.domain.reversals import Reversal
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus

PROTOCOL = "chance-1"
DECK = {"yes": 12, "no": 2, "lost": 2, "booked_and_lost": 2, "hung_up": 1, "down": 1}


@dataclass
class ChanceBiller:
    """What it has booked, it has booked once for each payment id. `healed`: from then on it answers, and truly."""

    chance: random.Random
    due_minor: int
    healed: bool = False
    booked: dict[PaymentId, int] = field(default_factory=dict)
    refused: set[PaymentId] = field(default_factory=set)
    taken_back: set[ReversalId] = field(default_factory=set)
    kept: set[ReversalId] = field(default_factory=set)
    """Those that it has refused, and will go on refusing."""
    advised: dict[PaymentId, int] = field(default_factory=dict)
    declined: set[PaymentId] = field(default_factory=set)
    """What was accepted in its place, and that it would not have."""
    stood_in: set[PaymentId] = field(default_factory=set)
    """And what of that it has booked."""
    paid_bills: set[tuple[str, str]] = field(default_factory=set)
    deck: list[str] = field(default_factory=list)
    deck_back: list[str] = field(default_factory=list)
    played: Counter[str] = field(default_factory=Counter)
    """What was done to how many orders: a run that injected nothing proves nothing."""

    async def inquire(
        self, endpoint: Endpoint, service: ServiceCode, customer_reference: str, *, answer_seconds: int
    ) -> Presentment | Refused | Unknown:
        if not self.healed and self.chance.random() < 0.05:
            return Unknown("silence")
        number = f"B-{customer_reference[-3:]}"
        if (customer_reference, number) in self.paid_bills:
            return Presentment(())
        return Presentment((PresentedBill(number, Money(self.due_minor, "SYP"), AmountRuleKind.EXACT),))

    async def pay(self, endpoint: Endpoint, payment: Payment, *, answer_seconds: int) -> Outcome:
        await asyncio.sleep(0)
        what = "yes" if self.healed else self._card()
        self.played[what] += 1
        if what == "down":
            return Unknown("connection refused", asked=payment.payment_id in self.booked or payment.attempts > 0)
        if what == "lost":
            return Unknown("silence")
        if payment.payment_id in self.booked:
            return Accepted(f"C-{payment.payment_id}")
        if what == "no" or payment.payment_id in self.refused:
            self.refused.add(payment.payment_id)
            return Refused(Reason.OTHER, "57")
        self.booked[payment.payment_id] = payment.request.amount.minor
        if payment.request.bill_number is not None:
            self.paid_bills.add((payment.request.customer_reference, payment.request.bill_number))
        if what == "booked_and_lost":
            return Unknown("garbage")
        if what == "hung_up":
            raise asyncio.CancelledError  # the process, or the task, is gone before it has heard the answer
        return Accepted(f"C-{payment.payment_id}")

    def _card(self) -> str:
        """From a deck that is shuffled anew when it is empty: every wrong has its turn, however the tasks happen to be scheduled."""
        if not self.deck:
            self.deck = [what for what, count in DECK.items() for _ in range(count)]
            self.chance.shuffle(self.deck)
        return self.deck.pop()

    def _card_back(self) -> str:
        if not self.deck_back:
            self.deck_back = ["yes", "yes", "no", "lost", "done_and_lost"]
            self.chance.shuffle(self.deck_back)
        return self.deck_back.pop()

    async def enquire(self, endpoint: Endpoint, payment_id: PaymentId, *, answer_seconds: int, ordered: Money) -> EnquiryOutcome:
        if not self.healed and self.chance.random() < 0.3:
            return Unknown("silence")
        if payment_id in self.booked:
            return Accepted(f"C-{payment_id}")
        return Refused(Reason.OTHER, "57") if payment_id in self.refused else NotFound()

    async def reverse(self, endpoint: Endpoint, payment: Payment, reversal: Reversal, *, answer_seconds: int) -> Outcome:
        await asyncio.sleep(0)
        number, back, what = payment.payment_id, reversal.reversal_id, "yes" if self.healed else self._card_back()
        self.played[f"reverse:{what}"] += 1
        self.played["reverse:part"] += reversal.is_part_of(payment)
        if what == "lost":
            return Unknown("silence")
        if number not in self.booked:
            return Unknown("conflict")  # it was accepted in its place, and it has not been told yet, or has refused
        if back in self.kept or (what == "no" and back not in self.taken_back):
            self.kept.add(back)
            return Refused(Reason.OTHER, "58")
        if back not in self.taken_back:
            self.taken_back.add(back)
            self.booked[number] -= reversal.amount.minor
        if not self.booked[number]:
            self.paid_bills.discard((payment.request.customer_reference, payment.request.bill_number or ""))
        return Unknown("garbage") if what == "done_and_lost" else Accepted(f"C-{number}")

    async def advise(self, endpoint: Endpoint, advice: Advice, *, answer_seconds: int) -> bool | Refused:
        if not self.healed and self.chance.random() < 0.3:
            return False
        if advice.content.get("stood_in"):
            return self._stood_in_for(advice.payment_id, advice.content)
        self.advised[advice.payment_id] = self.advised.get(advice.payment_id, 0) + 1
        return self.healed or self.chance.random() < 0.8

    def _stood_in_for(self, number: PaymentId, content: Mapping[str, str | None]) -> bool | Refused:
        """It takes most of it, and loses its answer now and then; and what it will not have, it will never have."""
        if number in self.declined or (number not in self.stood_in and self.chance.random() < 0.4):
            self.declined.add(number)
            return Refused(Reason.OTHER, "59")
        if number not in self.stood_in:
            self.stood_in.add(number)
            self.booked[number] = parse_amount(content["amount"] or "", "SYP").minor
            self.paid_bills.add((content["customer_reference"] or "", content["bill_number"] or ""))
        return self.healed or self.chance.random() < 0.8


@dataclass
class ChanceRtgs:
    """Keeps what each instruction moved; loses questions and answers, and now and then refuses."""

    chance: random.Random
    healed: bool = False
    settled: dict[str, SettlementInstruction] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    lost: int = 0

    async def instruct(self, instruction: SettlementInstruction) -> SettlementAnswer | Unknown:
        luck = 1.0 if self.healed else self.chance.random()
        self.lost += luck < 0.2 or 0.35 <= luck < 0.5
        if luck < 0.2:
            return Unknown("lost on the way")
        if instruction.instruction_id not in self.settled:
            if luck < 0.35 or instruction.instruction_id in self.rejected:
                self.rejected.add(instruction.instruction_id)
            else:
                self.settled[instruction.instruction_id] = instruction
        return Unknown("answer lost") if luck < 0.5 else self._answer(instruction.instruction_id)

    async def enquire(self, instruction: SettlementInstruction, *, anew: bool = False) -> SettlementAnswer | Unknown:
        if not self.healed and self.chance.random() < 0.3:
            return Unknown("silence")
        return self._answer(instruction.instruction_id)

    def _answer(self, instruction_id: str) -> SettlementAnswer:
        if instruction_id in self.settled:
            at = datetime(2026, 11, 24, 12, tzinfo=UTC)
            return SettlementAnswer(instruction_id, SettlementStatus.SETTLED, f"RTGS-{instruction_id}", at)
        if instruction_id in self.rejected:
            return SettlementAnswer(instruction_id, SettlementStatus.REJECTED, reason="insufficient funds")
        return SettlementAnswer(instruction_id, SettlementStatus.UNKNOWN_INSTRUCTION)
