"""A day by chance: banks pay, billers lie, processes hang up, windows close, the RTGS loses answers; then all heals.

The model knows only what each bank was told and what each biller and the RTGS have booked; the seed is the name of the test.
"""

import asyncio
import random
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from switch.application import Switch
from switch.domain.catalogue import Mode
from switch.domain.errors import Refusal
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId
from switch.domain.money import Money
from switch.domain.participants import Name
from switch.domain.payments import Channel, Method, Payment, PaymentRequest, PaymentState
from switch.domain.reconciliation import BreakKind, BreakState
from switch.domain.reversals import Reversal, ReversalReason, ReversalRequest, ReversalState
from switch.domain.settlement import WindowState
from switch.domain.stand_in import StandInState
from tests.simulated_country import BANKS, BILLER, REFERENCES, SERVICES, World, found

STEPS = 160


async def outage(world: World, switch: Switch) -> None:
    """Customers have seen their bills when the biller goes out, and pay all the same: the switch stands in for it, up to its total."""
    orders = [order for _ in range(8) if (order := await _new_order(world, switch, Mode.ONLINE)) is not None]
    now = world.clock.now()
    await switch.declare_outage(
        BILLER, now, now + timedelta(seconds=world.chance.randrange(60, 900)), Name("تقنين", "Rationing"), by="test"
    )
    await asyncio.gather(*(pay(world, switch, order) for order in orders))


async def pay(world: World, switch: Switch, request: PaymentRequest | None = None) -> None:
    """One customer, perhaps a retry of an earlier order under its key."""
    chance = world.chance
    if request is not None:
        pass
    elif world.orders and chance.random() < 0.15:
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


async def _new_order(world: World, switch: Switch, wanted: Mode | None = None) -> PaymentRequest | None:
    chance, bank, mode = world.chance, world.chance.choice(BANKS), wanted or world.chance.choice(list(Mode))
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
    """All that is left of it, or a part, which may be more than is left."""
    chance, paid = world.chance, world.told_completed[number]
    key = IdempotencyKey(f"taken-back-{chance.randrange(400):05d}")
    part = None if chance.random() < 0.4 else Money(chance.randrange(1, paid.minor), paid.currency)
    request = ReversalRequest(bank, key, number, ReversalReason.CUSTOMER_REQUEST, amount=part)
    try:
        stood = await switch.reverse_payment(request)
    except Refusal:
        return
    assert stood.reversal.request == request
    assert part in (None, stood.reversal.amount)
    if stood.reversal.state is ReversalState.AGREED:
        world.told_back[bank, key] = number, stood.reversal.amount.minor
    elif stood.reversal.state is ReversalState.REFUSED:
        world.told_kept.add((bank, key))


