"""A day by chance: banks pay, billers lie, processes hang up, windows close, the RTGS loses answers; then all heals.

The model knows only what each bank was told and what each biller and the RTGS have booked; the seed is the name of the test.
"""

import asyncio
import random
from collections import defaultdict
from pathlib import Path

import pytest

from switch.application import Switch
from switch.domain.catalogue import Mode
from switch.domain.errors import Refusal
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId
from switch.domain.money import Money
from switch.domain.payments import Channel, Method, Payment, PaymentRequest, PaymentState
from switch.domain.reversals import ReversalReason, ReversalRequest, ReversalState
from switch.domain.settlement import WindowState
from tests.simulated_country import BANKS, REFERENCES, SERVICES, World, found

STEPS = 160


async def pay(world: World, switch: Switch) -> None:
    """One customer, perhaps a retry of an earlier order under its key."""
    chance = world.chance
    if world.orders and chance.random() < 0.15:
        request = chance.choice(list(world.orders.values()))
    else:
        made = await _new_order(world, switch)
        if made is None:
            return
        request = made
    world.orders[request.bank, request.idempotency_key] = request
    try:
        stands = await switch.pay_bill(request)
    except Refusal:
        return
    except asyncio.CancelledError:
        return
    payment = stands.payment
    assert payment.request == request
    if payment.state is PaymentState.COMPLETED:
        world.told_completed[payment.payment_id] = request.amount
        world.references[payment.payment_id] = request.bank_reference
    elif payment.state is PaymentState.REJECTED:
        world.told_rejected.add(payment.payment_id)


async def _new_order(world: World, switch: Switch) -> PaymentRequest | None:
    chance, bank, mode = world.chance, world.chance.choice(BANKS), world.chance.choice(list(Mode))
    reference = chance.choice(REFERENCES)
    try:
        inquired = await switch.inquire_bill(bank, SERVICES[mode], reference, Channel.MOBILE)
    except Refusal:
        return None
    if mode.has_bills and not inquired.offers:
        return None
    bill = inquired.offers[0].bill if inquired.offers else None
    amount = inquired.offers[0].amount if inquired.offers else Money(chance.randrange(1_000, 90_000), "SYP")
    world.numbers += 1
    return PaymentRequest(
        bank=bank,
        idempotency_key=IdempotencyKey(f"simulated-{world.numbers:05d}"),
        service=SERVICES[mode],
        customer_reference=reference,
        amount=amount,
        bank_reference=f"FT{world.numbers}",
        channel=Channel.MOBILE,
        method=Method.ACCOUNT,
        inquiry_id=inquired.inquiry.inquiry_id,
        bill_number=bill.bill_number if bill else None,
    )


async def reverse(world: World, switch: Switch) -> None:
    """Of a payment that the bank knows as completed; now and then twice at once, or once more though it was reversed."""
    chance = world.chance
    if not world.told_completed:
        return
    number = chance.choice(list(world.told_completed))
    bank = next(request.bank for request in world.orders.values() if request.bank_reference == world.references[number])
    world.asked_back.add(number)
    await asyncio.gather(*(_reverse(world, switch, bank, number) for _ in range(chance.choice((1, 1, 2, 3)))))


async def _reverse(world: World, switch: Switch, bank: ParticipantCode, number: PaymentId) -> None:
    key = IdempotencyKey(f"taken-back-{world.chance.randrange(400):05d}")
    try:
        stood = await switch.reverse_payment(ReversalRequest(bank, key, number, ReversalReason.CUSTOMER_REQUEST))
    except Refusal:
        return
    if stood.reversal.state is ReversalState.AGREED:
        world.told_reversed.add(number)
    elif stood.reversal.state is ReversalState.REFUSED:
        world.told_kept.add(number)


async def step(world: World, switch: Switch) -> None:
    chance = world.chance
    match chance.choices(["pay", "together", "reverse", "time", "worker", "close"], [38, 18, 22, 10, 12, 8])[0]:
        case "pay":
            await pay(world, switch)
        case "together":
            await asyncio.gather(*(pay(world, switch) for _ in range(chance.randrange(2, 9))))
        case "reverse":
            await reverse(world, switch)
        case "time":
            world.clock.move(chance.randrange(1, 900))
        case "close":
            await switch.close_window("SYP", by="test")
        case _:
            await switch.resolve_payments()
            await switch.resolve_reversals()
            await switch.deliver_advices()
            await switch.advance_windows()


