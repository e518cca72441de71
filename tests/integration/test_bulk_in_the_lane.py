"""Bulk in the posting lane: large parts overlap, and still are booked as they stand; and nobody who comes singly waits for them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from switch.domain.admission import Conclude, RefusedUnderKey, Stands
from switch.domain.errors import CapExceeded
from switch.domain.outcomes import Accepted
from switch.posting.lane import BULK_AT_ONCE, BULK_PARTS_ALONE, PostingLane
from switch.store.database import Database, connect
from tests.seeded import BANK, OTHER_BANK, START, FixedClock, one, order, rows, seed

CAP = 100_000
PART = BULK_AT_ONCE * BULK_PARTS_ALONE
"""Lines that go into one transaction where nobody else is there."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    await seed(database, {BANK: CAP, OTHER_BANK: CAP})
    yield database
    await database.close()


@pytest.fixture
async def lane(database: Database) -> AsyncIterator[PostingLane]:
    lane = PostingLane(database, FixedClock())
    yield lane
    await lane.close()


async def posted(database: Database) -> tuple[int, int]:
    """By the bank's position, and by the ledger."""
    position = await one(database, "SELECT held_minor, posted_minor FROM position WHERE bank_code = :bank", bank=BANK)
    ledger = await one(database, "SELECT coalesce(sum(minor), 0)::bigint FROM posting WHERE account_code = :code", code=f"position:{BANK}")
    assert position.held_minor == 0
    return position.posted_minor, ledger[0]


async def test_parts_that_overlap_are_booked_in_their_order(database: Database, lane: PostingLane) -> None:
    fit = 2 * PART + 234
    commands = [order(CAP // fit, accept=True) for _ in range(4 * PART)]

    answers = await lane.submit_all(commands)

    stands = [isinstance(answer, Stands) for answer in answers]
    assert stands == [True] * fit + [False] * (len(commands) - fit)
    assert all(isinstance(answer, RefusedUnderKey) and isinstance(answer.refusal, CapExceeded) for answer in answers[fit:])
    assert await posted(database) == (fit * (CAP // fit), fit * (CAP // fit))


async def test_what_is_poisoned_in_one_part_leaves_all_others_as_they_are(database: Database, lane: PostingLane) -> None:
    commands = [order(10, accept=True) for _ in range(3 * PART)]
    bad = commands[PART + 7].payment
    commands[PART + 7] = replace(commands[PART + 7], payment=replace(bad, request=replace(bad.request, bank_reference="nul \x00 byte")))

    answers = await lane.submit_all(commands)

    assert [number for number, answer in enumerate(answers) if not isinstance(answer, Stands)] == [PART + 7]
    assert isinstance(answers[PART + 7], Exception)
    assert await posted(database) == (10 * (3 * PART - 1), 10 * (3 * PART - 1))


async def test_who_comes_singly_is_answered_while_bulk_waits(database_url: str, database: Database, lane: PostingLane) -> None:
    elsewhere = connect(database_url)
    commands = [order(10, accept=True) for _ in range(2 * PART)]
    async with elsewhere.transaction() as holder:
        await holder.execute(text("SELECT FROM position WHERE bank_code = :bank FOR UPDATE"), {"bank": BANK})
        payroll = asyncio.create_task(lane.submit_all(commands))
        answer = await lane.submit(order(10, bank=OTHER_BANK, accept=True))
        waited = not payroll.done()
    answers = await payroll
    await elsewhere.close()

    assert isinstance(answer, Stands)
    assert waited
    assert all(isinstance(answer, Stands) for answer in answers)
    assert await posted(database) == (20 * PART, 20 * PART)


async def test_what_nobody_waits_for_any_more_is_not_begun_and_what_is_held_is_concluded(
    database_url: str, database: Database, lane: PostingLane
) -> None:
    """Who was told that nothing is known, and then that nothing stands under the key, is not surprised by a payment."""
    elsewhere = connect(database_url)
    held = order(10)
    await lane.submit(held)
    conclude = Conclude(held.payment.payment_id, Accepted("B-1"), START, "biller", START)
    async with elsewhere.transaction() as holder:
        await holder.execute(text("SELECT FROM position WHERE bank_code = :bank FOR UPDATE"), {"bank": BANK})
        written = asyncio.create_task(lane.submit(order(20, accept=True)))
        while await one_waits(elsewhere) == 0:
            pass
        behind = [asyncio.create_task(lane.submit(command)) for command in (order(40, accept=True), conclude)]
        await asyncio.sleep(0)
        for task in (written, *behind):
            task.cancel()
        gone = await asyncio.gather(written, *behind, return_exceptions=True)
    await lane.close()
    await elsewhere.close()

    assert all(isinstance(answer, asyncio.CancelledError) for answer in gone)
    assert await posted(database) == (30, 30)
    assert [row.state for row in await rows(database, "SELECT state FROM payment ORDER BY amount_minor")] == ["COMPLETED", "COMPLETED"]


async def one_waits(database: Database) -> int:
    """How many sessions of this database wait for a lock."""
    found = await one(database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    return int(found[0])