async def step(world: World, switch: Switch) -> None:
    chance = world.chance
    match chance.choices(["pay", "together", "reverse", "time", "worker", "close", "outage"], [36, 18, 22, 10, 12, 8, 5])[0]:
        case "pay":
            await pay(world, switch)
        case "together":
            await asyncio.gather(*(pay(world, switch) for _ in range(chance.randrange(2, 9))))
        case "reverse":
            await reverse(world, switch)
        case "time":
            world.clock.move(chance.randrange(1, 900))
        case "outage":
            await outage(world, switch)
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
    assert reversed_ <= world.asked_back  # I3
    back = await taken_back(world, switch, payments)
    assert not world.told_rejected & (completed | reversed_)  # I8
    asks = {SERVICES[Mode.ONLINE], SERVICES[Mode.PREPAID]}
    asked = {number for number in completed | reversed_ if payments[number].request.service in asks} - world.biller.declined
    accepted = {number: payment.stand_in for number, payment in payments.items() if payment.stand_in is not None}
    assert {number for number, state in accepted.items() if state is StandInState.REFUSED} == world.biller.declined  # I4
    assert {number for number, state in accepted.items() if state is StandInState.TAKEN} == world.biller.stood_in  # I4
    assert accepted.keys() == world.biller.declined | world.biller.stood_in
    left = {found.payment_id for found in await switch.breaks.page(kind=BreakKind.STAND_IN_REFUSED, state=BreakState.OPEN)}
    assert left == world.biller.declined & completed  # what was taken back is no break any more
    assert asked == world.biller.booked.keys()  # I2, I3, I4
    assert all(world.biller.booked[number] == payments[number].request.amount.minor - payments[number].refunded for number in asked)
    assert world.biller.advised.keys() == {n for n in completed | reversed_ if payments[n].request.service not in asks}
    bills = [(payment.request.service, payment.request.customer_reference, payment.request.bill_number) for payment in payments.values()
             if payment.state is PaymentState.COMPLETED and payment.request.bill_number]  # fmt: skip
    assert len(bills) == len(set(bills))  # I7
    moved: defaultdict[str, int] = defaultdict(int)
    for instruction in world.rtgs.settled.values():
        for leg in instruction.legs:
            moved[leg.participant] += leg.minor
    for bank in BANKS:
        its = [payments[number] for number in completed | reversed_ if payments[number].request.bank == bank]
        owes = sum(p.hold_minor - p.fees.bank for p in its)
        owes -= sum(part.amount.minor + part.fees.payer - part.fees.bank for p in its for part in back[p.payment_id])
        assert moved[bank] == owes  # I9
    assert sum(moved.values()) == 0
    result = await switch.verification()
    assert result.clean, result.findings[:3]


async def taken_back(world: World, switch: Switch, payments: dict[PaymentId, Payment]) -> dict[PaymentId, list[Reversal]]:
    """What was agreed of each payment; every bank finds what it was told, and no payment gives back more than it was."""
    agreed: dict[PaymentId, list[Reversal]] = {}
    stand: dict[tuple[str, str], Reversal] = {}
    for number, payment in payments.items():
        found = (await switch.payments.reversals(payment.request.bank, number))[1]
        assert not any(reversal.live for reversal in found)  # I10
        stand |= {(reversal.request.bank, reversal.request.idempotency_key): reversal for reversal in found}
        agreed[number] = [reversal for reversal in found if reversal.state is ReversalState.AGREED]
        assert sum(reversal.amount.minor for reversal in agreed[number]) == payment.refunded <= payment.request.amount.minor
        assert (payment.state is PaymentState.REVERSED) is (payment.refunded == payment.request.amount.minor)
        _fees_are_shared(payment, agreed[number])
    for key, (number, minor) in world.told_back.items():
        reversal = stand[key]
        assert (reversal.state, reversal.request.payment_id, reversal.amount.minor) == (ReversalState.AGREED, number, minor)  # I1, I8
    assert all(stand[key].state is ReversalState.REFUSED for key in world.told_kept)
    asked_of_biller = {reversal.reversal_id for parts in agreed.values() for reversal in parts} & world.biller.taken_back
    assert asked_of_biller == world.biller.taken_back  # I4: what the biller took back, and nothing else
    return agreed


def _fees_are_shared(payment: Payment, parts: list[Reversal]) -> None:
    """Given back is the share of what was taken back, rounded down; nothing where fees are kept; all of it with all of the amount."""
    fee, shared = payment.fees.payer, payment.request.service != SERVICES[Mode.PREPAID]
    share = fee * payment.refunded // payment.request.amount.minor
    assert sum(part.fees.payer for part in parts) == (share if shared or payment.state is PaymentState.REVERSED else 0)
    if payment.state is PaymentState.REVERSED:
        of_others = [(part.fees.switch, part.fees.bank, part.fees.central_bank, part.fees.tax) for part in parts]
        its = payment.fees
        assert [sum(each) for each in zip(*of_others, strict=True)] == [its.switch, its.bank, its.central_bank, its.tax]


@pytest.mark.parametrize("seed", [2, 3, 4])
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
    assert len(world.told_back) > 3
    assert world.biller.played["reverse:part"] > 3
    assert world.rtgs.lost
    assert len(world.biller.stood_in | world.biller.declined) > 2  # which of them it takes is chance
