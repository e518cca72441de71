"""Reconciliation on a real database: every kind of disagreement is found, by name, and nothing else; repeated, it is the same."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from switch.domain.admission import Conclude
from switch.domain.booked_statements import BookedLine, Side
from switch.domain.identifiers import PaymentId
from switch.domain.outcomes import Accepted
from switch.domain.pseudonyms import customer_pseudonym
from switch.domain.reconciliation import BreakKind, BreakState
from switch.posting.batch import write_batch
from switch.reports.breaks import Breaks
from switch.store.database import connect
from tests.reconciled import DAY, STRANGER, Prepared, World, line
from tests.seeded import BANK, BILLER, OTHER_BANK, START, FixedClock, one, seed


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    database = connect(database_url)
    await seed(database, {BANK: 10_000_000, OTHER_BANK: 10_000_000})
    yield World(database, FixedClock(), Prepared())
    await database.close()


async def test_statements_that_agree_match_and_open_nothing(world: World) -> None:
    paid = [await world.completed(minor) for minor in (10_000, 20_000)]
    elsewhere = await world.completed(30_000, OTHER_BANK)
    await world.hand_in(BANK, [line(payment) for payment in paid])
    await world.hand_in(BILLER, [line(payment, Side.BILLER) for payment in [*paid, elsewhere]])
    results = {result.participant: result for result in await world.reconcile(DAY)}
    assert (results[BANK].matched, results[BANK].breaks, results[BANK].statement_received) == (2, 0, True)
    assert (results[BILLER].matched, results[BILLER].breaks, results[BILLER].unreconciled_minor) == (3, 0, 0)
    assert results[OTHER_BANK].statement_received is False
    assert (results[OTHER_BANK].matched, results[OTHER_BANK].breaks) == (0, 0)
    assert await world.breaks() == []


KINDS: dict[str, tuple[Callable[[BookedLine], BookedLine], BreakKind, int, str, str]] = {
    "amount": (lambda its: replace(its, minor=9_000), BreakKind.AMOUNT_DIFFERS, 1_000, "100.00", "90.00"),
    "date": (lambda its: replace(its, business_date=date(2026, 11, 25)), BreakKind.DATE_DIFFERS, 10_000, "2026-11-24", "2026-11-25"),
    "counterparty": (
        lambda its: replace(its, counterparty=OTHER_BANK), BreakKind.REFERENCE_DIFFERS, 10_000,
        BILLER, OTHER_BANK,
    ),
    "customer": (
        lambda its: replace(its, customer_reference="77"), BreakKind.REFERENCE_DIFFERS, 10_000,
        "~" + customer_pseudonym("1000000001")[:12], "~" + customer_pseudonym("77")[:12],
    ),
    "status": (lambda its: replace(its, reversed=True), BreakKind.STATUS_DIFFERS, 10_000, "COMPLETED", "REVERSED"),
}  # fmt: skip


@pytest.mark.parametrize("name", KINDS)
async def test_a_line_that_differs_is_one_break_that_says_how(world: World, name: str) -> None:
    change, kind, minor, ours, theirs = KINDS[name]
    payment, other = await world.completed(10_000), await world.completed(500)
    await world.hand_in(BANK, [change(line(payment)), line(other)])
    (result,) = [side for side in await world.reconcile(DAY) if side.participant == BANK]
    assert (result.matched, result.breaks, result.unreconciled_minor) == (1, 1, minor)
    assert result.breaks_by_kind == {kind: 1}
    (found,) = await world.breaks()
    assert (found.kind, found.minor, found.ours, found.theirs) == (kind, minor, ours, theirs)
    assert (found.side, found.participant, found.payment_id) == (Side.BANK, BANK, payment.payment_id)


async def test_a_payment_that_the_bank_or_the_biller_does_not_have_is_missing_there(world: World) -> None:
    payment = await world.completed(10_000)
    await world.hand_in(BANK, [])
    await world.hand_in(BILLER, [])
    await world.reconcile(DAY)
    found = {(item.kind, item.participant, item.payment_id, item.minor) for item in await world.breaks()}
    assert found == {
        (BreakKind.MISSING_AT_BANK, BANK, payment.payment_id, 10_000),
        (BreakKind.MISSING_AT_BILLER, BILLER, payment.payment_id, 10_000),
    }


async def test_a_line_for_no_payment_or_another_banks_is_missing_at_the_switch_and_gives_nothing_away(world: World) -> None:
    strangers = await world.completed(10_000, OTHER_BANK)
    made_up = replace(line(strangers), payment_id=PaymentId(STRANGER))
    await world.hand_in(BANK, [line(strangers), replace(made_up, reversed=True)])
    await world.reconcile(DAY)
    found = await world.breaks(participant=BANK)
    assert [(item.kind, item.ours) for item in found] == [(BreakKind.MISSING_AT_SWITCH, None)] * 2
    assert {(item.differences[0].theirs, item.differences[2].theirs) for item in found} == {("1", "COMPLETED"), ("2", "REVERSED")}


async def test_each_line_that_names_no_payment_is_at_stake_with_all_of_its_own_amount(world: World) -> None:
    known = await world.completed(1_000)
    unknown = [replace(line(known), payment_id=None, own_reference=f"none-{number}", minor=2_000 + number) for number in range(3)]
    await world.hand_in(BANK, [line(known), *unknown])
    (bank, _) = await world.reconcile(DAY)
    assert (bank.matched, bank.breaks, bank.unreconciled_minor) == (1, 3, 6_003)


async def test_a_rejected_payment_that_was_booked_is_a_break_and_one_booked_back_is_none(world: World) -> None:
    booked, booked_back = await world.rejected(10_000), await world.rejected(20_000)
    await world.hand_in(BANK, [line(booked), replace(line(booked_back), reversed=True)])
    await world.reconcile(DAY)
    (found,) = await world.breaks()
    assert (found.kind, found.payment_id, found.ours, found.theirs) == (
        BreakKind.STATUS_DIFFERS, booked.payment_id, "REJECTED", "COMPLETED",
    )  # fmt: skip


async def test_a_second_line_for_a_payment_is_a_duplicate_and_the_first_still_matches(world: World) -> None:
    payment = await world.completed(10_000)
    await world.hand_in(BILLER, [line(payment, Side.BILLER)] * 3)
    (_, result) = await world.reconcile(DAY)
    assert (result.matched, result.breaks_by_kind, result.unreconciled_minor) == (1, {BreakKind.DUPLICATE_AT_BILLER: 2}, 20_000)
    assert {item.theirs for item in await world.breaks()} == {"2", "3"}


async def test_a_payment_found_on_a_neighbouring_day_differs_in_date_and_is_listed_once(world: World) -> None:
    payment = await world.completed(10_000)
    tomorrow = DAY + timedelta(days=1)
    await world.hand_in(BANK, [])
    await world.hand_in(BANK, [replace(line(payment), business_date=tomorrow)], tomorrow)
    await world.reconcile(tomorrow)
    await world.reconcile(DAY)
    (found,) = await world.breaks()
    assert (found.kind, found.business_date, found.ours, found.theirs) == (
        BreakKind.DATE_DIFFERS, DAY, "2026-11-24", "2026-11-25",
    )  # fmt: skip


async def test_a_payment_booked_on_two_days_is_a_duplicate_on_the_wrong_one(world: World) -> None:
    payment = await world.completed(10_000)
    tomorrow = DAY + timedelta(days=1)
    await world.hand_in(BANK, [line(payment)])
    await world.hand_in(BANK, [line(payment)], tomorrow)
    await world.reconcile(DAY)
    await world.reconcile(tomorrow)
    (found,) = await world.breaks()
    assert (found.kind, found.business_date) == (BreakKind.DUPLICATE_AT_BANK, tomorrow)


async def test_a_stray_line_without_a_statement_of_its_own_day_is_listed_where_it_stands(world: World) -> None:
    payment = await world.completed(10_000)
    tomorrow = DAY + timedelta(days=1)
    await world.hand_in(BANK, [line(payment)], tomorrow)
    await world.reconcile(tomorrow)
    (found,) = await world.breaks()
    assert (found.kind, found.business_date, found.ours) == (BreakKind.DATE_DIFFERS, tomorrow, "2026-11-24")


async def test_an_answer_after_finality_is_a_break_without_any_statement(world: World) -> None:
    payment = await world.rejected(10_000)
    await write_batch(world.database, [Conclude(payment.payment_id, Accepted("B-late"), START, "biller", START)], START)
    await world.reconcile(DAY)
    (found,) = await world.breaks()
    assert (found.kind, found.participant, found.ours, found.theirs) == (
        BreakKind.LATE_ANSWER, BILLER, "REJECTED", "late answer: accepted",
    )  # fmt: skip
    assert (await one(world.database, "SELECT count(*) FROM posting"))[0] == 0


async def test_repeating_changes_nothing_and_a_newer_statement_ends_what_it_repairs(world: World) -> None:
    payment = await world.completed(10_000)
    await world.hand_in(BANK, [replace(line(payment), minor=9_000)])
    first = await world.reconcile(DAY)
    before = await world.breaks()
    world.clock.move(60)
    assert await world.reconcile(DAY) == first
    assert await world.breaks() == before
    assert await world.hand_in(BANK, [line(payment)]) == f"{BANK}-SYP-20261124-r1"
    again = await world.reconcile(DAY)
    (ended,) = await world.breaks()
    assert (ended.state, ended.ended_at, ended.opened_at) == (BreakState.MATCHED_LATER, world.clock.now(), START)
    assert [(side.participant, side.matched, side.breaks, side.unreconciled_minor) for side in again] == [
        (BANK, 1, 0, 0), (BILLER, 0, 0, 0),
    ]  # fmt: skip
    await world.hand_in(BANK, [replace(line(payment), minor=9_000)] * 2)
    await world.reconcile(DAY)
    states = {item.kind: item.state for item in await world.breaks()}
    assert states == {BreakKind.AMOUNT_DIFFERS: BreakState.OPEN, BreakKind.DUPLICATE_AT_BANK: BreakState.OPEN}


async def test_reconciling_at_once_is_as_reconciling_one_after_another(world: World) -> None:
    payments = [await world.completed(10_000 + number) for number in range(5)]
    await world.hand_in(BANK, [replace(line(payment), minor=1) for payment in payments])
    results = await asyncio.gather(*(world.reconcile(DAY) for _ in range(4)))
    assert all(result == results[0] for result in results)
    assert len(await world.breaks()) == 5


async def test_pages_of_breaks_follow_one_another(world: World) -> None:
    payments = [await world.completed(10_000 + number) for number in range(7)]
    await world.hand_in(BANK, [])
    await world.reconcile(DAY)
    seen: list[str] = []
    after = None
    while page := await world.breaks(after=after, limit=3, state=BreakState.OPEN, business_date=DAY):
        seen += [item.break_id for item in page]
        after = page[-1].break_id
    assert len(seen) == len(set(seen)) == len(payments)


async def test_a_hundred_thousand_lines_are_taken_in_and_reconciled_in_seconds(world: World) -> None:
    payment = await world.completed(10_000)
    many = [replace(line(payment), payment_id=PaymentId(UUID(int=STRANGER.int + number))) for number in range(100_000)]
    await world.hand_in(BANK, [line(payment), *many])
    (bank, _) = await world.reconcile(DAY)
    assert (bank.matched, bank.breaks_by_kind) == (1, {BreakKind.MISSING_AT_SWITCH: 100_000})


async def test_ids_made_by_the_database_are_those_of_the_domain(world: World) -> None:
    payment = await world.completed(10_000)
    await world.hand_in(BANK, [replace(line(payment), customer_reference="مرجع")])
    await world.reconcile(DAY)
    (found,) = await world.breaks()
    assert found.break_id == found.content_id()
    async with world.database.transaction() as connection:
        await connection.execute(text("UPDATE break SET minor = minor + 1"))
    (edited,) = await Breaks(world.database).page()
    assert edited.break_id != edited.content_id()


@pytest.mark.parametrize("seed_number", [1, 2, 3])
async def test_exactly_the_lines_that_lie_are_listed(world: World, seed_number: int) -> None:
    chance = random.Random(seed_number)
    handed_in: list[BookedLine] = []
    expected: set[tuple[BreakKind, PaymentId]] = set()
    missing, twice = "missing", "twice"
    for payment in [await world.completed(1_000 + number) for number in range(60)]:
        lie = chance.choice([None, None, missing, twice, *KINDS])
        if lie == missing:
            expected.add((BreakKind.MISSING_AT_BANK, payment.payment_id))
        elif lie == twice:
            handed_in += [line(payment), line(payment)]
            expected.add((BreakKind.DUPLICATE_AT_BANK, payment.payment_id))
        elif lie is not None:
            change, kind, *_ = KINDS[lie]
            handed_in.append(change(line(payment)))
            expected.add((kind, payment.payment_id))
        else:
            handed_in.append(line(payment))
    chance.shuffle(handed_in)
    await world.hand_in(BANK, handed_in)
    (bank, _) = await world.reconcile(DAY)
    assert {(item.kind, item.payment_id) for item in await world.breaks(limit=1_000)} == expected
    lying = sum(kind is not BreakKind.DUPLICATE_AT_BANK for kind, _ in expected)
    assert (bank.matched, bank.breaks) == (60 - lying, len(expected))
