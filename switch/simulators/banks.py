"""Pretend banks: inquire and pay over the API for their customers, and book what they were told, and nothing else."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic

from switch.client import AsyncSwitchClient, Document, NotCertain, PaymentAnswer, PaymentOrder, Refused
from switch.domain.catalogue import Mode
from switch.domain.money import Money, parse_amount
from switch.simulators.customers import ONE_UNKNOWN_IN, draw, is_known
from switch.simulators.orders import Twist, Wish, part_of, prepaid_amount
from switch.simulators.taking_back import AskedBack, ask_back, asked_back, take_back

ASK_AGAIN_SECONDS = 0.5
ASK_AGAIN = ("same_key", "after_seconds")
NOTHING_IS_CERTAIN_SECONDS = 30.0
"""After the last try: until then an order may still be on its way."""
COMPLETED, REVERSED, AGREED = "COMPLETED", "REVERSED", "AGREED"
UNKNOWN_REFERENCES_TRIED = 40 * ONE_UNKNOWN_IN


@dataclass(slots=True)
class Ordered:
    """One order in a bank's books: what was asked, and what the switch has acknowledged of it."""

    bank: str
    key: str
    bank_reference: str
    amount: Money
    customer_reference: str
    payment: Document | None = None
    refused: str | None = None
    acknowledged: str | None = None
    """The first state that we were told."""
    asked_back: list[AskedBack] = field(default_factory=list)
    tried_at: float = 0.0
    """The last try to pay it, monotonic."""

    @property
    def payment_id(self) -> str | None:
        return None if self.payment is None else str(self.payment["payment_id"])

    @property
    def biller(self) -> str | None:
        return None if self.payment is None else str(self.payment["biller_code"])

    @property
    def state(self) -> str:
        """As last told: a state of the payment, `refused`, or `unknown` where no answer has come yet."""
        if self.payment is not None:
            return REVERSED if self.agreed_back and self.taken_back == self.amount else str(self.payment["state"])
        return "refused" if self.refused is not None else "unknown"

    @property
    def certain(self) -> bool:
        paid = self.refused is not None or (self.payment is not None and bool(self.payment["final"]))
        return paid and all(asked.certain for asked in self.asked_back)

    @property
    def agreed_back(self) -> list[Document]:
        """Each reversal that we were told was agreed, once."""
        told = (asked.told for asked in self.asked_back)
        return list({one["reversal_id"]: one for one in told if one is not None and one["state"] == AGREED}.values())

    @property
    def taken_back(self) -> Money:
        amounts = (parse_amount(one["amount"]["amount"], one["amount"]["currency"]) for one in self.agreed_back)
        return Money(sum(amount.minor for amount in amounts), self.amount.currency)


@dataclass
class Day:
    """What all pretend banks have done: orders by (bank, key), and inquiries that were refused by code."""

    ordered: dict[tuple[str, str], Ordered] = field(default_factory=dict)
    inquiries: int = 0
    refused_inquiries: dict[str, int] = field(default_factory=dict)
    unanswered_inquiries: int = 0
    nothing_due: int = 0
    wrongs: list[str] = field(default_factory=list)
    """Answers of the switch that must not be, in words."""