async def look(switch: Switch) -> None:
    """Invariants that hold at every moment: I5 and I6."""
    sums = await switch.journal.trial_balance()
    assert sum(account.debit - account.credit for account in sums) == 0
    owed = {account.account: account.debit - account.credit for account in sums}
    for position in await switch.positions.all():
        assert position.posted == owed.get(f"position:{position.bank}", 0)
        assert position.held >= 0
        assert position.held + position.posted <= position.cap


async def heal(world: World, switch: Switch) -> None:
    world.biller.healed = world.rtgs.healed = True
    for _ in range(12):
        world.clock.move(600)
        while await switch.resolve_payments():
            pass
        while await switch.resolve_reversals():
            pass
        await switch.deliver_advices()
    await switch.close_window("SYP", by="test")
    for _ in range(4):
        world.clock.move(120)
        await switch.advance_windows()
        for window in await switch.windows.page("SYP", None, 100):
            if window.state is WindowState.ABORTED:
                await switch.settle_window(window.window_id, again=True)


async def prove(world: World, switch: Switch) -> None:
    payments: dict[PaymentId, Payment] = {}
    for bank, key in world.orders:
        under = await switch.payments.under_key(ParticipantCode(bank), IdempotencyKey(key))
        if isinstance(under, Payment):
            payments[under.payment_id] = under
    assert all(not payment.live for payment in payments.values())  # I10
    completed = {number for number, payment in payments.items() if payment.state is PaymentState.COMPLETED}
    reversed_ = {number for number, payment in payments.items() if payment.state is PaymentState.REVERSED}
    assert world.told_completed.keys() <= completed | reversed_  # I1
    assert world.told_reversed <= reversed_ <= world.asked_back  # I3, I8
    assert not world.told_rejected & (completed | reversed_)  # I8
    assert not world.biller.taken_back & completed  # I4
    asked = {number for number in completed if payments[number].request.service in (SERVICES[Mode.ONLINE], SERVICES[Mode.PREPAID])}
    assert asked == world.biller.booked.keys()  # I2, I3, I4
    assert all(world.biller.booked[number] == payments[number].request.amount.minor for number in asked)
    asks = {SERVICES[Mode.ONLINE], SERVICES[Mode.PREPAID]}
    assert world.biller.advised.keys() == {n for n in completed | reversed_ if payments[n].request.service not in asks}
    bills = [(payment.request.service, payment.request.customer_reference, payment.request.bill_number) for payment in payments.values()
             if payment.state is PaymentState.COMPLETED and payment.request.bill_number]  # fmt: skip
    assert len(bills) == len(set(bills))  # I7
    moved: defaultdict[str, int] = defaultdict(int)
    for instruction in world.rtgs.settled.values():
        for leg in instruction.legs:
            moved[leg.participant] += leg.minor
    for bank in BANKS:
        owes = sum(p.hold_minor - p.fees.bank for p in payments.values() if p.payment_id in completed and p.request.bank == bank)
        assert moved[bank] == owes  # I9
    assert sum(moved.values()) == 0
    result = await switch.verification()
    assert result.clean, result.findings[:3]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whatever_breaks_the_books_are_right_in_the_end(database_url: str, tmp_path: Path, seed: int) -> None:
    world = World(database_url, tmp_path, random.Random(seed))
    async with world.life() as switch:
        await found(switch)
    for _ in range(4):
        async with world.life() as switch:
            for _ in range(STEPS // 4):
                await step(world, switch)
                await look(switch)
    async with world.life() as switch:
        await heal(world, switch)
        await look(switch)
        await prove(world, switch)
    assert len(world.told_completed) > 50
    assert all(world.biller.played[wrong] for wrong in ("no", "lost", "booked_and_lost", "hung_up", "down")), world.biller.played
    assert all(world.biller.played[f"reverse:{what}"] for what in ("yes", "no", "lost", "done_and_lost")), world.biller.played
    assert len(world.told_reversed) > 5
    assert world.rtgs.lost