@dataclass(frozen=True)
class Banks:
    clients: Mapping[str, AsyncSwitchClient]
    run: str
    """Part of every key and reference, so that another run's are others."""
    day: Day = field(default_factory=Day)

    async def pay_all(self, wishes: Iterable[Wish], *, at_once: int, progress: Callable[[int], None]) -> None:
        """So many customers at once; each waits for its own answer."""
        waiting = iter(wishes)
        done = 0

        async def counter() -> None:
            nonlocal done
            for wish in waiting:
                await self.fulfil(wish)
                done += 1
                progress(done)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(counter())

    async def fulfil(self, wish: Wish) -> None:
        presentment = await self._inquire(wish.bank, wish)
        if presentment is None:
            return
        order = _order(wish, presentment, f"{self.run}{wish.number:06d}")
        if order is None:
            self.day.nothing_due += 1
            return
        first = await self._pay(wish.bank, order, f"{self.run}-{wish.number:06d}")
        if wish.twist is Twist.AGAIN:
            await self._pay_again(first, order)
        elif wish.twist is Twist.TWICE:
            await self._pay_elsewhere(wish, first)
        elif first.state == COMPLETED and first.payment_id is not None:
            first.asked_back = asked_back(wish.taken_back, first.key, first.amount)
            await take_back(self.clients[wish.bank], first.payment_id, wish.taken_back, first.asked_back)

    async def learn_the_rest(self, *, deadline_seconds: float, progress: Callable[[int, int], None]) -> None:
        """Ask after what was not certain until it is."""
        waiting = [ordered for ordered in self.day.ordered.values() if not ordered.certain]
        total = len(waiting)
        async with asyncio.timeout(deadline_seconds):
            while waiting:
                await asyncio.gather(*(self.ask_after(ordered) for ordered in waiting))
                waiting = [ordered for ordered in waiting if not ordered.certain]
                progress(total - len(waiting), total)
                if waiting:
                    await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def ask_after(self, ordered: Ordered) -> None:
        client = self.clients[ordered.bank]
        try:
            if ordered.payment_id is not None:
                ordered.payment = await client.payment(ordered.payment_id)
                for asked in ordered.asked_back:
                    if not asked.certain:
                        await ask_back(client, ordered.payment_id, asked)
            else:
                ordered.payment = await client.payment_under_key(ordered.key)
                if ordered.payment is None and monotonic() - ordered.tried_at > NOTHING_IS_CERTAIN_SECONDS:
                    ordered.refused = "nothing_stands"
        except Refused as refused:
            if refused.retry not in ASK_AGAIN:  # that was refused to the question, not to the payment
                ordered.refused = refused.code
        except NotCertain:
            return

    async def _inquire(self, bank: str, wish: Wish) -> Document | None:
        self.day.inquiries += 1
        reference = _unknown(wish) if wish.twist is Twist.WRONG_CUSTOMER else wish.customer_reference
        try:
            return await self.clients[bank].inquire(wish.service.code, reference, wish.channel)
        except Refused as refused:
            self.day.refused_inquiries[refused.code] = self.day.refused_inquiries.get(refused.code, 0) + 1
        except NotCertain:
            self.day.unanswered_inquiries += 1
        return None

    async def _pay(self, bank: str, order: PaymentOrder, key: str) -> Ordered:
        """What is booked before it is sent can be asked after, whatever happens."""
        amount = parse_amount(order.amount, order.currency)
        ordered = self.day.ordered.setdefault((bank, key), Ordered(bank, key, order.bank_reference, amount, order.customer_reference))
        try:
            answer = await self.clients[bank].pay(order, key)
        except Refused as refused:
            ordered.refused = refused.code
            if refused.payment_id is not None:
                ordered.payment = await self._rejected(bank, refused.payment_id)
        except NotCertain:
            pass
        else:
            self._acknowledge(ordered, answer)
        ordered.tried_at = monotonic()
        return ordered

    async def _rejected(self, bank: str, payment_id: str) -> Document | None:
        try:
            return await self.clients[bank].payment(payment_id)
        except (NotCertain, Refused):
            return None

    def _acknowledge(self, ordered: Ordered, answer: PaymentAnswer) -> None:
        if parse_amount(answer.payment["amount"]["amount"], answer.payment["amount"]["currency"]) != ordered.amount:
            self.day.wrongs.append(f"{ordered.key}: another amount was acknowledged than was ordered")
        ordered.payment = answer.payment
        ordered.acknowledged = ordered.acknowledged or answer.state

    async def _pay_again(self, first: Ordered, order: PaymentOrder) -> None:
        before = first.payment_id
        again = await self._pay(first.bank, order, first.key)
        if before is not None and again.payment_id != before:
            self.day.wrongs.append(f"{first.key}: the same key has become another payment")

    async def _pay_elsewhere(self, wish: Wish, first: Ordered) -> None:
        """Another bank's customer has the same bill on the table."""
        others = [bank for bank in self.clients if bank != wish.bank]
        other = others[draw("elsewhere", wish.number, below=len(others))]
        presentment = await self._inquire(other, wish)
        order = None if presentment is None else _order(wish, presentment, f"{self.run}{wish.number:06d}E")
        if order is None:
            return
        second = await self._pay(other, order, f"{self.run}-{wish.number:06d}-elsewhere")
        exact = wish.service.rule.kind == "exact"
        same = first.payment is not None and second.payment is not None and first.payment["bill_number"] == second.payment["bill_number"]
        if exact and same and first.state == second.state == COMPLETED:
            self.day.wrongs.append(f"{first.key}: one bill was paid twice")


def _order(wish: Wish, presentment: Document, bank_reference: str) -> PaymentOrder | None:
    """None where nothing is due."""
    offers = presentment["offers"]
    if wish.service.mode is Mode.PREPAID:
        offer, amount = None, prepaid_amount(wish.service, wish)
    elif not offers:
        return None
    else:
        offer = offers[0]
        due = parse_amount(offer["amount"]["amount"], offer["amount"]["currency"])
        amount = due if offer["bill"] is None else part_of(due, offer["bill"]["rule"], wish.percent)
    if wish.twist is Twist.WRONG_AMOUNT:
        amount = Money(amount.minor * 1000, amount.currency)
    return PaymentOrder(
        service_code=wish.service.code,
        customer_reference=wish.customer_reference,
        amount=amount.text(),
        currency=amount.currency,
        bank_reference=bank_reference,
        channel=wish.channel,
        inquiry_id=presentment["inquiry_id"],
        bill_number=None if offer is None or offer["bill"] is None else offer["bill"]["bill_number"],
    )


def _unknown(wish: Wish) -> str:
    """A well-formed reference that the biller does not know."""
    service = wish.service
    for attempt in range(UNKNOWN_REFERENCES_TRIED):
        ending = f"{draw('unknown', wish.number, attempt, below=1000):03d}"
        reference = wish.customer_reference[:-3] + ending
        if re.fullmatch(service.reference.pattern, reference, re.ASCII) and not is_known(service, reference):
            return reference
    return wish.customer_reference
